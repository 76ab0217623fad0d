"""Before a second case is opened of what may be the same matter: what is open there is shown, to join or reopen it."""

from collections.abc import Collection
from datetime import datetime

from api.door import Caller
from api.looking import Purpose
from api.recognising import ToRecognise, opening_of, recognised
from api.so_far import file_so_far
from domain.alike import alike
from domain.errors import AlreadyOpen
from domain.events import Opening
from domain.events.base import kind_in
from domain.people import CaseNo, EstateCode
from domain.rulebook import PROCEDURES
from domain.rulebook.open_values import SAME_MATTER
from infra.postgres.rooms import MOST, RoomCase, Wanted


async def refuse_second(
    asking: Caller, estate: EstateCode, report: Opening, received_at: datetime, *, seen: Collection[str], drill: bool
) -> frozenset[CaseNo] | None:
    """REP-36: AlreadyOpen for what is open in the place, of the kind and day or in such words, and is not ``seen``.

    REP-47: what is done and may not be solved is shown for as long as feedback reopens it, by its kind alone. A case
    that takes no callers any more and is not reopened either holds nothing up: nobody would hear of the call there.
    Else the cases that were looked at: one that is opened meanwhile is none of them. None where there are more than
    anybody looks through.
    """
    desk = asking.house.desk
    there = await desk.rooms.cases(estate, report.spot.place, Wanted(drill=drill))
    unseen = [one for one in there if one.no not in seen]
    same = {one.no for one in unseen if _of_the_kind_and_day(one, report, received_at)}
    words = await desk.rooms.words([one.no for one in unseen if one.no not in same])
    same |= {no for no, said in words.items() if alike(said, report.content)}
    found = [
        shown
        for one in unseen
        if one.no in same or _of_the_kind(one, report)
        if (shown := await _to_show(asking, estate, one, joins=one.no in same))
    ]
    if found:
        raise AlreadyOpen(await recognised(asking, found, Purpose.TAKING_DOWN, what="already_open"))
    return frozenset(one.no for one in there) if len(there) < MOST else None


async def _to_show(asking: Caller, estate: EstateCode, one: RoomCase, *, joins: bool) -> ToRecognise | None:
    """None for a case that such a call, which may be of its matter if it ``joins``, neither goes onto nor reopens."""
    file = await file_so_far(asking.house.desk, one.no)
    procedure = PROCEDURES[one.procedure]
    reopens = procedure.done(file)
    if not reopens and not (joins and procedure.takes_callers(file)):
        return None
    return ToRecognise(
        no=one.no,
        estate=estate,
        procedure=one.procedure,
        stage=one.stage,
        received_at=one.received_at,
        about=one.about,
        opening=opening_of(file),
        reopens=reopens,
    )


def _of_the_kind_and_day(one: RoomCase, report: Opening, received_at: datetime) -> bool:
    return _of_the_kind(one, report) and abs(received_at - one.received_at) <= SAME_MATTER


def _of_the_kind(one: RoomCase, report: Opening) -> bool:
    return kind_in(one.about) == kind_in(report.spot.about)
