"""What machines and newcomers ask of the process: alive, ready, figures, the description of the API."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from api.door import DeskRoute, by_authorization, by_cookie, credential_in
from api.house import House
from api.problems import AWAY, NotAuthenticated, refusal
from api.rights import Verb, needs
from domain.errors import Unavailable

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

STATIC = Path(__file__).parents[1] / "static"
FILES = {
    "swagger-ui-bundle.js": (STATIC / "swagger-ui" / "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (STATIC / "swagger-ui" / "swagger-ui.css", "text/css"),
    "docs.js": (STATIC / "docs.js", "text/javascript"),
    "icon.png": (STATIC / "icon.png", "image/png"),
    "desk.css": (STATIC / "desk.css", "text/css"),
}
NOT_READY: tuple[type[Exception], ...] = (*AWAY, Unavailable)
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
DOCS = (STATIC / "docs.html").read_text(encoding="utf-8")


@router.get("/healthz")
@needs(Verb.ANYTHING_PUBLIC)
async def alive() -> Response:
    """The process answers, whatever else is away."""
    return PlainTextResponse("ok")


@router.get("/readyz")
@needs(Verb.ANYTHING_PUBLIC)
async def ready(request: Request) -> Response:
    """Calls can be taken: the database answers. Temporal may be away, the desk takes calls without it."""
    house: House = request.app.state.house
    try:
        await house.desk.reader.alive()
    except NOT_READY:
        return refusal(Unavailable())
    return PlainTextResponse("ready")


@router.get("/metrics")
@needs(Verb.ANYTHING_PUBLIC)
async def figures(request: Request) -> Response:
    """Prometheus; counts and codes only."""
    house: House = request.app.state.house
    return Response(generate_latest(house.figures.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json")
@needs(Verb.ANYTHING_PUBLIC)
async def description(request: Request) -> Response:
    """Open in embedded mode; in server mode to who is logged in on the pages, or has a key."""
    await _not_for_strangers(request)
    return JSONResponse(request.app.openapi())


@router.get("/docs")
@needs(Verb.ANYTHING_PUBLIC)
async def documentation(request: Request) -> Response:
    """Swagger UI from our own files; in its own policy, since it styles itself. In server mode not for strangers."""
    await _not_for_strangers(request)
    return HTMLResponse(DOCS, headers={"Content-Security-Policy": DOCS_CSP})


@router.get("/static/{name}")
@needs(Verb.ANYTHING_PUBLIC)
async def static_file(name: str) -> Response:
    if name not in FILES:
        raise HTTPException(404)
    path, kind = FILES[name]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "public, max-age=3600"})


async def _not_for_strangers(request: Request) -> None:
    house: House = request.app.state.house
    if house.settings.mode == "embedded":
        return
    if await by_cookie(request, house) is None and await by_authorization(request, house) is None:
        raise NotAuthenticated(offered=credential_in(request) is not None)
