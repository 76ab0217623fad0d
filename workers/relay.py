"""The relay: delivers every command that the API could not (``python -m workers.relay``)."""

import argparse
import asyncio
from collections.abc import Collection
from datetime import timedelta

import asyncpg
import structlog

from infra import logging
from infra.delivery import Delivery
from infra.postgres.commands import Command, Commands
from infra.run import beat, run, stop_event
from infra.sealing import Sealer
from infra.settings import load_settings
from infra.temporal import connect
from workers.patience import open_pool_patiently

log = structlog.stdlib.get_logger(__name__)

PROCESS = "relay"
ROLE = "传达员"
AT_ONCE = 8
PATIENCE = timedelta(seconds=10)
PAUSE = timedelta(milliseconds=500)
PASSING = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


async def main() -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    stop = stop_event()
    pool = await open_pool_patiently(settings, stop)
    if pool is None:
        return
    async with pool:
        commands = Commands(pool, Sealer(settings.master_ring()), settings)
        client = await connect(settings, role=ROLE, lazy=True)
        beats = asyncio.create_task(beat(pool, PROCESS))
        log.info("relay.ready")
        await carry(commands, Delivery(commands, client, settings), stop)
        beats.cancel()
    log.info("relay.stopped")


async def carry(commands: Commands, delivery: Delivery, stop: asyncio.Event) -> None:
    """Deliver what is due until ``stop``; what is under way is finished. Several relays may run at once.

    A case that does not answer takes up one place of ``AT_ONCE`` for a while, and keeps no other from being delivered.
    """
    stopping = asyncio.create_task(stop.wait())
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not stop.is_set():
            due = await _due(commands, AT_ONCE - len(under_way))
            under_way |= {asyncio.create_task(_deliver(delivery, command)) for command in due}
            if not due:
                await asyncio.wait({stopping, *under_way}, timeout=_pause(under_way), return_when="FIRST_COMPLETED")
            under_way = {delivering for delivering in under_way if not delivering.done()}
        await asyncio.gather(*under_way)
    finally:
        for task in (stopping, *under_way):
            task.cancel()


async def _due(commands: Commands, free: int) -> list[Command]:
    if not free:
        return []
    try:
        return await commands.take_due(free, PATIENCE)
    except PASSING as fault:
        log.warning("relay.interrupted", error=type(fault).__name__)
        return []


def _pause(under_way: Collection[object]) -> float | None:
    """With every place taken there is nothing to look for until one is free."""
    return None if len(under_way) == AT_ONCE else PAUSE.total_seconds()


async def _deliver(delivery: Delivery, command: Command) -> None:
    try:
        after = await delivery.deliver(command, PATIENCE)
    except PASSING as fault:
        log.warning("relay.interrupted", command=str(command.id), error=type(fault).__name__)
        return
    except Exception as fault:  # noqa: BLE001  # one command must not keep the others from their cases
        log.critical("relay.interrupted", command=str(command.id), error=type(fault).__name__)
        return
    said = "relay.delivered" if after.settled else "relay.unanswered"
    log.info(said, command=str(command.id), case=command.case_no, state=after.state, attempts=after.attempts)


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m workers.relay",
        description="Delivers accepted commands to their cases; any number may run. Settings: docs/settings.md.",
    ).parse_args()
    run(main())
