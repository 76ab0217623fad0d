"""Keeps the Schedules in step with the reference data, beside the work of a worker."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from infra.reference.planned import Planned
from infra.settings import Settings
from infra.timetable import Entry, bring_into_step, entries

log = structlog.stdlib.get_logger(__name__)

EVERY = timedelta(seconds=15)
ANYHOW = timedelta(minutes=10)
"""However little has changed in the data, somebody may have deleted a Schedule."""

PASSING = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError, RPCError)


async def keep_in_step(client: Client, planned: Planned, settings: Settings, stop: asyncio.Event) -> None:
    """Until ``stop``. Each worker does it; what one has done leaves the others nothing to do."""
    agreed: Sequence[Entry] | None = None
    agreed_at = 0.0
    while not stop.is_set():
        try:
            wanted = list(entries(await planned.plans(), await planned.estates()))
            if wanted != agreed or time.monotonic() - agreed_at > ANYHOW.total_seconds():
                await bring_into_step(client, wanted, settings)
                agreed, agreed_at = wanted, time.monotonic()
        except PASSING as fault:
            log.warning("timetable.interrupted", error=type(fault).__name__)
        try:
            async with asyncio.timeout(EVERY.total_seconds()):
                await stop.wait()
        except TimeoutError:
            continue
