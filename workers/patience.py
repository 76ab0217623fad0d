"""Waits for PostgreSQL when a process is started before it, or while it is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import structlog

from infra.postgres.pool import open_pool
from infra.settings import Settings

log = structlog.stdlib.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


async def open_pool_patiently(
    settings: Settings,
    stop: asyncio.Event,
    *,
    after: timedelta = timedelta.max,
    tell: Callable[[Exception], Awaitable[bool]] | None = None,
) -> asyncpg.Pool | None:
    """Tries until PostgreSQL answers; None if ``stop`` was set before. After ``after`` in vain it tells once."""
    pause, since, told = FIRST_PAUSE, time.monotonic(), tell is None
    while not stop.is_set():
        try:
            return await open_pool(settings)
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            log.warning("postgres.unreachable", error=type(fault).__name__, again_in_seconds=pause)
            if tell and not told and time.monotonic() - since >= after.total_seconds():
                told = await tell(fault)
        try:
            async with asyncio.timeout(pause):
                await stop.wait()
        except TimeoutError:
            pause = min(pause * 2, LONGEST_PAUSE)
    return None
