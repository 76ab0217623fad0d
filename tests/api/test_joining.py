"""What is open is shown before a second case; calls join it; cases are merged, taken apart, followed, told apart."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.door import Caller
from api.looking import Purpose
from api.recognising import ToRecognise, recognised
from domain.events.repair import Channel, FaultKind, RequestReceived, Situation
from domain.people import CaseNo, EstateCode, Role
from infra.postgres.principals import Principal
from infra.postgres.rooms import MOST
from tests.api.office import CALL, CALL_CENTRE, FREE_ROOMS, REPORT, Office, fresh_key
from tests.api.pages import FILLED, at_desk, seen_in, words
from tests.api.test_case import walk

DESK = "fd-1"
PLACES = iter([(building, facility) for building in "3456" for facility in ("供水排水", "门禁监控", "道路井盖")])
REPAIRS, PUBLIC = "/v1/repairs", "/v1/public-repairs"
PATIENCE = 15
AGAIN = {"type": "called_again", "channel": "微信", "content": "还没来", "phone": "19900000008"}


async def applied(office: Office, no: str, label: str) -> dict[str, Any]:
    """The case once the relay, or whoever acts next, has brought it that."""
    async with asyncio.timeout(PATIENCE):
        while True:
            case: dict[str, Any] = (await office.get(f"/v1/cases/{no}", DESK, purpose="受理报修")).json()
            if any(event["label"] == label for event in case["events"]):
                return case
            await office.did(no, {"type": "noted", "text": "."}, DESK)


async def refused(office: Office, path: str, body: dict[str, Any]) -> dict[str, Any]:
    before = await office.pool.fetchval("select count(*) from cases")
    answer = await office.asks(path, body, DESK)
    assert 409 == answer.status_code, answer.text
    assert before == await office.pool.fetchval("select count(*) from cases")
    told: dict[str, Any] = answer.json()
    return told


async def test_a_second_call_of_the_same_kind_is_shown_what_is_open_and_opens_nothing(
    office: Office, room: str
) -> None:
    first = await office.call(DESK, room=room)

    told = await refused(office, REPAIRS, CALL | {"room": room, "content": "马桶一直流水"})

    assert ("already_open", "beside", [first]) == (told["code"], told["field"], told["allowed"])
    (shown,) = told["cases"]
    assert (first, "待领单", "水") == (shown["no"], shown["stage"], shown["what"])
    assert datetime.now(UTC) - datetime.fromisoformat(shown["received_at"]) < timedelta(minutes=1)
    assert all(word in told["remedy"] for word in (first, "又来电", "beside", "未保存"))
    assert (room, CALL["content"]) == (shown["where"], shown["words"])
    assert str(CALL["phone"]) not in json.dumps(told, ensure_ascii=False)
    assert not any(word in told["remedy"] + told["english"] for word in (room, "水龙头"))
    looks = await office.pool.fetch("select principal, purpose, what from access_log where case_no = $1", first)
    assert [(DESK, "受理报修", "already_open")] == [tuple(look) for look in looks]


async def test_of_two_that_are_open_of_a_kind_each_is_known_by_how_it_was_told(office: Office, room: str) -> None:
    long = "马桶水箱一直流水，昨天晚上开始的，关了角阀还是有声音，怀疑进水阀坏了，请带配件来"
    first = await office.call(DESK, room=room)
    second = await office.call(DESK, room=room, content=long)

    told = await refused(office, REPAIRS, CALL | {"room": room, "content": "还在漏"})

    shown = {one["no"]: one["words"] for one in told["cases"]}
    assert {first: CALL["content"], second: f"{long[:30]}…"} == shown


async def test_prv_106_to_whom_reads_no_personal_data_an_open_case_is_told_without_any(
    office: Office, room: str
) -> None:
    no = await office.call(DESK, room=room)
    posts = {EstateCode("LY"): frozenset({Role.REPAIRER})}
    stranger = Principal(id="rp-9", is_person=True, name="", held=posts, key_hash=b"")
    opening = RequestReceived(
        channel=Channel.TELEPHONE,
        room=room,
        content="漏水",
        phone="1",
        fault=FaultKind.WATER,
        situation=Situation.ORDINARY,
    )
    case = ToRecognise(
        no=CaseNo(no),
        estate=EstateCode("LY"),
        procedure="REP",
        stage="待领单",
        received_at=datetime.now(UTC),
        about="水",
        opening=opening,
    )

    (told,) = await recognised(Caller(principal=stranger, house=office.house), [case], Purpose.CORRECTION, what="x")

    assert ("水", "", "") == (told.what, told.where, told.words)
    assert 0 == await office.pool.fetchval("select count(*) from access_log where case_no = $1", no)


async def test_named_as_seen_it_is_another_matter_and_a_repetition_is_answered_as_before(
    office: Office, room: str
) -> None:
    first = await office.call(DESK, room=room)
    key, body = fresh_key(), CALL | {"room": room, "beside": [first]}

    answers = [await office.asks(REPAIRS, body, DESK, key) for _ in range(2)]

    assert [201, 201] == [answer.status_code for answer in answers]
    assert 1 == len({answer.json()["no"] for answer in answers})
    assert [first] == [one["no"] for one in answers[0].json()["same_room"]]


async def test_of_two_calls_at_the_same_moment_one_opens_a_case_and_the_other_is_shown_it(
    office: Office, room: str
) -> None:
    answers = await asyncio.gather(*(office.asks(REPAIRS, CALL | {"room": room}, DESK) for _ in range(6)))

    opened = [answer.json()["no"] for answer in answers if answer.status_code == 201]
    assert (1, 5) == (len(opened), sum(answer.json().get("allowed") == opened for answer in answers))


async def test_however_many_are_open_in_a_place_another_can_be_opened(office: Office, room: str) -> None:
    numbers = [await office.call(DESK, room=room) for _ in range(MOST + 2)]

    told = await refused(office, REPAIRS, CALL | {"room": room})
    answer = await office.asks(REPAIRS, CALL | {"room": room, "beside": told["allowed"]}, DESK)

    assert MOST == len(told["allowed"]) < len(numbers)
    assert 201 == answer.status_code


class Forgetful(dict[object, object]):
    """As several processes would, each with requests of its own under way."""

    def get(self, *_: object) -> None:
        return None


async def test_the_same_request_in_several_processes_at_once_is_one_case_and_no_second_one(
    office: Office, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.house, "under_way", Forgetful())
    key, body = fresh_key(), CALL | {"room": room}

    answers = await asyncio.gather(*(office.asks(REPAIRS, body, DESK, key) for _ in range(6)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["no"] for answer in answers})


async def test_of_another_kind_only_the_same_words_are_held_up(office: Office, room: str) -> None:
    first = await office.call(DESK, room=room)

    told = await refused(office, REPAIRS, CALL | {"room": room, "fault": "其他", "content": "水龙头漏水了，在厨房"})
    other = await office.asks(REPAIRS, CALL | {"room": room, "fault": "门窗", "content": "阳台门关不上"}, DESK)

    assert [first] == told["allowed"]
    assert 201 == other.status_code


async def test_what_was_received_longer_ago_than_a_day_is_the_same_only_by_its_words(office: Office, room: str) -> None:
    early = datetime.now(UTC) - timedelta(hours=24, minutes=1)
    supervisor = await office.holder("客服部主管")
    body = CALL | {"room": room, "call_started_at": early.isoformat()}
    opened = await office.asks(REPAIRS, body, supervisor)
    assert 201 == opened.status_code, opened.text

    other = await office.asks(REPAIRS, CALL | {"room": room, "content": "马桶一直流"}, DESK)
    told = await refused(office, REPAIRS, CALL | {"room": room, "beside": [other.json()["no"]]})

    assert 201 == other.status_code
    assert [opened.json()["no"]] == told["allowed"]


async def test_an_emergency_is_held_up_by_nothing_nor_a_closed_case_nor_a_drill(office: Office, room: str) -> None:
    first = await office.call(DESK, room=room)

    emergency = await office.asks(REPAIRS, CALL | {"room": room, "situation": "水浸"}, DESK)
    drill = await office.asks(REPAIRS, CALL | {"room": room, "drill": True}, DESK)
    for no in (first, emergency.json()["no"]):
        await office.did(no, {"type": "withdrawn", "reason": "自行修好"}, DESK)
    after = await office.asks(REPAIRS, CALL | {"room": room}, DESK)

    assert [201, 201, 201] == [answer.status_code for answer in (emergency, drill, after)]


async def test_a_public_facility_of_one_kind_in_one_building_is_shown_likewise_and_a_hazard_never_waits(
    office: Office,
) -> None:
    building, facility = next(PLACES)
    report = REPORT | {"building": building, "facility": facility, "content": f"{facility}有异响"}
    first = await office.reports(DESK, **report)

    told = await refused(office, PUBLIC, report | {"content": "完全不同的另一句话"})
    hazard = await office.asks(PUBLIC, report | {"hazard": "井盖缺失"}, DESK)

    assert [first] == told["allowed"]
    assert 201 == hazard.status_code


async def test_a_call_joins_a_case_with_its_own_words_and_number(office: Office, room: str) -> None:
    no = await office.call(DESK, room=room)
    again = {"type": "called_again", "channel": "微信", "content": "还在漏", "phone": "19900000002"}

    await office.did(no, again, DESK)

    masked = (await office.get(f"/v1/cases/{no}", DESK)).json()
    assert 2 == masked["callers"]
    said = masked["events"][-1]["event"]
    assert ("**", "199****0002") == (said["content"], said["phone"])
    full = (await office.get(f"/v1/cases/{no}", DESK, purpose="受理报修")).json()["events"][-1]["event"]
    assert again == full
    rows = await office.pool.fetch("select e::text as row, body from entries e where case_no = $1", no)
    for said in ("还在漏", "19900000002"):
        assert not any(said in row["row"] or said.encode() in row["body"] for row in rows)


async def test_a_merged_case_ends_and_both_show_each_other_with_everybody_who_called(office: Office, room: str) -> None:
    kept, merged = await office.call(DESK, room=room), await office.call(DESK, room=room, phone="19900000003")

    await office.did(merged, {"type": "merged_into", "into": kept, "reason": "同一处漏水"}, DESK)

    case = await applied(office, kept, "接收并入")
    ended = (await office.get(f"/v1/cases/{merged}", DESK)).json()
    assert ("closed", "已并入") == (ended["state"], ended["result"])
    assert [(kept, "并入的单")] == [(one["no"], one["kind"]) for one in ended["linked"]]
    assert [(merged, "并入本单的单")] == [(one["no"], one["kind"]) for one in case["linked"]]
    (taken,) = (event["event"] for event in case["events"] if event["type"] == "merge_taken")
    assert (merged, ["19900000003"]) == (taken["merged"], [caller["phone"] for caller in taken["callers"]])
    masked = (await office.get(f"/v1/cases/{kept}", DESK)).json()
    shown = json.dumps([event["event"] for event in masked["events"] if event["type"] == "merge_taken"])
    assert "19900000003" not in shown
    assert "199****0003" in shown


async def _closed(office: Office, room: str) -> str:
    no = await office.call(DESK, room=room)
    await office.did(no, {"type": "withdrawn", "reason": "自行修好"}, DESK)
    return no


@pytest.mark.parametrize("wrong", ["itself", "unknown", "closed", "of another procedure", "a drill"])
async def test_a_case_goes_only_into_an_open_one_of_its_procedure_and_estate(
    office: Office, room: str, wrong: str
) -> None:
    no = await office.call(DESK, room=room)
    match wrong:
        case "closed":
            into = await _closed(office, room)
        case "of another procedure":
            into = await office.reports(DESK)
        case "a drill":
            into = await office.call(DESK, room=room, drill=True)
        case _:
            into = no if wrong == "itself" else "REP-20260101-00001"

    answer = await office.does(no, {"type": "merged_into", "into": into, "reason": "同一处"}, DESK)

    told = answer.json()
    assert (409, "rule_broken", "event.into") == (answer.status_code, told["code"], told["field"])
    assert "open" == (await office.get(f"/v1/cases/{no}", DESK)).json()["state"]


async def test_what_binds_cases_is_recorded_on_the_other_side_by_the_desk_alone(office: Office, room: str) -> None:
    no = await office.call(DESK, room=room)

    answer = await office.does(no, {"type": "merge_taken", "merged": no, "callers": []}, DESK)

    assert (422, "此事项由系统自行登记，不能提交") == (answer.status_code, answer.json()["errors"][0]["remedy"])


async def test_a_later_case_names_the_one_that_ended_and_both_show_each_other(office: Office, room: str) -> None:
    old = await _closed(office, room)
    body = CALL | {"room": room, "after": old, "reason": "又漏了"}

    opened = await office.asks(REPAIRS, body, DESK)

    assert 201 == opened.status_code, opened.text
    new = opened.json()["no"]
    assert (old, f"已受理；接续 {old}") == (opened.json()["after"], opened.json()["message"])
    case = (await office.get(f"/v1/cases/{new}", DESK)).json()
    assert [("前单", old)] == [(one["kind"], one["no"]) for one in case["linked"]]
    assert "接续前单" == case["events"][-1]["label"]
    before = (await office.get(f"/v1/cases/{old}", DESK)).json()["linked"]
    assert [("后续单", new, True)] == [(one["kind"], one["no"], one["open"]) for one in before]


async def test_a_case_of_another_room_is_asked_about_before_one_comes_after_it(office: Office, room: str) -> None:
    body = CALL | {"room": next(FREE_ROOMS), "after": await _closed(office, room), "reason": "楼下又漏了"}

    slip = await office.asks(REPAIRS, body, DESK)
    meant = await office.asks(REPAIRS, body | {"though_elsewhere": True}, DESK)

    assert (409, "though_elsewhere") == (slip.status_code, slip.json()["field"]), slip.text
    assert 201 == meant.status_code, meant.text


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [("open", 409, "after"), ("unknown", 422, "after"), ("without a reason", 422, "reason")],
)
async def test_a_later_case_comes_after_one_that_has_ended_and_says_why(
    office: Office, room: str, wrong: str, status: int, field: str
) -> None:
    old = await (office.call(DESK, room=room) if wrong == "open" else _closed(office, room))
    named = {"after": "REP-20260101-00001" if wrong == "unknown" else old}
    reason = {} if wrong == "without a reason" else {"reason": "又漏了"}

    answer = await office.asks(REPAIRS, CALL | {"room": room} | named | reason, DESK)

    assert (status, field) == (answer.status_code, answer.json()["field"]), answer.text


async def test_a_wrong_merge_is_taken_apart_and_the_clocks_count_from_the_old_call(office: Office, room: str) -> None:
    kept = await office.call(DESK, room=room)
    called = (datetime.now(UTC) - timedelta(minutes=25)).replace(microsecond=0)
    merged = await office.call(DESK, room=room, call_started_at=called.isoformat())
    await office.did(merged, {"type": "merged_into", "into": kept, "reason": "同一处"}, DESK)
    body = CALL | {"room": room, "after": merged, "reason": "并入有误，是另一处"}

    claimed = await office.asks(REPAIRS, body | {"call_started_at": called.isoformat()}, DESK)
    opened = await office.asks(REPAIRS, body, DESK)

    assert (422, "call_started_at") == (claimed.status_code, claimed.json()["field"])
    assert 201 == opened.status_code, opened.text
    assert called == datetime.fromisoformat(opened.json()["received_at"])
    case = (await office.get(f"/v1/cases/{opened.json()['no']}", DESK)).json()
    started = {duty["key"]: datetime.fromisoformat(duty["started_at"]) for duty in case["obligations"]}
    assert called == started["REP-17"]
    ended = (await office.get(f"/v1/cases/{merged}", DESK)).json()
    assert {"误并入的单", "后续单"} == {one["kind"] for one in ended["linked"]}
    again = await office.asks(REPAIRS, body | {"beside": [kept, opened.json()["no"]]}, DESK)
    assert (409, "after") == (again.status_code, again.json()["field"]), again.text
    assert opened.json()["no"] in again.json()["remedy"]


async def test_the_case_it_was_taken_out_of_hears_of_it_and_tells_its_callers_no_more(
    office: Office, room: str
) -> None:
    kept, merged = await office.call(DESK, room=room), await office.call(DESK, room=room, phone="19900000003")
    await office.did(
        merged, {"type": "called_again", "channel": "微信", "content": "还没来", "phone": "19900000005"}, DESK
    )
    await office.did(merged, {"type": "merged_into", "into": kept, "reason": "同一处"}, DESK)
    assert 3 == (await applied(office, kept, "接收并入"))["callers"]

    body = CALL | {"room": room, "phone": "19900000003", "after": merged, "reason": "并入有误，是另一处"}
    later = (await office.asks(REPAIRS, body, DESK)).json()["no"]

    case = await applied(office, kept, "拆出")
    own = (await office.get(f"/v1/cases/{later}", DESK)).json()
    assert (1, 2) == (case["callers"], own["callers"])
    (undone,) = (event["event"] for event in case["events"] if event["type"] == "merge_undone")
    assert (merged, later) == (undone["merged"], undone["later"])
    assert {(merged, "曾并入、已拆出的单"), (later, "拆出另立的单")} == {
        (one["no"], one["kind"]) for one in case["linked"]
    }
    assert {(merged, "前单"), (kept, "拆自的单")} == {(one["no"], one["kind"]) for one in own["linked"]}
    told = await office.pool.fetch(
        "select post from notices where case_no = $1 and strpos(text, '已拆出另立') > 0", kept
    )
    assert {"前台客服员", "工程部主管"} == {row["post"] for row in told}
    front = await at_desk(office, DESK)
    pages = [words(await front.sees(f"/cases/{no}")) for no in (kept, later)]
    assert all("拆出另立的单" in page or "拆自的单" in page for page in pages)
    assert ["第2位来电人" in page for page in pages] == [False, True]

    again = await office.asks(REPAIRS, body | {"beside": [later, kept]}, DESK)
    assert (409, "after") == (again.status_code, again.json()["field"]), again.text
    events = (await applied(office, kept, "拆出"))["events"]
    assert 1 == sum(event["type"] == "merge_undone" for event in events), "it is taken out once"


async def test_what_went_on_into_a_third_case_is_taken_out_of_that_one(office: Office, room: str) -> None:
    first, between, last = [await office.call(DESK, room=room, phone=f"1990000001{n}") for n in range(3)]
    for no, into in ((first, between), (between, last)):
        await office.did(no, {"type": "merged_into", "into": into, "reason": "同一处"}, DESK)
        await applied(office, into, "接收并入")

    later = await office.asks(
        REPAIRS, CALL | {"room": room, "phone": "19900000010", "after": first, "reason": "并入有误"}, DESK
    )

    assert 201 == later.status_code, later.text
    case = await applied(office, last, "拆出")
    assert 2 == case["callers"]


async def test_nothing_is_taken_out_of_a_case_that_has_ended_nor_does_anybody_get_a_task(
    office: Office, room: str
) -> None:
    kept, merged = await office.call(DESK, room=room), await office.call(DESK, room=room)
    await office.did(merged, AGAIN, DESK)
    await office.did(merged, {"type": "merged_into", "into": kept, "reason": "同一处"}, DESK)
    await applied(office, kept, "接收并入")
    await office.did(kept, {"type": "withdrawn", "reason": "自行修好"}, DESK)

    later = await office.asks(REPAIRS, CALL | {"room": room, "after": merged, "reason": "并入有误"}, DESK)

    assert 201 == later.status_code, later.text
    assert 2 == (await office.get(f"/v1/cases/{later.json()['no']}", DESK)).json()["callers"]
    assert 0 == await office.pool.fetchval(
        "select count(*) from commands where verb = 'merge_undone' and case_no = $1", kept
    )


async def test_a_matter_that_is_no_repair_is_kept_and_settled_by_the_front_desk(office: Office, room: str) -> None:
    no = await office.call(DESK, room=room)

    told = await office.did(no, {"type": "told_apart", "matter": "投诉"}, DESK)
    settled = await office.did(no, {"type": "settled", "text": "已转告管理处并答复"}, DESK)

    assert ("转类待办", "已结案") == (told["stage"], settled["stage"])
    case = (await office.get(f"/v1/cases/{no}", DESK)).json()
    assert ("closed", "已转类") == (case["state"], case["result"])


async def test_who_called_about_what_was_told_apart_by_mistake_is_on_the_later_case(office: Office, room: str) -> None:
    no = await office.call(DESK, room=room)
    await office.did(no, AGAIN, DESK)
    await office.did(no, {"type": "told_apart", "matter": "咨询"}, DESK)
    await office.did(no, {"type": "settled", "text": "已答复"}, DESK)

    later = await office.asks(REPAIRS, CALL | {"room": room, "after": no, "reason": "确系报修"}, DESK)

    assert 201 == later.status_code, later.text
    assert 2 == (await office.get(f"/v1/cases/{later.json()['no']}", DESK)).json()["callers"]


async def test_the_intake_page_shows_what_is_open_and_a_call_joins_it_with_one_field(office: Office, room: str) -> None:
    no = await office.call(CALL_CENTRE, room=room)
    front = await at_desk(office, DESK)
    building, _, number = room.partition("-")
    call = FILLED | {"building": building, "room": number, "content": "还在漏", "phone": "19900000004", "household": ""}

    shown = await front.sends_once("/repairs/new", call)
    joined = await front.sends_once("/repairs/new", call | {"seen": seen_in(shown.text), "join": no})
    page = await front.sees(joined.headers["location"])

    assert 200 == shown.status_code
    assert f'<a href="/cases/{no}">' in shown.text
    assert f"同一件事：记入 {no}（又来电）" in words(shown.text)
    assert "还在漏" in shown.text
    assert f"水 {room} {CALL['content']}" in words(shown.text)
    assert 303 == joined.status_code
    assert f"/cases/{no}?done=" in joined.headers["location"]
    assert "已登记：又来电" in words(page)
    assert "第2位来电人" in words(page)
    assert "19900000004" not in page


async def test_the_way_back_from_a_case_joined_leads_to_the_form_and_to_nobody_elses(office: Office, room: str) -> None:
    no = await office.call(CALL_CENTRE, room=room)
    front, colleague = await at_desk(office, DESK), await at_desk(office, "fd-2")
    building, _, number = room.partition("-")
    call = FILLED | {"building": building, "room": number, "content": "还在漏", "key": f"page-{'b' * 32}"}
    before = await office.pool.fetchval("select count(*) from cases")

    shown = await front.sends_once("/repairs/new", call)
    there = str(shown.url)
    joined = [
        await front.sends_once("/repairs/new", call | {"seen": seen_in(shown.text), "join": no}) for _ in range(2)
    ]
    back, others, unknown = [
        await desk.sees(place)
        for desk, place in ((front, there), (colleague, there), (front, f"/repairs/new?draft={'0' * 32}"))
    ]

    assert "/repairs/new?draft=" in there
    assert 1 == len({answer.headers["location"] for answer in joined})
    assert shown.text == back
    assert "还在漏" in back
    for page in (others, unknown):
        assert "还在漏" not in page
        assert "刚才所填的已不再保留" in page
    assert before == await office.pool.fetchval("select count(*) from cases")


async def test_the_page_of_a_public_report_joins_likewise(office: Office) -> None:
    building, facility = next(PLACES)
    report = {**REPORT, "building": building, "facility": facility, "content": f"{facility}坏了", "hazard": "无"}
    no = await office.reports(DESK, **report)
    front = await at_desk(office, DESK)
    typed = {name: str(value) for name, value in report.items()}

    shown = await front.sends_once("/public-repairs/new", typed)
    joined = [
        await front.sends_once("/public-repairs/new", typed | {"seen": no, "join": no} | phone)
        for phone in ({}, {"phone": "8001"})
    ]

    assert [200, 303, 303] == [answer.status_code for answer in (shown, *joined)]
    last = (await office.get(f"/v1/cases/{no}", DESK)).json()["events"][-1]
    assert ("又来电", "巡查") == (last["label"], last["event"]["channel"])


async def test_the_page_of_a_closed_case_leads_to_a_later_one(office: Office, room: str) -> None:
    old = await _closed(office, room)
    front = await at_desk(office, DESK)

    closed = await front.sees(f"/cases/{old}")
    blank = await front.sees(f"/repairs/new?after={old}")
    spoilt = await front.sees("/repairs/new?after=<script>")

    assert f'href="/repairs/new?after={old}"' in closed
    assert f'value="{old}"' in blank
    assert "<script>" not in spoilt


async def signed(office: Office, room: str) -> str:
    """A repair that is signed for; its papers are still out."""
    no = await office.call(DESK, room=room)
    await walk(office, no, await office.holder("工程部主管"), until="resident_signed")
    return no


async def test_rep_47_a_call_about_what_is_signed_for_is_shown_that_feedback_reopens_it(
    office: Office, room: str
) -> None:
    done = await signed(office, room)
    await office.did(done, {"type": "feedback_given", "solved": True}, DESK)

    told = await refused(office, REPAIRS, CALL | {"room": room})
    joined = await office.does(done, {"type": "called_again", "channel": "电话", "content": "还在漏"}, DESK)
    opened = await office.asks(REPAIRS, CALL | {"room": room, "beside": [done]}, DESK)

    assert [(done, True)] == [(one["no"], one["reopens"]) for one in told["cases"]]
    assert f"{done} 已完工，仍未解决的由前台在该单登记「客户反馈」（未解决），即重开" in told["remedy"]
    assert "又来电" not in told["remedy"]
    assert f"feedback_given with solved false in {done}" in told["english"]
    assert 409 == joined.status_code
    assert 201 == opened.status_code, opened.text
    assert f"{done}（待返单，同一故障仍未解决的，请在该单登记「客户反馈」（未解决））" in opened.json()["message"]
    assert [True] == [one["reopens"] for one in opened.json()["same_room"] if one["no"] == done]
    front = await at_desk(office, DESK)
    assert "请在该单登记「客户反馈」（未解决）" in words(await front.sees(f"/cases/{opened.json()['no']}"))
    await office.did(done, {"type": "feedback_given", "solved": False}, DESK)
    await office.did(opened.json()["no"], {"type": "merged_into", "into": done, "reason": "同一故障"}, DESK)
    await applied(office, done, "接收并入")


async def test_rep_47_what_is_signed_for_is_shown_though_it_was_received_days_before(office: Office, room: str) -> None:
    early = datetime.now(UTC) - timedelta(hours=24, minutes=1)
    told_early = {"room": room, "call_started_at": early.isoformat(), "content": "水管结露"}
    opened = await office.asks(REPAIRS, CALL | told_early, await office.holder("客服部主管"))
    done = str(opened.json()["no"])
    await walk(office, done, await office.holder("工程部主管"), until="resident_signed")

    told = await refused(office, REPAIRS, CALL | {"room": room})
    other = await office.asks(REPAIRS, CALL | {"room": room, "fault": "门窗", "content": "阳台门关不上"}, DESK)

    assert [done] == told["allowed"]
    assert 201 == other.status_code, other.text


async def test_rep_47_a_public_facility_that_is_repaired_is_shown_while_somebody_is_to_be_asked(
    office: Office,
) -> None:
    building, facility = next(PLACES)
    report = REPORT | {"building": building, "facility": facility, "content": f"{facility}坏了"}
    no = await office.reports(DESK, **(report | {"channel": "电话", "phone": "19900000007"}))
    await repair(office, no)

    told = await refused(office, PUBLIC, report)
    await office.did(no, {"type": "feedback_given", "solved": True}, DESK)
    after = await office.asks(PUBLIC, report, DESK)

    assert [(no, True)] == [(one["no"], one["reopens"]) for one in told["cases"]]
    assert 201 == after.status_code, after.text


async def repair(office: Office, no: str) -> None:
    """A public facility, from the sheet to the tidied site."""
    supervisor = await office.holder("工程部主管")
    expected = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        (DESK, {"type": "engineering_notified"}),
        (DESK, {"type": "sheet_signed_for", "collector": "rp-1"}),
        (supervisor, {"type": "repairer_arranged", "repairer": "rp-1"}),
        ("rp-1", {"type": "arrived_on_site"}),
        ("rp-1", {"type": "work_started", "expected_done": expected}),
        ("rp-1", {"type": "facility_repaired", "notes": "更换灯管", "parts": "无", "site_cleared": True}),
    )
    for who, event in steps:
        await office.did(no, event, who)


async def test_the_intake_page_leads_from_what_is_signed_for_to_its_feedback_and_offers_no_joining(
    office: Office, room: str
) -> None:
    done = await signed(office, room)
    front = await at_desk(office, DESK)
    building, _, number = room.partition("-")
    call = FILLED | {"building": building, "room": number, "content": "还在漏", "household": ""}

    shown = await front.sends_once("/repairs/new", call)
    again = await front.sends_once(
        "/repairs/new", call | {"seen": seen_in(shown.text), "done": done, "join": "another", "phone": "x"}
    )
    opened = await front.sends_once("/repairs/new", call | {"seen": seen_in(shown.text), "join": "another"})

    link = f"/cases/{done}#feedback_givensolved"
    assert f'<a href="{link}">仍未解决：到该单登记「客户反馈」（未解决）</a>' in shown.text
    assert 'id="feedback_givensolved"' in await front.sees(f"/cases/{done}")
    for page in (shown, again):
        assert "另一件事：另立新单" in words(page.text)
        assert f"记入 {done}（又来电）" not in words(page.text)
    assert 303 == opened.status_code, opened.text


async def test_a_case_told_apart_by_mistake_is_taken_up_again_from_the_old_call(office: Office, room: str) -> None:
    called = (datetime.now(UTC) - timedelta(minutes=25)).replace(microsecond=0)
    old = await office.call(DESK, room=room, call_started_at=called.isoformat())
    await office.did(old, {"type": "told_apart", "matter": "咨询"}, DESK)
    await office.did(old, {"type": "settled", "text": "已答复"}, DESK)

    opened = await office.asks(REPAIRS, CALL | {"room": room, "after": old, "reason": "转类有误，确是报修"}, DESK)

    assert 201 == opened.status_code, opened.text
    assert called == datetime.fromisoformat(opened.json()["received_at"])


@pytest.mark.parametrize("past", ["signed for", "told apart"])
async def test_nothing_is_merged_into_a_case_that_takes_no_callers(office: Office, room: str, past: str) -> None:
    if past == "signed for":
        into = await signed(office, room)
    else:
        into = await office.call(DESK, room=room)
        await office.did(into, {"type": "told_apart", "matter": "投诉"}, DESK)
    no = await office.call(DESK, room=room)

    answer = await office.does(no, {"type": "merged_into", "into": into, "reason": "同一处"}, DESK)

    assert (409, "event.into") == (answer.status_code, answer.json()["field"]), answer.text
    assert "不再接收并入" in answer.json()["remedy"]
    assert "open" == (await office.get(f"/v1/cases/{no}", DESK)).json()["state"]


@pytest.mark.parametrize(
    ("elsewhere", "differs"),
    [
        ({"fault": "电"}, "故障类别"),
        ({"room": "1-101"}, "房号或地点"),
        ({"fault": "电", "room": "1-101"}, "房号或地点、故障类别"),
    ],
    ids=["another kind", "another room", "both"],
)
async def test_rep_13_what_seems_another_matter_is_merged_only_by_who_has_looked_at_both(
    office: Office, room: str, elsewhere: dict[str, str], differs: str
) -> None:
    no, into = (
        await office.call(DESK, room=room),
        await office.call(DESK, **{"room": room, "content": "灯不亮", **elsewhere}),
    )
    merge = {"type": "merged_into", "into": into, "reason": "楼上漏到楼下"}

    refused_once = await office.does(no, merge, DESK)

    told = refused_once.json()
    assert (409, "other_matter", "event.though_elsewhere") == (refused_once.status_code, told["code"], told["field"])
    assert f"两单{differs}不同" in told["remedy"]
    assert [(no, room, CALL["content"]), (into, elsewhere.get("room", room), "灯不亮")] == [
        (one["no"], one["where"], one["words"]) for one in told["cases"]
    ]
    looks = "select count(*) from access_log where case_no = any ($1) and purpose = '核对更正' and what = 'merging'"
    assert 2 == await office.pool.fetchval(looks, [no, into])
    assert "open" == (await office.get(f"/v1/cases/{no}", DESK)).json()["state"]

    await office.did(no, merge | {"though_elsewhere": True}, DESK)
    await applied(office, into, "接收并入")
    (said,) = (e for e in (await office.get(f"/v1/cases/{no}", DESK)).json()["events"] if e["type"] == "merged_into")
    assert said["event"]["though_elsewhere"]


async def test_rep_13_the_page_shows_both_cases_that_seem_to_be_no_one_matter_and_takes_yes(
    office: Office, room: str
) -> None:
    no, into = await office.call(DESK, room=room), await office.call(DESK, room=room, fault="电", content="灯不亮")
    merge = {"type": "merged_into", "into": into, "reason": "楼上漏到楼下"}
    front = await at_desk(office, DESK)

    shown = await front.sends(f"/cases/{no}/events", merge)
    done = await front.sends(f"/cases/{no}/events", merge | {"though_elsewhere": "true"})

    assert 409 == shown.status_code
    said = words(shown.text)
    assert all(word in said for word in ("请核对两单", room, str(CALL["content"]), "灯不亮", "仍并入"))
    assert 303 == done.status_code, done.text


async def test_what_cannot_wait_is_not_merged_into_what_can(office: Office, room: str) -> None:
    ordinary = await office.call(DESK, room=room)
    urgent, flooded = [await office.call(DESK, room=room, situation=said) for said in ("水管爆裂", "水浸")]
    building, facility = next(PLACES)
    dull, hazard = [
        await office.reports(DESK, building=building, facility=facility, hazard=said) for said in ("无", "井盖缺失")
    ]

    for no, into in ((urgent, ordinary), (hazard, dull)):
        answer = await office.does(no, {"type": "merged_into", "into": into, "reason": "同一处"}, DESK)
        assert (409, "event.into") == (answer.status_code, answer.json()["field"]), answer.text
        assert "请将普通单并入紧急单" in answer.json()["remedy"]
    await office.did(flooded, {"type": "merged_into", "into": urgent, "reason": "同一处"}, DESK)
    await applied(office, urgent, "接收并入")
    await office.did(ordinary, {"type": "merged_into", "into": urgent, "reason": "同一处"}, DESK)
    await office.did(dull, {"type": "merged_into", "into": hazard, "reason": "同一处"}, DESK)


async def test_rep_14_what_is_graded_urgent_is_not_merged_into_what_is_not(office: Office, room: str) -> None:
    urgent, low = [await office.call(DESK, room=room) for _ in range(2)]
    for no, urgency in ((urgent, "紧急"), (low, "低优先级")):
        await office.did(no, {"type": "assessed", "urgency": urgency}, "en-1")

    answer = await office.does(urgent, {"type": "merged_into", "into": low, "reason": "同一处"}, DESK)

    assert (409, "event.into") == (answer.status_code, answer.json()["field"]), answer.text
    assert "请将普通单并入紧急单" in answer.json()["remedy"]
    await office.did(low, {"type": "merged_into", "into": urgent, "reason": "同一处"}, DESK)


async def test_the_same_merge_in_several_processes_at_once_is_answered_alike(
    office: Office, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, merged = await office.call(DESK, room=room), await office.call(DESK, room=room)
    monkeypatch.setattr(office.house, "under_way", Forgetful())
    body = {"event": {"type": "merged_into", "into": kept, "reason": "同一处"}}
    key = fresh_key()

    answers = await asyncio.gather(*(office.asks(f"/v1/cases/{merged}/events", body, DESK, key) for _ in range(6)))

    assert {200} == {answer.status_code for answer in answers}, [answer.text for answer in answers]
    assert 1 == len({answer.json()["command"] for answer in answers})
