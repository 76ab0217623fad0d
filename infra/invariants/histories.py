"""The ledger held against Temporal: cases against workflows, entries against histories, names against grammars."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import asyncpg
from temporalio.client import Client, WorkflowExecution

from domain.case_file import Entry
from domain.events import PeriodOver
from domain.rulebook import PROCEDURES
from infra.case_history import read_history
from infra.invariants.filed import FiledCase, queries
from infra.invariants.violation import Violation
from infra.watching import census
from infra.watching.finding import Kind
from workflows.calendar import NAMES
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
NUMBERS = {
    Kind.CASE_WITHOUT_WORKFLOW: "20 workflow",
    Kind.WORKFLOW_WITHOUT_CASE: "20 case",
    Kind.PARKED_CASE: "60 parked",
}

LISTING = timedelta(seconds=30)
"""For a page of what the server lists."""


async def workflows_agree(client: Client, pool: asyncpg.Pool, grace: timedelta) -> list[Violation]:
    """20, 51, 60; nothing where the server cannot list."""
    found = await census.findings(client, pool, grace=grace)
    if found is None:
        return []
    known = {(row["estate"], row["building"]) for row in await pool.fetch(queries["known_buildings"])}
    wrong = [Violation(invariant=NUMBERS[one.kind], subject=one.subject, text=one.text) for one in found]
    async for execution in client.list_workflows("", rpc_timeout=LISTING):
        wrong += _named(execution, known)
    return wrong


def _named(execution: WorkflowExecution, buildings: set[tuple[str, str]]) -> Iterator[Violation]:
    """51: ids, types and search attributes hold nothing but what the rulebook and the estate's lists hold."""
    if execution.workflow_type in NAMES:
        return  # no case; the one that it opens is looked at as every other
    prefix = execution.id.partition("-")[0]
    if not census.CASE_NO.fullmatch(execution.id) or prefix not in PROCEDURES:
        yield Violation(invariant="51 id", subject=execution.workflow_type, text="编号不合格式")
        return
    procedure, given = PROCEDURES[prefix], execution.typed_search_attributes
    labels = {PeriodOver.label} | {event.label for event in procedure.vocabulary}
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
    """05, 61, 63: what the history had acknowledged stands in the ledger, and nothing stands there that it never sent.

    ``seen_at``: when the ledger was read; what the history was told later may be younger than that.
    """
    if case.run_id is None:
        return []
    history = await read_history(client, case.no, case.run_id)
    if history is None:
        return []  # gone with its retention or with the server; an open case without its workflow is told by 20
    filed = {entry.number: entry for entry in case.file}
    written = {
        entry.number: entry
        for sent in history.written
        if sent.written_at and sent.written_at <= seen_at
        for entry in sent.step.entries
    }
    sent = defaultdict[int, list[Entry]](list)
    for entry in history.sent:
        sent[entry.number].append(entry)
    found = [
        case.breaks("05 lost", "历史已登记而账上没有", number)
        for number, entry in written.items()
        if filed.get(number) != entry
    ]
    found += [
        case.breaks("05 unsent", "账上有而历史没有", number)
        for number, entry in filed.items()
        if history.is_whole and entry not in sent[number]
    ]
    found += [case.breaks("63 handler", "登记未作答而流程已止", update) for update in history.unanswered]
    if history.longest > MOST_EVENTS:
        found.append(case.breaks("61 size", f"一段历史 {history.longest} 个事件"))
    return found
