"""What a refusal tells: the field, what to do about it in both languages, and what would do instead."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from api.routes.cases import Wanted
from api.routes.room_search import RoomSearch
from api.sentences import OTHERWISE, faults_of
from api.wire import text
from api.wire.events import EVENTS, MODELS
from api.wire.kinds import CODES, LABELS, nearest
from api.wire.requests import FormOnCall, NewEvent, NewRepair
from domain.rulebook import PUBLIC_REPAIR, REPAIR
from domain.rulebook.rows import Procedure
from tests.api.office import CALL, REPORT, Office
from tests.api.test_strict import is_problem

CHINESE = re.compile("[\u4e00-\u9fff]")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_an_unknown_estate_is_named_with_those_the_caller_may_use(lonely: Office) -> None:
    absent = await lonely.post("/v1/repairs", CALL | {"estate": "ZZ"})
    anothers = await lonely.post("/v1/repairs", CALL | {"estate": "XY"})

    told = is_problem(absent)
    assert (422, "estate", ["LY"]) == (absent.status_code, told["field"], told["allowed"])
    assert "小区" in told["remedy"]
    assert "estate" in told["english"]
    assert told == is_problem(anothers)


@pytest.mark.parametrize(
    ("raw", "line", "column", "remedy"),
    [
        (b"", 1, 1, "缺一个值"),
        (b'{"estate": "LY",\n "room": 1-101}', 2, 11, "缺逗号、引号或右括号"),
        (b'{"estate": "LY",\n "room": LY}', 2, 10, "文字须用双引号括起"),
        (b'{"estate": "LY",}', 1, 17, "双引号括起的字段名"),
        (b"{'estate': 'LY'}", 1, 2, "双引号括起的字段名"),
        (b'{"estate" "LY"}', 1, 11, "应为冒号"),
        (b'{"estate": "LY"} {}', 1, 18, "请删去后面的"),
        (b'{"estate": "LY', 1, 12, "没有右引号"),
        (b'{"content": "a\nb"}', 1, 15, r"换行须写作 \n"),
        (b'{"content": "C:\\x"}', 1, 16, "反斜杠须写作两个"),
        (b'\xef\xbb\xbf{"estate": "LY"}', 1, 1, "不带 BOM"),
    ],
)
async def test_a_body_that_is_no_json_is_told_where_and_what_to_do(
    lonely: Office, raw: bytes, line: int, column: int, remedy: str
) -> None:
    told = await refused_raw(lonely, raw)

    assert remedy in told["remedy"]
    assert f"第 {line} 行第 {column} 列" in told["remedy"]
    assert f"line {line}, column {column}: " in told["english"]


@pytest.mark.parametrize(
    ("raw", "remedy"),
    [
        (b'{"content": "\xbc\xd2"}', "须为 UTF-8 编码，第 14 个字节"),
        (b'{"a": NaN}', "NaN、Infinity 不是数字"),
        (b"[" * 30_000, "嵌套过深"),
    ],
)
async def test_a_body_of_another_encoding_or_with_what_is_no_number_is_told_so(
    lonely: Office, raw: bytes, remedy: str
) -> None:
    assert remedy in (await refused_raw(lonely, raw))["remedy"]


async def refused_raw(office: Office, raw: bytes) -> dict[str, Any]:
    headers = office.headers("fd-1") | {"Content-Type": "application/json"}
    return is_problem(await office.http.post("/v1/repairs", headers=headers, content=raw))


async def test_a_room_that_there_is_not_is_told_the_ones_near_it_and_only_of_ones_own_estate(lonely: Office) -> None:
    near = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "1-1011"}))
    far = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "ZZZ"}))
    unlike = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "3-9999"}))
    anothers = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "1-1011"}, "other-estate"))

    assert ("room", "1-101") == (near["field"], near["allowed"][0])
    assert "相近的有：1-101" in near["remedy"]
    assert "1-101" in near["english"]
    assert [] == far["allowed"]
    assert ["3-504", "3-503", "3-502", "3-501", "3-404"] == unlike["allowed"]
    assert "没有这个房号" in far["remedy"]
    assert ("estate", ["XY"]) == (anothers["field"], anothers["allowed"])
    assert "1-101" not in str(anothers)


async def test_a_write_without_its_key_is_told_what_to_send(lonely: Office) -> None:
    bearer = {"Authorization": f"Bearer {lonely.keys['fd-1']}"}

    missing = is_problem(await lonely.http.post("/v1/repairs", headers=bearer, json=CALL))
    wrong = is_problem(await lonely.http.post("/v1/repairs", headers=bearer | {"Idempotency-Key": "short"}, json=CALL))

    for told in (missing, wrong):
        assert "Idempotency-Key" == told["field"]
        for said in (told["remedy"], told["english"]):
            assert re.search("Idempotency-Key: [0-9a-f-]{36}", said)
            assert "200" in said
    assert missing["remedy"] != wrong["remedy"]


async def test_a_missing_key_and_one_that_is_none_of_ours_are_told_apart(lonely: Office) -> None:
    lonely.forgive()

    missing = await lonely.http.get("/v1/cases")
    misplaced = await lonely.http.get("/v1/cases", headers={"Authorization": lonely.keys["fd-1"]})
    wrong = await lonely.http.get("/v1/cases", headers={"Authorization": "Bearer lyd_canary"})
    no_token = await lonely.http.get("/v1/cases", headers={"Authorization": "Bearer canary"})

    assert {401} == {one.status_code for one in (missing, misplaced, wrong, no_token)}
    assert is_problem(missing) == is_problem(misplaced)
    assert "Authorization: Bearer" in is_problem(missing)["remedy"]
    assert "Authorization: Bearer" in is_problem(missing)["english"]
    assert is_problem(wrong) == is_problem(no_token)
    assert "作废" in is_problem(wrong)["remedy"]
    assert "revoked" in is_problem(wrong)["english"]
    assert ["Bearer", 'Bearer error="invalid_token"'] == [one.headers["www-authenticate"] for one in (missing, wrong)]
    assert "canary" not in wrong.text
    lonely.forgive()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("engineering_notifed", "engineering_notified"),
        ("EngineeringNotified", "engineering_notified"),
        ("通知工程部", "engineering_notified"),
        ("arrived", "arrived_on_site"),
        ("canary", None),
        ("a" * 60_000, None),
        ("", None),
    ],
)
def test_the_type_that_was_meant_is_found(sent: str, meant: str | None) -> None:
    assert meant == next(iter(nearest(sent)), None)


@pytest.mark.parametrize("procedure", [REPAIR, PUBLIC_REPAIR])
async def test_a_misspelt_type_is_told_the_nearest_and_the_codes_of_the_procedure_with_their_labels(
    lonely: Office, procedure: Procedure
) -> None:
    paths = {REPAIR: ("/v1/repairs", CALL), PUBLIC_REPAIR: ("/v1/public-repairs", REPORT)}
    no = (await lonely.post(*paths[procedure])).json()["no"]
    own = [kind for kind, event in EVENTS.items() if event in procedure.vocabulary]

    misspelt = is_problem(await lonely.does(no, {"type": "arrived_onsite"}))
    unlike = is_problem(await lonely.does(no, {"type": "canary"}))
    absent = is_problem(await lonely.does(no, {}))

    assert "arrived_on_site（到场）" in misspelt["remedy"]
    assert "arrived_on_site (到场)" in misspelt["english"]
    assert 5 < len(own) < len(LABELS)
    for told in (misspelt, unlike, absent):
        assert ("event.type", own) == (told["field"], told["allowed"])
        assert {kind: LABELS[kind] for kind in own} == told["labels"]
        assert told["labels"] == told["errors"][0]["labels"]
    assert "是否指" not in unlike["remedy"] + absent["remedy"]


async def test_a_type_of_another_procedure_is_not_what_a_misspelt_one_was_meant_to_be(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    told = is_problem(await lonely.does(no, {"type": "facility_repaird"}))

    assert "facility_repaired" not in str(told)


def test_where_no_case_is_known_only_the_types_nearest_to_a_misspelt_one_are_told() -> None:
    (misspelt,) = faults_in(NewEvent, {"event": {"type": "order_takn"}})
    (absent,) = faults_in(NewEvent, {"event": {}})

    assert "order_taken" == misspelt.allowed[0]
    assert 1 <= len(misspelt.allowed) <= 5
    assert tuple(LABELS) == absent.allowed


async def test_a_malformed_event_of_a_case_that_is_not_the_callers_tells_nothing_but_that(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    foreign = await lonely.does(no, {"type": "canary"}, "other-estate")
    absent = await lonely.does("REP-20200101-00001", {"type": "canary"})

    assert [404, 404] == [foreign.status_code, absent.status_code]
    assert foreign.json() == absent.json()


@pytest.mark.parametrize(
    ("body", "field", "known"),
    [
        ({"canary": 1, "event": {"type": "order_taken"}}, "canary", ["at", "by", "event"]),
        ({"event": {"type": "order_taken", "canary": 1}}, "event.canary", ["type"]),
        ({"event": {"type": "noted", "canary": 1, "text": "x"}}, "event.canary", ["text", "type"]),
        ({"event": {"type": "noted", "Canary 1": 1, "text": "x"}}, "event", ["text", "type"]),
        (
            {"event": {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "canary": 1}]}},
            "event.charges.0.canary",
            ["amount", "item", "kind", "quantity"],
        ),
    ],
)
async def test_an_unknown_field_is_told_the_fields_that_are_known_there_and_named_where_it_could_be_one(
    lonely: Office, body: dict[str, Any], field: str, known: list[str]
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.post(f"/v1/cases/{no}/events", body)

    told = is_problem(answer)
    assert (422, field, known) == (answer.status_code, told["field"], sorted(told["allowed"]))
    assert "allowed" in told["remedy"]
    assert "Canary" not in answer.text


async def test_so_are_unknown_fields_of_an_opening_of_its_form_and_of_a_query(lonely: Office) -> None:
    opening = is_problem(await lonely.post("/v1/repairs", CALL | {"canary": 1}))
    form = is_problem(await lonely.post("/v1/repairs", CALL | {"form": {"canary": 1}}))
    query = is_problem(await lonely.get("/v1/cases", canary="1"))

    assert list(NewRepair.model_fields) == opening["allowed"]
    assert ("form.canary", list(FormOnCall.model_fields)) == (form["field"], form["allowed"])
    assert list(Wanted.model_fields) == query["allowed"]
    assert "room" not in query["allowed"]


async def test_what_is_awaited_is_told_as_it_is_sent_with_its_label(office: Office) -> None:
    no = await office.call()

    early = is_problem(await office.does(no, {"type": "feedback_given", "solved": True}, by="fd-1"))

    assert ("not_expected", "event.type") == (early["code"], early["field"])
    assert {"engineering_notified": "通知工程部", "assessed": "故障定级"} == early["labels"]
    assert set(early["allowed"]) == set(early["labels"])
    taken = await office.does(no, {"type": "engineering_notified"}, by="fd-1")
    assert 200 == taken.status_code


def test_no_two_types_share_a_label() -> None:
    assert len(CODES) == len(LABELS)


async def test_a_copy_that_does_not_exist_is_refused_with_those_that_do(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    path = f"/v1/cases/{no}/forms/repair-order"

    ninth, word = is_problem(await lonely.get(path, copy="9")), is_problem(await lonely.get(path, copy="canary"))

    assert ninth == word
    assert ("copy", ["1", "2", "3", "4"]) == (ninth["field"], ninth["allowed"])
    assert "第一联（客户）" == ninth["labels"]["1"]
    assert "copy" in ninth["remedy"]
    assert "copy" in ninth["english"]


async def test_what_is_no_json_is_told_which_header_to_send(lonely: Office) -> None:
    answer = await lonely.http.post("/v1/repairs", headers=lonely.headers("fd-1"), data={"estate": "LY"})

    told = is_problem(answer)
    assert ("Content-Type", ["application/json"]) == (told["field"], told["allowed"])
    assert "Content-Type: application/json" in told["remedy"]
    assert "Content-Type: application/json" in told["english"]


async def test_every_field_at_fault_is_named_in_both_languages_beside_what_is_wrong_with_it(lonely: Office) -> None:
    told = is_problem(await lonely.post("/v1/repairs", {"estate": "LY", "channel": "信鸽", "content": "漏水"}))

    assert "channel：请从可选值中选择；room、phone、fault：必填" == ordered(told["remedy"], "；")
    assert "channel: Choose one of the allowed values. room, phone, fault: Required; give a value." == ordered(
        told["english"], ". "
    )
    assert {"room", "channel", "phone", "fault"} == {one["field"] for one in told["errors"]}


def ordered(text: str, between: str) -> str:
    """Whichever fault was found first."""
    parts = sorted(part.rstrip(".") for part in text.split(between))
    return between.join(parts) + ("." if text.endswith(".") else "")


@pytest.mark.parametrize("path", ["/nothing", "/v1/nothing", "/case", "/static/nothing.js"])
async def test_an_unknown_address_is_a_page_to_a_browser_and_a_problem_to_a_client(lonely: Office, path: str) -> None:
    page = await lonely.http.get(path, headers={"Accept": BROWSER})
    problems = [await lonely.http.get(path, headers={"Accept": kind}) for kind in ("*/*", "application/json")]

    assert 404 == page.status_code
    assert page.headers["content-type"].startswith("text/html")
    assert 'href="/inbox"' in page.text
    assert "没有这个地址" in page.text
    assert {"not_found"} == {is_problem(answer)["code"] for answer in problems}


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("DELETE", "/v1/cases", "GET"),
        ("GET", "/v1/repairs", "POST"),
        ("PUT", "/v1/cases/REP-20261122-00001/forms/repair-order", "GET、POST"),
        ("PUT", "/repairs/new", "GET、POST"),
        ("PATCH", "/static/desk.css", "GET"),
    ],
)
async def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(
    lonely: Office, method: str, path: str, methods: str
) -> None:
    answer = await lonely.http.request(method, path)
    page = await lonely.http.request(method, path, headers={"Accept": BROWSER})

    told = is_problem(answer)
    assert ("method_not_allowed", 405, 405) == (told["code"], answer.status_code, page.status_code)
    assert f"此地址只支持 {methods}" == told["remedy"]
    assert methods.replace("、", ", ") in told["english"]
    assert methods.split("、") == told["allowed"]
    assert methods.replace("、", ", ") == answer.headers["allow"] == page.headers["allow"]
    assert methods in page.text


async def test_what_is_accepted_and_not_yet_applied_says_so_and_claims_no_stage(lonely: Office) -> None:
    opened = await lonely.post("/v1/repairs", CALL)
    no = opened.json()["no"]
    noted = await lonely.does(no, {"type": "noted", "text": "x"})

    assert [202, 202] == [opened.status_code, noted.status_code]
    for answer in (opened.json(), noted.json()):
        assert {"no", "command", "state", "accepted_at", "message", "english"} == set(answer)
        assert "尚未记入" in answer["message"]
        assert f"/v1/cases/{no}" in answer["message"]
        assert f"/v1/cases/{no}" in answer["english"]
        assert "Idempotency-Key" in answer["english"]


async def test_what_could_not_be_delivered_is_not_promised(lonely: Office) -> None:
    key, call = "dead-letter-of-this-test", CALL | {"room": "5-404"}
    no = (await lonely.asks("/v1/repairs", call, key=key)).json()["no"]
    dead = "update commands set state = 'dead', outcome = '{\"code\": \"Unreadable\"}', settled_at = now()"
    await lonely.pool.execute(f"{dead} where case_no = $1", no)

    again = await lonely.asks("/v1/repairs", call, key=key)

    assert (202, "dead") == (again.status_code, again.json()["state"])
    assert "管理员" in again.json()["message"]
    assert "alarm" in again.json()["english"]


async def test_every_route_is_summed_up_in_chinese_and_described_in_english(lonely: Office) -> None:
    paths = (await lonely.http.get("/openapi.json")).json()["paths"]
    operations = [one for path in paths.values() for one in path.values()]

    assert len(operations) > 10
    assert [] == [one["summary"] for one in operations if not CHINESE.search(one["summary"])]
    assert [] == [one["summary"] for one in operations if not re.match("[A-Z][a-z]*[ ,-]", one.get("description", ""))]
    assert len(operations) == len({one["summary"] for one in operations})


WRONG: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, Decimal("1.123456789"), Decimal("1e300"), Decimal("NaN"), "", "x" * 3000, "\x00",
    "yesterday", "9" * 30, [], {}, [1], {"a": 1}, [{"item": "W01"}] * 51,
    *([{"item": "W01", field: value}] for field in ("quantity", "amount") for value in (-1, 10**30, "x")),
    *([{"item": "W01", field: Decimal("1e-9")}] for field in ("quantity", "amount")),
)  # fmt: skip


SPELT = {
    name: form
    for name, kind in vars(text).items()
    for form in getattr(kind, "__metadata__", ())
    if isinstance(form, text.Spelt)
}


@pytest.mark.parametrize("name", SPELT)
def test_a_code_of_another_form_is_refused_in_words_with_an_example_that_would_do(name: str) -> None:
    code: TypeAdapter[str] = TypeAdapter(getattr(text, name))

    with pytest.raises(ValidationError) as refused:
        code.validate_python("三栋502！\n")
    (told,) = faults_of(refused.value.errors())

    for words, before in ((told.remedy, "，如 "), (told.english, "such as ")):
        assert words != OTHERWISE[0]
        assert SPELT[name].pattern not in words
        for example in words.partition(before)[2].removesuffix(".").split(" 或 "):
            assert example == code.validate_python(example)
    assert f"^{SPELT[name].pattern}$" == code.json_schema()["pattern"]


def test_no_text_of_a_request_has_a_bare_pattern() -> None:
    assert len(SPELT) > 10
    told = [fault for model, body in wrong_bodies() for fault in faults_in(model, body)]
    assert [] == [fault.remedy for fault in told if "^" in fault.remedy or "[" in fault.remedy]


async def test_a_room_in_words_is_told_how_a_room_is_written(lonely: Office) -> None:
    told = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "三栋502"}))

    assert "room" == told["field"]
    assert "如 3-502" in told["remedy"]
    assert "such as 3-502" in told["english"]


def wrong_bodies() -> list[tuple[Any, dict[str, Any]]]:
    return [
        *((NewRepair, {field: value}) for field in NewRepair.model_fields for value in WRONG),
        *((NewRepair, {"form": {field: value}}) for field in FormOnCall.model_fields for value in WRONG),
        *((Wanted, {field: value}) for field in Wanted.model_fields for value in WRONG),
        *((RoomSearch, {field: value}) for field in RoomSearch.model_fields for value in WRONG),
        *((NewEvent, {"event": {"type": type_of(one), field: value}})
          for one in MODELS for field in one.model_fields for value in WRONG),
    ]  # fmt: skip


def test_whatever_is_wrong_with_a_field_is_said_in_words_of_its_own() -> None:
    told = [fault for model, body in wrong_bodies() for fault in faults_in(model, body)]

    assert len(told) > 1000
    assert [] == [fault.field for fault in told if fault.remedy == OTHERWISE[0]]
    assert [] == [fault.remedy for fault in told if "{" in fault.english.replace("{id}", "")]


def type_of(model: Any) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])


def faults_in(model: Any, body: dict[str, Any]) -> list[Any]:
    try:
        TypeAdapter(model).validate_python(body)
    except ValidationError as wrong:
        return list(faults_of(wrong.errors()))
    return []


DECIDED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("rp-1", {"type": "order_taken"}),
    ("rp-1", {"type": "arrived_on_site"}),
    ("rp-1", {"type": "resident_signed", "signer": "住户", "signature": "s-1"}),
    ("en-1", {"type": "form_collected"}),
    ("en-1", {"type": "assessed", "urgency": "常规"}),
    ("en-1", {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}),
    ("en-1", {"type": "sent_to_review", "work": "x"}),
    ("en-1", {"type": "reviewed", "feasible": True, "amount": "5000"}),
    ("en-1", {"type": "copies_confirmed"}),
    ("cm-1", {"type": "extension_granted", "key": "REP-124", "until": "2030-01-01T00:00:00Z", "reason": "配件"}),
)
TAKEN_DOWN: tuple[dict[str, Any], ...] = (
    {"type": "engineering_notified"},
    {"type": "form_filled", "household": "住户", "address": "1栋", "phone": "8001", "content": "漏", "wanted": "尽快"},
    {"type": "urged", "text": "x"},
    {"type": "noted", "text": "x"},
    {"type": "called_again", "channel": "电话", "content": "还在漏", "phone": "8001"},
    {"type": "feedback_given", "solved": True},
)


@pytest.mark.parametrize(("person", "event"), DECIDED, ids=[event["type"] for _, event in DECIDED])
async def test_a_system_that_names_nobody_decides_nothing_signs_nothing_and_is_on_no_site(
    lonely: Office, person: str, event: dict[str, Any]
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    unnamed, itself = await lonely.does(no, event), await lonely.does(no, event, by="call-center")

    for answer in (unnamed, itself):
        assert (422, "by") == (answer.status_code, is_problem(answer)["field"])
        assert "工号" in answer.json()["remedy"]
        assert LABELS[event["type"]] in answer.json()["english"]
    named = await lonely.does(no, event, by=person)
    assert 202 == named.status_code, named.text


@pytest.mark.parametrize("event", TAKEN_DOWN, ids=[event["type"] for event in TAKEN_DOWN])
async def test_a_system_that_names_nobody_takes_down_what_it_is_told(lonely: Office, event: dict[str, Any]) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event)

    assert 202 == answer.status_code, answer.text


async def test_what_a_system_takes_down_stands_under_one_post_alone(office: Office) -> None:
    no = await office.call()
    await office.did(no, {"type": "noted", "text": "x"})

    events = (await office.get(f"/v1/cases/{no}")).json()["events"]

    assert {("call-center", ("前台客服员",))} == {(one["by"], tuple(one["by_posts"])) for one in events}


async def test_far_back_a_system_records_nothing_of_itself(lonely: Office) -> None:
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat()

    unnamed = await lonely.post("/v1/repairs", CALL | {"call_started_at": long_ago})
    named = await lonely.post("/v1/repairs", CALL | {"call_started_at": long_ago, "by": "cs-1"})

    assert [409, 202] == [unnamed.status_code, named.status_code]


@pytest.mark.parametrize("minutes", [5, -40])
async def test_a_call_that_began_when_it_cannot_have_is_told_by_its_own_field(lonely: Office, minutes: int) -> None:
    began = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()

    told = is_problem(await lonely.post("/v1/repairs", CALL | {"call_started_at": began}, "fd-1"))

    assert ("bad_time", "call_started_at") == (told["code"], told["field"])


@pytest.mark.parametrize(
    ("event", "field", "words"),
    [
        ("engineering_notified", "event", "须为 JSON 对象"),
        ({"type": "copy_returned", "copy": "2"}, "event.copy", "须为数字，不加引号"),
        ({"type": "copy_returned", "copy": 4}, "event.copy", "请从可选值中选择"),
        ({"type": "facility_repaired", "notes": "x", "parts": "", "site_cleared": True}, "event.parts", "填「无」"),
        ({"type": "facility_repaired", "notes": "x", "site_cleared": True}, "event.parts", "填「无」"),
    ],
)
def test_what_is_filled_in_wrongly_is_told_what_it_is_to_be(event: Any, field: str, words: str) -> None:
    (told,) = faults_in(NewEvent, {"event": event})

    assert field == told.field
    assert words in told.remedy


async def test_a_room_without_its_building_is_told_every_one_of_that_number(lonely: Office) -> None:
    told = is_problem(await lonely.post("/v1/repairs", CALL | {"room": "502"}))

    assert "room" == told["field"]
    assert "3-502" in told["allowed"]
    assert {"502"} == {room.rpartition("-")[2] for room in told["allowed"]}
    assert "请选楼栋" in told["remedy"]


@pytest.mark.parametrize(
    ("filters", "field", "allowed"),
    [
        ({"stage": "xx"}, "stage", "待领单"),
        ({"owes": "REP-999"}, "owes", None),
        ({"owes": "REP-43/没有"}, "owes", None),
    ],
)
async def test_a_filter_for_what_there_is_not_is_refused_by_its_name(
    lonely: Office, filters: dict[str, str], field: str, allowed: str | None
) -> None:
    answer = await lonely.get("/v1/cases", **filters)

    told = is_problem(answer)
    assert (422, field) == (answer.status_code, told["field"])
    assert allowed is None or allowed in told["allowed"]
    assert 200 == (await lonely.get("/v1/cases", stage="待领单", owes="REP-43")).status_code
