"""Hears PostgreSQL's notifications on one topic, through any loss of the connection."""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

log = structlog.stdlib.get_logger(__name__)

_PAUSE = 2.0


async def listen(dsn: str, topic: str, ring: Callable[[], None]) -> None:
    """Calls ``ring`` for every notification and after every (re)connection; runs until cancelled.

    Only a wake-up: whoever uses it polls as well, for nothing is heard behind PgBouncer or while disconnected.
    """
    while True:
        try:
            await _until_lost(dsn, topic, ring)
        except (
            OSError,
            TimeoutError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ) as fault:
            log.warning("listen.lost", topic=topic, error=type(fault).__name__)
        await asyncio.sleep(_PAUSE)


async def _until_lost(dsn: str, topic: str, ring: Callable[[], None]) -> None:
    lost = asyncio.Event()
    connection = await asyncpg.connect(dsn, timeout=5, command_timeout=5)
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(topic, lambda *_: ring())
        ring()
        await lost.wait()
    finally:
        connection.terminate()
