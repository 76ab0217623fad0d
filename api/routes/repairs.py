"""POST /v1/repairs: a call becomes a 维修单."""

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.body import WrongBody, read_json
from api.desk import Desk
from api.door import Caller, DeskRoute, caller
from api.people import acting
from api.rights import Verb, needs
from api.same_room import of_room
from api.wire.answers import PROBLEMS, Accepted, Opened, SameRoom
from api.wire.requests import NewRepair
from api.writing import answer, carried_out, hash_of
from domain.admission import SUPERVISORS, Act, check_opening, right_for
from domain.calendar import LOCAL
from domain.case_file import Source
from domain.errors import BadTime, Malformed, NotPermitted, RuleBroken, Untimely
from domain.events.repair import FormFilled, RequestReceived
from domain.limits import CLOCK_SKEW, Terms
from domain.people import Actor, EstateCode
from domain.rulebook import REPAIR
from domain.rulebook.open_values import BACKDATING
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from infra.postgres.acceptance import NewCase
from infra.postgres.commands import Command
from infra.postgres.rooms import InRoom, about_of
from infra.reference.reader import Room
from workflows.messages import TermsOfCase

EMERGENCIES = frozenset(situation.value for situation in URGENT_SITUATIONS | IMMEDIATE_SITUATIONS)


class CallRoute(DeskRoute):
    """REP-104, REP-124: the call of an emergency is never turned away for how much its caller has asked."""

    async def never_waits(self, request: Request) -> bool:
        try:
            call = read_json(await request.body())
        except WrongBody:
            return False
        situation = call.get("situation") if isinstance(call, dict) else None
        return isinstance(situation, str) and situation in EMERGENCIES


router = APIRouter(route_class=CallRoute, tags=["报修"])
PATH = "/v1/repairs"
MOST_NEAR = 5


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
    body_hash = hash_of(PATH, repair)

    async def accept(at: datetime) -> Command:
        return await asking.house.desk.acceptance.accept_opening(await _new_case(asking, repair, body_hash), at)

    return await _answer(asking, repair, await carried_out(asking, body_hash, accept))


async def _new_case(asking: Caller, repair: NewRepair, body_hash: bytes) -> NewCase:
    desk, estate = asking.house.desk, EstateCode(repair.estate)
    by = await acting(desk, asking.principal, estate, repair.by)
    room = await _room(desk, repair)
    now = datetime.now(UTC)
    received_at = repair.call_started_at or now
    _check_right(by, now)
    _check_time(by, received_at, now)
    repair = await _with_household(desk, repair, room)
    terms = await desk.reference.terms(estate, received_at)
    _check_clauses(_acts(repair, room, by, (received_at, "", now)), terms, now)
    return NewCase(
        client=asking.principal.id,
        key=asking.key,
        body_hash=body_hash,
        procedure=REPAIR,
        estate=estate,
        building=room.building_name,
        where=InRoom(room=room.code, about=about_of(repair.fault, repair.situation)),
        channel=repair.channel,
        received_at=received_at,
        recorded_by=by.id,
        words=repair.content,
        drill=repair.drill,
        terms=TermsOfCase(
            durations=dict(terms.durations), times=dict(terms.times), teams=dict(terms.teams), calendar=terms.calendar
        ),
        acts=lambda command, accepted_at: _acts(repair, room, by, (received_at, command, accepted_at)),
    )


def _check_right(by: Actor, now: datetime) -> None:
    right = right_for(RequestReceived, REPAIR.edition(now.astimezone(LOCAL).date()))
    if right is None or not by.holds(*right.posts):
        raise NotPermitted(RequestReceived.label, right.posts if right else (), right.rule if right else "REP-20")


def _check_time(by: Actor, at: datetime, now: datetime) -> None:
    if at > now + CLOCK_SKEW:
        raise BadTime(at, now, Untimely.FUTURE)
    if at < now - BACKDATING and not by.holds(*SUPERVISORS):
        raise BadTime(at, now, Untimely.TOO_FAR_BACK)


def _check_clauses(acts: tuple[Act, ...], terms: Terms, now: datetime) -> None:
    """What a clause refuses of the call, or of the form filled in with it; told by its field of this request."""
    try:
        check_opening(acts, REPAIR, REPAIR.edition(now.astimezone(LOCAL).date()), terms)
    except RuleBroken as refusal:
        refusal.field = refusal.field.replace("event.", "form.", 1)
        raise


async def _room(desk: Desk, repair: NewRepair) -> Room:
    """Asked once the estate is known to be the caller's: what is near is told of no other."""
    estate = EstateCode(repair.estate)
    room = await desk.reference.room(estate, repair.room)
    if room is None:
        near = get_close_matches(repair.room, await desk.reference.room_codes(estate), n=MOST_NEAR)
        raise Malformed(
            field="room",
            remedy="本小区没有这个房号，请核对" + (f"；相近的有：{'、'.join(near)}" if near else ""),
            english="The estate has no such room; check it." + (f" Near it are: {', '.join(near)}." if near else ""),
            allowed=near,
        )
    return room


async def _with_household(desk: Desk, repair: NewRepair, room: Room) -> NewRepair:
    """REP-22: a form is in somebody's name; where the caller gives none, in that of whoever lives there."""
    if repair.form is None or repair.form.household is not None:
        return repair
    household = await desk.reference.household(EstateCode(repair.estate), room.code)
    if household is None or household.name is None:
        raise Malformed(
            field="form.household",
            remedy="住户资料中没有该房号的住户，请填写住户名称",
            english="The estate's list has no household in that room; give its name.",
        )
    return repair.model_copy(update={"form": repair.form.model_copy(update={"household": household.name})})


def _acts(repair: NewRepair, room: Room, by: Actor, when: tuple[datetime, str, datetime]) -> tuple[Act, ...]:
    at, command, accepted_at = when
    request = RequestReceived(
        channel=repair.channel,
        room=repair.room,
        content=repair.content,
        phone=repair.phone,
        fault=repair.fault,
        situation=repair.situation,
        fault_since=repair.fault_since,
    )
    acts = [Act(command_id=command, event=request, by=by, at=at, accepted_at=accepted_at, source=Source.API)]
    if repair.form is not None and repair.form.household is not None:
        form = FormFilled(
            household=repair.form.household,
            address=repair.form.address or address_of(room),
            phone=repair.form.phone or repair.phone,
            content=repair.form.content or repair.content,
            wanted=repair.form.wanted,
        )
        filled_at = max(at, accepted_at)
        acts.append(
            Act(command_id=command, event=form, by=by, at=filled_at, accepted_at=accepted_at, source=Source.API)
        )
    return tuple(acts)


def address_of(room: Room) -> str:
    """``4栋502``: the estate's list numbers most rooms with their building, 4-502."""
    return f"{room.building_name}{room.code.removeprefix(f'{room.building}-')}"


async def _answer(asking: Caller, repair: NewRepair, command: Command) -> Response:
    desk, no = asking.house.desk, command.case_no
    head = await desk.reader.case(no)
    others = await of_room(desk, EstateCode(repair.estate), repair.room, but=no, drill=repair.drill)
    told = {
        "stage": head.stage if head else "",
        "received_at": head.received_at.isoformat() if head else "",
        "next": head.waiting_for if head else [],
        "same_room": [other.model_dump(mode="json") for other in others],
        "message": "已受理" + (f"；同一房号另有：{'、'.join(map(_other, others))}" if others else ""),
        "english": "The case is open.",
    }
    return answer(command, told, applied=201)


def _other(other: SameRoom) -> str:
    return f"{other.no}（{'住户不同意维修' if other.refused_at else other.stage}）"
