"""A call is taken down on a page: once, where it belongs, and at the time at which it began."""

import asyncio
import re
from datetime import datetime, timedelta

import limits
import pytest

from domain.calendar import LOCAL
from tests.api.office import CALL, Office
from tests.api.pages import FILLED, Desk, at_desk, cases_of, key_in, words


async def test_a_call_taken_down_on_the_page_becomes_a_case_and_a_second_click_changes_nothing(
    office: Office, front: Desk
) -> None:
    key, before = key_in(await front.sees("/repairs/new")), await cases_of(office)
    call = FILLED | {"key": key, "building": "5", "room": "403"}

    answers = await asyncio.gather(*(front.sends_once("/repairs/new", call) for _ in range(2)))
    again = await front.sends_once("/repairs/new", call)

    places = {answer.headers["location"] for answer in (*answers, again)}
    assert {303} == {answer.status_code for answer in (*answers, again)}
    assert 1 == len(places)
    assert before + 1 == await cases_of(office)
    place = places.pop()
    no = place.removeprefix("/cases/").partition("?")[0]
    assert "已受理" in words(await front.sees(place))
    case = (await office.get(f"/v1/cases/{no}", "fd-1", purpose="回访")).json()
    form = next(entry["event"] for entry in case["events"] if entry["type"] == "form_filled")
    assert ("住户001", "尽快", "厨房水龙头\n漏水") == (form["household"], form["wanted"], form["content"])
    assert "fd-1" == case["events"][0]["by"]


async def test_a_form_changed_after_it_was_taken_is_not_taken_twice_by_the_way(office: Office, front: Desk) -> None:
    key = key_in(await front.sees("/repairs/new"))
    await front.sends("/repairs/new", FILLED | {"key": key})
    before = await cases_of(office)

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "content": "另一件事"})

    assert 409 == answer.status_code
    assert "已提交过" in answer.text
    assert before == await cases_of(office)
    assert key != key_in(answer.text)


async def test_while_the_case_cannot_answer_the_call_has_its_number_and_says_so(lonely: Office) -> None:
    desk = await at_desk(lonely, "fd-1")
    key = key_in(await desk.sees("/repairs/new"))

    answer = await desk.sends("/repairs/new", FILLED | {"key": key})
    page = await desk.sees(answer.headers["location"])

    assert "已交待处理：受理报修。已收到并保存" in words(page)
    assert str(CALL["content"]) not in page


@pytest.mark.parametrize(("situation", "status"), [("水浸", 303), ("一般", 429)])
async def test_only_the_call_of_an_emergency_is_taken_over_the_quota(
    lonely: Office, monkeypatch: pytest.MonkeyPatch, situation: str, status: int
) -> None:
    desk = await at_desk(lonely, "fd-2")
    monkeypatch.setattr(lonely.house.rates, "person", limits.parse("1/day"))
    lonely.house.rates.forget()
    key = key_in(await desk.sees("/repairs/new"))

    answer = await desk.sends("/repairs/new", FILLED | {"key": key, "situation": situation})

    assert status == answer.status_code, answer.text
    lonely.forgive()


async def test_a_repairer_finds_no_way_to_take_a_call(office: Office, front: Desk) -> None:
    repairer = await at_desk(office, "rp-1")

    page = await repairer.sees("/repairs/new", 403)
    posted = await repairer.sends("/repairs/new", FILLED)

    assert "前台客服员" in page
    assert 403 == posted.status_code
    assert "/repairs/new" not in await repairer.sees("/inbox")
    assert "/repairs/new" in await front.sees("/inbox")


@pytest.mark.parametrize("path", ["/repairs/new", "/cases/{no}/events", "/cases/{no}/full"])
async def test_a_form_of_another_site_is_not_taken(office: Office, front: Desk, path: str) -> None:
    office.forgive()
    no = await office.call("fd-1")
    before = await cases_of(office)

    answer = await front.sends_from_elsewhere(
        path.format(no=no), FILLED | {"type": "noted", "text": "外来", "purpose": "回访"}
    )

    assert (303, "/login") == (answer.status_code, answer.headers["location"])
    assert before == await cases_of(office)
    assert "外来" not in str((await office.get(f"/v1/cases/{no}", "fd-1", purpose="回访")).json())
    office.forgive()


