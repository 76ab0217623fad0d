"""REP-36: what else there is of a room, open or refused, for whoever takes a request or looks at a case."""

from api.desk import Desk
from api.looking import Look
from api.wire.answers import SameRoom
from domain.events.repair import ConsentRefused, RequestReceived
from domain.people import CaseNo, EstateCode
from domain.rulebook import PROCEDURES
from domain.rulebook.repair.reading import REFUSED
from infra.postgres.rooms import RoomCase, Wanted


async def beside(desk: Desk, look: Look) -> list[SameRoom]:
    """Beside a case; nothing where its room can no longer be read."""
    request = look.file.last(RequestReceived)
    if request is None:
        return []
    return await of_room(desk, look.head.estate, request.room, but=look.head.no, drill=look.head.drill)


async def of_room(
    desk: Desk, estate: EstateCode, room: str, *, but: CaseNo | None = None, drill: bool = False
) -> list[SameRoom]:
    """Newest first, drills apart from the rest; nothing personal in it. ``but``: the case that is looked at already."""
    wanted = Wanted(results=(REFUSED,), marks=(ConsentRefused,), but=but, drill=drill)
    return [_told(one) for one in await desk.rooms.cases(estate, room, wanted)]


def _told(one: RoomCase) -> SameRoom:
    return SameRoom(
        no=one.no,
        procedure_name=PROCEDURES[one.procedure].name,
        received_at=one.received_at,
        open=one.open,
        stage=one.stage,
        result=one.result,
        refused_at=one.marked_at,
        what=one.about,
    )
