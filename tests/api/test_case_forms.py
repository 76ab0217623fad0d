"""The forms on the page of a case: what they propose and take, kind by kind."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from domain.calendar import LOCAL
from domain.events.on_site import SiteItem
from domain.people import EstateCode, Role, StaffId
from tests.api.office import Office
from tests.api.pages import Desk, at_desk, form_of, key_in, options, tomorrow, total_in, words
from tests.api.test_case import walk

# When.


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


# Whom.


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


def in_hand(form: str, name: str) -> int:
    found = re.search(rf"{name}（[^，]*，在手 (\d+) 单）", form)
    assert found
    return int(found[1])


async def assignable(office: Office) -> str:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="assessed")
    return no


# What it costs.


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

    codes = re.findall(r'<tr><td data-label="编号">([A-Z]\d\d)</td>', page)
    assert [row["code"] for row in listed] == codes
    offered_items = options(form_of(page, "work_finished"), "charges_item")[1:]
    assert [f"{row['code']} {row['name']} {row['price']} 元/{row['unit']}" for row in listed] == offered_items
    assert 1 == form_of(page, "work_finished").count('<option value="W05" selected="">')


# All of them.


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
