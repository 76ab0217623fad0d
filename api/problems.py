"""Errors as ``application/problem+json``: what is wrong, where, the remedy, in two languages; never a value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException

from api.pages.views import problem_page
from api.sentences import Fault
from api.wire.kinds import codes_of, labels_of
from domain.errors import (
    AlreadyOpen,
    BadTime,
    CaseClosed,
    ChannelOff,
    Conflicting,
    DeskError,
    FileFull,
    Malformed,
    NobodyOnDuty,
    NotExpected,
    NotPermitted,
    OtherMatter,
    RuleBroken,
    ShowsCases,
    Unavailable,
    UnknownCase,
    UnknownNotice,
)

log = structlog.stdlib.get_logger(__name__)

STATUS: Mapping[type[DeskError], int] = {
    Malformed: 422,
    NotPermitted: 403,
    ChannelOff: 403,
    UnknownCase: 404,
    UnknownNotice: 404,
    NotExpected: 409,
    RuleBroken: 409,
    AlreadyOpen: 409,
    OtherMatter: 409,
    CaseClosed: 409,
    FileFull: 409,
    BadTime: 409,
    Conflicting: 409,
    NobodyOnDuty: 503,
    Unavailable: 503,
}
STATUS_OF_CODE = {kind.code: status for kind, status in STATUS.items()}

AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection that broke in the middle of an exchange
    OSError,
    TimeoutError,
)
"""What a database that cannot serve us now raises."""

RETRY_SECONDS = 2
MEDIA_TYPE = "application/problem+json"
EVENT_TYPE = "event.type"

HTTP_WORDS = {
    401: ("unauthenticated", "未登录", "请带一个请求头 Authorization: Bearer 密钥，密钥为 API 密钥（lyd_ 开头）或令牌",
          "Send one header Authorization: Bearer KEY, where KEY is an API key (lyd_...) or a signed token."),
    404: ("not_found", "没有这个地址", "请核对地址", "There is nothing at this address."),
    405: ("method_not_allowed", "不支持这种方法", "此地址只支持 {methods}", "The address takes {methods} only."),
    408: ("too_slow", "提交太慢", "请重新提交", "The request came too slowly; send it again."),
    413: ("too_large", "内容过大", "请求内容不得超过 64 KB", "The body is larger than 64 KB."),
    429: ("too_many", "请求过于频繁", "请稍后再试", "Too many requests; wait as Retry-After says."),
    500: ("internal", "系统出错", "请用同一 Idempotency-Key 重试，仍不成功请联系管理员",
          "Something went wrong here; try again with the same Idempotency-Key."),
}  # fmt: skip


UNKNOWN_KEY = (
    "unauthenticated",
    "密钥无效",
    "密钥或令牌不认识、已作废或已过期；请核对，或向管理员领取新的",
    "The key or token is not known, or was revoked, or has expired; check it, or ask for a new one.",
)


class NotAuthenticated(HTTPException):
    """``offered``: a key or token was sent, and is none of ours."""

    def __init__(self, *, offered: bool = False) -> None:
        super().__init__(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"' if offered else "Bearer"})
        self.offered = offered


class TooMany(HTTPException):
    def __init__(self, seconds: int) -> None:
        super().__init__(429, headers={"Retry-After": str(max(1, seconds))})


def problem(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The answer; ``content`` has code, title, remedy, english, field, allowed, and errors where there are several.

    Types of event among ``allowed`` are given as they are sent, with their labels beside them. ``cases``: to look at.
    """
    field, allowed = content.get("field", ""), list(content.get("allowed", ()))
    if field == EVENT_TYPE:
        allowed = codes_of(allowed)
    body = {
        "type": f"urn:liyuan-desk:{content['code']}",
        "title": content["title"],
        "status": status,
        "detail": content["remedy"],
        "code": content["code"],
        "remedy": content["remedy"],
        "english": content["english"],
        "field": field,
        "allowed": allowed,
        "labels": content.get("labels") or labels_of(allowed),
        "errors": list(content.get("errors", ())),
    } | ({"cases": content["cases"]} if "cases" in content else {})
    again = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}  # noqa: PLR2004  # Unavailable
    return JSONResponse(body, status, headers={**again, **(headers or {})}, media_type=MEDIA_TYPE)


