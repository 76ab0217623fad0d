"""The page of a case: what it offers, asks for next and refuses, and who is called what on it."""

import asyncio
import re
import secrets
from datetime import datetime, timedelta

from domain.calendar import LOCAL
from domain.limits import due_text
from tests.api.office import Office
from tests.api.pages import Desk, at_desk, form_of, key_in, offered, words
from tests.api.test_case import AGREED, walk


async def test_the_case_offers_what_this_person_may_record_now_and_takes_it_once(office: Office, front: Desk) -> None:
    no = await office.call("fd-1")
    supervisor = await at_desk(office, "en-1")
    page = await front.sees(f"/cases/{no}")

    notified = {"type": "engineering_notified", "key": key_in(page), "at": ""}
    answers = [await front.sends(f"/cases/{no}/events", notified) for _ in range(2)]

    assert {303} == {answer.status_code for answer in answers}
    place = answers[0].headers["location"]
    assert place == answers[1].headers["location"], "the same entry"
    assert "已登记：通知工程部" in words(await front.sees(place))
    assert offered(page) >= {"通知工程部", "备注", "催办", "撤单"}
    assert not offered(page) & {"故障定级", "领单", "派工", "批准延期"}
    assert offered(await supervisor.sees(f"/cases/{no}")) >= {"领单", "故障定级", "备注"}
    case = (await office.get(f"/v1/cases/{no}", "fd-1")).json()
    assert 1 == sum(entry["type"] == "engineering_notified" for entry in case["events"])


async def test_what_the_case_would_refuse_as_it_stands_is_not_offered(office: Office, front: Desk) -> None:
    no = await office.call("fd-1")
    supervisor = await office.holder("工程部主管")
    before = offered(await front.sees(f"/cases/{no}"))

    await walk(office, no, supervisor, until="arrived_on_site")
    on_site = offered(await front.sees(f"/cases/{no}"))
    await walk(office, no, supervisor, after="arrived_on_site", until="resident_signed")
    signed = offered(await front.sees(f"/cases/{no}"))

    assert {"撤单", "改约"} <= before
    assert ({"撤单", "备注"}, {"备注"}) == (on_site & {"撤单", "改约", "备注"}, signed & {"撤单", "改约", "备注"})


async def test_a_form_that_is_not_offered_any_more_is_refused_in_words(office: Office, front: Desk) -> None:
    no = await office.call("fd-1")
    page = await front.sees(f"/cases/{no}")
    supervisor = await office.holder("工程部主管")
    await walk(office, no, supervisor, until="resident_signed")

    late = await front.sends(
        f"/cases/{no}/events", {"type": "withdrawn", "key": key_in(form_of(page, "withdrawn")), "reason": "不修了"}
    )
    foreign = await front.sends(f"/cases/{no}/events", AGREED | {"key": secrets.token_hex(16)})

    assert (409, 403) == (late.status_code, foreign.status_code)
    assert "未能登记「撤单」：不符合规程" in late.text
    assert "未能登记「同意收费并维修」：无权办理" in foreign.text


