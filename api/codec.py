"""The codec endpoint of the Web UI: who may read a case's payloads there, and the one shape that may be sent."""

from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload

from api.door import COOKIE
from api.house import House
from api.problems import AWAY
from api.rights import Verb, may
from api.tokens import holds, session_of, subject_of
from domain.errors import Unavailable
from infra.codec_server import Asking, codec_app
from infra.payloads import SealingCodec
from infra.postgres.principals import Principal
from infra.settings import Settings
from workflows.messages import FromWebUi

PATH = "/codec/"
LOCAL = "local"
"""Who reads in embedded mode without a session: whoever sits at the machine."""

UNABLE: tuple[type[Exception], ...] = (*AWAY, Unavailable)

log = structlog.stdlib.get_logger(__name__)


class WithCodec:
    """The API, and below ``/codec`` the endpoint that the Web UI calls from the browser (docs/decisions/0010)."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house
        settings = house.settings
        self._codec = codec_app(
            SealingCodec(settings.codec_ring()), origin_of(settings.web_ui_url), self._may, encodes=is_from_web_ui
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and str(scope["path"]).startswith(PATH):
            await self._codec(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _may(self, asking: Asking) -> str | None:
        principal = await self._principal(asking)
        if principal is not None:
            reads = any(may(actor, Verb.READ_PERSONAL) for actor in principal.actors)
            return principal.id if reads else None
        return LOCAL if is_local(asking, self._house.settings) else None

    async def _principal(self, asking: Asking) -> Principal | None:
        """By the cookie of the staff pages, or by the token that a Web UI with its own log-in passes on."""
        settings = self._house.settings
        session = session_of(_cookie(asking.headers.get("cookie", "")), settings)
        scheme, _, token = asking.headers.get("authorization", "").partition(" ")
        subject = session.principal if session else subject_of(token, settings) if scheme.lower() == "bearer" else None
        if subject is None:
            return None
        try:
            found = await self._house.desk.principals.by_id(subject)
        except UNABLE as fault:
            log.warning("codec.unable", error=type(fault).__name__)
            return None
        return None if found is None or (session and not holds(session, found)) else found


def origin_of(url: str) -> str:
    """Scheme, host and port, as a browser names a page's origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_local(asking: Asking, settings: Settings) -> bool:
    """Embedded mode on a Web UI of this machine: the browser says that our UI asks, and asks from here."""
    if settings.mode != "embedded" or asking.headers.get("origin") != origin_of(settings.web_ui_url):
        return False
    return _loopback(asking.host) and _loopback(urlsplit(settings.web_ui_url).hostname or "")


def is_from_web_ui(payload: Payload) -> bool:
    """Whether it is what a supervisor may send from the Web UI's form; what the API sends is never sealed here."""
    if payload.metadata.get("encoding") != b"json/plain":
        return False
    try:
        sent = FromWebUi.model_validate_json(payload.data, extra="forbid")
    except ValidationError:
        return False
    return bool(sent.by)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
