"""Waits for PostgreSQL when a process is started before it, or while it is away."""

import asyncio

import asyncpg
import structlog

from infra.postgres.pool import open_pool
from infra.settings import Settings

log = structlog.stdlib.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


async def open_pool_patiently(settings: Settings, stop: asyncio.Event) -> asyncpg.Pool | None:
    """Tries until PostgreSQL answers; None if ``stop`` was set before."""
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            return await open_pool(settings)
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            log.warning("postgres.unreachable", error=type(fault).__name__, again_in_seconds=pause)
        try:
            async with asyncio.timeout(pause):
                await stop.wait()
        except TimeoutError:
            pause = min(pause * 2, LONGEST_PAUSE)
    return None
