"""The relay: delivers every command that the API could not (``python -m workers.relay``)."""

import argparse
import asyncio
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
    """Deliver what is due until ``stop``; what is under way is finished. Several relays may run at once."""
    while not stop.is_set():
        try:
            due = await commands.take_due(AT_ONCE, PATIENCE)
        except PASSING as fault:
            log.warning("relay.interrupted", error=type(fault).__name__)
            due = []
        if due:
            await asyncio.gather(*(_deliver(delivery, command) for command in due))
        else:
            await _rest(stop)


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


async def _rest(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(PAUSE.total_seconds()):
            await stop.wait()
    except TimeoutError:
        return


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m workers.relay",
        description="Delivers accepted commands to their cases; any number may run. Settings: docs/settings.md.",
    ).parse_args()
    run(main())
