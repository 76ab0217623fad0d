"""Puts the API together: routes behind the door, errors, figures; refuses to start with an undeclared route."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp

from api.body import BodyCap
from api.codec import WithCodec
from api.door import DeskRoute, refuse_undeclared
from api.house import House
from api.pages import board, call, one_case, planned, public_call, search
from api.pages import routes as pages
from api.pages import told as told_page
from api.problems import answer_errors
from api.routes import (
    cases,
    costs,
    events,
    forms,
    inbox,
    plans,
    public_repairs,
    repairers,
    repairs,
    room_search,
    stream,
    tasks,
    timeline,
    told,
    upkeep,
)
from api.traffic import Traffic

VERSION = "1"
ROUTERS = tuple(
    module.router
    for module in (
        repairs,
        public_repairs,
        events,
        cases,
        room_search,
        repairers,
        timeline,
        told,
        forms,
        inbox,
        tasks,
        costs,
        plans,
        stream,
        upkeep,
        pages,
        told_page,
        call,
        search,
        public_call,
        one_case,
        board,
        planned,
    )
)
ABOUT = """荔园服务台的接口：呼叫中心与员工由此登记、查询。

* 凭证：请求头 `Authorization: Bearer <API 密钥或令牌>`。
* 每次写入须带 `Idempotency-Key`（8 至 200 个可见 ASCII 字符）；重试用同一个键，结果与第一次相同。
  查询不需要它，`POST /v1/cases/search` 也是查询。
* 错误为 `application/problem+json`：`field` 指明何处，`remedy` 说明怎么办，`allowed` 列出可选值，照原样填写；
  其中的代码在 `labels` 里有中文名。`english` 是英文说明。
* 202 表示已收到并保存，尚未记入单中：系统会自动办理；用同一个键再提交，或查询该单，可知结果。

The desk's API, for the call centre and staff. Send the key as `Authorization: Bearer`, and with every write an
`Idempotency-Key` of 8 to 200 visible ASCII characters: a new one for each request, the same one for a repetition.
Errors name the `field`, the remedy (`english`) and what is `allowed`, as it is to be sent; `labels` has the Chinese
name of each code there. 202: received and kept, and not taken in yet; repeat with the same key or look at the case.
"""


def create_app(house: House) -> ASGIApp:
    """The whole application; raises NoRightDeclared."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with house.running():
            yield

    app = FastAPI(
        title="荔园服务台",
        version=VERSION,
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"logs": False},
    )
    app.state.house = house
    answer_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    refuse_undeclared(app)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's own way to change the description
    return Traffic(WithCodec(BodyCap(app), house), house.figures)


def _described(app: FastAPI) -> dict[str, object]:
    """With the bearer scheme on every route, and the key of the writes."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schema.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"key": []}]
        without_key = {
            one.path
            for one in iter_route_contexts(app.routes)
            if isinstance(one.original_route, DeskRoute) and not one.original_route.keyed
        }
        for place, path in schema["paths"].items():
            if "post" in path and place not in without_key:
                path["post"].setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        app.openapi_schema = schema
    return app.openapi_schema


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "每次提交一个新键，重试用同一个键",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]+$"},
}
