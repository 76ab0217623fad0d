"""/cases/{no}: a case as its reader may see it, with a form for everything he may record of it now."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.course import Course, Stretch, stretches
from api.desk import Desk
from api.door import SEE_OTHER, Caller, PageRoute, caller
from api.looking import Look, Purpose, facts_of, look_at, unmask
from api.pages.case_view import AT, CasePage, Recordable, case_page
from api.pages.controls import Choices, Options, controls_of, document_of
from api.pages.names import items_of, names_in
from api.pages.posted import Filled, Form, carried_out, first, form_in, under_its_key
from api.rights import Verb, demand, may, needs
from api.routes.cases import case_answer
from api.routes.events import record_event
from api.routes.forms import PRINTABLES, Wanted, counted, printed
from api.same_room import beside
from api.wire.events import EVENTS
from api.wire.requests import NewEvent
from domain.admission import may as may_record
from domain.errors import Malformed, UnknownCase
from domain.events import Event
from domain.events.repair import RequestReceived
from domain.limits import due_text
from domain.people import Role
from domain.rulebook import PROCEDURES
from infra.postgres.records import FiledDuty
from workflows import CASES
from workflows.retrace import Retracing

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PRINTING = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is shown with: see ``CasePage``."""

    filled: Mapping[str, Filled] = field(default_factory=dict)
    purpose: Purpose | None = None
    pending: bool = False


@router.get("/cases/{no}")
@needs(Verb.READ_CASE)
async def case(no: str, asking: Annotated[Caller, Depends(caller)], *, pending: bool = False) -> Response:
    """Masked; the Web UI links to it. ``pending``: something was just sent that the case has not taken in yet."""
    return HTMLResponse(await _page(asking, await look_at(asking, no), Asked(pending=pending)))


