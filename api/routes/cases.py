"""GET /v1/cases and /v1/cases/{no}: what stands open and what is known of one case."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.body import WrongBody
from api.desk import Desk
from api.door import Caller, DeskRoute, caller
from api.looking import Look, Purpose, look_at, seen, shown, unmask
from api.periods import periods_of
from api.rights import CaseFacts, Verb, listed, may, needs
from api.same_room import beside
from api.sentences import fault
from api.wire.answers import (
    PROBLEMS,
    CaseAnswer,
    CaseLine,
    CasePage,
    DutyAnswer,
    EntryAnswer,
    Guidance,
    Linked,
    OperatingProcedureAnswer,
    PeriodAnswer,
    SameRoom,
)
from api.wire.text import FIRST_YEAR, LAST_YEAR, Estate, Moment, Owed, PartOfNumber, Procedure, ShortWords
from domain.callers import callers
from domain.events import Opening
from domain.events.on_site import ProgressReported
from domain.people import EstateCode, Role
from domain.periods import Running
from domain.rulebook import PROCEDURES
from domain.rulebook.repair.accepting import to_put_right
from domain.rulebook.repair.reading import unsolved
from domain.rulebook.rows import Edition
from infra.postgres.records import CaseHead, FiledDuty, FiledEntry, Filter
from infra.reference.loaded import OperatingProcedure

PLACE = re.compile(r"[0-9A-Za-z-]{1,40}")
MOST = 200

router = APIRouter(route_class=DeskRoute, tags=["查询"])


STAGES = tuple(dict.fromkeys(name for one in PROCEDURES.values() for name in one.stage_names))
DUTIES = frozenset(
    name
    for one in PROCEDURES.values()
    for edition in one.editions
    for row in edition.obligations
    for name in (row.rule, row.key)
)
"""By rule, and by key."""


def _known(owed: str) -> str:
    if owed not in DUTIES:
        raise PydanticCustomError("no_such_duty", "is no duty of ours")
    return owed


if TYPE_CHECKING:
    StageName = str
else:
    StageName = Literal[STAGES]


class Wanted(BaseModel):
    """The filters of the list; what is left out does not count."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    estate: Estate | None = None
    procedure: Procedure | None = None
    """The prefix of the numbers, such as REP."""
    open: bool | None = None
    overdue: bool | None = None
    waiting_post: Role | None = None
    stage: StageName | None = None
    waiting_for: ShortWords | None = None
    """What is awaited now, in the words of ``waiting_for``."""
    owes: Annotated[Owed, AfterValidator(_known)] | None = None
    """A rule, or the key of a duty, owed now; oldest first."""
    returned: bool | None = None
    """REP-45: of the forms that were issued, those returned or not; oldest first."""
    due_before: Moment | None = None
    """Only cases with a due time at or before it."""
    no: PartOfNumber | None = None
    """The number, or a part of it."""
    building: ShortWords | None = None
    """The name of a building, as in ``building``."""
    opened_from: Moment | None = None
    """Only calls that came at or after it."""
    opened_to: Moment | None = None
    """Only calls that came at or before it."""
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


FILTERS = frozenset(Wanted.model_fields) - {"estate", "cursor", "limit"}


@router.get("/v1/cases", summary="单据列表", responses=PROBLEMS)
@needs(Verb.LIST_CASES)
async def list_cases(wanted: Annotated[Wanted, Query()], asking: Annotated[Caller, Depends(caller)]) -> CasePage:
    """Cases, newest first; with ``owes`` or ``returned`` oldest first. Of the caller's estates, nothing personal."""
    return await cases_of(asking, wanted)


async def cases_of(asking: Caller, wanted: Wanted) -> CasePage:
    seen_of = listed(asking.principal.actors)
    if wanted.procedure is None and len(seen_of) < len(PROCEDURES):
        wanted = wanted.model_copy(update={"procedure": next(iter(seen_of), None)})
    estates = {estate for estate in estates_of(asking, wanted) if _may_list(asking, estate, wanted.procedure)}
    return await page_of(asking, filter_of(wanted, estates))


def _may_list(asking: Caller, estate: EstateCode, procedure: str | None) -> bool:
    actor = asking.principal.actor(estate)
    if actor is None:
        return False
    if procedure is None:
        return may(actor, Verb.LIST_CASES)
    return may(actor, Verb.LIST_CASES, CaseFacts(estate=estate, procedure=procedure, open=True, at_work=()))


def estates_of(asking: Caller, wanted: Wanted) -> frozenset[EstateCode]:
    """Of the caller's estates those that are asked for."""
    held = asking.principal.estates
    return held & {EstateCode(wanted.estate)} if wanted.estate else held


def filter_of(wanted: Wanted, estates: Iterable[EstateCode]) -> Filter:
    """Raises WrongBody for a cursor that is none of ours."""
    narrowed = wanted.model_dump(include=set(FILTERS))
    return Filter(estates=sorted(estates), after=place_of(wanted.cursor), limit=wanted.limit, **narrowed)


async def page_of(asking: Caller, wanted: Filter) -> CasePage:
    heads = await asking.house.desk.reader.cases(replace(wanted, limit=wanted.limit + 1))
    page = heads[: wanted.limit]
    more = len(heads) > wanted.limit
    last = page[-1] if more else None
    at = (last.received_at if wanted.by_age else last.created_at) if last else None
    return CasePage(cases=[line_of(head) for head in page], next=cursor_of(at, last.no) if last and at else None)


