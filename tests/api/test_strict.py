"""What the API refuses: malformed, hostile, unauthenticated, too much; never with a 5xx, never with the value in it."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from api.looking import FREE_WORDS
from api.wire.events import LONG
from tests.api.office import CALL, Office, fresh_key

CANARY = "canary"
REFUSED_TEXTS = ["\x00", "a\x00b", "\ud800", "\udfff tail", "\x1b[31m", "\x07", "\r\n", "\x85", "   "]
KEPT_TEXTS = [
    "𠮷野家", "👨‍👩‍👧", "㛃䶮", "=1+1", "＝cmd", "@import", "\t缩进", "两行\n两行",
    "<script>alert(1)</script>", "[点我](x)",
    "a|b",    "'; drop table cases; --", "100%s%d", "\u202e右到左", "é 与 é", "{{7*7}}", "${x}", "\\u0000", "字" * 2000,
]  # fmt: skip


def is_problem(answer: httpx2.Response) -> dict[str, Any]:
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    told: dict[str, Any] = answer.json()
    assert told["remedy"]
    assert told["english"]
    return told


@pytest.mark.parametrize("text", REFUSED_TEXTS)
@pytest.mark.parametrize("field", ["content", "phone", "room", "estate", "channel", "fault"])
async def test_text_that_cannot_be_kept_is_refused_by_its_field(lonely: Office, field: str, text: str) -> None:
    raw = json.dumps(CALL | {field: f"{CANARY}{text}" if text.strip() else text})

    answer = await post_raw(lonely, raw)

    assert 422 == answer.status_code, answer.text
    assert field == is_problem(answer)["field"]
    assert CANARY not in answer.text


@pytest.mark.parametrize("text", KEPT_TEXTS)
async def test_any_other_text_is_kept_byte_for_byte(lonely: Office, text: str) -> None:
    answer = await lonely.post("/v1/repairs", CALL | {"content": text})

    assert 202 == answer.status_code, answer.text
    assert text == await lonely.words_of(answer.json()["no"])


@pytest.mark.parametrize("missing", ["estate", "room", "channel", "content", "phone", "fault"])
async def test_rep_02_a_missing_field_is_named_and_no_case_opened(lonely: Office, missing: str) -> None:
    before = await lonely.pool.fetchval("select count(*) from cases")

    answer = await lonely.post("/v1/repairs", {name: value for name, value in CALL.items() if name != missing})

    assert 422 == answer.status_code
    assert missing == is_problem(answer)["field"]
    assert before == await lonely.pool.fetchval("select count(*) from cases")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "null",
        '"text"',
        "{",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"estate": "LY", "estate": "LY"}',
        '{"\\ud800": 1}',
        "[" * 30_000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"a": ' + "9" * 5000 + "}",
        '{"estate": 1, "room": true, "channel": [], "content": {}, "phone": null, "fault": 1.5}',
    ],
)
async def test_what_is_no_proper_document_is_refused(lonely: Office, raw: str) -> None:
    answer = await post_raw(lonely, raw)

    assert 422 == answer.status_code, answer.text
    is_problem(answer)


async def test_unknown_fields_are_refused_without_repeating_their_name(lonely: Office) -> None:
    answer = await lonely.post("/v1/repairs", CALL | {f"{CANARY}1": "x"})

    assert 422 == answer.status_code
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": CANARY},
        {"type": "request_received"},
        {"type": "case_ended", "result": "x"},
        {"type": "rung_reached", "key": "REP-26", "cycle": 1, "rung": 1},
        {"type": "assigned", "repairer": "rp-1", "team": "x", "item": "W01", "complete_by": "2026-11-22T09:00:00Z"},
        {"type": "assigned", "repairer": f"{CANARY}'", "team": "x", "item": "W01"},
        {"type": "assigned", "repairer": "rp-1", "team": "x", "item": f"{CANARY}\u0000"},
        {"type": "copy_returned", "copy": 4},
        {"type": "copy_returned", "copy": "2"},
        {"type": "feedback_given", "solved": "yes"},
        {"type": "appointment_moved", "wanted": "2026-11-22T09:00:00", "reason": "x"},
        {"type": "appointment_moved", "wanted": "9999-12-31T23:59:59-12:00", "reason": "x"},
        {"type": "appointment_moved", "wanted": 1763800000, "reason": "x"},
        {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "quantity": -1}]},
        {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "quantity": 1e300}]},
        {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "quantity": "NaN"}]},
        {"type": "work_finished", "fault": "水", "charges": [{"item": "W01"}] * 51},
        {"type": "noted", "text": "字" * 2001},
        {"type": "notice_acknowledged", "key": "REP-26", "cycle": 10**12, "rung": 0},
    ],
)
async def test_a_malformed_event_is_refused_and_named(lonely: Office, event: dict[str, Any]) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event)

    assert 422 == answer.status_code, answer.text
    assert is_problem(answer)["field"].startswith("event")
    assert CANARY not in answer.text


async def test_a_body_over_64_kb_is_refused_as_a_problem_however_it_is_sent(lonely: Office) -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b" " * 1024

    whole = await post_raw(lonely, json.dumps(CALL | {"content": "x" * 70_000}))
    chunked = await lonely.http.post("/v1/repairs", headers=lonely.headers("fd-1"), content=pieces())

    assert [413, 413] == [whole.status_code, chunked.status_code]
    assert "too_large" == is_problem(whole)["code"] == is_problem(chunked)["code"]


@pytest.mark.parametrize("key", [None, "short", "x" * 201, "with space 1", "ключ-ключ-ключ".encode()])
async def test_a_write_without_a_proper_key_is_refused(lonely: Office, key: Any) -> None:
    headers: dict[str, Any] = {"Authorization": f"Bearer {lonely.keys['fd-1']}"}
    if key is not None:
        headers["Idempotency-Key"] = key

    answer = await lonely.http.post("/v1/repairs", headers=headers, json=CALL)

    assert 422 == answer.status_code, answer.text
    assert "Idempotency-Key" == is_problem(answer)["field"]


async def test_the_same_key_with_other_content_is_a_conflict_and_another_callers_is_not(lonely: Office) -> None:
    key = fresh_key()

    first = await lonely.post("/v1/repairs", CALL, "fd-1", key)
    other_content = await lonely.post("/v1/repairs", CALL | {"content": "别的"}, "fd-1", key)
    other_caller = await lonely.post("/v1/repairs", CALL, "fd-2", key)

    assert [202, 409, 202] == [first.status_code, other_content.status_code, other_caller.status_code]
    assert "conflicting" == is_problem(other_content)["code"]
    assert first.json()["no"] != other_caller.json()["no"]


async def test_the_same_request_fifty_times_at_once_makes_one_case(lonely: Office) -> None:
    key = fresh_key()

    call = CALL | {"room": "5-504"}

    answers = await asyncio.gather(*(lonely.asks("/v1/repairs", call, "call-center", key) for _ in range(50)))

    assert {202} == {answer.status_code for answer in answers}
    numbers = {answer.json()["no"] for answer in answers}
    assert 1 == len(numbers)
    assert 1 == await lonely.pool.fetchval("select count(*) from commands where idempotency_key = $1", key)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/cases?cursor=%00",
        "/v1/cases?estate=%00",
        "/v1/cases?cursor=W10=",
        "/v1/cases?cursor=WyIyMDI2LTExLTIyVDAwOjAwOjAwKzAwOjAwIiwgIlx1MDAwMCJd",
        "/v1/cases?limit=0",
        "/v1/cases?limit=99999999999999999999",
        "/v1/cases?due_before=yesterday",
        "/v1/cases?waiting_post=canary",
        "/v1/cases?canary9=1",
        "/v1/cases?stage=canary",
        "/v1/cases?room=1-101",
        "/v1/cases/search",
        "/v1/cases/%00",
        "/v1/cases/REP-20261122-99999",
        "/v1/cases/REP-20261122-٠٠٠٠١",
        "/v1/cases/REP-20261122-99999/timeline",
        "/v1/cases/REP-20261122-99999/forms/repair-order?copy=9",
        "/v1/cases/x?purpose=%00",
        "/v1/inbox?cursor=%ff",
        "/v1/nothing/canary",
        "/static/..%2f..%2fpyproject.toml",
    ],
)
async def test_hostile_addresses_get_a_problem_below_500(lonely: Office, path: str) -> None:
    answer = await lonely.get(path)

    assert answer.status_code in {404, 422}, answer.text
    is_problem(answer)
    assert CANARY not in answer.text


async def test_every_text_field_of_every_event_takes_or_refuses_every_hostile_text(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    schema = (await lonely.http.get("/openapi.json")).json()["components"]["schemas"]
    events = {
        name: model
        for name, model in schema.items()
        if isinstance(model.get("properties", {}).get("type"), dict) and "const" in model["properties"]["type"]
    }
    assert len(events) > 30

    answers = [
        await lonely.post_raw_event(no, model["properties"]["type"]["const"], field, text)
        for model in events.values()
        for field, kind in model["properties"].items()
        if kind.get("type") == "string" and field != "type"
        for text in (*REFUSED_TEXTS, *KEPT_TEXTS)
    ]

    assert len(answers) > 500
    assert {answer.status_code for answer in answers} <= {202, 403, 409, 422}


async def post_raw(office: Office, raw: str) -> httpx2.Response:
    headers = office.headers("fd-1") | {"Content-Type": "application/json"}
    return await office.http.post("/v1/repairs", headers=headers, content=raw.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("event", "way"),
    [
        ({"type": "notice_acknowledged", "key": "REP-24", "cycle": 1, "rung": 1}, "/v1/notices/{id}/ack"),
        ({"type": "request_received", "content": "x"}, "/v1/repairs"),
        ({"type": "case_ended", "result": "x"}, "系统自行登记"),
        ({"type": "rung_reached", "key": "REP-24", "cycle": 1, "rung": 1}, "系统自行登记"),
    ],
)
async def test_what_is_no_event_of_a_client_is_refused_with_where_it_belongs(
    lonely: Office, event: dict[str, Any], way: str
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event)

    assert 422 == answer.status_code, answer.text
    assert way in is_problem(answer)["remedy"]
    assert event["type"] not in is_problem(answer)["allowed"]


def test_every_free_text_of_an_event_is_hidden_from_those_without_a_purpose() -> None:
    assert LONG <= FREE_WORDS