@router.post("/cases/{no}/full")
@needs(Verb.READ_PERSONAL)
async def case_in_full(no: str, request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """PRV-106: unmasked for a purpose of the list, which is on record before anything is shown."""
    said = first(await form_in(request), "purpose")
    purpose = next((one for one in Purpose if one.value == said), None)
    look = await look_at(asking, no)
    if purpose is None:
        raise Malformed(field="purpose", remedy="请选择用途", english="Choose a purpose.", allowed=tuple(Purpose))
    await unmask(asking, look, Verb.READ_PERSONAL, purpose=purpose, what="case")
    return HTMLResponse(await _page(asking, look, Asked(purpose=purpose)))


@router.post("/cases/{no}/events")
@needs(Verb.RECORD)
async def record(no: str, request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As POST /v1/cases/{no}/events; what is refused stands in its form again, with what was typed."""
    given = await form_in(request)
    event = EVENTS.get(first(given, "type"))
    if event is None:
        raise UnknownCase

    async def write() -> Response:
        report = NewEvent.model_validate(_report(event, given))
        return await record_event(no, report, under_its_key(asking, given))

    told = await carried_out(given, write)
    if isinstance(told, Filled):
        asked = Asked(filled={event.kind(): told})
        return HTMLResponse(await _page(asking, await look_at(asking, no), asked), told.status)
    return came_of(told)


@router.post("/cases/{no}/print")
@needs(Verb.PRINT)
async def print_copy(no: str, request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Counted once however often the form is sent, and then shown."""
    given = await form_in(request)
    look = await look_at(asking, no)
    wanted = _copy_of(look, first(given, "copy"))
    demand(look.actor, Verb.PRINT, facts_of(look))
    printing = await counted(under_its_key(asking, given), look, wanted)
    return RedirectResponse(f"/cases/{look.head.no}/print/{wanted.copy.number}/{printing.number}", SEE_OTHER)


@router.get("/cases/{no}/print/{copy}/{printing}")
@needs(Verb.PRINT)
async def printed_copy(no: str, copy: str, printing: str, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """A printing that was counted, as often as it is looked at."""
    if not PRINTING.fullmatch(printing):
        raise UnknownCase
    return await printed(asking, no, _copy_of(await look_at(asking, no), copy), int(printing))


def _copy_of(look: Look, number: str) -> Wanted:
    """Of the form that the procedure of the case has."""
    form = PROCEDURES[look.head.procedure].form
    copy = next((copy for copy in form.copies if str(copy.number) == number), None) if form else None
    if form is None or copy is None:
        raise UnknownCase
    return Wanted(printable=PRINTABLES[form.slug], copy=copy)


def came_of(told: Mapping[str, object]) -> Response:
    """To the case, which says whether what was sent is on its way still."""
    return RedirectResponse(f"/cases/{told['no']}" + ("" if told["state"] == "applied" else "?pending=1"), SEE_OTHER)


def _report(event: type[Event], given: Form) -> dict[str, object]:
    said = document_of(controls_of(event, Choices()), given)
    return {"event": {"type": event.kind(), **said}, **document_of([AT], given)}


async def _page(asking: Caller, look: Look, asked: Asked) -> str:
    desk = asking.house.desk
    duties = await desk.reader.duties(look.head.no)
    spans, kinds = await asyncio.to_thread(_read, look, duties)
    return case_page(
        CasePage(
            who=asking.principal.name,
            case=case_answer(look, duties, await beside(desk, look), masked=asked.purpose is None),
            course=spans,
            names=await names_in(desk, look, [duty.owed_by_id for duty in duties]),
            recordable=tuple(_recordable(kinds, await _choices(desk, look, duties))),
            filled=asked.filled,
            may_unmask=may(look.actor, Verb.READ_PERSONAL, facts_of(look)),
            purpose=asked.purpose,
            pending=asked.pending,
        )
    )


def _read(look: Look, duties: Sequence[FiledDuty]) -> tuple[tuple[Stretch, ...], "Kinds"]:
    course = Course(
        head=look.head,
        entries=look.entries,
        duties=duties,
        procedure=PROCEDURES[look.head.procedure],
        until=look.head.closed_at or datetime.now(UTC),
    )
    return stretches(course), _kinds(look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What the person may record: what the case waits for or would be turned by, and what needs no turn."""

    in_turn: Sequence[type[Event]] = ()
    any_time: Sequence[type[Event]] = ()


def _kinds(look: Look) -> Kinds:
    if not look.head.open or not look.file:
        return Kinds()
    with Retracing(CASES[look.head.procedure]) as retracing:
        place = retracing.after(tuple(look.file))
    any_time = PROCEDURES[look.head.procedure].any_time
    in_turn = [kind for kind in place.admitted if kind in place.awaited or kind not in any_time]
    return Kinds(
        in_turn=tuple(_permitted(look, in_turn)),
        any_time=tuple(_permitted(look, (kind for kind in any_time if kind not in in_turn))),
    )


def _permitted(look: Look, kinds: Iterable[type[Event]]) -> Iterator[type[Event]]:
    procedure = PROCEDURES[look.head.procedure]
    edition = procedure.edition(look.head.edition)
    posted = set(EVENTS.values())
    return (kind for kind in kinds if kind in posted and may_record(look.actor, kind, look.file, procedure, edition))


def _recordable(kinds: Kinds, choices: Choices) -> Iterator[Recordable]:
    for kind in kinds.in_turn:
        yield Recordable(event=kind, controls=controls_of(kind, choices), in_turn=True)
    for kind in kinds.any_time:
        yield Recordable(event=kind, controls=controls_of(kind, choices), in_turn=False)


async def _choices(desk: Desk, look: Look, duties: Sequence[FiledDuty]) -> Choices:
    estate = look.head.estate
    edition = PROCEDURES[look.head.procedure].edition(look.head.edition)
    extendable = {row.key for row in edition.obligations if row.extendable_by in look.actor.posts}
    return Choices(
        repairers=tuple((await desk.reference.holders(estate, Role.REPAIRER)).items()),
        engineers=tuple((await desk.reference.holders(estate, Role.ENGINEERING)).items()),
        teams=await _teams(desk, look),
        items=tuple(items_of(await desk.reference.price_book(estate)).items()),
        limits=tuple(
            (duty.key, f"{duty.label}（{duty.rule}，{due_text(duty.due_at)}）")
            for duty in duties
            if duty.owed and duty.key in extendable
        ),
    )


async def _teams(desk: Desk, look: Look) -> Options:
    """REP-05: the team proposed for this kind of fault, and then the others."""
    request, proposed = look.file.last(RequestReceived), await desk.reference.teams(look.head.estate)
    first = proposed.get(request.fault) if request else None
    names = sorted(await desk.reference.team_names(look.head.estate), key=lambda name: name != first)
    return tuple((name, f"{name}（建议）" if name == first else name) for name in names)
