"""The remote codec of the Temporal Web UI: lets it read payloads for those who may, and logs every reading."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from infra.payloads import ENCODING, SealingCodec, UnknownKey

Message = Mapping[str, object]
Scope = Mapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[dict[str, object]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 8 * 1024 * 1024
CORS = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, x-namespace",
    "access-control-allow-credentials": "true",
    "vary": "origin",
}

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, as far as the request says: headers in lower case, and the address he comes from."""

    headers: Mapping[str, str]
    host: str


May = Callable[[Asking], Awaitable[str | None]]
"""Answers with the id of the principal, who is then logged, or None: refused."""


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


Sealable = Callable[[Payload], bool]
"""Whether this payload may be sent to a case from the Web UI."""


def codec_app(codec: SealingCodec, allowed_origin: str, may: May, *, encodes: Sealable | None = None) -> App:
    """An ASGI app with ``POST …/decode``, to be mounted; answers exactly one origin.

    ``encodes`` adds ``POST …/encode`` for the payloads it says yes to, without which the Web UI can send no update
    to a case (what is sent in clear is refused there).
    """
    verbs = {"decode": _decoded} if encodes is None else {"decode": _decoded, "encode": _encoder(encodes)}

    async def serve(verb: str, method: str, asking: Asking, receive: Receive) -> tuple[int, bytes]:
        if verb not in verbs:
            raise _Refused(404, "not found")
        if asking.headers.get("origin", allowed_origin) != allowed_origin:
            raise _Refused(403, "origin not allowed")
        if method == "OPTIONS":
            return 204, b""
        if method != "POST":
            raise _Refused(405, "POST only")
        principal = await may(asking)
        if principal is None:
            raise _Refused(403, "not permitted")
        payloads = _parse(await _body(receive))
        answer = Payloads(payloads=[verbs[verb](codec, payload) for payload in payloads])
        namespace = asking.headers.get("x-namespace", "")[:100]
        log.info("codec.used", verb=verb, by=principal, payloads=len(payloads), namespace=namespace)
        return 200, json.dumps(MessageToDict(answer)).encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asking = _asking(scope)
        verb = str(scope["path"]).rsplit("/", 1)[-1]
        try:
            status, body = await serve(verb, str(scope["method"]), asking, receive)
        except _Refused as refusal:
            log.warning("codec.refused", verb=verb if verb in verbs else "other", status=refusal.status)
            status, body = refusal.status, json.dumps({"message": refusal.reason}).encode()
        cors = CORS | {"access-control-allow-origin": allowed_origin}
        await _answer(send, status, body, cors if asking.headers.get("origin") == allowed_origin else {})

    return app


def _decoded(codec: SealingCodec, payload: Payload) -> Payload:
    # What is not sealed is given back as it came: it tells nothing that the asker did not send.
    if payload.metadata.get("encoding") != ENCODING:
        return payload
    try:
        return codec.open(payload)
    except UnknownKey:
        return payload


def _encoder(sealable: Sealable) -> Callable[[SealingCodec, Payload], Payload]:
    def encoded(codec: SealingCodec, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") == ENCODING:
            return payload
        if not sealable(payload):
            raise _Refused(422, "not a message that may be sent from the Web UI")
        return codec.seal(payload)

    return encoded


def _asking(scope: Scope) -> Asking:
    raw = scope["headers"]
    client = scope.get("client")
    assert isinstance(raw, list | tuple)  # noqa: S101 - the ASGI specification says so
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    return Asking(headers=headers, host=str(client[0]) if isinstance(client, list | tuple) else "")


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400, "disconnected")
        part = message.get("body", b"")
        body += part if isinstance(part, bytes) else b""
        if len(body) > LARGEST_BODY:
            raise _Refused(413, "too large")
        if not message.get("more_body", False):
            return body


def _parse(body: bytes) -> list[Payload]:
    try:
        message = json.loads(body)
        if isinstance(message, dict):
            return list(ParseDict(message, Payloads()).payloads)
    except (ValueError, ParseError, RecursionError):
        pass
    raise _Refused(400, "the body is not a JSON Payloads message")


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    named = {"content-type": "application/json", "cache-control": "no-store", **headers}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
