"""PostgreSQL and Temporal brought into line after one of them was lost, or restored from an older backup.

``python -m infra.rebuild`` starts every open case that has no running workflow; ends and starts anew a workflow that is
behind the ledger; and files again, from its history, what a case has done that the ledger lacks. Nothing else of the
desk ought to run meanwhile. The embedded desk does it at every start.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg
import structlog
from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import UnknownCase
from domain.people import CaseNo
from infra import logging
from infra.case_history import BEHIND, PATIENCE, CaseHistory, read_history
from infra.delivery import OpenedByAnother, UnknownProcedure, start_case
from infra.postgres.commands import Commands
from infra.postgres.ledger import Unfit
from infra.postgres.pool import open_running
from infra.postgres.restored import RestoredLedger, Standing
from infra.run import FAILED, run
from infra.sealing import Sealer, SealError
from infra.settings import Settings, load_settings
from infra.temporal import connect, prepare_namespace
from infra.watching.census import CASE_NO
from workflows.visibility import ATTRIBUTES

log = structlog.stdlib.get_logger(__name__)

PROCESS = "rebuild"
ROLE = "重建"


class Diverged(Exception):
    """Ledger and history each hold what the other lacks: a person must choose."""


UNREADABLE = (
    Diverged, OpenedByAnother, UnknownCase, UnknownProcedure, SealError, ValidationError, Unfit,
    asyncpg.IntegrityConstraintViolationError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """``begun``: started (or to be started); ``behind``, those of them whose workflow lacked what the ledger has.
    ``filed``: labels of what the ledger lacked. ``stopped``: ended in the ledger. ``left``: the log says why.
    """

    begun: list[CaseNo] = field(default_factory=list)
    behind: list[CaseNo] = field(default_factory=list)
    filed: dict[CaseNo, list[str]] = field(default_factory=dict)
    stopped: list[CaseNo] = field(default_factory=list)
    left: list[CaseNo] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """PostgreSQL and Temporal, one of which may be older than the other."""

    commands: Commands
    ledger: RestoredLedger
    client: Client
    settings: Settings


async def rebuild(sides: Sides, numbers: Sequence[CaseNo] = (), *, dry: bool = False) -> Rebuilt:
    """Bring the cases named, or all that have not ended on both sides, to where the side stands that knows more.

    What agrees is left alone, so it may be repeated. With ``dry`` nothing is changed, though all of it is read.
    """
    rebuilt = Rebuilt()
    for no in numbers or await _unfinished(sides):
        try:
            await _mend(sides, no, rebuilt, dry=dry)
        except WorkflowAlreadyStartedError:
            continue  # somebody else was faster
        except UNREADABLE as fault:
            log.critical("rebuild.left", case=no, fault=type(fault).__name__)
            rebuilt.left.append(no)
    return rebuilt


async def _unfinished(sides: Sides) -> list[CaseNo]:
    """Cases open in the ledger, and those of which Temporal may know more or should know of their end."""
    known: dict[str, bool] = {}
    try:
        async for listed in sides.client.list_workflows("", rpc_timeout=PATIENCE):
            if CASE_NO.fullmatch(listed.id):
                known[listed.id] = known.get(listed.id, False) or listed.status is WorkflowExecutionStatus.RUNNING
    except RPCError as answer:
        if answer.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
    ended = await sides.ledger.closed_among([no for no, running in known.items() if not running])
    return [CaseNo(no) for no in sorted({*await sides.commands.open_numbers(), *known.keys() - ended})]


async def _mend(sides: Sides, no: CaseNo, rebuilt: Rebuilt, *, dry: bool) -> None:
    standing = await sides.ledger.standing(no)
    history = await read_history(sides.client, no)
    if standing is None and history is None:
        raise UnknownCase
    if history is not None and await _is_newer(sides.ledger, no, history):
        if standing is not None and standing.opened_by not in ("", _opened_by(history)):
            raise OpenedByAnother
        rebuilt.filed[no] = await _file_again(sides.ledger, standing, history, dry=dry)
        standing = None if dry else await sides.ledger.standing(no)
    elif history is not None and history.is_running and _is_older(standing, history):
        (rebuilt.behind if standing and standing.is_open else rebuilt.stopped).append(no)
        if not dry:
            await sides.client.get_workflow_handle(no).terminate(reason=BEHIND, rpc_timeout=PATIENCE)
        history = None
    if (history is None or not history.is_running) and standing is not None and standing.is_open:
        opening = await sides.commands.opening_as_written(no)
        if not dry:
            await start_case(sides.client, opening, sides.settings, again=True)
        log.info("rebuild.case", case=no, started=not dry)
        rebuilt.begun.append(no)


async def _is_newer(ledger: RestoredLedger, no: CaseNo, history: CaseHistory) -> bool:
    """Whether the ledger lacks what it has acknowledged to Temporal."""
    number, digest = history.last_written
    return number > 0 and await ledger.digest_of(no, history.lineage, number) != digest


def _is_older(standing: Standing | None, history: CaseHistory) -> bool:
    """Whether the ledger has what this workflow, read after it, never sent it nor was given."""
    return standing is not None and standing.number > history.last_written[0] and standing.place not in history.places


def _opened_by(history: CaseHistory) -> str:
    opening = history.openings[0]
    return (opening.carried.entries[0] if opening.carried else opening.acts[0]).command_id or ""


async def _file_again(
    ledger: RestoredLedger, standing: Standing | None, history: CaseHistory, *, dry: bool
) -> list[str]:
    """File what the ledger lacks, step by step, and give the labels of it; ``Diverged`` where it does not fit."""
    number, digest = standing.place if standing else (0, "")
    if number and (number, digest) not in history.places:
        raise Diverged
    missing = [sent.step for sent in history.written if sent.place[0] > number]
    if not missing or missing[0].entries[0].number != number + 1:
        raise Diverged  # they stand in a history that is gone
    for step in () if dry else missing:
        await ledger.file_again(history.openings[0], step)
    return [entry.event.label for step in missing for entry in step.entries]


async def main(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        books = (pool, Sealer(settings.master_ring()), settings)
        client = await connect(settings, role=ROLE)
        await prepare_namespace(client, ATTRIBUTES, retention_days=settings.temporal_retention_days)
        sides = Sides(commands=Commands(*books), ledger=RestoredLedger(*books), client=client, settings=settings)
        rebuilt = await rebuild(sides, arguments.case, dry=arguments.dry_run)
    sys.stdout.write("".join(f"{line}\n" for line in _told(rebuilt, dry=arguments.dry_run)) or "everything agrees\n")
    return FAILED if rebuilt.left else 0


def _told(rebuilt: Rebuilt, *, dry: bool) -> Iterator[str]:
    be = "would be " if dry else ""
    for no, labels in rebuilt.filed.items():
        yield f"{no} {be}filed again: {'、'.join(labels)}"
    for no in rebuilt.stopped:
        yield f"{no} {be}stopped: it has ended in the ledger"
    for no in rebuilt.begun:
        yield f"{no} {'was behind the ledger, ' if no in rebuilt.behind else ''}{be}started"
    for no in rebuilt.left:
        yield f"{no} cannot be brought into line"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m infra.rebuild", description=__doc__)
    parser.add_argument("--case", action="append", type=CaseNo, default=[], help="only this case; may be repeated")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    run(main(parser.parse_args()))
