"""A case as Temporal remembers it: what each of its runs began with, and the steps they sent to the ledger."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.filing import FiledStep
from domain.case_file import Entry
from domain.filing import Step
from domain.people import CaseNo
from workflows.messages import OpenCase

M = TypeVar("M")

RECORD = "登记入册"
PATIENCE = timedelta(seconds=10)
BEHIND = "behind the ledger"
"""Why a workflow was terminated that an older backup of Temporal had put back."""

ENDS = {EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW}

Place = tuple[int, str]
"""Where a file stands: the number of its last entry and that entry's digest, which is over all before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStep:
    """``written_at``: when Temporal heard that the ledger has it; None while it has not heard."""

    step: Step
    written_at: datetime | None

    @property
    def place(self) -> Place:
        return self.step.entries[-1].number, self.step.digests[-1]


@dataclass(kw_only=True)
class CaseHistory:
    """``openings``: what each run began with, the first one first. ``longest``: events of its longest run.

    ``is_whole``: it was not terminated for being behind the ledger. ``unanswered``: ids of updates that a run took in
    and ended without answering.
    """

    is_running: bool
    is_whole: bool = True
    openings: list[OpenCase] = field(default_factory=list)
    steps: list[SentStep] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    longest: int = 0

    @property
    def written(self) -> list[SentStep]:
        """Those that the ledger has acknowledged, in their order."""
        return sorted((sent for sent in self.steps if sent.written_at), key=lambda sent: sent.place[0])

    @property
    def places(self) -> set[Place]:
        """Everywhere that the ledger may stand by what it was sent."""
        return {sent.place for sent in self.steps} | set(self._carried())

    @property
    def last_written(self) -> Place:
        """Where the ledger stands at least; number 0 if it has acknowledged nothing."""
        return max([(0, ""), *(sent.place for sent in self.written), *self._carried()])

    @property
    def lineage(self) -> str:
        """Under which the ledger numbers what the last of its steps wrote; nothing before the first."""
        carried = self.openings[-1].carried if self.openings else None
        return self.steps[-1].step.lineage if self.steps else carried.lineage if carried else ""

    @property
    def sent(self) -> Iterator[Entry]:
        """Every entry that a run sent to the ledger or was given from it."""
        for opening in self.openings:
            yield from opening.carried.entries if opening.carried else ()
        for sent in self.steps:
            yield from sent.step.entries

    def _carried(self) -> Iterator[Place]:
        for opening in self.openings:
            if opening.carried and opening.carried.entries:
                yield opening.carried.entries[-1].number, opening.carried.digest


async def read_history(client: Client, no: CaseNo, lineage: str | None = None) -> CaseHistory | None:
    """The runs since the case was last started, and those that began with ``lineage`` if it was another; None if the
    server knows no such workflow.
    """
    try:
        described = await client.get_workflow_handle(no).describe(rpc_timeout=PATIENCE)
        history = CaseHistory(is_running=described.status is WorkflowExecutionStatus.RUNNING)
        first = described.raw_description.workflow_execution_info.first_run_id
        for begun in dict.fromkeys((lineage or first, first)):
            async for events in _runs(client, no, begun):
                await _read(client, events, history)
    except RPCError as answer:
        if answer.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return history


async def _runs(client: Client, no: CaseNo, first: str) -> AsyncIterator[Sequence[HistoryEvent]]:
    """The events of each run of a chain."""
    run = first
    while run:
        handle = client.get_workflow_handle(no, run_id=run)
        events = [event async for event in handle.fetch_history_events(rpc_timeout=PATIENCE)]
        yield events
        run = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


async def _read(client: Client, events: Sequence[HistoryEvent], history: CaseHistory) -> None:
    begun = events[0].workflow_execution_started_event_attributes.input.payloads
    history.openings.append(await _decoded(client, begun, OpenCase))
    history.longest = max(history.longest, len(events))
    history.is_whole = events[-1].workflow_execution_terminated_event_attributes.reason != BEHIND
    history.unanswered += unanswered(events)
    written = {
        event.activity_task_completed_event_attributes.scheduled_event_id: event.event_time.ToDatetime(UTC)
        for event in events
        if event.HasField("activity_task_completed_event_attributes")
    }
    for event in events:
        sent = event.activity_task_scheduled_event_attributes
        if sent.activity_type.name == RECORD:
            filed = await _decoded(client, sent.input.payloads, FiledStep)
            history.steps.append(SentStep(step=filed.step, written_at=written.get(event.event_id)))


def unanswered(events: Sequence[HistoryEvent]) -> list[str]:
    """Ids of the updates that a run took in and left without an answer when it ended of itself."""
    if events[-1].event_type not in ENDS:
        return []
    taken = {
        event.event_id: event.workflow_execution_update_accepted_event_attributes.protocol_instance_id
        for event in events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    }
    for event in events:
        taken.pop(event.workflow_execution_update_completed_event_attributes.accepted_event_id, None)
    return list(taken.values())


async def _decoded(client: Client, payloads: Sequence[Payload], kind: type[M]) -> M:
    message: M
    (message,) = await client.data_converter.decode(payloads, [kind])
    return message
