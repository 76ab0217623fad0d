"""The staff's pages: /inbox, and the way in by an API key that is entered once."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.door import COOKIE, SEE_OTHER, Caller, PageRoute, caller, came_from_us
from api.house import House
from api.pages.names import estates_of, people
from api.pages.posted import first, form_in
from api.pages.views import Desktop, inbox_page, login_page
from api.problems import TooMany
from api.rights import Verb, may, needs
from api.routes.cases import line_of
from api.routes.inbox import Wanted, acknowledged, inbox_of
from api.routes.tasks import tasks_of
from api.tokens import new_session

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LONGEST_KEY = 200
MOST_CASES = 200


@router.get("/")
@needs(Verb.ANYTHING_PUBLIC)
async def entrance() -> Response:
    return RedirectResponse("/inbox", SEE_OTHER)


@router.get("/login")
@needs(Verb.ANYTHING_PUBLIC)
async def way_in() -> Response:
    return HTMLResponse(login_page())


@router.post("/login")
@needs(Verb.ANYTHING_PUBLIC)
async def log_in(request: Request) -> Response:
    """The key opens a session, kept in a cookie that no script reads; wrong ones are counted by address."""
    house: House = request.app.state.house
    address = request.client.host if request.client else ""
    key = first(await form_in(request), "key")
    principal = await house.desk.principals.by_key(key) if key.isascii() and len(key) <= LONGEST_KEY else None
    if principal is None or not came_from_us(request, house):
        if wait := await house.rates.hit(house.rates.failures, address):
            raise TooMany(wait)
        return HTMLResponse(login_page("密钥无效，请核对后重新输入"), 401)
    answer = RedirectResponse("/inbox", SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        new_session(principal, house.settings),
        max_age=int(house.settings.access.session_length.total_seconds()),
        secure=house.settings.public_url.startswith("https://"),
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/logout")
@needs(Verb.LOG_IN)
async def log_out(asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Ends every session of the person, on other machines too: a copy of the cookie is worth nothing any more."""
    await asking.house.desk.principals.log_out(asking.principal.id, datetime.now(UTC))
    answer = RedirectResponse("/login", SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/inbox")
@needs(Verb.READ_INBOX)
async def inbox(asking: Annotated[Caller, Depends(caller)], *, of_posts: bool = False) -> Response:
    """A person sees what went to himself, and ``of_posts`` what went to anybody of his posts, colleagues' too."""
    mine = asking.principal.is_person and not of_posts
    notices = await inbox_of(asking, Wanted(limit=100, mine=mine))
    desk = asking.house.desk
    heads = await desk.reader.cases_late_first(sorted(asking.principal.estates), MOST_CASES)
    desktop = Desktop(
        who=asking.principal.name,
        inbox=notices,
        mine=mine,
        tasks=await tasks_of(asking),
        cases=[line_of(head) for head in heads],
        people=await people(desk, (notice.acknowledged_by for notice in notices.notices)),
        estates=await estates_of(desk, asking.principal.estates),
        may_register=any(may(actor, Verb.OPEN_CASE) for actor in asking.principal.actors),
    )
    return HTMLResponse(inbox_page(desktop))


@router.post("/inbox/{notice}/ack")
@needs(Verb.ACKNOWLEDGE)
async def read_notice(notice: str, asking: Annotated[Caller, Depends(caller)]) -> Response:
    await acknowledged(asking, notice)
    return RedirectResponse("/inbox", SEE_OTHER)
