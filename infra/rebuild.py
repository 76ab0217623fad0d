"""Temporal rebuilt from PostgreSQL: starts again every open case that has no running workflow.

``python -m infra.rebuild`` after Temporal has lost its data, or for a case that somebody terminated by mistake. The
embedded desk does it at every start. A case that runs is not looked into: a workflow behind its ledger (an older
backup of Temporal) stops at its next step, which the ledger refuses as ``Contradicted``; terminate it, then rebuild it.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import UnknownCase
from domain.people import CaseNo
from infra import logging
from infra.delivery import START_PATIENCE, UnknownProcedure, start_case
from infra.postgres.commands import Commands
from infra.postgres.pool import open_running
from infra.run import FAILED, run
from infra.sealing import Sealer, SealError
from infra.settings import Settings, load_settings
from infra.temporal import connect, prepare_namespace
from workflows.visibility import ATTRIBUTES

log = structlog.stdlib.get_logger(__name__)

PROCESS = "rebuild"
ROLE = "重建"
UNREADABLE = (UnknownCase, UnknownProcedure, SealError, ValidationError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """``begun``: started (or to be started). ``left``: they ought to run and cannot be started; the log says why."""

    begun: list[CaseNo] = field(default_factory=list)
    left: list[CaseNo] = field(default_factory=list)


async def rebuild(
    commands: Commands, client: Client, settings: Settings, numbers: Sequence[CaseNo] = (), *, dry: bool = False
) -> Rebuilt:
    """Start again the cases named, or all open ones, that do not run; they go on from their last entry in the ledger.

    Running cases are left alone, so it may be repeated. With ``dry`` nothing is started, though all of it is read.
    """
    rebuilt = Rebuilt()
    for no in numbers or await commands.open_numbers():
        if await _runs(client, no):
            continue
        try:
            opening = await commands.opening_as_written(no)
            if not dry:
                await start_case(client, opening, settings, again=True)
        except WorkflowAlreadyStartedError:
            continue  # somebody else was faster
        except UNREADABLE as fault:
            log.critical("rebuild.left", case=no, fault=type(fault).__name__)
            rebuilt.left.append(no)
            continue
        log.info("rebuild.case", case=no, started=not dry)
        rebuilt.begun.append(no)
    return rebuilt


async def _runs(client: Client, no: CaseNo) -> bool:
    try:
        described = await client.get_workflow_handle(no).describe(rpc_timeout=START_PATIENCE)
    except RPCError as answer:
        if answer.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def main(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        commands = Commands(pool, Sealer(settings.master_ring()), settings)
        client = await connect(settings, role=ROLE)
        await prepare_namespace(client, ATTRIBUTES, retention_days=settings.temporal_retention_days)
        rebuilt = await rebuild(commands, client, settings, arguments.case, dry=arguments.dry_run)
    said = "would be started" if arguments.dry_run else "started"
    lines = [f"{no} {said}\n" for no in rebuilt.begun] + [f"{no} cannot be started\n" for no in rebuilt.left]
    sys.stdout.write("".join(lines) or "every open case is running\n")
    return FAILED if rebuilt.left else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m infra.rebuild", description=__doc__)
    parser.add_argument("--case", action="append", type=CaseNo, default=[], help="only this case; may be repeated")
    parser.add_argument("--dry-run", action="store_true", help="say what would be started, and start nothing")
    run(main(parser.parse_args()))
