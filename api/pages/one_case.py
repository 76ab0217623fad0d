"""/cases/{no}: a case as its reader may see it, with a form for everything he may record of it now."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.completion import Circumstances, charged
from api.course import Course, Stretch, stretches
from api.door import SEE_OTHER, Caller, PageRoute, caller
from api.looking import Look, Purpose, facts_of, look_at, unmask
from api.pages.case_view import CasePage, case_page
from api.pages.choices import choices_for, lives_there, presets, prices_for
from api.pages.controls import Choices, controls_of, document_of
from api.pages.names import names_in
from api.pages.offered import Kinds, kinds_for
from api.pages.posted import TOTAL, Filled, Form, carried_out, first, form_in, under_its_key, unsent
from api.pages.recording import AT, Recordable, Recording
from api.periods import periods_of
from api.rights import Verb, demand, may, needs
from api.routes.cases import bound_to, case_answer
from api.routes.events import record_event
from api.routes.forms import PRINTABLES, Wanted, counted, forms_of, printed
from api.wire.events import EVENTS, OPENINGS, WireCharge
from api.wire.requests import NewEvent
from domain.errors import Malformed, UnknownCase
from domain.events import Event
from domain.events.repair import FormFilled
from domain.pricing import ChargeLine, total
from domain.rulebook import PROCEDURES
from domain.rulebook.repair.charging import charges_in_force
from domain.rulebook.repair.copies import by_form
from infra.postgres.records import FiledDuty

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PRINTING = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is shown with: see ``CasePage``."""

    filled: Mapping[str, Filled] = field(default_factory=dict)
    purpose: Purpose | None = None
    told: str = ""


@router.get("/cases/{no}")
@needs(Verb.READ_CASE)
async def case(no: str, asking: Annotated[Caller, Depends(caller)], done: str = "", pending: str = "") -> Response:
    """Masked; the Web UI links to it. ``done``, ``pending``: what became of a form just sent, see ``came_of``."""
    look = await look_at(asking, no)
    return HTMLResponse(await _page(asking, look, Asked(told=_recorded(look, done) or _kept(pending))))


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
        await _count_first(asking, no, report, first(given, TOTAL))
        return await record_event(no, report, under_its_key(asking, given))

    try:
        told = await carried_out(given, write)
    except NotCountedYet as counted:
        asked = Asked(filled={event.kind(): unsent(given, counted.lines)})
        return HTMLResponse(await _page(asking, await look_at(asking, no), asked))
    if isinstance(told, Filled):
        asked = Asked(filled={event.kind(): told})
        return HTMLResponse(await _page(asking, await look_at(asking, no), asked), told.status)
    return came_of(told, event)


class NotCountedYet(Exception):
    """What is to be charged has another total than the one that stood on the page, if any did."""

    def __init__(self, lines: tuple[ChargeLine, ...]) -> None:
        super().__init__()
        self.lines = lines


async def _count_first(asking: Caller, no: str, report: NewEvent, seen: str) -> None:
    """FEE-03: nothing is charged whose total nobody has seen. Raises NotCountedYet, or what pricing raises."""
    charges: tuple[WireCharge, ...] = report.event.values().get("charges", ())
    if not charges:
        return
    look, desk = await look_at(asking, no), asking.house.desk
    there = Circumstances(head=look.head, at=report.at or datetime.now(UTC))
    lines = await charged(desk, charges, there, await desk.reference.price_book(look.head.estate))
    if seen != str(total(lines)):
        raise NotCountedYet(lines)


