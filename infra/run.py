"""The way every program of ours starts, stops and leaves."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NoReturn

import asyncpg
import structlog

from infra.errors import CannotStart
from infra.postgres.queries import load

BEAT_SECONDS = 10.0
FAILED, REFUSED, INTERRUPTED = 1, 2, 130

log = structlog.stdlib.get_logger(__name__)
queries = load("upkeep.sql")


def run(main: Coroutine[Any, Any, int | None]) -> NoReturn:
    """Run ``main`` and leave the process with its answer (none is 0).

    Leaves by ``os._exit`` once everything is flushed: an interpreter that has used a Temporal client
    and shuts down in the ordinary way ends with a crash about one time in ten.
    """
    code = FAILED
    gc.freeze()  # what was imported stays: to look through it for garbage would hold everything up for 70 ms
    try:
        code = asyncio.run(main) or 0
    except CannotStart as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - for the person at the terminal
        code = REFUSED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as wish:
        code = wish.code if isinstance(wish.code, int) else FAILED if wish.code else 0
    except BaseException as error:  # the last line of defence says what it was
        log.critical("process.failed", error=type(error).__name__, exc_info=True)
    leave(code)


def leave(code: int) -> NoReturn:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def stop_event() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets; call it once, in the running loop. A second signal leaves at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def heard(name: str) -> None:
        if stop.is_set():
            leave(INTERRUPTED)
        log.info("process.stopping", signal=name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heard, number.name)
    return stop


async def beat(
    pool: asyncpg.Pool,
    process: str,
    *,
    every: float = BEAT_SECONDS,
    detail: Callable[[], Mapping[str, object]] = dict,
) -> NoReturn:
    """Write this process's row in ``heartbeats`` every ``every`` seconds until cancelled, through database faults."""
    host = socket.gethostname()
    while True:
        try:
            await pool.execute(queries["beat"], process, host, dict(detail()))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as fault:
            log.warning("heartbeat.missed", beats=process, error=type(fault).__name__)
        await asyncio.sleep(every)
