"""/repairs/new: a call taken down on a page while the caller is on the line, by the very route of the API."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict

from api.desk import Desk
from api.door import Caller, caller
from api.looking import Purpose
from api.pages.controls import Control, Kind, document_of, options_of
from api.pages.inputs import Sending, form
from api.pages.joining import beside, join, joined, open_there, relation, seen_with
from api.pages.markup import Markup, page, tag
from api.pages.names import estates_of
from api.pages.openings import (
    Beginning,
    CannotWaitPageRoute,
    blank,
    buildings_of,
    estates_open_to,
    later,
    line,
    named,
    taken_down,
)
from api.pages.posted import Filled, Form, carried_out, first, form_in, under_its_key, unsent
from api.pages.views import header
from api.people import acting
from api.rights import Verb, demand, needs
from api.rooms import room_of
from api.routes.repairs import EMERGENCIES, open_repair
from api.wire.requests import NewRepair
from api.wire.text import BuildingCode, Estate, RoomCode
from domain.errors import Malformed
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.repair import Channel, FaultKind, RequestReceived, Situation
from domain.people import EstateCode

PATH = "/repairs/new"
OF_ROOM = "/repairs/new/household"
ON_THE_FORM = ("household", "address", "wanted")
"""Fields of 《维修单》 (REP-22): without the name there is no form yet, and it is filled in later."""
ORDINARY = {"channel": Channel.TELEPHONE.value, "situation": Situation.ORDINARY.value}


class CallPageRoute(CannotWaitPageRoute):
    opens, field, emergencies = PATH, "situation", EMERGENCIES


router = APIRouter(route_class=CallPageRoute, include_in_schema=False)


@router.get(PATH)
@needs(Verb.OPEN_CASE)
async def new_call(asking: Annotated[Caller, Depends(caller)], after: str = "", draft: str = "") -> Response:
    return await blank(asking, Verb.OPEN_CASE, _page, ORDINARY, Beginning(after=after, draft=draft))


@router.post(PATH)
@needs(Verb.OPEN_CASE)
async def take_call(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As POST /v1/repairs; or onto a case that is open there."""
    given = await form_in(request)

    async def write() -> Response:
        if no := joined(given):
            return await join(asking, no, document_of(_controls({}, {}), given), given)
        return await open_repair(await _repair(asking, given), under_its_key(asking, given))

    return await taken_down(asking, _page, given, write, RequestReceived)