# What is wrong stands beside its field.


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(front: Desk) -> None:
    key = key_in(await front.sees("/repairs/new"))

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "phone": "x<y", "room": "999", "building": ""})
    other = await front.sends("/repairs/new", FILLED | {"key": key, "room": "9-999", "building": ""})

    assert [422, 422] == [answer.status_code, other.status_code]
    assert 'value="x&lt;y"' in answer.text
    assert "厨房水龙头\n漏水</textarea>" in answer.text
    wrong = re.search(r'id="phone-wrong">([^<]*)', answer.text)
    assert wrong
    assert "电话" in wrong[1]
    assert re.search(r'id="room-wrong">[^<]*没有这个房号', other.text)
    assert key == key_in(other.text), "nothing was registered under it"


@pytest.mark.parametrize("path", ["/repairs/new", "/repairs/new/household"])
async def test_a_number_that_the_building_has_not_is_told_the_rooms_near_it(front: Desk, path: str) -> None:
    unlike = await front.sends(path, FILLED | {"building": "3", "room": "9999", "household": ""})
    alike = await front.sends(path, FILLED | {"building": "3", "room": "5022", "household": ""})

    assert [422, 422] == [unlike.status_code, alike.status_code]
    assert "没有这个房号，请核对；相近的有：3-504、3-503、3-502、3-501、3-404" in beside_room(unlike.text)
    assert "相近的有：3-502" in beside_room(alike.text)


async def test_a_number_within_the_building_that_there_is_not_is_told_the_rooms_near_it(front: Desk) -> None:
    key = key_in(await front.sees("/repairs/new"))

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "building": "1", "room": "1011"})

    assert re.search(r'id="room-wrong">[^<]*相近的有：1-101', answer.text)


def beside_room(page: str) -> str:
    wrong = re.search(r'id="room-wrong">([^<]*)', page)
    assert wrong
    return wrong[1]


async def test_a_room_is_looked_for_in_the_building_that_was_chosen(office: Office, front: Desk) -> None:
    room = await office.pool.fetchval("select code from rooms where estate = 'LY' and building <> '1' limit 1")
    key = key_in(await front.sees("/repairs/new"))

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "room": room, "building": "1"})

    assert 422 == answer.status_code
    assert re.search(r'id="building-wrong">[^<]*不在所选楼栋', answer.text)


# When the call began.


async def test_a_form_kept_ready_backdates_no_call_and_is_taken_hours_later(office: Office, front: Desk) -> None:
    page = await front.sees("/repairs/new")
    drawn = re.search(r'<input[^>]*name="call_started_at"[^>]*>', page)
    assert drawn
    began = re.search(r'value="([^"]*)"', drawn[0])

    sent = FILLED | {"key": key_in(page), "call_started_at": began[1] if began else ""}
    answer = await front.sends("/repairs/new", sent)

    assert "" == sent["call_started_at"], "a page knows when it was opened, not when somebody called"
    assert 303 == answer.status_code
    no = answer.headers["location"].removeprefix("/cases/").partition("?")[0]
    late = await office.pool.fetchval("select created_at - received_at from cases where no = $1", no)
    assert abs(late) < timedelta(seconds=5)


async def test_the_clerk_may_say_that_a_call_began_earlier(office: Office, front: Desk) -> None:
    began = datetime.now(LOCAL).replace(microsecond=0) - timedelta(minutes=1)

    answer = await front.sends("/repairs/new", FILLED | {"call_started_at": began.strftime("%Y-%m-%dT%H:%M:%S")})

    no = answer.headers["location"].removeprefix("/cases/").partition("?")[0]
    assert began == await office.pool.fetchval("select received_at from cases where no = $1", no)


async def test_a_call_that_began_long_before_is_refused_beside_its_time(front: Desk) -> None:
    long_ago = (datetime.now(LOCAL) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S")
    key = key_in(await front.sees("/repairs/new"))

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "call_started_at": long_ago})

    assert 409 == answer.status_code
    assert re.search(r'id="call_started_at-wrong">[^<]*时间不对', answer.text)
