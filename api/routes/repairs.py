"""POST /v1/repairs: a call becomes a 维修单."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.desk import Desk
from api.door import Caller, caller
from api.looking import Purpose
from api.opening import CannotWaitRoute, Intake, Located, not_ahead, opened
from api.rights import Verb, needs
from api.rooms import room_of
from api.wire.answers import PROBLEMS, Accepted, Opened
from api.wire.requests import NewRepair
from domain.errors import Malformed
from domain.events.repair import FormFilled, RequestReceived
from domain.people import EstateCode
from domain.rulebook import REPAIR
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from infra.reference.reader import Room

EMERGENCIES = frozenset(situation.value for situation in URGENT_SITUATIONS | IMMEDIATE_SITUATIONS)
"""REP-104, REP-124."""


class CallRoute(CannotWaitRoute):
    field, emergencies = "situation", EMERGENCIES


router = APIRouter(route_class=CallRoute, tags=["报修"])
PATH = "/v1/repairs"


@router.post(
    PATH,
    summary="受理报修，立单",
    status_code=201,
    response_model=Opened,
    responses={202: {"model": Accepted}, **PROBLEMS},
)
@needs(Verb.OPEN_CASE)
async def open_repair(repair: NewRepair, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """A call becomes a case (REP-01, REP-02, REP-102).

    201 with the number; 202 with the number while the case is still being opened.
    """
    not_ahead("fault_since", repair.fault_since)
    report = RequestReceived(
        channel=repair.channel,
        room=repair.room,
        content=repair.content,
        phone=repair.phone,
        fault=repair.fault,
        situation=repair.situation,
        fault_since=repair.fault_since,
    )

    async def locate(desk: Desk) -> Located:
        room = await room_of(desk, EstateCode(repair.estate), repair.room)
        household = await _household(asking, repair, room)
        return Located(building=room.building_name, also=_form(repair, room, household))

    return await opened(asking, repair, repair, Intake(path=PATH, procedure=REPAIR, report=report, locate=locate))


async def _household(asking: Caller, repair: NewRepair, room: Room) -> str:
    """REP-22: a form is in somebody's name; where the caller gives none, in that of whoever lives there, on record."""
    desk = asking.house.desk
    if repair.form is None:
        return ""
    if repair.form.household is not None:
        return repair.form.household
    household = await desk.reference.household(EstateCode(repair.estate), room.code)
    if household is None or household.name is None:
        raise Malformed(
            field="form.household",
            remedy="住户资料中没有该房号的住户，请填写住户名称",
            english="The estate's list has no household in that room; give its name.",
        )
    await desk.reader.log_household(asking.principal.id, household.id, purpose=Purpose.TAKING_DOWN)
    return household.name


def _form(repair: NewRepair, room: Room, household: str) -> tuple[FormFilled, ...]:
    if repair.form is None:
        return ()
    return (
        FormFilled(
            household=household,
            address=repair.form.address or address_of(room),
            phone=repair.form.phone or repair.phone,
            content=repair.form.content or repair.content,
            wanted=repair.form.wanted,
        ),
    )


def address_of(room: Room) -> str:
    """``4栋502``: the estate's list numbers most rooms with their building, 4-502."""
    return f"{room.building_name}{room.code.removeprefix(f'{room.building}-')}"
