"""The ledger held against Temporal: cases against workflows, entries against histories, names against grammars."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from activities.filing import FiledStep
from domain.case_file import Entry
from domain.rulebook import PROCEDURES
from infra.invariants.filed import FiledCase, queries
from infra.invariants.violation import Violation
from infra.watching import census
from infra.watching.finding import Kind
from workflows.visibility import (
    BUILDING,
    DRILL,
    ESTATE,
    NO,
    OVERDUE,
    OWED,
    STAGE,
    WAITING_FOR,
    WAITING_POSTS,
    YES,
)

MOST_EVENTS = 2_000
RECORD = "登记入册"
NUMBERS = {
    Kind.CASE_WITHOUT_WORKFLOW: "20 workflow",
    Kind.WORKFLOW_WITHOUT_CASE: "20 case",
    Kind.PARKED_CASE: "60 parked",
}


@dataclass(kw_only=True)
class Filings:
    """The steps that a history sent to the ledger: all of them, and those the ledger acknowledged."""

    sent: dict[int, list[Entry]]
    written: dict[int, Entry]
    events: int = 0


async def workflows_agree(client: Client, pool: asyncpg.Pool, grace: timedelta) -> list[Violation]:
    """20, 51, 60; nothing where the server cannot list."""
    found = await census.findings(client, pool, grace=grace)
    if found is None:
        return []
    known = {(row["estate"], row["building"]) for row in await pool.fetch(queries["known_buildings"])}
    wrong = [Violation(invariant=NUMBERS[one.kind], subject=one.subject, text=one.text) for one in found]
    async for execution in client.list_workflows(""):
        wrong += _named(execution, known)
    return wrong


def _named(execution: WorkflowExecution, buildings: set[tuple[str, str]]) -> Iterator[Violation]:
    """51: ids, types and search attributes hold nothing but what the rulebook and the estate's lists hold."""
    prefix = execution.id.partition("-")[0]
    if not census.CASE_NO.fullmatch(execution.id) or prefix not in PROCEDURES:
        yield Violation(invariant="51 id", subject=execution.workflow_type, text="编号不合格式")
        return
    procedure, given = PROCEDURES[prefix], execution.typed_search_attributes
    labels = {event.label for event in procedure.vocabulary}
    owed = {row.label for edition in procedure.editions for row in edition.obligations}
    allowed = {
        STAGE.name: ([given.get(STAGE)], {stage.name for stage in procedure.stages}),
        OVERDUE.name: ([given.get(OVERDUE)], {YES, NO}),
        DRILL.name: ([given.get(DRILL)], {YES, NO}),
        WAITING_FOR.name: (given.get(WAITING_FOR) or [], labels),
        WAITING_POSTS.name: (given.get(WAITING_POSTS) or [], set(_posts(prefix))),
        OWED.name: (given.get(OWED) or [], owed),
    }
    for name, (values, words) in allowed.items():
        if not {value for value in values if value is not None} <= words:
            yield Violation(invariant="51 attribute", subject=execution.id, text=name)
    if (given.get(ESTATE), given.get(BUILDING)) not in buildings:
        yield Violation(invariant="51 attribute", subject=execution.id, text=BUILDING.name)


def _posts(prefix: str) -> Iterator[str]:
    for edition in PROCEDURES[prefix].editions:
        yield from (post for right in edition.rights for post in right.posts)
        yield from (row.owed_by for row in edition.obligations)


async def history_agrees(client: Client, case: FiledCase, seen_at: datetime) -> list[Violation]:
    """05, 61: what the history had acknowledged stands in the ledger, and nothing stands there that it never sent.

    ``seen_at``: when the ledger was read; what the history was told later may be younger than that.
    """
    if case.run_id is None:
        return []
    try:
        filings = await _filings(client, case, seen_at)
    except RPCError as answer:
        if answer.status is not RPCStatusCode.NOT_FOUND:
            raise
        return []  # gone with its retention or with the server; an open case without its workflow is told by 20
    filed = {entry.number: entry for entry in case.file}
    found = [
        case.breaks("05 lost", "历史已登记而账上没有", number)
        for number, entry in filings.written.items()
        if filed.get(number) != entry
    ]
    found += [
        case.breaks("05 unsent", "账上有而历史没有", number)
        for number, entry in filed.items()
        if entry not in filings.sent.get(number, ())
    ]
    if filings.events > MOST_EVENTS:
        found.append(case.breaks("61 size", f"一段历史 {filings.events} 个事件"))
    return found


async def _filings(client: Client, case: FiledCase, seen_at: datetime) -> Filings:
    filings = Filings(sent={}, written={})
    async for events in _runs(client, case):
        filings.events = max(filings.events, len(events))
        scheduled: dict[int, tuple[Entry, ...]] = {}
        for event in events:
            sent = event.activity_task_scheduled_event_attributes
            if sent.activity_type.name == RECORD:
                step = await _decoded(client, sent.input.payloads)
                scheduled[event.event_id] = step.step.entries
                for entry in step.step.entries:
                    filings.sent.setdefault(entry.number, []).append(entry)
            done = event.activity_task_completed_event_attributes.scheduled_event_id
            if event.event_time.ToDatetime(UTC) <= seen_at:
                filings.written |= {entry.number: entry for entry in scheduled.get(done, ())}
    return filings


async def _runs(client: Client, case: FiledCase) -> AsyncIterator[Sequence[HistoryEvent]]:
    """The events of each run: of those that began the lineage, and of those that a rebuilding began anew."""
    described = await client.get_workflow_handle(case.no).describe()
    anew = described.raw_description.workflow_execution_info.first_run_id
    for first in dict.fromkeys((case.run_id, anew)):
        run = first
        while run:
            handle = client.get_workflow_handle(case.no, run_id=run)
            events = [event async for event in handle.fetch_history_events()]
            yield events
            run = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


async def _decoded(client: Client, payloads: Sequence[Payload]) -> FiledStep:
    step: FiledStep
    (step,) = await client.data_converter.decode(payloads, [FiledStep])
    return step
