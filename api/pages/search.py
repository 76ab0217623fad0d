"""/cases: cases found by number, room, building, stage and day, open and closed, a page at a time."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from api.body import WrongBody
from api.door import Caller, PageRoute, caller
from api.pages.controls import LABELS, YES_OR_NO, Control, Kind, Options
from api.pages.inputs import Sending, question
from api.pages.markup import Markup, page, tag
from api.pages.names import estates_of
from api.pages.posted import MOST_FIELDS, Filled, Form
from api.pages.views import case_table, header
from api.problems import STATUS
from api.rights import Verb, may, needs
from api.routes.cases import Wanted, cases_of
from api.sentences import faults_of
from api.wire.answers import CasePage
from domain.calendar import LOCAL
from domain.errors import DeskError, Malformed
from domain.rulebook import PROCEDURES

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PATH = "/cases"
OPEN_OR_CLOSED: Options = (("true", "未结"), ("false", "已结"))
DAYS: Mapping[str, time] = {"opened_from": time.min, "opened_to": time.max}
"""What is asked for by the day, and which of its moments that means."""
CAPITALS = frozenset({"no", "room"})


@router.get(PATH)
@needs(Verb.LIST_CASES)
async def search(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As GET /v1/cases; what is left empty does not count, and days are those of the estate."""
    asked = _asked(request)
    try:
        found = await cases_of(asking, Wanted.model_validate(_narrowed(asked)))
    except ValidationError as wrong:
        return await _refused(asking, asked, {one.field: one.remedy for one in faults_of(wrong.errors())}, Malformed)
    except WrongBody as wrong:
        return await _refused(asking, asked, {"": wrong.fault.remedy}, Malformed)
    except DeskError as refusal:
        return await _refused(asking, asked, {"": f"{refusal.title}：{refusal.remedy}"}, type(refusal))
    return HTMLResponse(await _page(asking, Filled(typed=asked), found))


def _asked(request: Request) -> Form:
    """The fields of the address; none where there are too many of them."""
    try:
        return parse_qs(request.url.query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


def _narrowed(asked: Form) -> dict[str, str]:
    given = {name: values[0].strip() for name, values in asked.items()}
    given |= {name: given[name].upper() for name in CAPITALS & given.keys()}
    given |= {name: _moment(given[name], clock) for name, clock in DAYS.items() if name in given}
    return {name: value for name, value in given.items() if value}


def _moment(said: str, clock: time) -> str:
    """What is no day goes on as it was typed, to be refused."""
    try:
        return datetime.combine(date.fromisoformat(said), clock, LOCAL).isoformat()
    except ValueError:
        return said


async def _refused(asking: Caller, asked: Form, remedies: Mapping[str, str], kind: type[DeskError]) -> Response:
    return HTMLResponse(await _page(asking, Filled(typed=asked, remedies=remedies)), STATUS[kind])


async def _page(asking: Caller, filled: Filled, found: CasePage | None = None) -> str:
    desk = asking.house.desk
    estates = await estates_of(desk, asking.principal.estates)
    buildings = [name for estate in estates for name in (await desk.reference.buildings(estate)).values()]
    by_room = any(may(actor, Verb.FIND_BY_ROOM) for actor in asking.principal.actors)
    controls = _controls(tuple(estates.items()), _same(buildings), by_room=by_room)
    return page(
        "查单 · 荔园服务台",
        header("查单", asking.principal.name),
        question(controls, filled, Sending(action=PATH, button="查询")),
        [case_table(found.cases, estates), _further(filled.typed, found)] if found else None,
    )


def _further(asked: Form, found: CasePage) -> Markup | None:
    if not found.cases:
        return tag("p", "没有符合条件的单据", class_="quiet")
    same = {name: values[0] for name, values in asked.items() if name != "cursor"}
    first = tag("a", "回到第一页", href=f"{PATH}?{urlencode(same)}") if "cursor" in asked else None
    following = tag("a", "下一页", href=f"{PATH}?{urlencode(same | {'cursor': found.next})}") if found.next else None
    return tag("p", first, "　" if first and following else None, following)


def _controls(estates: Options, buildings: Options, *, by_room: bool) -> list[Control]:
    stages = _same(name for procedure in PROCEDURES.values() for name in procedure.stage_names)
    room = Control(name="room", label=LABELS["room"], hint="写全，如 1-101")
    return [
        Control(name="no", label="单号", hint="可只写一部分，如末五位"),
        *([room] if by_room else []),
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
