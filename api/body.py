"""Bodies: capped before anything reads them, and JSON read strictly: no NaN, no field twice, no lone surrogate."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import http_problem
from api.sentences import NAME, Fault, fault

LARGEST_BODY = 64 * 1024
SLOWEST_SECONDS = 10
DRAINED = 4 * 1024 * 1024
MISSPELT: Mapping[str, str] = {
    "Expecting property name": "json_no_name",
    "Illegal trailing comma": "json_no_name",
    "Expecting ':'": "json_no_colon",
    "Expecting ','": "json_no_comma",
    "Expecting value": "json_no_value",
    "Extra data": "json_goes_on",
    "Unterminated string": "json_open_text",
    "Invalid control character": "json_line_break",
    "Invalid \\": "json_backslash",
    "Unexpected UTF-8 BOM": "json_mark",
}
"""How the reader begins to say what it missed, and the sentence of ours for it."""
SURROGATE = re.compile("[\ud800-\udfff]")


class WrongBody(Exception):
    """Carries the one fault; never what was sent."""

    def __init__(self, found: Fault) -> None:
        super().__init__(found.english)
        self.fault = found


class _CutOff(Exception):
    """The sender was gone before all of it was there."""


class BodyCap:
    """Outermost: reads the body up to the cap, answers 413 beyond it, and hands it on whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or str(scope["path"]).startswith("/codec/"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(SLOWEST_SECONDS):
                body = await _read(scope, receive)
        except _CutOff:
            return  # nobody waits for an answer, and half a form says something else
        except TimeoutError:
            await http_problem(408, {"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            await http_problem(413, {"Connection": "close"})(scope, receive, send)
            return
        given = False

        async def whole() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, whole, send)


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """None: it is too large."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > 9 or int(value) > LARGEST_BODY):  # noqa: PLR2004
            await _drain(receive)
            return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _CutOff
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            await _drain(receive)
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _drain(receive: Receive) -> None:
    """Read on for a while, so that the sender hears the answer instead of a broken connection."""
    left = DRAINED
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def read_json(body: bytes) -> Any:
    """The document, numbers with a point as Decimal; raises WrongBody."""
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=Decimal
        )
        unfit = next(_unfit(document, ()), None)
    except json.JSONDecodeError as wrong:
        raise WrongBody(_misspelt(wrong)) from None
    except UnicodeDecodeError as wrong:
        raise WrongBody(fault("json_not_utf8", "", bounds={"byte": wrong.start + 1})) from None
    except (ValueError, RecursionError):
        raise WrongBody(fault("json_invalid", "")) from None
    if unfit is not None:
        raise WrongBody(fault("unfit_text", ".".join(unfit)))
    return document


def _misspelt(wrong: json.JSONDecodeError) -> Fault:
    """Where it stops being JSON and what is usually the matter there; never what stands there."""
    kind = next((kind for said, kind in MISSPELT.items() if wrong.msg.startswith(said)), "json_misspelt")
    return fault(kind, "", bounds={"line": wrong.lineno, "column": wrong.colno})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise WrongBody(fault("json_twice", ""))
    return read


def _no_number(_: str) -> NoReturn:
    raise WrongBody(fault("json_no_number", ""))


def _unfit(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where a lone surrogate stands, in a text or in the name of a field."""
    if isinstance(value, str):
        if SURROGATE.search(value):
            yield path
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unfit(item, (*path, str(position)))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unfit(name, path)
            yield from _unfit(item, (*path, name) if NAME.fullmatch(name) else path)
