"""The codec endpoint reads for those who may, from one origin, and logs each reading."""

import json
import os
from base64 import b64encode

import httpx2
import pytest
from structlog.testing import capture_logs
from temporalio.api.common.v1 import Payload

from infra.codec_server import LARGEST_BODY, Asking, Sealable, codec_app
from infra.keys import KeyRing
from infra.payloads import SealingCodec

CODEC = SealingCodec(KeyRing(current="c1", keys={"c1": os.urandom(32)}))
ORIGIN = "http://127.0.0.1:8233"
TOKEN = {"authorization": "Bearer right", "origin": ORIGIN, "x-namespace": "default"}
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data='{"words":"漏水"}'.encode())


async def _may(asking: Asking) -> str | None:
    return "supervisor-1" if asking.headers.get("authorization") == "Bearer right" else None


def _client(*, encodes: Sealable | None = None) -> httpx2.AsyncClient:
    app = codec_app(CODEC, ORIGIN, _may, encodes=encodes)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://desk/codec")


def _body(*payloads: Payload) -> dict[str, object]:
    def text(value: bytes) -> str:
        return b64encode(value).decode()

    return {
        "payloads": [
            {"metadata": {name: text(value) for name, value in one.metadata.items()}, "data": text(one.data)}
            for one in payloads
        ]
    }


async def test_a_sealed_payload_is_read_and_the_reading_is_logged() -> None:
    with capture_logs() as logs:
        async with _client() as client:
            answer = await client.post("/decode", json=_body(CODEC.seal(CLEAR), CLEAR), headers=TOKEN)

    assert answer.status_code == 200
    assert answer.json() == _body(CLEAR, CLEAR)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["cache-control"] == "no-store"
    assert [(log["event"], log["by"], log["payloads"]) for log in logs] == [("codec.used", "supervisor-1", 2)]
    assert "漏水" not in json.dumps(logs, ensure_ascii=False)


async def test_who_may_not_learns_nothing() -> None:
    async with _client() as client:
        answer = await client.post("/decode", json=_body(CODEC.seal(CLEAR)), headers={"origin": ORIGIN})

    assert (answer.status_code, answer.json()) == (403, {"message": "not permitted"})


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8233.evil.example"])
async def test_another_origin_is_refused_even_with_the_token(origin: str) -> None:
    async with _client() as client:
        answer = await client.post("/decode", json=_body(CODEC.seal(CLEAR)), headers=TOKEN | {"origin": origin})

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


async def test_the_browsers_question_is_answered_for_the_one_origin() -> None:
    async with _client() as client:
        ours = await client.request("OPTIONS", "/decode", headers={"origin": ORIGIN})
        other = await client.request("OPTIONS", "/decode", headers={"origin": "http://evil.example"})

    assert ours.status_code == 204
    assert "authorization" in ours.headers["access-control-allow-headers"]
    assert other.status_code == 403


async def test_it_encodes_only_where_and_what_is_wanted() -> None:
    async with _client() as closed, _client(encodes=lambda payload: payload == CLEAR) as opened:
        refused = await closed.post("/encode", json=_body(CLEAR), headers=TOKEN)
        sealed = await opened.post("/encode", json=_body(CLEAR), headers=TOKEN)
        read = await opened.post("/decode", json=sealed.json(), headers=TOKEN)
        strange = await opened.post("/encode", json=_body(CLEAR, Payload(data=b"{}")), headers=TOKEN)

    assert refused.status_code == 404
    assert strange.status_code == 422
    assert sealed.json() != _body(CLEAR)
    assert read.json() == _body(CLEAR)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"payloads": 1}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"payloads": [{"data": 1}]}', 400),
        (b'{"nothing": []}', 400),
        (b" " * (LARGEST_BODY + 1), 413),
    ],
)
async def test_what_is_no_payload_is_refused(content: bytes, status: int) -> None:
    async with _client() as client:
        answer = await client.post("/decode", content=content, headers=TOKEN)

    assert answer.status_code == status


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/decode", 405), ("POST", "/other", 404)])
async def test_other_requests_are_refused(method: str, path: str, status: int) -> None:
    async with _client() as client:
        answer = await client.request(method, path, headers=TOKEN)

    assert answer.status_code == status
