"""/cases: cases found by number, building, stage and day, or by their room, open and closed, a page at a time."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from api.body import WrongBody
from api.door import Caller, PageRoute, caller
from api.pages import by_room
from api.pages.by_room import OPEN_OR_CLOSED
from api.pages.controls import YES_OR_NO, Control, Kind, Options
from api.pages.inputs import Sending, question
from api.pages.markup import Markup, page, tag
from api.pages.names import estates_of
from api.pages.posted import MOST_FIELDS, Filled, Form, form_in
from api.pages.views import case_table, header
from api.problems import STATUS
from api.rights import Verb, may, needs
from api.routes.cases import Wanted, cases_of
from api.routes.room_search import RoomSearch, cases_of_room
from api.sentences import faults_of
from api.wire.answers import CasePage
from domain.calendar import LOCAL
from domain.errors import Malformed
from domain.rulebook import PROCEDURES

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PATH = "/cases"
DAYS: Mapping[str, time] = {"opened_from": time.min, "opened_to": time.max}
"""What is asked for by the day, and which of its moments that means."""


@router.get(PATH)
@needs(Verb.LIST_CASES)
async def search(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As GET /v1/cases; what is left empty does not count, and days are those of the estate."""
    asked = _asked(request)

    async def found() -> CasePage:
        return await cases_of(asking, Wanted.model_validate(_narrowed(asked)))

    return await _answered(asking, _Search(asked=asked), found)


@router.post(PATH)
@needs(Verb.FIND_BY_ROOM)
async def search_by_room(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As POST /v1/cases/search, its further pages too; on record before anything is shown."""
    given = await form_in(request)

    async def found() -> CasePage:
        return await cases_of_room(asking, RoomSearch.model_validate(by_room.asked_in(given)))

    return await _answered(asking, _Search(asked=given, by_room=True), found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What was asked for, and in which of the page's two forms."""

    asked: Form
    by_room: bool = False
    remedies: Mapping[str, str] = field(default_factory=dict)

    def filled(self, *, by_room: bool, beforehand: Mapping[str, str]) -> Filled:
        if by_room is not self.by_room:
            return Filled(typed={name: [value] for name, value in beforehand.items()})
        return Filled(typed=self.asked, remedies=self.remedies)


async def _answered(asking: Caller, sought: _Search, ask: Callable[[], Awaitable[CasePage]]) -> Response:
    """What is found, or the form again with what is wrong in it."""
    try:
        return HTMLResponse(await _page(asking, sought, await ask()))
    except ValidationError as wrong:
        remedies, kind = {one.field: one.remedy for one in faults_of(wrong.errors())}, Malformed
    except WrongBody as wrong:
        remedies, kind = {"": wrong.fault.remedy}, Malformed
    return HTMLResponse(await _page(asking, replace(sought, remedies=remedies)), STATUS[kind])


def _asked(request: Request) -> Form:
    """The fields of the address; none where there are too many of them."""
    try:
        return parse_qs(request.url.query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


def _narrowed(asked: Form) -> dict[str, str]:
    given = {name: values[0].strip() for name, values in asked.items()}
    given |= {name: given[name].upper() for name in {"no"} & given.keys()}
    given |= {name: _moment(given[name], clock) for name, clock in DAYS.items() if name in given}
    return {name: value for name, value in given.items() if value}


def _moment(said: str, clock: time) -> str:
    """What is no day goes on as it was typed, to be refused."""
    try:
        return datetime.combine(date.fromisoformat(said), clock, LOCAL).isoformat()
    except ValueError:
        return said


async def _page(asking: Caller, sought: _Search, found: CasePage | None = None) -> str:
    desk = asking.house.desk
    estates = await estates_of(desk, asking.principal.estates)
    buildings = [name for estate in estates for name in (await desk.reference.buildings(estate)).values()]
    offered: Options = tuple(estates.items())
    plain = sought.filled(by_room=False, beforehand={})
    of_room = sought.filled(by_room=True, beforehand=by_room.PRESET)
    may_find = any(may(actor, Verb.FIND_BY_ROOM) for actor in asking.principal.actors)
    return page(
        "查单 · 荔园服务台",
        header("查单", asking.principal.name),
        question(_controls(offered, _same(buildings)), plain, Sending(action=PATH, button="查询")),
        by_room.room_form(offered, of_room, Sending(action=PATH, button="按房号查询")) if may_find else None,
        [case_table(found.cases, estates), _further(sought, found)] if found else None,
    )


def _further(sought: _Search, found: CasePage) -> Markup:
    if not found.cases:
        return tag("p", "没有符合条件的单据", class_="quiet")
    return by_room.turning(sought.asked, found, PATH) if sought.by_room else _turning(sought.asked, found)


def _turning(asked: Form, found: CasePage) -> Markup:
    same = {name: values[0] for name, values in asked.items() if name != "cursor"}
    first = tag("a", "回到第一页", href=f"{PATH}?{urlencode(same)}") if "cursor" in asked else None
    following = tag("a", "下一页", href=f"{PATH}?{urlencode(same | {'cursor': found.next})}") if found.next else None
    return tag("p", first, "　" if first and following else None, following)


def _controls(estates: Options, buildings: Options) -> list[Control]:
    stages = _same(name for procedure in PROCEDURES.values() for name in procedure.stage_names)
    return [
        Control(name="no", label="单号", hint="可只写一部分，如末五位"),
        *([Control(name="estate", label="小区", kind=Kind.CHOICE, options=estates)] if len(estates) > 1 else []),
        Control(name="building", label="楼栋", kind=Kind.CHOICE, options=buildings),
        Control(name="stage", label="状态", kind=Kind.CHOICE, options=stages),
        Control(name="open", label="未结或已结", kind=Kind.CHOICE, options=OPEN_OR_CLOSED),
        Control(name="overdue", label="超时未办", kind=Kind.CHOICE, options=YES_OR_NO),
        Control(name="opened_from", label="受理日期自", kind=Kind.DAY),
        Control(name="opened_to", label="受理日期至", kind=Kind.DAY, hint="含当日"),
    ]


def _same(names: Iterable[str]) -> Options:
    return tuple((name, name) for name in dict.fromkeys(names))
