"""REP-36: what else there is of a room or other place, open or refused, for who takes a request or looks at a case."""

from api.desk import Desk
from api.looking import Look
from api.so_far import file_so_far
from api.wire.answers import SameRoom
from domain.events import Opening
from domain.events.repair import ConsentRefused
from domain.people import CaseNo, EstateCode
from domain.rulebook import PROCEDURES
from domain.rulebook.repair.reading import REFUSED
from infra.postgres.rooms import RoomCase, Wanted


async def beside(desk: Desk, look: Look) -> list[SameRoom]:
    """Beside a case; nothing where its room can no longer be read."""
    opening = next((entry.event for entry in look.file.opening if isinstance(entry.event, Opening)), None)
    if opening is None:
        return []
    return await at_the_place(desk, look.head.estate, opening.spot.place, but=look.head.no, drill=look.head.drill)


async def at_the_place(
    desk: Desk, estate: EstateCode, place: str, *, but: CaseNo | None = None, drill: bool = False
) -> list[SameRoom]:
    """Newest first, drills apart from the rest; nothing personal in it. ``but``: the case that is looked at already."""
    wanted = Wanted(results=(REFUSED,), marks=(ConsentRefused,), but=but, drill=drill)
    return [_told(one, reopens=await _reopens(desk, one)) for one in await desk.rooms.cases(estate, place, wanted)]


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
    )
