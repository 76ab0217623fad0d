"""POST /v1/cases/search: the cases of one room, which stands in the body and never in an address, on record."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.door import Caller, DeskRoute, caller
from api.looking import Purpose
from api.rights import Verb, may, needs
from api.routes.cases import MOST, Wanted, estates_of, filter_of, page_of
from api.wire.answers import PROBLEMS, CasePage
from api.wire.text import RoomCode, Yes


class SearchRoute(DeskRoute):
    """Its requests are POSTs for the sake of their bodies; they write nothing that a repetition would spoil."""

    keyed = False


router = APIRouter(route_class=SearchRoute, tags=["查询"])


class RoomSearch(Wanted):
    """A room, what it is asked for, and the filters of the list."""

    room: RoomCode
    """A code of the estate's list."""
    purpose: Purpose
    """What for; it stands in the access log."""
    open: Yes | None = None
    overdue: Yes | None = None
    returned: Yes | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST)] = 50


@router.post("/v1/cases/search", summary="按房号查单", responses=PROBLEMS)
@needs(Verb.FIND_BY_ROOM)
async def search_cases(wanted: RoomSearch, asking: Annotated[Caller, Depends(caller)]) -> CasePage:
    """Cases of one room, as GET /v1/cases lists them; only for posts that may know whose a case is (PRV-106).

    The search is on record, page by page: who, what for, and a digest of the room. It writes nothing else, so it
    takes no Idempotency-Key.
    """
    return await cases_of_room(asking, wanted)


async def cases_of_room(asking: Caller, wanted: RoomSearch) -> CasePage:
    """In those of the caller's estates where he may; nothing is looked up before it is on record."""
    may_find = (actor for actor in asking.principal.actors if may(actor, Verb.FIND_BY_ROOM))
    estates = estates_of(asking, wanted) & {estate for actor in may_find for estate in actor.estates}
    look_for = filter_of(wanted, estates)
    by, rooms = asking.principal.id, asking.house.desk.rooms
    digests = await rooms.sought(by, sorted(estates), wanted.room, purpose=wanted.purpose)
    return await page_of(asking, replace(look_for, rooms=digests))