@router.post(OF_ROOM)
@needs(Verb.READ_PERSONAL)
async def household(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """PRV-106: the form again with whoever lives in the room, where nothing was typed; on record before it is shown."""
    given = await form_in(request)

    async def read() -> Response:
        return JSONResponse(await _lives_in(asking, given))

    told = await carried_out(given, read)
    if isinstance(told, Filled):
        return HTMLResponse(await _page(asking, told), told.status)
    there = {name: [value] for name, value in told.items() if value and not first(given, name).strip()}
    return HTMLResponse(await _page(asking, unsent({**given, **there})))


class _Place(BaseModel):
    """As it is typed: the room may be the number within a building."""

    model_config = ConfigDict(hide_input_in_errors=True)
    estate: Estate
    building: BuildingCode | None = None
    room: RoomCode


async def _lives_in(asking: Caller, given: Form) -> dict[str, str | None]:
    """Name and telephone number. Raises Malformed for a room where nobody is known to live, or not to the caller."""
    desk = asking.house.desk
    place = _Place.model_validate(_with_room(document_of(_controls({}, {}), given)))
    estate = EstateCode(place.estate)
    by = await acting(desk, asking.principal, estate, None)
    demand(by, Verb.READ_PERSONAL)
    code = await _room_code(desk, estate, place.building, place.room) if place.building else place.room
    room = await room_of(desk, estate, code)
    found = await desk.reference.household(estate, room.code)
    if found is None:
        raise Malformed(
            field="room",
            remedy="住户资料中没有该房号的住户，请核对房号或自行填写",
            english="The estate's list has no household in that room; check the room, or fill it in.",
        )
    await desk.reader.log_household(asking.principal.id, found.id, purpose=Purpose.TAKING_DOWN)
    return {"household": found.name, "phone": found.phone}


class _NewCall(NewRepair):
    """Likewise."""

    building: BuildingCode | None = None


async def _repair(asking: Caller, given: Form) -> NewRepair:
    """Nothing is looked up for what is malformed, nor in an estate that is not the caller's."""
    call = _with_room(document_of(_controls({}, {}), given)) | beside(given)
    filled = {name: call.pop(name) for name in ON_THE_FORM if name in call}
    if filled != {"wanted": AS_SOON_AS_POSSIBLE}:
        call["form"] = filled
        _refuse_nameless(filled)
    typed = _NewCall.model_validate(call)
    building = call.pop("building", "")
    if building and typed.estate in estates_open_to(asking, Verb.OPEN_CASE):
        call["room"] = await _room_code(asking.house.desk, EstateCode(typed.estate), building, typed.room)
    return NewRepair.model_validate(call)


def _refuse_nameless(filled: Mapping[str, object]) -> None:
    """A form is filled in under a name that the clerk has seen; the API alone takes it from the estate's list."""
    if "household" not in filled:
        raise Malformed(
            field="form.household",
            remedy="填了地址或预约时间即为填单，请填写住户名称，或按「带出住户资料」",
            english="With an address or a time the form is filled in, so give the household's name.",
        )


def _with_room(call: dict[str, Any]) -> dict[str, Any]:
    """With the room as the estate's list spells it."""
    return call | ({"room": call["room"].strip().upper()} if "room" in call else {})


async def _room_code(desk: Desk, estate: EstateCode, building: str, said: str) -> str:
    """The code of the room in the estate's list, where it was given by building and number, as 1 and 101."""
    within = f"{building}-{said}"
    room = await desk.reference.room(estate, within) or await desk.reference.room(estate, said)
    if room and room.building != building:
        raise Malformed(
            field="building",
            remedy="该房号不在所选楼栋，请核对",
            english="That room is not in the building chosen; check them.",
        )
    if room:
        return room.code
    return said if said.startswith(f"{building}-") else within


async def _page(asking: Caller, filled: Filled) -> str:
    desk = asking.house.desk
    estates = await estates_of(desk, estates_open_to(asking, Verb.OPEN_CASE))
    buildings = await buildings_of(desk, estates)
    return page(
        "登记报修 · 荔园服务台",
        header("登记报修", asking.principal.name),
        form(
            (*_controls(estates, buildings), *relation(filled)),
            filled,
            Sending(action=PATH, button="登记报修", above=open_there(filled), instead=_ask_who_lives_there()),
            **seen_with(filled),
        ),
        tag(
            "p",
            "连按两次也只登记一次。填好小区、房号后可按「带出住户资料」，查看有记录。填了住户名称即同时填单；水浸、停电等紧急情形请先选情形。",
            class_="quiet",
        ),
    )


def _ask_who_lives_there() -> Markup:
    """Sends the form unfinished, to be drawn again."""
    return tag("button", "带出住户资料", type_="submit", formaction=OF_ROOM, formnovalidate="")


def _controls(estates: Mapping[EstateCode, str], buildings: Mapping[str, str]) -> tuple[Control, ...]:
    return (
        line("estate", "小区", kind=Kind.CHOICE, required=True, options=named(estates)),
        line("building", "楼栋", kind=Kind.CHOICE, options=named(buildings)),
        line("room", required=True, hint="如 101；不选楼栋时写全，如 1-101"),
        line("household", hint="不填则只受理，稍后填单"),
        line("phone", required=True, hint="手机、固定电话或分机"),
        line("content", kind=Kind.TEXT, required=True),
        line("fault", kind=Kind.CHOICE, required=True, options=options_of(FaultKind)),
        line("situation", kind=Kind.CHOICE, required=True, options=options_of(Situation)),
        line("wanted", kind=Kind.SOON_OR_MOMENT, hint=f"不填为{AS_SOON_AS_POSSIBLE}"),
        line("address", hint="不填为楼栋与房号"),
        line("channel", kind=Kind.CHOICE, required=True, options=options_of(Channel)),
        line("call_started_at", "来电时间", kind=Kind.MOMENT, hint="不填为现在；来电更早时填写，各时限由此起算"),
        line("fault_since", kind=Kind.MOMENT, hint="住户说得出时填"),
        line("drill", "演练", kind=Kind.YES_OR_NO, options=(("true", "是"),)),
        *later(),
    )
