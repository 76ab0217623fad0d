"""Every answer is counted, logged by route and status, and sent with headers that keep browsers careful."""

import time
from contextlib import suppress

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.house import Figures

log = structlog.stdlib.get_logger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # under no-referrer a form would not say where it comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Traffic:
    """Pure ASGI, so that streams pass through and nothing is cut short."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                self._note(scope, int(message["status"]), time.monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
        self._figures.requests.labels(method, route, str(status)).inc()
        self._figures.seconds.labels(route).observe(seconds)
        caller = None
        with suppress(KeyError, AttributeError):
            caller = scope["state"]["caller"].principal.id
        quiet = route in {"/healthz", "/readyz", "/metrics"} or route.startswith("/static")
        (log.debug if quiet else log.info)(
            "http.answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1), by=caller
        )
