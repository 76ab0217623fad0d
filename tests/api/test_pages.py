"""The staff's pages as a browser uses them: a call is taken down, events are recorded, and names stand for codes."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import httpx2
import limits
import pytest

from api.door import COOKIE
from api.tokens import new_session
from domain.calendar import LOCAL
from domain.events.on_site import SiteItem
from domain.people import EstateCode, Role, StaffId
from tests.api.office import CALL, Office
from tests.api.test_case import AGREED, walk

FILLED = {
    "estate": "LY", "building": "1", "room": "101", "household": "住户001", "phone": "19900000001",
    "content": "厨房水龙头\r\n漏水", "fault": "水", "situation": "一般", "wanted": "", "address": "", "channel": "电话",
    "call_started_at": "", "fault_since": "", "drill": "",
}  # fmt: skip


class Desk:
    """One person's browser."""

    def __init__(self, office: Office, who: str, cookie: str) -> None:
        self._office = office
        self._http = httpx2.AsyncClient(base_url=str(office.http.base_url), timeout=20)
        self._headers = {"origin": str(office.http.base_url).rstrip("/"), "cookie": f"{COOKIE}={cookie}"}
        self.who = who

    async def sees(self, path: str, status: int = 200) -> str:
        answer = await self._http.get(path, headers=self._headers)
        assert status == answer.status_code, answer.text
        return answer.text

    async def sees_paper(self, path: str) -> None:
        assert (await self._http.get(path, headers=self._headers)).content.startswith(b"%PDF")

    async def sends(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx2.Response:
        """What is open in the place of a call has been looked at, and this is another matter."""
        answer = await self.sends_once(path, fields)
        if 'name="join"' not in answer.text:
            return answer
        return await self.sends_once(path, {**fields, "seen": seen_in(answer.text), "join": "another"})

    async def sends_once(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx2.Response:
        return await self._http.post(path, data=dict(fields), headers=self._headers)

    async def sends_raw(self, path: str, body: bytes) -> httpx2.Response:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return await self._http.post(path, content=body, headers=self._headers | kind)

    async def sends_from_elsewhere(self, path: str, fields: Mapping[str, str]) -> httpx2.Response:
        return await self._http.post(
            path, data=dict(fields), headers=self._headers | {"origin": "https://evil.example"}
        )

    async def closes(self) -> None:
        await self._http.aclose()


async def at_desk(office: Office, who: str) -> Desk:
    principal = await office.house.desk.principals.by_id(who)
    assert principal is not None
    return Desk(office, who, new_session(principal, office.settings))


@pytest.fixture
async def front(office: Office) -> AsyncIterator[Desk]:
    desk = await at_desk(office, "fd-1")
    yield desk
    await desk.closes()


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="(page-[0-9a-f]{32})"', page)
    assert found
    return found[1]


def seen_in(page: str) -> str:
    """Numbers of the cases that it shows open."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def words(page: str) -> str:
    """What stands on the page, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


async def cases_of(office: Office) -> int:
    return int(await office.pool.fetchval("select count(*) from cases"))


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
    await desk.closes()
    lonely.forgive()


async def test_a_form_changed_after_it_was_taken_is_not_taken_twice_by_the_way(office: Office, front: Desk) -> None:
    key = key_in(await front.sees("/repairs/new"))
    await front.sends("/repairs/new", FILLED | {"key": key})
    before = await cases_of(office)

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "content": "另一件事"})

    assert 409 == answer.status_code
    assert "已提交过" in answer.text
    assert before == await cases_of(office)
    assert key != key_in(answer.text)


async def test_a_repairer_finds_no_way_to_take_a_call(office: Office, front: Desk) -> None:
    repairer = await at_desk(office, "rp-1")

    page = await repairer.sees("/repairs/new", 403)
    posted = await repairer.sends("/repairs/new", FILLED)

    assert "前台客服员" in page
    assert 403 == posted.status_code
    assert "/repairs/new" not in await repairer.sees("/inbox")
    assert "/repairs/new" in await front.sees("/inbox")
    await repairer.closes()


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
    await supervisor.closes()


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
    await repairer.closes()


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


