"""REP-36: what else there is of a room or place, open, refused or done lately, for who takes or looks at a case."""

from datetime import datetime

from api.desk import Desk
from api.looking import Look
from api.so_far import file_so_far
from api.wire.answers import SameRoom
from domain.events import Opening
from domain.events.base import Spot, kind_in
from domain.events.repair import ConsentRefused
from domain.people import CaseNo, EstateCode
from domain.rulebook import PROCEDURES, public, repair
from domain.rulebook.open_values import DONE_LATELY
from domain.rulebook.repair.reading import REFUSED
from infra.postgres.rooms import Lately, RoomCase, Wanted

DONE = (repair.reading.DONE, public.reading.DONE)


async def beside(desk: Desk, look: Look) -> list[SameRoom]:
    """Beside a case; nothing where its room can no longer be read."""
    opening = next((entry.event for entry in look.file.opening if isinstance(entry.event, Opening)), None)
    if opening is None:
        return []
    head = look.head
    return await at_the_place(
        desk, head.estate, opening.spot, received_at=head.received_at, but=head.no, drill=head.drill
    )


async def at_the_place(
    desk: Desk, estate: EstateCode, spot: Spot, *, received_at: datetime, but: CaseNo, drill: bool
) -> list[SameRoom]:
    """Newest first, drills apart from the rest; nothing personal in it. Beside the case ``but``, of that moment."""
    lately = Lately(results=DONE, kind=kind_in(spot.about), before=received_at, within=DONE_LATELY)
    wanted = Wanted(results=(REFUSED,), lately=lately, marks=(ConsentRefused,), but=but, drill=drill)
    return [_told(one, reopens=await _reopens(desk, one)) for one in await desk.rooms.cases(estate, spot.place, wanted)]


async def _reopens(desk: Desk, one: RoomCase) -> bool:
    return one.open and PROCEDURES[one.procedure].done(await file_so_far(desk, one.no))


def _told(one: RoomCase, *, reopens: bool) -> SameRoom:
    return SameRoom(
        no=one.no,
        procedure_name=PROCEDURES[one.procedure].name,
        received_at=one.received_at,
        open=one.open,
        stage=one.stage,
        result=one.result,
        refused_at=one.marked_at,
        what=one.about,
        reopens=reopens,
        may_precede=not one.open and one.result in DONE,
    )
