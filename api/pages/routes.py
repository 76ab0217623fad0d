"""The staff's pages: /inbox, /cases/{no}, and the way in by an API key that is entered once."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.course import Course, stretches
from api.door import COOKIE, Caller, PageRoute, caller, came_from_us
from api.house import House
from api.looking import look_at
from api.pages.views import case_page, inbox_page, login_page
from api.problems import TooMany
from api.rights import Verb, needs
from api.routes.cases import case_answer, line_of
from api.routes.forms import printed
from api.routes.inbox import Wanted, acknowledged, inbox_of
from api.routes.tasks import tasks_of
from api.tokens import new_session
from domain.errors import UnknownCase
from domain.forms import REPAIR_ORDER
from domain.rulebook import PROCEDURES
from infra.postgres.records import Filter

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LONGEST_KEY = 200
SEE_OTHER = 303


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
    key = _field(await request.body(), "key")
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
async def log_out() -> Response:
    answer = RedirectResponse("/login", SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/inbox")
@needs(Verb.READ_INBOX)
async def inbox(asking: Annotated[Caller, Depends(caller)]) -> Response:
    notices = await inbox_of(asking, Wanted(limit=100))
    heads = await asking.house.desk.reader.cases(Filter(estates=sorted(asking.principal.estates), open=True, limit=100))
    tasks = await tasks_of(asking)
    return HTMLResponse(inbox_page(asking.principal.name, notices, tasks, [line_of(head) for head in heads]))


@router.post("/inbox/{notice}/ack")
@needs(Verb.ACKNOWLEDGE)
async def read_notice(notice: str, asking: Annotated[Caller, Depends(caller)]) -> Response:
    await acknowledged(asking, notice)
    return RedirectResponse("/inbox", SEE_OTHER)


@router.get("/cases/{no}")
@needs(Verb.READ_CASE)
async def case(no: str, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Masked; the Web UI links to it."""
    look = await look_at(asking, no)
    duties = await asking.house.desk.reader.duties(look.head.no)
    course = Course(
        head=look.head,
        entries=look.entries,
        duties=duties,
        procedure=PROCEDURES[look.head.procedure],
        until=look.head.closed_at or datetime.now(UTC),
    )
    spans = await asyncio.to_thread(stretches, course)
    return HTMLResponse(case_page(asking.principal.name, case_answer(look, duties, masked=True), spans))


@router.post("/cases/{no}/print")
@needs(Verb.PRINT)
async def print_copy(no: str, request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    number = _field(await request.body(), "copy")
    copy = REPAIR_ORDER.copy(int(number)) if number in {"1", "2", "3", "4"} else None
    if copy is None:
        raise UnknownCase
    return await printed(asking, no, copy)


def _field(body: bytes, name: str) -> str:
    try:
        return parse_qs(body.decode("ascii"), max_num_fields=10).get(name, [""])[0]
    except ValueError:
        return ""