@router.get("/v1/cases/{no}", summary="查看一张单", responses=PROBLEMS)
@needs(Verb.READ_CASE)
async def get_case(
    no: str, asking: Annotated[Caller, Depends(caller)], purpose: Annotated[Purpose | None, Query()] = None
) -> CaseAnswer:
    """One case with its duties and events.

    Personal data are masked unless a ``purpose`` is given by somebody who may know; that is kept on record.
    """
    look = await look_at(asking, no)
    if purpose is not None:
        await unmask(asking, look, Verb.READ_PERSONAL, purpose=purpose, what="case")
    desk = asking.house.desk
    duties = await desk.reader.duties(look.head.no)
    periods = await periods_of(desk, look)
    return case_answer(look, duties, periods, await bound_to(desk, look), masked=purpose is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What is not the case's own: those of the same room or place or bound to it, and how such a fault is repaired."""

    same_room: list[SameRoom]
    linked: list[Linked]
    procedure: OperatingProcedure | None


async def bound_to(desk: Desk, look: Look) -> Others:
    links = await desk.links.of(look.head.no)
    linked = [Linked.model_validate(link, from_attributes=True) for link in links]
    bound = {link.no for link in linked}
    others = [other for other in await beside(desk, look) if not (other.may_precede and other.no in bound)]
    trade = next((entry.event.trade for entry in look.file.opening if isinstance(entry.event, Opening)), "")
    procedure = await desk.reference.operating_procedure(look.head.estate, trade) if look.head.open else None
    return Others(same_room=others, linked=linked, procedure=procedure)


def case_answer(
    look: Look, duties: list[FiledDuty], periods: Sequence[Running], others: Others, *, masked: bool
) -> CaseAnswer:
    progress, wrong = look.file.last_entry(ProgressReported), to_put_right(look.file)
    return CaseAnswer(
        **line_of(look.head).model_dump(),
        edition=look.head.edition.isoformat(),
        masked=masked,
        reopened=sum(unsolved(entry) for entry in look.file),
        to_put_right=wrong if wrong is None else seen(wrong, masked=masked),
        last_progress_at=progress.at if progress else None,
        guidance=[
            Guidance(rule=guide.rule, text=guide.text)
            for guide in edition_of(look.head).guides
            if look.head.open and look.head.stage in guide.stages
        ],
        operating_procedure=OperatingProcedureAnswer.model_validate(others.procedure, from_attributes=True)
        if others.procedure
        else None,
        crew=list(PROCEDURES[look.head.procedure].crew(look.file)),
        same_room=others.same_room,
        linked=others.linked,
        callers=len(callers(look.file)),
        obligations=[duty_answer(duty) for duty in duties],
        periods=[PeriodAnswer(rule=one.row.rule, label=one.row.label, ends_at=one.over_at) for one in periods],
        events=[_entry_answer(entry, edition_of(look.head), masked=masked) for entry in look.entries],
    )


def line_of(head: CaseHead) -> CaseLine:
    return CaseLine(
        no=head.no,
        procedure=head.procedure,
        procedure_name=PROCEDURES[head.procedure].name,
        estate=head.estate,
        building=head.building,
        about=head.about,
        channel=head.channel,
        received_at=head.received_at,
        drill=head.drill,
        state="opening" if head.number is None else "open" if head.open else "closed",
        stage=head.stage,
        waiting_for=head.waiting_for,
        waiting_posts=head.waiting_posts,
        owing_posts=head.owing_posts,
        overdue=head.overdue,
        next_due_at=head.next_due_at,
        missed_due_at=head.missed_due_at,
        closed_at=head.closed_at,
        result=head.result,
    )


def duty_answer(duty: FiledDuty) -> DutyAnswer:
    return DutyAnswer(
        rule=duty.rule,
        key=duty.key,
        cycle=duty.cycle,
        label=duty.label,
        owed_by=duty.owed_by,
        owed_by_id=duty.owed_by_id,
        started_at=duty.started_at,
        first_due_at=duty.first_due_at,
        due_at=duty.due_at,
        provisional=duty.provisional,
        state=duty.state,
        owed=duty.owed,
        ended_at=duty.ended_at,
        breached_at=duty.breached_at,
    )


def edition_of(head: CaseHead) -> Edition:
    return PROCEDURES[head.procedure].edition(head.edition)


def _entry_answer(filed: FiledEntry, edition: Edition, *, masked: bool) -> EntryAnswer:
    return EntryAnswer(
        number=filed.number,
        type=filed.type,
        label=edition.name_of(filed.entry.event) if filed.entry else filed.label,
        at=filed.at,
        recorded_at=filed.recorded_at,
        by=filed.by_id,
        by_posts=filed.by_posts,
        source=filed.source,
        backdated=filed.backdated,
        rule=filed.rule,
        event=dict(shown(filed.entry.event, masked=masked)) if filed.entry else None,
    )


def cursor_of(at: datetime, name: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), name]).encode()).decode()


def place_of(cursor: str | None) -> tuple[datetime, str] | None:
    """Raises WrongBody for a cursor that is none of ours."""
    if cursor is None:
        return None
    try:
        at, name = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        place = datetime.fromisoformat(at), str(name)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise WrongBody(fault("no_cursor", "cursor")) from None
    if place[0].tzinfo is None or not FIRST_YEAR <= place[0].year < LAST_YEAR or not PLACE.fullmatch(place[1]):
        raise WrongBody(fault("no_cursor", "cursor"))
    return place
