"""What supervisors see of a case in the Temporal Web UI: search attributes and current details, published together."""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import (
    SearchAttributeIndexedValueType,
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from domain.deadlines import Duty, DutyState
from domain.docket import Docket
from domain.filing import CaseView
from domain.limits import due_text
from domain.people import CaseNo, EstateCode
from domain.periods import Running
from domain.rulebook.rows import Procedure

ESTATE = SearchAttributeKey.for_keyword("DeskEstate")
BUILDING = SearchAttributeKey.for_keyword("DeskBuilding")
STAGE = SearchAttributeKey.for_keyword("DeskStage")
OVERDUE = SearchAttributeKey.for_keyword("DeskOverdue")
DRILL = SearchAttributeKey.for_keyword("DeskDrill")
WAITING_FOR = SearchAttributeKey.for_keyword_list("DeskWaitingFor")
WAITING_POSTS = SearchAttributeKey.for_keyword_list("DeskWaitingPosts")
OWED = SearchAttributeKey.for_keyword_list("DeskOwed")
NEXT_DUE = SearchAttributeKey.for_datetime("DeskNextDue")

ATTRIBUTES: dict[str, SearchAttributeIndexedValueType] = {
    key.name: key.indexed_value_type
    for key in (ESTATE, BUILDING, STAGE, OVERDUE, DRILL, WAITING_FOR, WAITING_POSTS, OWED, NEXT_DUE)
}
"""What a namespace must know before a case can start."""

YES, NO = "是", "否"


def how_to(procedure: Procedure) -> str:
    """Stands beside every case in the Web UI, under Details."""
    doors = "、".join(door.event.label for door in procedure.web_ui)
    return (
        f"主管可在右上角 **More Actions** → **Send an Update** 中发送【主管】{doors}，"
        "在 Data 中按说明填写，by 为本人工号。"
    )


def at_opening(estate: EstateCode, building: str, *, drill: bool) -> TypedSearchAttributes:
    """What never changes of a case, given with its start."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(ESTATE, estate),
            SearchAttributePair(BUILDING, building),
            SearchAttributePair(DRILL, YES if drill else NO),
        ]
    )


class Display:
    """The last thing published; only what differs is published again."""

    def __init__(self, no: CaseNo, page: str) -> None:
        self._no = no
        self._page = page
        self._shown: dict[str, Any] = {}

    def show(self, view: CaseView, docket: Docket, periods: Sequence[Running]) -> None:
        """Attributes and details of this step; texts are built from enums, numbers and times only."""
        owed = docket.owed
        updates: list[SearchAttributeUpdate[Any]] = []
        for key, value in (
            (STAGE, view.stage),
            (OVERDUE, YES if view.overdue else NO),
            (WAITING_FOR, list(view.waiting_for)),
            (WAITING_POSTS, list(view.waiting_posts)),
            (OWED, list(dict.fromkeys(duty.row.label for duty in owed))),
            (NEXT_DUE, view.next_due_at),
        ):
            if key.name not in self._shown or self._shown[key.name] != value:
                self._shown[key.name] = value
                updates.append(_update(key, value))
        if updates:
            workflow.upsert_search_attributes(updates)
        lines = [*map(_line, owed), *map(_period_line, periods)]
        workflow.set_current_details(_details(self._no, view, lines, self._page))


def _update(key: SearchAttributeKey[Any], value: object) -> SearchAttributeUpdate[Any]:
    return key.value_unset() if value is None or value == [] else key.value_set(value)


def _details(no: CaseNo, view: CaseView, owed: Sequence[str], page: str) -> str:
    """Markdown: stage and what is waited for, the open duties and periods, the way to our own page."""
    late = "（已超时）" if view.overdue else ""
    lines = [f"### {view.stage}{late}"]
    if view.waiting_for:
        lines += ["", f"等待：**{'、'.join(view.waiting_for)}**（{'、'.join(view.waiting_posts)}）"]
    if owed:
        lines += ["", *(f"- {line}" for line in owed)]
    if page:
        lines += ["", f"[本单全部记录]({page}/{no})"]
    return "\n".join(lines)


def _line(duty: Duty) -> str:
    """A list, not a table: the Web UI draws tables without any space between their columns."""
    return f"{duty.row.rule} **{duty.row.label}** 截止 {due_text(duty.due.at)} · {duty.owner} · {_state(duty)}"


def _period_line(one: Running) -> str:
    return f"{one.row.rule} **{one.row.label}** 至 {due_text(one.over_at)}"


def _state(duty: Duty) -> str:
    extended = "（已延期）" if duty.extended else ""
    return ("**已超时**" if duty.state is DutyState.BREACHED else "办理中") + extended