async def test_an_address_says_of_nothing_that_it_was_recorded_that_is_not_in_the_file(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")

    pages = [await front.sees(f"/cases/{no}?{said}") for said in ("done=99", "done=x", "pending=x", "done=")]

    assert not any(re.search("已登记|已受理|已交待处理", page) for page in pages)


async def test_the_next_step_stands_above_everything_with_its_limit_and_its_form_unfolded(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="fault_compared")
    repairer = await at_desk(office, "rp-1")

    page, other = await repairer.sees(f"/cases/{no}"), await front.sees(f"/cases/{no}")

    for shown in (page, other):
        box = words(shown.partition('<section class="next">')[2].partition("</section>")[0])
        assert re.search(r"下一步：出示收费标准 维修人员：常规故障完成（REP-17），截止 \d\d-\d\d \d\d:\d\d", box), box
        assert shown.index('<section class="next">') < min(shown.index("<details"), shown.index("<table>"))
    assert ["出示收费标准"] == re.findall(r'<details open=""><summary>([^<]*)<', page)
    assert [] == re.findall(r'<details open=""><summary>([^<]*)<', other)


async def test_a_limit_that_has_passed_says_so_at_the_next_step(office: Office, front: Desk) -> None:
    no = await office.call("fd-1")
    missed = datetime(2026, 3, 4, 9, 15, tzinfo=LOCAL)
    await office.pool.execute(
        "update duties set state = 'breached', breached_at = due_at, due_at = $2 where case_no = $1 and key = 'REP-24'",
        no,
        missed,
    )

    page = await front.sees(f"/cases/{no}")

    assert re.search(r"<li>前台客服员：[^<]*（REP-24），<span class=\"late\">已过 03-04 09:15</span>", page)


async def test_what_the_case_refuses_stands_in_its_form_open_and_as_it_was_typed(office: Office) -> None:
    no = await office.call("fd-1")
    await office.did(no, {"type": "engineering_notified"}, "fd-1")
    await office.did(no, {"type": "form_collected"}, "en-1")
    await office.did(no, {"type": "assessed", "urgency": "常规"}, "en-1")
    desk = await at_desk(office, "en-1")
    key = key_in(await desk.sees(f"/cases/{no}"))
    assigned = {"type": "assigned", "repairer": "rp-1", "team": "电工班", "item": "W01", "override_reason": ""}
    teams = await office.pool.fetch(
        "select name from teams where estate = 'LY' and name <> '水工班' and 'rp-1' = any (members)"
    )
    assigned["team"] = teams[0]["name"]

    refused = await desk.sends(f"/cases/{no}/events", assigned | {"key": key})
    empty = await desk.sends(f"/cases/{no}/events", {"type": "assigned", "key": key_in(refused.text), "item": "W01"})

    assert [409, 422] == [refused.status_code, empty.status_code]
    assert re.search(r'id="assignedoverride_reason-wrong">[^<]*班组与故障类型不符', refused.text)
    assert '<details open="">' in refused.text
    assert f'<option value="{assigned["team"]}" selected="">' in refused.text
    assert key != key_in(re.findall(r"<details open.*?</details>", refused.text, re.DOTALL)[0]), (
        "it stands for a refusal"
    )
    assert re.search(r'id="assignedrepairer-wrong">必填', empty.text)


async def test_the_full_data_are_shown_for_a_purpose_that_is_on_record_and_only_to_those_who_may(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    finance = await at_desk(office, "fi-1")
    masked = await front.sees(f"/cases/{no}")

    full = await front.sends(f"/cases/{no}/full", {"purpose": "联系住户"})
    without = await front.sends(f"/cases/{no}/full", {"purpose": ""})
    other = await finance.sends(f"/cases/{no}/full", {"purpose": "联系住户"})

    assert [200, 422, 403] == [full.status_code, without.status_code, other.status_code]
    for personal in ("住户001", "19900000001", "厨房水龙头漏水"):
        assert personal not in masked
        assert personal not in without.text
        assert personal in full.text
    assert "联系住户" in full.text
    assert "查看完整资料" in masked
    assert "查看完整资料" not in await finance.sees(f"/cases/{no}")
    read = await office.pool.fetch("select principal, purpose, what from access_log where case_no = $1", no)
    assert [("fd-1", "联系住户", "case")] == [tuple(row) for row in read]


async def test_people_and_items_are_called_by_their_names(office: Office, front: Desk) -> None:
    supervisor, no = "en-1", await office.call("fd-1")
    await walk(office, no, supervisor, solved=False)
    names = {row["id"]: row["name"] for row in await office.pool.fetch("select id, name from staff")}
    item = await office.pool.fetchval("select name from price_items where code = 'W01' limit 1")

    page = await front.sees(f"/cases/{no}")

    for staff in ("fd-1", supervisor, "rp-1"):
        assert f'{names[staff]} <small class="quiet">{staff}</small>' in page
        assert f">{staff}</td>" not in page
    assert f'项目：{item} <small class="quiet">W01</small>' in page
    assert f"收费：{item} 人工费" in page
    assert "没有费用" not in words(page)


async def test_a_limit_that_was_extended_shows_the_first_one_too(office: Office, front: Desk) -> None:
    no = await office.call("fd-1", situation="水浸")
    first = await office.pool.fetchval("select due_at from duties where case_no = $1 and rule = 'REP-124'", no)
    before = words(await front.sees(f"/cases/{no}"))
    until = first + timedelta(minutes=20)
    extension = {"type": "extension_granted", "key": "REP-124", "until": until.isoformat(), "reason": "交通"}
    await office.did(no, extension, "cm-1")

    page = words(await front.sees(f"/cases/{no}"))

    assert f"{due_text(until)}（原时限 {due_text(first)}）" in page
    assert "原时限" not in before


async def test_a_second_click_on_print_is_the_same_printing_and_looking_at_it_counts_nothing(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    drawn = re.search(r'<form[^>]*/print".*?</form>', await front.sees(f"/cases/{no}"), re.DOTALL)
    assert drawn
    form = {"key": key_in(drawn[0]), "copy": "2"}

    answers = await asyncio.gather(*(front.sends(f"/cases/{no}/print", form) for _ in range(3)))
    places = {answer.headers["location"] for answer in answers}
    for _ in range(2):
        await front.sees_paper(min(places))
    again = await front.sends(f"/cases/{no}/print", form | {"key": f"page-{'a' * 32}"})
    never = [await front.sees(f"/cases/{no}/print/{wrong}", status) for wrong, status in (("3/1", 409), ("9/1", 404))]

    assert {f"/cases/{no}/print/2/1"} == places
    assert f"/cases/{no}/print/2/2" == again.headers["location"]
    assert "请先打印" in never[0]
    assert 2 == await office.pool.fetchval("select count(*) from form_prints where case_no = $1", no)
