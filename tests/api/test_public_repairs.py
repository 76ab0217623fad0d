"""A public facility's fault becomes a case: at once, without Temporal, over every channel, and on its own form."""

import asyncio
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import limits
import pytest
from pypdf import PdfReader

from api.routes.public_repairs import HAZARDS
from domain.calendar import LOCAL
from domain.events.public import FacilityChannel
from tests.api.office import CALL, REPORT, Office, fresh_key
from tests.api.pages import Desk, at_desk, key_in, words
from tests.api.test_strict import is_problem

BY_PEOPLE = [channel.value for channel in FacilityChannel if channel is not FacilityChannel.DEVICE]
FILLED = REPORT | {"hazard": "无", "phone": "", "found_at": "", "call_started_at": "", "drill": ""}


async def on_site(office: Office, **changes: str) -> str:
    no = await office.reports("fd-1", **changes)
    await office.did(no, {"type": "engineering_notified"}, by="fd-1")
    await office.did(no, {"type": "sheet_signed_for", "collector": "rp-2"}, by="fd-1")
    await office.did(no, {"type": "repairer_arranged", "repairer": "rp-1"}, by="en-1")
    await office.did(no, {"type": "arrived_on_site"}, by="rp-1")
    return no


async def repaired(office: Office, **changes: str) -> str:
    no = await on_site(office, **changes)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await office.did(no, {"type": "work_started", "expected_done": soon}, by="rp-1")
    done = {"type": "facility_repaired", "notes": "更换灯管", "parts": "灯管一支", "site_cleared": True}
    await office.did(no, done, by="rp-1")
    return no


async def test_a_report_is_answered_with_its_number_and_what_comes_next(office: Office) -> None:
    answer = await office.post("/v1/public-repairs", REPORT, who="fd-1")

    assert 201 == answer.status_code, answer.text
    opened = answer.json()
    assert opened["no"].startswith("PUB-")
    assert ("applied", "待领单", ["通知工程部"]) == (opened["state"], opened["stage"], opened["next"])


async def test_a_repeated_report_gets_the_same_number(office: Office) -> None:
    key = fresh_key()
    await office.reports("fd-1")
    open_there = (await office.asks("/v1/public-repairs", REPORT, "fd-1")).json()["allowed"]
    report = REPORT | {"beside": open_there}

    answers = await asyncio.gather(*(office.asks("/v1/public-repairs", report, "fd-1", key) for _ in range(10)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["no"] for answer in answers})


async def test_without_temporal_a_report_still_gets_a_number_and_stands_in_the_register_of_calls(
    lonely: Office,
) -> None:
    answer = await lonely.post("/v1/public-repairs", REPORT, who="fd-1")

    assert 202 == answer.status_code, answer.text
    no = answer.json()["no"]
    assert "顶灯不亮" == await lonely.words_of(no)
    rows = await lonely.pool.fetch("select channel, recorded_by from calls where case_no = $1", no)
    assert [("巡查", "fd-1")] == [tuple(row) for row in rows]


@pytest.mark.parametrize("channel", BY_PEOPLE)
async def test_pub_106_whoever_found_it_the_case_says_so(lonely: Office, channel: str) -> None:
    report = REPORT | {"channel": channel, "fault": "恶劣天气损坏"}

    answer = await lonely.post("/v1/public-repairs", report)

    kept = await lonely.pool.fetchval("select channel from cases where no = $1", answer.json()["no"])
    assert (202, channel) == (answer.status_code, kept)