@router.post("/cases/{no}/print")
@needs(Verb.PRINT)
async def print_copy(no: str, request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Counted once however often the form is sent, and then shown."""
    given = await form_in(request)
    look = await look_at(asking, no)
    wanted = _copy_of(look, first(given, "copy"), first(given, "round"))
    demand(look.actor, Verb.PRINT, facts_of(look))
    printing = await counted(under_its_key(asking, given), look, wanted)
    of_round = f"?round={wanted.of_round}" if wanted.of_round else ""
    return RedirectResponse(f"/cases/{look.head.no}/print/{wanted.copy.number}/{printing.number}{of_round}", SEE_OTHER)


@router.get("/cases/{no}/print/{copy}/{printing}")
@needs(Verb.PRINT)
async def printed_copy(
    no: str,
    copy: str,
    printing: str,
    asking: Annotated[Caller, Depends(caller)],
    of_round: Annotated[str, Query(alias="round")] = "",
) -> Response:
    """A printing that was counted, as often as it is looked at."""
    if not PRINTING.fullmatch(printing):
        raise UnknownCase
    return await printed(asking, no, _copy_of(await look_at(asking, no), copy, of_round), int(printing))


def _copy_of(look: Look, number: str, of_round: str) -> Wanted:
    """Of the form that the procedure of the case has; of the one that is out, unless a round is named."""
    form = PROCEDURES[look.head.procedure].form
    copy = next((copy for copy in form.copies if str(copy.number) == number), None) if form else None
    if form is None or copy is None or not (of_round == "" or PRINTING.fullmatch(of_round)):
        raise UnknownCase
    return Wanted(printable=PRINTABLES[form.slug], copy=copy, of_round=int(of_round) if of_round else None)


def came_of(told: Mapping[str, object], event: type[Event]) -> Response:
    """To the case, which says what was recorded, by its number in the file, or what is on its way there still."""
    said = f"done={told.get('number', 1)}" if told["state"] == "applied" else f"pending={event.kind()}"
    return RedirectResponse(f"/cases/{told['no']}?{said}", SEE_OTHER)


def _recorded(look: Look, number: str) -> str:
    """In words; nothing where the file holds no such entry."""
    entry = next((one for one in look.entries if str(one.number) == number), None)
    if entry is None:
        return ""
    return "已受理" if entry.type in OPENINGS else f"已登记：{entry.label}"


def _kept(kind: str) -> str:
    event = EVENTS.get(kind) or OPENINGS.get(kind)
    return f"已交待处理：{event.label}。已收到并保存，系统稍后记入此单，请勿重复登记。" if event else ""


def _report(event: type[Event], given: Form) -> dict[str, object]:
    said = document_of(controls_of(event, Choices()), given)
    return {"event": {"type": event.kind(), **said}, **document_of([AT], given)}


async def _page(asking: Caller, look: Look, asked: Asked) -> str:
    desk = asking.house.desk
    duties = await desk.reader.duties(look.head.no)
    spans, kinds = await asyncio.to_thread(_read, look, duties)
    book = await desk.reference.price_book(look.head.estate)
    prices = prices_for(look, book)
    choices = await choices_for(desk, look, duties, prices, kinds)
    resident = await lives_there(asking, look, asked.purpose) if asked.purpose and FormFilled in kinds else {}
    names = await names_in(desk, look, [duty.owed_by_id for duty in duties], book)
    return case_page(
        CasePage(
            who=asking.principal.name,
            case=case_answer(
                look, duties, await periods_of(desk, look), await bound_to(desk, look), masked=asked.purpose is None
            ),
            course=spans,
            names=names,
            recording=Recording(
                no=look.head.no,
                held=kinds.held,
                recordable=tuple(_recordable(kinds, choices, presets(look, choices, prices, resident))),
                filled=asked.filled,
                prices=prices.shown,
                names=names,
            ),
            charges=tuple(charges_in_force(form) for form in by_form(look.file)[: forms_of(look)]),
            may_unmask=may(look.actor, Verb.READ_PERSONAL, facts_of(look)),
            may_print=may(look.actor, Verb.PRINT, facts_of(look)),
            may_see_told=may(look.actor, Verb.READ_TOLD, facts_of(look)),
            may_open=may(look.actor, Verb.OPEN_CASE),
            purpose=asked.purpose,
            told=asked.told,
        )
    )


def _read(look: Look, duties: Sequence[FiledDuty]) -> tuple[tuple[Stretch, ...], Kinds]:
    course = Course(
        head=look.head,
        entries=look.entries,
        duties=duties,
        procedure=PROCEDURES[look.head.procedure],
        until=look.head.closed_at or datetime.now(UTC),
    )
    return stretches(course), kinds_for(look, duties)


def _recordable(kinds: Kinds, choices: Choices, beforehand: Mapping[type[Event], Form]) -> Iterator[Recordable]:
    for in_turn, some in ((True, kinds.in_turn), (False, kinds.any_time)):
        for kind in some:
            yield Recordable(
                event=kind,
                controls=controls_of(kind, choices),
                in_turn=in_turn,
                beforehand=beforehand.get(kind, {}),
            )
