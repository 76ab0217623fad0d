"""A later case of one that has ended; where that was merged or told apart by mistake, clocks go on from its call."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from api.desk import Desk
from api.so_far import file_so_far
from domain.callers import callers
from domain.errors import Malformed, RuleBroken
from domain.events import Opening
from domain.events.joining import CameAfter
from domain.people import CaseNo, EstateCode
from domain.rulebook.joining import MERGED, MOST_CALLERS, TOLD_APART
from domain.rulebook.rows import Procedure
from infra.postgres.links import Kind


class Naming(Protocol):
    """What a request says of the case before it."""

    @property
    def estate(self) -> str: ...
    @property
    def drill(self) -> bool: ...
    @property
    def after(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def call_started_at(self) -> datetime | None: ...
    @property
    def though_elsewhere(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """``called_at``: from when the clocks count, where the case before should never have ended.

    ``seen``: what need not be shown, since the case before went into it. The event says out of which its callers come.
    """

    event: CameAfter
    called_at: datetime | None = None
    seen: frozenset[CaseNo] = frozenset()


async def earlier_of(desk: Desk, told: Naming, procedure: Procedure, place: str) -> Earlier | None:
    """The case that ``after`` names; Malformed or RuleBroken for one that no later case can be opened of.

    ``place``: where the new one is, by its ``Spot``.
    """
    if told.after is None:
        return None
    if told.reason is None:
        raise Malformed(field="reason", remedy="请填写接续前单的原因", english="Say why it comes after that case.")
    head = await desk.reader.case(CaseNo(told.after))
    if head is None or (head.estate, head.procedure, head.drill) != (
        EstateCode(told.estate),
        procedure.prefix,
        told.drill,
    ):
        raise Malformed(
            field="after",
            remedy="本小区没有这张前单，或不是同一类单；请核对单号",
            english="The estate has no such case of this procedure; check the number.",
        )
    if head.open:
        raise RuleBroken(
            "REP-36",
            field="after",
            remedy="前单尚未结案：再次来电的，在该单登记「又来电」；住户已签字而未解决的，在该单登记「客户反馈」；"
            "已转类或住户不同意维修的，不填前单，另立新单",
            english="That case is still open; record called_again in it, or feedback_given if the work is signed for; "
            "if it was told apart or refused, open a new case without after.",
        )
    if not told.though_elsewhere and await _is_elsewhere(desk, head.no, place):
        raise RuleBroken(
            "REP-36",
            field="though_elsewhere",
            remedy="前单是另一房号或地点的；请核对前单单号，确属接续的，请注明 though_elsewhere 为是",
            english="That case is of another room or place; check after, or say though_elsewhere: true.",
        )
    event = CameAfter(after=head.no, reason=told.reason)
    if head.result not in {MERGED, TOLD_APART}:
        return Earlier(event=event)
    if told.call_started_at is not None:
        raise Malformed(
            field="call_started_at",
            remedy="前单并入或转类有误而另立的，时限从前单来电时起算，不填此项",
            english="After a case merged or told apart by mistake the clocks count from the old call; leave this out.",
        )
    if later := [link.no for link in await desk.links.of(head.no) if link.kind is Kind.LATER]:
        raise RuleBroken(
            "REP-13",
            field="after",
            remedy=f"该单已由 {later[-1]} 接续，请在该单办理；又有新情况的，前单填该单",
            english=f"{later[-1]} came after that case already; go on there, or name that one in after.",
        )
    event = replace(event, callers=callers(await file_so_far(desk, head.no))[:MOST_CALLERS])
    into = await _where_it_went(desk, head.no)
    if into and (kept := await desk.reader.case(into[-1])) and kept.open:
        event = replace(event, apart_from=kept.no)
    return Earlier(event=event, called_at=head.received_at, seen=frozenset(into))


async def _is_elsewhere(desk: Desk, no: CaseNo, place: str) -> bool:
    """False of a case of which nothing can be read any more."""
    file = await file_so_far(desk, no)
    return any(entry.event.spot.place != place for entry in file.opening if isinstance(entry.event, Opening))


async def _where_it_went(desk: Desk, no: CaseNo) -> list[CaseNo]:
    """One after the other, as far as its callers went; nothing for one that was taken out again already."""
    went: list[CaseNo] = []
    while into := [link.no for link in await desk.links.of(no) if link.kind is Kind.WENT_INTO]:
        (no,) = into
        went.append(no)
    return went
