"""The notifier: delivers the outbox's notices to staff (``python -m workers.notifier``)."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import structlog

from infra import logging
from infra.messaging.contacts import SealedContacts
from infra.messaging.postman import Postman
from infra.messaging.switchboard import open_switchboard
from infra.postgres.bell import Bell
from infra.postgres.listen import listen
from infra.postgres.outbox import TOPIC, Outbox
from infra.run import beat, run, stop_event
from infra.sealing import NoMasterKey, Sealer
from infra.settings import Settings, load_settings
from workers.patience import open_pool_patiently

log = structlog.stdlib.get_logger(__name__)

PROCESS = "notifier"
PASSING = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    NoMasterKey,
)
PAUSE = timedelta(seconds=1)


async def main() -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    stop = stop_event()
    pool = await open_pool_patiently(settings, stop)
    if pool is None:
        return
    async with pool:
        await deliver(settings, pool, stop)


async def deliver(settings: Settings, pool: asyncpg.Pool, stop: asyncio.Event) -> None:
    """Delivers until ``stop`` is set; what is being sent then is still finished. Several processes may run at once."""
    outbox = Outbox(pool, lease=settings.messaging.timeout + settings.notifier.lease_slack)
    bell = Bell()
    async with open_switchboard(settings.messaging) as switchboard, asyncio.TaskGroup() as group:
        contacts = SealedContacts(pool, outbox, Sealer(settings.master_ring()))
        postman = Postman(outbox, switchboard, contacts, settings.notifier)
        log.info("notifier.ready", channels=[channel.name for channel in switchboard.outward])
        aids = (
            group.create_task(beat(pool, PROCESS), name="heartbeat"),
            group.create_task(listen(settings.dsn, TOPIC, bell.ring), name="listen"),
            group.create_task(_rings_at(stop, bell), name="stop"),
        )
        await _carry(postman, settings, bell, stop)
        for aid in aids:
            aid.cancel()
    log.info("notifier.stopped")


async def _carry(postman: Postman, settings: Settings, bell: Bell, stop: asyncio.Event) -> None:
    chosen = settings.notifier

    async def tidies() -> bool:
        if await postman.tidy():
            bell.ring()
        return False

    async def carries() -> bool:
        return await postman.once()

    async def carries_emergencies() -> bool:
        return await postman.once(urgent_only=True)

    async with asyncio.TaskGroup() as group:
        for work in (tidies, *[carries] * chosen.lanes, *[carries_emergencies] * chosen.urgent_lanes):
            group.create_task(_keep(work, bell, chosen.poll, stop), name=work.__name__)


async def _keep(work: Callable[[], Awaitable[bool]], bell: Bell, poll: timedelta, stop: asyncio.Event) -> None:
    """Works as long as there is work, then sleeps until the bell or the next look."""
    while not stop.is_set():
        ring = bell.next
        try:
            if await work():
                continue
        except PASSING as fault:
            log.warning("notifier.interrupted", work=work.__name__, error=type(fault).__name__)
            await bell.heard(ring, PAUSE)
            continue
        await bell.heard(ring, poll)


async def _rings_at(stop: asyncio.Event, bell: Bell) -> None:
    await stop.wait()
    bell.ring()


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m workers.notifier",
        description="Delivers notices to staff; any number may run at once. Settings: docs/notices.md.",
    ).parse_args()
    run(main())