async def test_pub_108_an_alarm_of_a_device_is_taken_only_where_the_company_wants_them(
    lonely: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = REPORT | {"channel": "设备告警", "reporter": "泵房水位计"}
    desk = lonely.house.desk
    wanted = desk.settings.model_copy(
        update={"access": desk.settings.access.model_copy(update={"device_alarms": True})}
    )

    off = await lonely.post("/v1/public-repairs", alarm)
    monkeypatch.setattr(lonely.house, "_desk", replace(desk, settings=wanted))
    on = await lonely.post("/v1/public-repairs", alarm)

    told = is_problem(off)
    assert (403, "channel_off", "channel") == (off.status_code, told["code"], told["field"])
    assert "PUB-108" in told["remedy"]
    assert 202 == on.status_code, on.text


async def test_a_report_posted_as_an_event_is_told_its_own_route(office: Office) -> None:
    no = await office.reports("fd-1")

    answer = await office.does(no, {"type": "facility_fault_reported"}, by="fd-1")

    assert 422 == answer.status_code
    assert "POST /v1/public-repairs" in is_problem(answer)["remedy"]


@pytest.mark.parametrize("missing", ["estate", "place", "channel", "facility", "fault", "content", "reporter"])
async def test_a_missing_field_is_named_and_no_case_opened(lonely: Office, missing: str) -> None:
    before = await lonely.pool.fetchval("select count(*) from cases")

    answer = await lonely.post("/v1/public-repairs", {k: v for k, v in REPORT.items() if k != missing})

    assert (422, missing) == (answer.status_code, is_problem(answer)["field"])
    assert before == await lonely.pool.fetchval("select count(*) from cases")


async def test_a_building_that_the_estate_lacks_is_refused_and_outside_all_of_them_needs_none(lonely: Office) -> None:
    outside = {name: value for name, value in REPORT.items() if name != "building"}

    unknown = await lonely.post("/v1/public-repairs", REPORT | {"building": "99"})
    taken = await lonely.post("/v1/public-repairs", outside)

    told = is_problem(unknown)
    assert (422, "building") == (unknown.status_code, told["field"])
    assert "1" in told["allowed"]
    shown = await lonely.pool.fetchval("select building from cases where no = $1", taken.json()["no"])
    assert "公共区域" == shown


@pytest.mark.parametrize("who", ["fi-1", "mg-1", "cl-1"])
async def test_who_goes_on_no_rounds_or_reads_no_cases_reports_nothing(lonely: Office, who: str) -> None:
    answer = await lonely.post("/v1/public-repairs", REPORT, who)

    assert 403 == answer.status_code, answer.text


@pytest.mark.parametrize("who", ["rp-1", "en-1", "se-1"])
async def test_pub_106_who_goes_on_rounds_reports_what_he_found_himself_and_no_call(office: Office, who: str) -> None:
    found = await office.post("/v1/public-repairs", REPORT, who)
    called = await office.post("/v1/public-repairs", REPORT | {"channel": "电话"}, who)
    later = await office.post("/v1/public-repairs", REPORT | {"after": await repaired(office), "reason": "又坏了"}, who)
    in_a_home = await office.post("/v1/repairs", CALL, who)

    assert 201 == found.status_code, found.text
    assert [(409, "channel"), (403, 403)] == [
        (called.status_code, is_problem(called)["field"]), (in_a_home.status_code, is_problem(in_a_home)["status"])
    ]  # fmt: skip
    assert 403 == later.status_code, later.text
    told = await office.pool.fetch(
        "select post from notices where case_no = $1 and rule = 'PUB-01'", found.json()["no"]
    )
    assert {"工程部", "前台客服员"} == {row["post"] for row in told}


async def test_pub_106_on_his_rounds_a_repairer_reports_on_the_page(office: Office) -> None:
    desk = await at_desk(office, "rp-1")
    inbox, form = await desk.sees("/inbox"), await desk.sees("/public-repairs/new")

    answer = await desk.sends("/public-repairs/new", FILLED | {"key": key_in(form), "beside": ""})
    while answer.status_code == 303 and "draft=" in answer.headers["location"]:
        there = await desk.sees(answer.headers["location"])
        seen = {"key": key_in(there), "relation": "other", "beside": " ".join(re.findall(r"PUB-\d{8}-\d{5}", there))}
        answer = await desk.sends("/public-repairs/new", FILLED | seen)

    assert ('href="/public-repairs/new"' in inbox, 'href="/repairs/new"' in inbox) == (True, False)
    assert '<option value="巡查" selected' in form
    assert answer.headers["location"].startswith("/cases/PUB-"), answer.text


@pytest.mark.parametrize("hazard", sorted(HAZARDS))
async def test_pub_101_what_is_dangerous_is_never_turned_away_for_how_much_was_asked(
    lonely: Office, monkeypatch: pytest.MonkeyPatch, hazard: str
) -> None:
    lonely.forgive()
    monkeypatch.setattr(lonely.house.rates, "person", limits.parse("1/hour"))

    answers = [
        await lonely.asks("/v1/public-repairs", REPORT | {"hazard": said}, "fd-2") for said in ("无", "无", hazard)
    ]

    assert [False, True, False] == [answer.status_code == 429 for answer in answers]
    assert 202 == answers[-1].status_code
    lonely.forgive()


async def test_others_of_the_same_building_are_told_with_the_answer_and_of_other_buildings_not(office: Office) -> None:
    first = await office.reports("fd-1", building="2", hazard="井盖缺失")

    again = (await office.post("/v1/public-repairs", REPORT | {"building": "2"}, "fd-1")).json()
    elsewhere = (await office.post("/v1/public-repairs", REPORT | {"building": "4"}, "fd-1")).json()

    assert [(first, "供电照明（井盖缺失）")] == [(one["no"], one["what"]) for one in again["same_room"]]
    assert f"同一楼栋或区域另有：{first}" in again["message"]
    assert first not in str(elsewhere)
    assert again["same_room"] == (await office.get(f"/v1/cases/{again['no']}", "fd-1")).json()["same_room"]


@pytest.mark.parametrize("collector", ["cs-1", "fi-1", "no-such"])
async def test_pub_03_nobody_but_engineering_signs_for_the_order(office: Office, collector: str) -> None:
    no = await office.reports("fd-1")
    await office.did(no, {"type": "engineering_notified"}, by="fd-1")

    answer = await office.does(no, {"type": "sheet_signed_for", "collector": collector}, by="fd-1")
    without = await office.does(no, {"type": "sheet_signed_for"}, by="fd-1")

    told = is_problem(answer)
    assert (409, "event.collector") == (answer.status_code, told["field"])
    assert "PUB-03" in told["remedy"]
    assert (422, "event.collector") == (without.status_code, is_problem(without)["field"])


async def test_pub_02_engineering_signs_and_holds_the_second_copy(office: Office) -> None:
    no = await office.reports("fd-1")
    await office.did(no, {"type": "engineering_notified"}, by="fd-1")

    await office.did(no, {"type": "sheet_signed_for", "collector": "rp-1"}, by="rp-1")

    rows = await office.pool.fetch("select copy, holder from form_copies where case_no = $1 order by copy", no)
    assert [(1, "前台客服员"), (2, "工程部")] == [tuple(row) for row in rows]


async def test_rep_18_only_somebody_who_can_do_it_is_sent(office: Office) -> None:
    no = await office.reports("fd-1")
    await office.did(no, {"type": "engineering_notified"}, by="fd-1")
    await office.did(no, {"type": "sheet_signed_for", "collector": "rp-1"}, by="fd-1")

    answer = await office.does(no, {"type": "repairer_arranged", "repairer": "fd-1"}, by="en-1")

    assert (409, "event.repairer") == (answer.status_code, is_problem(answer)["field"])


async def test_what_is_done_on_the_site_is_asked_of_a_person(office: Office) -> None:
    no = await on_site(office)

    answer = await office.does(no, {"type": "work_started", "expected_done": "2030-01-01T00:00:00Z"})

    assert (422, "by") == (answer.status_code, is_problem(answer)["field"])


async def test_an_event_of_the_other_procedure_is_refused(office: Office) -> None:
    answer = await office.does(await office.reports("fd-1"), {"type": "form_collected"}, by="rp-1")

    assert (409, "not_expected") == (answer.status_code, is_problem(answer)["code"])


async def test_what_it_is_and_who_told_of_it_are_shown_for_a_purpose_alone_and_the_place_to_whoever_has_to_be_there(
    office: Office,
) -> None:
    no = await repaired(office)

    masked = (await office.get(f"/v1/cases/{no}", "fd-1")).text
    full = (await office.get(f"/v1/cases/{no}", "fd-1", purpose="监督检查")).text

    personal = ("顶灯不亮", "巡查员甲", "更换灯管", "灯管一支")
    assert [False] * 4 == [word in masked for word in personal]
    assert [True] * 4 == [word in full for word in personal]
    assert "1栋大堂" in (await office.get(f"/v1/cases/{no}", "se-1")).text


async def test_pub_02_both_copies_of_the_form_print_and_a_second_printing_says_so(office: Office) -> None:
    no = await repaired(office)

    prints = [await office.prints(no, "fd-1", copy=copy, form="inspection-sheet") for copy in (1, 2, 2)]

    texts = ["".join(PdfReader(io.BytesIO(one.content)).pages[0].extract_text().split()) for one in prints]
    assert [200] * 3 == [one.status_code for one in prints], prints[0].text
    assert all("公共区域现场巡视表" in text and no in text and "更换灯管" in text for text in texts)
    assert [False, False, True] == ["补打" in text for text in texts]
    assert all("维修乙" in text for text in texts), "who signed for it, whoever wrote it down"


async def test_a_form_of_the_other_procedure_and_a_copy_that_it_lacks_are_refused(office: Office) -> None:
    no, other = await office.reports("fd-1"), await office.call("fd-1")

    refused = [
        await office.prints(no, "fd-1"),
        await office.prints(other, "fd-1", form="inspection-sheet"),
        await office.prints(no, "fd-1", copy=3, form="inspection-sheet"),
        await office.prints(no, "fd-1", form="canary"),
    ]

    assert [(409, "form"), (409, "form"), (422, "copy"), (422, "form")] == [
        (one.status_code, is_problem(one)["field"]) for one in refused
    ]
    assert ["repair-order", "inspection-sheet"] == refused[3].json()["allowed"]


async def test_a_report_is_taken_down_on_the_page_once_however_often_it_is_sent(front: Desk) -> None:
    key = key_in(await front.sees("/public-repairs/new"))

    answers = await asyncio.gather(*(front.sends("/public-repairs/new", FILLED | {"key": key}) for _ in range(2)))
    page = words(await front.sees(answers[0].headers["location"]))

    assert [303, 303] == [answer.status_code for answer in answers]
    assert 1 == len({answer.headers["location"] for answer in answers})
    assert "公共报修" in page
    assert "《公共区域现场巡视表》 打印第一联（前台） 打印第二联（工程部）" in page
    assert "登记公共报修" in await front.sees("/inbox")


async def test_rep_11_who_called_is_asked_on_the_page_and_not_solved_it_is_arranged_anew(office: Office) -> None:
    no = await repaired(office, channel="电话", reporter="住户", phone="19900000001")
    beside = (await office.get(f"/v1/cases/{await office.reports('fd-1')}", "fd-1")).json()["same_room"]
    joined = await office.does(no, {"type": "called_again", "channel": "电话", "content": "灯又灭了"}, "fd-1")
    desk = await at_desk(office, "fd-1")

    before = await desk.sees(f"/cases/{no}")
    answer = await desk.sends(
        f"/cases/{no}/events", {"type": "feedback_given", "solved": "false", "remark": "灯又灭了"}
    )
    after = (await office.get(f"/v1/cases/{no}", "fd-1")).json()

    assert "登记「客户反馈」" in before
    assert [True] == [one["reopens"] for one in beside if one["no"] == no]
    assert (409, "event.type") == (joined.status_code, is_problem(joined)["field"])
    assert 303 == answer.status_code, answer.text
    assert ("重新派工", ["安排维修"]) == (after["stage"], after["waiting_for"])
    owed = {duty["key"] for duty in after["obligations"] if duty["owed"]}
    assert {"PUB-04", "PUB-05/返修", "PUB-103"} == owed


async def test_what_the_page_may_not_take_stands_beside_its_field_with_what_was_typed(front: Desk) -> None:
    key = key_in(await front.sees("/public-repairs/new"))

    answer = await front.sends("/public-repairs/new", FILLED | {"key": key, "reporter": "", "phone": "x<y"})

    assert 422 == answer.status_code
    assert 'id="reporter-wrong"' in answer.text
    assert 'id="phone-wrong"' in answer.text
    assert "顶灯不亮" in answer.text
    assert "设备告警" not in answer.text


async def test_the_whole_of_it_can_be_recorded_on_the_page_of_the_case(office: Office) -> None:
    no = await office.reports("fd-1")
    soon = (datetime.now(LOCAL) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")

    async def records(who: str, event: str, **fields: str) -> str:
        desk = await at_desk(office, who)
        answer = await desk.sends(f"/cases/{no}/events", {"type": event, **fields})
        page = await desk.sees(f"/cases/{no}")
        assert 303 == answer.status_code, answer.text
        return page

    await records("fd-1", "engineering_notified")
    page = await records("fd-1", "sheet_signed_for", collector="rp-1")
    await records("en-1", "repairer_arranged", repairer="rp-1")
    await records("rp-1", "arrived_on_site")
    await records("rp-1", "work_started", expected_done=soon)
    last = await records("rp-1", "facility_repaired", notes="换灯", parts="无", site_cleared="true")

    assert "待派工" in page
    assert "签收人：维修甲 rp-1" in words(page)
    assert "已结案" in last