def refusal(error: DeskError) -> Response:
    return problem(STATUS[type(error)], _content(error))


def settled_refusal(outcome: Mapping[str, Any]) -> Response:
    """The answer of a command that the case has refused, also long after."""
    return problem(STATUS_OF_CODE.get(str(outcome.get("code")), 409), outcome)


def http_problem(status: int, headers: Mapping[str, str] | None = None) -> Response:
    return problem(status, _words(status), headers)


def _words(status: int, *, offered: bool = False) -> dict[str, str]:
    unnamed = ("refused", "无法办理", "请核对请求", "The request is refused.")
    code, title, remedy, english = UNKNOWN_KEY if offered else HTTP_WORDS.get(status, unnamed)
    return {"code": code, "title": title, "remedy": remedy, "english": english} | (
        {"field": "Authorization"} if status == 401 else {}  # noqa: PLR2004  # unauthenticated
    )


def malformed(faults: Sequence[Fault]) -> Response:
    """One answer for everything that is wrong with a request; the first fault is its headline."""
    first = faults[0]
    return problem(
        422,
        {
            "code": Malformed.code,
            "title": Malformed.title,
            "remedy": "；".join(
                f"{'、'.join(fields)}：{told}" if fields else told
                for told, fields in _by_words((fault.remedy, fault.field) for fault in faults)
            ),
            "english": " ".join(
                f"{', '.join(fields)}: {told}" if fields else told
                for told, fields in _by_words((fault.english, fault.field) for fault in faults)
            ),
            "field": first.field,
            "allowed": first.allowed,
            "labels": first.labels,
            "errors": [asdict(fault) for fault in faults],
        },
    )


def _by_words(told: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    """Each sentence once, with all the fields it is said of."""
    fields: dict[str, list[str]] = {}
    for words, field in told:
        fields.setdefault(words, []).extend([field] if field else [])
    return fields.items()


def _content(error: DeskError) -> dict[str, Any]:
    return {
        "code": error.code,
        "title": error.title,
        "remedy": error.remedy,
        "english": error.english,
        "field": error.field,
        "allowed": error.allowed,
    } | ({"cases": to_jsonable_python(error.cases)} if isinstance(error, ShowsCases) else {})


async def _on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)  # noqa: S101  # registered for it
    return refusal(error)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for it
    if error.status_code == 405:  # noqa: PLR2004  # method not allowed
        return _wrong_method(request)
    return _told(
        request, error, _words(error.status_code, offered=isinstance(error, NotAuthenticated) and error.offered)
    )


def _wrong_method(request: Request) -> Response:
    """Of every route at the address: the framework's own answer knows the first of them only."""
    routes = [one for one in iter_route_contexts(request.app.routes) if one.path_regex.match(request.scope["path"])]
    methods = sorted({method for one in routes for method in one.methods or ()})
    listed, words = ", ".join(methods), _words(405)
    told = {
        "remedy": words["remedy"].format(methods="、".join(methods)),
        "english": words["english"].format(methods=listed),
        "allowed": methods,
    }
    return _told(request, HTTPException(405, headers={"Allow": listed}), words | told)


def _told(request: Request, error: HTTPException, words: Mapping[str, Any]) -> Response:
    """A person's browser gets a page, with the way back."""
    accepted = request.headers.get("accept", "")
    if "text/html" in accepted and "json" not in accepted:
        return HTMLResponse(problem_page(words["title"], words["remedy"]), error.status_code, error.headers)
    return problem(error.status_code, words, error.headers)


async def _on_away(_: Request, error: Exception) -> Response:
    log.warning("database.away", error=type(error).__name__)
    return refusal(Unavailable())


async def _on_bug(_: Request, error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__)
    return http_problem(500)


def answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(DeskError, _on_refusal)
    app.add_exception_handler(HTTPException, _on_http)
    for kind in AWAY:
        app.add_exception_handler(kind, _on_away)
    app.add_exception_handler(Exception, _on_bug)
