"""Temporal rebuilt from PostgreSQL: starts again every open case that has no running workflow.

``python -m infra.rebuild`` after Temporal has lost its data, or for a case that somebody terminated by mistake.
"""

import argparse
import sys
from collections.abc import Sequence

import structlog
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.people import CaseNo
from infra import logging
from infra.delivery import start_case
from infra.postgres.commands import Commands
from infra.postgres.pool import open_running
from infra.run import run
from infra.sealing import Sealer
from infra.settings import Settings, load_settings
from infra.temporal import connect, prepare_namespace
from workflows.visibility import ATTRIBUTES

log = structlog.stdlib.get_logger(__name__)

PROCESS = "rebuild"
ROLE = "重建"


async def rebuild(
    commands: Commands, client: Client, settings: Settings, numbers: Sequence[CaseNo] = (), *, dry: bool = False
) -> list[CaseNo]:
    """Start again the cases named, or all open ones, that do not run; they go on from their last entry in the ledger.

    Running cases are left alone, so it may be repeated. With ``dry`` nothing is started.
    """
    begun = []
    for no in numbers or await commands.open_numbers():
        if await _runs(client, no):
            continue
        if not dry:
            await start_case(client, await commands.opening_as_written(no), settings, again=True)
        log.info("rebuild.case", case=no, started=not dry)
        begun.append(no)
    return begun


async def _runs(client: Client, no: CaseNo) -> bool:
    try:
        described = await client.get_workflow_handle(no).describe()
    except RPCError as answer:
        if answer.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def main(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        commands = Commands(pool, Sealer(settings.master_ring()), settings)
        client = await connect(settings, role=ROLE)
        await prepare_namespace(client, ATTRIBUTES, retention_days=settings.temporal_retention_days)
        begun = await rebuild(commands, client, settings, arguments.case, dry=arguments.dry_run)
    said = "would be started" if arguments.dry_run else "started"
    sys.stdout.write("".join(f"{no} {said}\n" for no in begun) or "every open case is running\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m infra.rebuild", description=__doc__)
    parser.add_argument("--case", action="append", type=CaseNo, default=[], help="only this case; may be repeated")
    parser.add_argument("--dry-run", action="store_true", help="say what would be started, and start nothing")
    run(main(parser.parse_args()))
