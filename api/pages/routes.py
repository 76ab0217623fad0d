"""The staff's pages: /inbox, and the way in by an API key that is entered once."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.door import COOKIE, SEE_OTHER, Caller, PageRoute, caller, came_from_us
from api.house import House
from api.pages.inbox_view import ALL_READ, GRAVE, Desktop, inbox_page
from api.pages.names import estates_of, people
from api.pages.posted import first, form_in
from api.pages.views import login_page
from api.problems import TooMany
from api.rights import Verb, listed, may, needs
from api.routes.cases import line_of
from api.routes.inbox import Wanted, all_acknowledged, inbox_of
from api.routes.tasks import tasks_of
from api.tokens import new_session
from api.wire.answers import NoticeAnswer

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LONGEST_KEY = 200
MOST_CASES = 200
MOST_NOTICES = 200
MOST_READ = 50
OPENINGS = {
    Verb.OPEN_CASE: ("登记报修", "/repairs/new"),
    Verb.REPORT_FACILITY: ("登记公共报修", "/public-repairs/new"),
}
"""What is written on the way to each page on which a case is opened, and its address."""


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
    # What is grave by itself first: however much came after it, it stands on the page.
    grave = await inbox_of(asking, Wanted(limit=MOST_NOTICES, mine=mine, unread=True), GRAVE)
    newest = await inbox_of(asking, Wanted(limit=MOST_NOTICES, mine=mine, unread=True))
    lately = await inbox_of(asking, Wanted(limit=MOST_READ, mine=mine))
    unread = list({notice.id: notice for notice in (*grave.notices, *newest.notices)}.values())
    read = [notice for notice in lately.notices if notice.acknowledged_at]
    desk = asking.house.desk
    heads = await desk.reader.cases_late_first(
        sorted(asking.principal.estates), listed(asking.principal.actors), MOST_CASES + 1
    )
    desktop = Desktop(
        who=asking.principal.name,
        unread=unread,
        read=read,
        more=bool(grave.next or newest.next),
        mine=mine,
        tasks=await tasks_of(asking),
        cases=[line_of(head) for head in heads[:MOST_CASES]],
        more_cases=len(heads) > MOST_CASES,
        people=await people(desk, _named_in((*unread, *read))),
        estates=await estates_of(desk, asking.principal.estates),
        openings={
            label: place
            for verb, (label, place) in OPENINGS.items()
            if any(may(actor, verb) for actor in asking.principal.actors)
        },
    )
    return HTMLResponse(inbox_page(desktop))


def _named_in(notices: Iterable[NoticeAnswer]) -> Iterator[str | None]:
    for notice in notices:
        yield from (notice.recipient, notice.acknowledged_by)


@router.post(ALL_READ)
@needs(Verb.ACKNOWLEDGE)
async def read_notices(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Those that stood on the page, however often it is sent."""
    given = await form_in(request)
    await all_acknowledged(asking, first(given, "notices").split()[: 2 * MOST_NOTICES])
    return RedirectResponse("/inbox?of_posts=true" if first(given, "of_posts") else "/inbox", SEE_OTHER)
