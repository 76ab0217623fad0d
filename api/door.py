"""The door that every route stands behind: who asks, how often, by which right, and a body read strictly."""

import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from api.body import WrongBody, read_json
from api.house import House
from api.pages.views import problem_page
from api.problems import STATUS, NotAuthenticated, TooMany, malformed
from api.rights import NoRightDeclared, Verb, demand_somewhere, verb_of
from api.sentences import Expected, fault, faults_of
from api.tokens import holds, session_of, subject_of
from domain.errors import DeskError
from infra.postgres.principals import Principal
from infra.reference.principals import KEY_PREFIX

COOKIE = "liyuan_session"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY = re.compile(r"[\x21-\x7e]{8,200}")
LONGEST_CREDENTIAL = 4096
SEE_OTHER = 303
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, through which house; ``key`` is the Idempotency-Key of a write."""

    principal: Principal
    house: House
    key: str = ""


class DeskRoute(APIRoute):
    """A route of the API. Its endpoint declares a right; callers come by API key or token, never by cookie."""

    by_cookie = False
    keyed = True
    """Whether a write asks for an Idempotency-Key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        self.verb = verb_of(endpoint, path)
        self.model = _model_of(endpoint)
        super().__init__(path, endpoint, **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            house: House = request.app.state.house
            try:
                if self.verb is not Verb.ANYTHING_PUBLIC:
                    request.state.caller = await self._caller(request, house)
                return await self._judged(answer, await _strict(request) if self.body_field else request)
            except WrongBody as wrong:
                return malformed([wrong.fault])
            except (DeskError, NotAuthenticated) as no:
                return self.refused(no)

        return guarded

    async def _judged(self, answer: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        try:
            return await answer(request)
        except RequestValidationError as wrong:
            return malformed(faults_of(wrong.errors(), await self.expected(request)))

    async def expected(self, request: Request) -> Expected:  # noqa: ARG002  # for routes that look
        """What a malformed request is told of, of what would have done."""
        return Expected(model=self.model)

    def refused(self, error: DeskError | NotAuthenticated) -> Response:
        """Left to the application's handlers."""
        raise error

    async def never_waits(self, request: Request) -> bool:  # noqa: ARG002  # for routes that look
        """Whether it is taken however much its caller has asked already."""
        return False

    async def _caller(self, request: Request, house: House) -> Caller:
        address = request.client.host if request.client else ""
        principal = await (by_cookie if self.by_cookie else by_authorization)(request, house)
        if principal is None:
            if wait := await house.rates.hit(house.rates.failures, address):
                raise TooMany(wait)
            raise NotAuthenticated(offered=not self.by_cookie and credential_in(request) is not None)
        rate = house.rates.person if principal.is_person else house.rates.system
        wait = await house.rates.hit(rate, principal.id)
        if wait and not await self.never_waits(request):
            raise TooMany(wait)
        if self.verb is not Verb.LOG_IN:
            demand_somewhere(principal.actors, self.verb)
        return Caller(principal=principal, house=house, key=self._key(request))

    def _key(self, request: Request) -> str:
        if self.by_cookie:
            return f"page-{secrets.token_hex(16)}"
        return _key(request) if self.keyed and request.method in WRITES else ""


class PageRoute(DeskRoute):
    """A route of the staff pages: by the session's cookie, and writes only from our own pages."""

    by_cookie = True

    def refused(self, error: DeskError | NotAuthenticated) -> Response:
        """A page, or the way in."""
        if isinstance(error, NotAuthenticated):
            return RedirectResponse("/login", SEE_OTHER)
        return HTMLResponse(problem_page(error.title, error.remedy), STATUS[type(error)])


def _model_of(endpoint: Callable[..., Any]) -> type[BaseModel] | None:
    """What its body or query is read by, if that is one model."""
    hints = get_type_hints(endpoint)
    hints.pop("return", None)
    return next((hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, BaseModel)), None)


async def caller(request: Request) -> Caller:
    """Who asks; a dependency of every endpoint that is not public. A plain function would be called in a thread."""
    found: Caller = request.state.caller
    return found


async def by_authorization(request: Request, house: House) -> Principal | None:
    """Whose API key or token it is that the request bears."""
    credential = credential_in(request)
    if credential is None or len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
        return None
    if credential.startswith(KEY_PREFIX):
        return await house.desk.principals.by_key(credential)
    subject = subject_of(credential, house.settings)
    return await house.desk.principals.by_id(subject) if subject else None


def credential_in(request: Request) -> str | None:
    """What the one Authorization header bears; None where it is not sent as it should be."""
    given = request.headers.getlist("authorization")
    scheme, _, credential = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return credential if scheme.lower() == "bearer" and credential else None


async def by_cookie(request: Request, house: House) -> Principal | None:
    session = session_of(request.cookies.get(COOKIE, ""), house.settings)
    if session is None or (request.method in WRITES and not came_from_us(request, house)):
        return None
    principal = await house.desk.principals.by_id(session.principal)
    return principal if principal and holds(session, principal) else None


def came_from_us(request: Request, house: House) -> bool:
    origin = request.headers.get("origin", "")
    own = {house.settings.public_url, f"{request.url.scheme}://{request.headers.get('host', '')}"}
    return origin in own and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _key(request: Request) -> str:
    keys = request.headers.getlist("idempotency-key")
    if len(keys) != 1 or not KEY.fullmatch(keys[0]):
        raise WrongBody(fault("wrong_key" if keys else "no_key", "Idempotency-Key"))
    return keys[0]


async def _strict(request: Request) -> Request:
    """The same request with its JSON already read; raises WrongBody."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise WrongBody(fault("no_json", "Content-Type", [JSON]))
    request._json = read_json(await request.body())  # noqa: SLF001  # where Starlette keeps what it has read
    return request


def refuse_undeclared(app: FastAPI) -> None:
    """Raises NoRightDeclared for a route that does not stand behind the door."""
    for context in iter_route_contexts(app.routes):
        if not isinstance(context.original_route, DeskRoute):
            raise NoRightDeclared(f"{context.path} does not stand behind the door")