async def test_rep_27_a_time_moved_without_a_time_is_refused_alike_on_the_page_and_by_the_api(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    form = form_of(await front.sees(f"/cases/{no}"), "appointment_moved")
    moved = {"type": "appointment_moved", "key": key_in(form), "wanted": "", "reason": "住户外出"}

    page = await front.sends(f"/cases/{no}/events", moved)
    answer = await office.does(no, {"type": "appointment_moved", "reason": "住户外出"}, "fd-1")
    soon = await front.sends(f"/cases/{no}/events", moved | {"wanted_soon": "尽快"})

    assert (422, 422, 303) == (page.status_code, answer.status_code, soon.status_code)
    assert "event.wanted" == answer.json()["field"]
    assert f'id="appointment_movedwanted-wrong">{answer.json()["errors"][0]["remedy"]}<' in page.text
    case = (await office.get(f"/v1/cases/{no}", "fd-1")).json()
    assert ["尽快"] == [one["event"]["wanted"] for one in case["events"] if one["type"] == "appointment_moved"]


async def test_a_form_is_filled_in_on_the_page_for_as_soon_as_possible_unless_a_time_is_given(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1", form=None)
    form = form_of(await front.sees(f"/cases/{no}"), "form_filled")

    ticked = re.search(r'<input[^>]*name="wanted_soon"[^>]*checked=""', form)
    filled = {"household": "住户001", "address": "1栋101", "phone": "19900000001", "content": "漏水"}
    sent = await front.sends(
        f"/cases/{no}/events",
        {"type": "form_filled", "key": key_in(form), "wanted": tomorrow(), "wanted_soon": "尽快", **filled},
    )

    assert ticked
    assert 303 == sent.status_code
    case = (await office.get(f"/v1/cases/{no}", "fd-1")).json()
    (said,) = [one["event"]["wanted"] for one in case["events"] if one["type"] == "form_filled"]
    assert "尽快" != said


async def test_a_number_within_the_building_that_there_is_not_is_told_the_rooms_near_it(front: Desk) -> None:
    key = key_in(await front.sees("/repairs/new"))

    answer = await front.sends("/repairs/new", FILLED | {"key": key, "building": "1", "room": "1011"})

    assert re.search(r'id="room-wrong">[^<]*相近的有：1-101', answer.text)


async def test_rep_05_the_team_for_the_kind_of_fault_is_proposed_first(office: Office) -> None:
    no = await office.call("fd-1", fault="电")
    await office.did(no, {"type": "engineering_notified"}, "fd-1")
    await office.did(no, {"type": "form_collected"}, "en-1")
    await office.did(no, {"type": "assessed", "urgency": "常规"}, "en-1")
    supervisor = await at_desk(office, "en-1")

    page = await supervisor.sees(f"/cases/{no}")

    proposed = await office.pool.fetchval("select team from fault_teams where estate = 'LY' and fault_kind = '电'")
    listed = options(form_of(page, "assigned"), "team")
    assert [f"{proposed}（建议）"] == [name for name in listed if "建议" in name] == listed[1:2]
    assert f'<option value="{proposed}" selected="">' in form_of(page, "assigned"), "and stands chosen"
    await supervisor.closes()


async def test_who_is_on_duty_on_leave_and_at_work_is_told_where_work_is_given(office: Office) -> None:
    no = await assignable(office)
    holders = await office.house.desk.reference.holders(EstateCode("LY"), Role.REPAIRER)
    here = await office.house.desk.reference.on_duty(EstateCode("LY"), Role.REPAIRER, datetime.now(UTC))
    off, away = min(holders.keys() - set(here)), max(here)
    supervisor = await at_desk(office, "en-1")
    await office.pool.execute("insert into leaves values ('LY', $1, now(), now() + interval '1 hour')", away)

    before = form_of(await supervisor.sees(f"/cases/{no}"), "assigned")
    order = {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}
    await office.did(await assignable(office), order, "en-1")
    after = form_of(await supervisor.sees(f"/cases/{no}"), "assigned")
    await office.pool.execute("delete from leaves where staff = $1 and ends_at < now() + interval '2 hours'", away)

    shown = options(before, "repairer")[1:]
    assert {holders[one] for one in here if one != away} == {one.partition("（")[0] for one in shown}
    assert all("（当班至 " in one for one in shown)
    assert all(told in before for told in (f"{holders[away]}（请假）", f"{holders[off]}（不当班）"))
    assert [int(one.partition("在手 ")[2].partition(" ")[0]) for one in shown] == sorted(
        in_hand(before, one.partition("（")[0]) for one in shown
    )
    assert in_hand(before, holders[StaffId("rp-1")]) + 1 == in_hand(after, holders[StaffId("rp-1")])
    await supervisor.closes()


async def test_several_are_ticked_on_the_page_and_stand_on_it_as_helpers(office: Office) -> None:
    no = await assignable(office)
    await office.did(no, {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}, "en-1")
    supervisor = await at_desk(office, "en-1")
    page = form_of(await supervisor.sees(f"/cases/{no}"), "helpers_sent")

    assert 'type="checkbox" name="helpers" value="rp-2"' in page
    wrong = await supervisor.sends(
        f"/cases/{no}/events", {"type": "helpers_sent", "key": key_in(page), "helpers": "rp-1"}
    )
    sent = [("type", "helpers_sent"), ("key", key_in(wrong.text)), ("helpers", "rp-2"), ("helpers", "rp-3")]
    answer = await supervisor.sends_raw(f"/cases/{no}/events", urlencode(sent).encode())

    assert (409, True) == (wrong.status_code, "尚未在本单上的维修人员" in wrong.text)
    assert 303 == answer.status_code, answer.text
    names = await office.house.desk.reference.holders(EstateCode("LY"), Role.REPAIRER)
    shown = words(await supervisor.sees(f"/cases/{no}")).replace(" ", "")
    crew = "、".join(f"{names[StaffId(one)]}{one}" for one in ("rp-1", "rp-2", "rp-3"))
    assert f"维修人员：{crew}" in shown
    await supervisor.closes()


def in_hand(form: str, name: str) -> int:
    found = re.search(rf"{name}（[^，]*，在手 (\d+) 单）", form)
    assert found
    return int(found[1])


async def assignable(office: Office) -> str:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="assessed")
    return no


def form_of(page: str, kind: str) -> str:
    """The form in which that event is recorded."""
    found = re.search(rf'<form[^>]*>(?:(?!</form>).)*value="{kind}".*?</form>', page, re.DOTALL)
    assert found, kind
    return found[0]


def options(form: str, name: str) -> list[str]:
    drawn = re.search(rf'<select[^>]*name="{name}".*?</select>', form, re.DOTALL)
    assert drawn
    return re.findall(r"<option[^>]*>([^<]*)</option>", drawn[0])


async def test_nothing_is_charged_before_its_total_was_seen_and_then_it_stands_on_the_case(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="work_started", cost="255")
    repairer = await at_desk(office, "rp-1")
    page = await repairer.sees(f"/cases/{no}")
    form = form_of(page, "work_finished")
    finished = {"type": "work_finished", "key": key_in(form), "fault": "水", "charges_item": "W01"}

    counted = await repairer.sends(f"/cases/{no}/events", finished | {"charges_quantity": "2"})
    seen = form_of(counted.text, "work_finished")
    changed = await repairer.sends(f"/cases/{no}/events", finished | {"charges_quantity": "3", "total": total_in(seen)})
    before = await office.pool.fetchval("select count(*) from charges where case_no = $1", no)
    again = form_of(changed.text, "work_finished")
    sent = finished | {"charges_quantity": "3", "total": total_in(again)}
    taken = [await repairer.sends(f"/cases/{no}/events", sent) for _ in range(2)]
    shown = words(await front.sees(f"/cases/{no}"))

    assert [200, 200] == [counted.status_code, changed.status_code]
    assert ("170.00", "255.00") == (total_in(seen), total_in(again))
    assert re.search(
        r"W01 人工费 LY-\S+ 35.00 2 70.00 元 .*材料费 LY-\S+ 50.00 2 100.00 元 合计 170.00 元", words(seen)
    )
    assert '<option value="W01" selected="">' in seen
    assert "确认登记「维修完毕」" in seen
    assert 0 == before
    assert [303, 303] == [answer.status_code for answer in taken]
    assert "合计 255.00 元" in shown
    assert 2 == await office.pool.fetchval("select count(*) from charges where case_no = $1", no)
    await repairer.closes()


def total_in(form: str) -> str:
    found = re.search(r'name="total" value="([^"]*)"', form)
    assert found
    return found[1]


async def test_the_price_list_stands_by_code_with_unit_and_price_and_the_item_found_is_chosen(office: Office) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="arrived_on_site")
    await office.did(no, {"type": "fault_compared", "matches": False, "actual_item": "W05"}, "rp-1")
    await walk(office, no, "en-1", after="fault_compared", until="work_started", cost="65")
    repairer = await at_desk(office, "rp-1")
    listed = await office.pool.fetch(
        "select i.code, i.name, i.unit, sum(r.unit_price) as price from price_items i join price_rates r"
        " using (version, code) where i.version = 'LY-2026' group by i.code, i.name, i.unit order by i.code"
    )

    page = await repairer.sees(f"/cases/{no}")

    codes = re.findall(r"<tr><td>([A-Z]\d\d)</td>", page)
    assert [row["code"] for row in listed] == codes
    offered_items = options(form_of(page, "work_finished"), "charges_item")[1:]
    assert [f"{row['code']} {row['name']} {row['price']} 元/{row['unit']}" for row in listed] == offered_items
    assert 1 == form_of(page, "work_finished").count('<option value="W05" selected="">')
    await repairer.closes()


def offered(page: str) -> set[str]:
    return set(re.findall(r"<summary>([^<]*)</summary>", page))


async def test_every_kind_of_field_goes_through_a_form_to_the_end_of_the_repair(office: Office, front: Desk) -> None:
    no = await office.call("fd-1")
    desks = {who: await at_desk(office, who) for who in ("en-1", "rp-1")} | {"fd-1": front}
    soon = (datetime.now(LOCAL) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")

    acts: tuple[tuple[str, str, Mapping[str, str | list[str]]], ...] = (
        ("fd-1", "engineering_notified", {}),
        ("en-1", "form_collected", {}),
        ("en-1", "assessed", {"urgency": "常规"}),
        ("en-1", "assigned", {"repairer": "rp-1", "team": "水工班", "item": "W01", "override_reason": ""}),
        ("fd-1", "appointment_moved", {"wanted": tomorrow(), "reason": "住户外出"}),
        ("rp-1", "order_taken", {}),
        ("rp-1", "arrived_on_site", {"at": ""}),
        ("rp-1", "fault_compared", {"matches": "true", "actual_item": ""}),
        ("rp-1", "price_shown", {}),
        ("rp-1", "cost_agreed", {"amount": "170.00", "agreed_by": "住户001", "means": "电话"}),
        ("rp-1", "site_checked", {"items": [item.value for item in SiteItem]}),
        ("rp-1", "work_started", {"expected_done": soon}),
        ("rp-1", "work_finished", {"fault": "水", "charges_item": "W01", "charges_quantity": "2"}),
        ("rp-1", "trial_done", {"passed": "true", "remark": "试水正常"}),
        ("rp-1", "acceptance_stated", {"satisfied": "true", "remark": ""}),
        ("rp-1", "resident_signed", {"signer": "住户001", "signature": "纸 1"}),
        ("rp-1", "customer_copy_given", {}),
        ("en-1", "copy_returned", {"copy": "2"}),
    )
    for who, kind, fields in acts:
        page = await desks[who].sees(f"/cases/{no}")
        form = form_of(page, kind)
        assert set(fields) <= set(re.findall(r'name="([a-z_]+)"', form))
        sent = {"type": kind, "key": key_in(form), **fields}
        answer = await desks[who].sends(f"/cases/{no}/events", sent)
        if kind == "work_finished":
            answer = await desks[who].sends(f"/cases/{no}/events", sent | {"total": total_in(answer.text)})
        assert 303 == answer.status_code, f"{kind}: {words(answer.text)}"

    assert "试用合格：是" in words(await front.sees(f"/cases/{no}"))
    amounts = await office.pool.fetch("select amount from charges where case_no = $1", no)
    assert 170 == sum(row["amount"] for row in amounts)
    for who in ("en-1", "rp-1"):
        await desks[who].closes()


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


async def test_what_the_case_refuses_stands_in_its_form_open_and_as_it_was_typed(office: Office) -> None:
    no = await office.call("fd-1")
    await office.did(no, {"type": "engineering_notified"}, "fd-1")
    await office.did(no, {"type": "form_collected"}, "en-1")
    await office.did(no, {"type": "assessed", "urgency": "常规"}, "en-1")
    desk = await at_desk(office, "en-1")
    key = key_in(await desk.sees(f"/cases/{no}"))
    assigned = {"type": "assigned", "repairer": "rp-1", "team": "电工班", "item": "W01", "override_reason": ""}
    teams = await office.pool.fetch("select name from teams where estate = 'LY' and name <> '水工班' order by name")
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
    await desk.closes()


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
    await finance.closes()


async def test_people_and_items_are_called_by_their_names(office: Office, front: Desk) -> None:
    supervisor, no = "en-1", await office.call("fd-1")
    await walk(office, no, supervisor, solved=False)
    names = {row["id"]: row["name"] for row in await office.pool.fetch("select id, name from staff")}
    item = await office.pool.fetchval("select name from price_items where code = 'W01' limit 1")

    page = await front.sees(f"/cases/{no}")

    for staff in ("fd-1", supervisor, "rp-1"):
        assert f'{names[staff]} <small class="quiet">{staff}</small>' in page
        assert f"<td>{staff}</td>" not in page
    assert f'项目：{item} <small class="quiet">W01</small>' in page
    assert f"收费：{item} 人工费" in page


async def test_late_cases_stand_first_and_say_so_and_a_number_stands_once(office: Office, front: Desk) -> None:
    first, second, third = [await office.call("fd-1") for _ in range(3)]
    await office.pool.execute("update case_views set overdue = true where case_no = $1", first)
    soon, later = datetime.now(UTC) + timedelta(seconds=30), datetime.now(UTC) + timedelta(hours=9)
    await office.pool.execute("update case_views set next_due_at = $2 where case_no = $1", second, later)
    await office.pool.execute("update case_views set next_due_at = $2 where case_no = $1", third, soon)

    page = await front.sees("/inbox")

    cases = page.partition("未结单据")[2]
    assert cases.index(first) < cases.index(third) < cases.index(second)
    line = next(row for row in cases.split("<tr>") if first in row)
    assert '<strong class="late">超时</strong>' in line
    assert "<td>荔园小区</td>" in line
    assert 1 == words(line).count(first)


async def test_a_notice_tells_its_number_once_as_the_way_to_the_case(office: Office) -> None:
    no = await office.call("fd-1")
    desk = await at_desk(office, "en-1")

    page = await desk.sees("/inbox?of_posts=true")

    rows = [row for row in page.partition("未结单据")[0].split("<tr") if no in row]
    assert rows
    assert {1} == {words(row).count(no) for row in rows}
    assert all(f'<a href="/cases/{no}">{no}</a>' in row for row in rows)
    await desk.closes()


async def test_the_board_calls_an_estate_by_its_name(front: Desk) -> None:
    assert "荔园小区" in words(await front.sees("/board"))


async def test_who_has_read_a_notice_is_named(office: Office) -> None:
    no = await office.call("fd-1")
    desk = await at_desk(office, "en-1")
    name = await office.pool.fetchval("select name from staff where id = 'fd-1'")
    await office.pool.execute(
        "update notices set state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'fd-1'"
        " where case_no = $1",
        no,
    )

    assert f"{name} 已阅" in await desk.sees("/inbox?of_posts=true")
    await desk.closes()


async def test_an_inbox_shows_what_went_to_oneself_and_a_colleagues_only_when_asked(office: Office) -> None:
    no = await office.call("fd-1")
    notice = await office.pool.fetchval("select id from notices where case_no = $1 limit 1", no)
    await office.pool.execute(
        "update notices set post = '维修人员', recipient = case when id = $2 then 'rp-3' else id::text end"
        " where case_no = $1",
        no,
        notice,
    )
    colleague, addressee = await at_desk(office, "rp-1"), await at_desk(office, "rp-3")

    assert no not in (await colleague.sees("/inbox")).partition("未结单据")[0]
    assert no in (await colleague.sees("/inbox?of_posts=true")).partition("未结单据")[0]
    assert no in (await addressee.sees("/inbox")).partition("未结单据")[0]
    assert f"/inbox/{notice}/ack" not in await colleague.sees("/inbox?of_posts=true")
    assert f"/inbox/{notice}/ack" in await addressee.sees("/inbox")
    await colleague.closes()
    await addressee.closes()


async def test_while_the_case_cannot_answer_the_call_has_its_number_and_says_so(lonely: Office) -> None:
    desk = await at_desk(lonely, "fd-1")
    key = key_in(await desk.sees("/repairs/new"))

    answer = await desk.sends("/repairs/new", FILLED | {"key": key})
    page = await desk.sees(answer.headers["location"])

    assert "已交待处理：受理报修。已收到并保存" in words(page)
    assert str(CALL["content"]) not in page
    await desk.closes()


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
