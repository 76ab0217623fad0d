"""The second edition on the case page: what is held up and by what, boxes, amounts, what to mind, what is charged."""

import re
from html import unescape

import pytest

from domain.events.on_site import SiteItem
from tests.api.office import Office
from tests.api.pages import Desk, at_desk, form_of, key_in, offered, options, total_in, words
from tests.api.test_case import walk
from tests.api.test_paths import UNLISTED, agreed_work

HELD = "尚不能登记："


@pytest.fixture
async def desks(office: Office) -> dict[str, Desk]:
    return {who: await at_desk(office, who) for who in ("fd-1", "en-1", "rp-1")}


def held(page: str) -> list[str]:
    """What is said to be held up, and by what."""
    return [unescape(one) for one in re.findall(rf'<p class="quiet">(「[^<]*{HELD}[^<]*)</p>', page)]


async def test_rep_04_a_grade_held_up_by_the_survey_is_named_to_whoever_grades(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await office.call("fd-1")
    await office.did(no, {"type": "engineering_notified"}, "fd-1")
    before = await desks["en-1"].sees(f"/cases/{no}")

    await office.did(no, {"type": "survey_called_for", "reason": "墙内"}, "en-1")
    while_open = {who: await desk.sees(f"/cases/{no}") for who, desk in desks.items()}
    await office.did(no, {"type": "surveyed", "finding": "接头"}, "rp-1")
    after = await desks["en-1"].sees(f"/cases/{no}")

    told = f"「故障定级」{HELD}复杂问题须先现场勘查，请先登记「现场勘查」"
    assert ([], [told], []) == (held(before), held(while_open["en-1"]), held(after))
    assert [] == held(while_open["fd-1"]), "to grade is not hers"
    graded = ["故障定级" in offered(page) for page in (before, while_open["en-1"], after)]
    assert [True, False, True] == graded
    assert "现场勘查" in offered(while_open["rp-1"])


async def test_rep_112_mat_03_mat_05_work_held_up_says_by_what_until_it_is_done(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="cost_agreed")
    confirmed = {"type": "site_checked", "items": [SiteItem.CONTENT_CONFIRMED.value]}
    checked = {"type": "material_checked", "finding_of_material": "不合格"}

    told = [held(await desks["rp-1"].sees(f"/cases/{no}"))]
    for who, event in (
        ("rp-1", confirmed),
        ("fd-1", {"type": "material_supplied", "material": "龙头"}),
        ("rp-1", checked),
        ("rp-1", checked | {"warned": True, "choice": "使用"}),
    ):
        await office.did(no, event, who)
        told.append(held(await desks["rp-1"].sees(f"/cases/{no}")))

    assert [
        [f"「开始维修」{HELD}开工前须与业主再次确认维修内容，请在「现场检查单」勾选"],
        [],
        [f"「开始维修」{HELD}住户自备材料须逐件核验，有几件核验几次，请登记「核验自备材料」"],
        [
            f"「开始维修」{HELD}有不合格或质量不佳的材料尚未提示住户后果，请再登记「核验自备材料」，勾选已提示并填写住户选择"
        ],
        [],
    ] == told
    assert [] == held(await desks["fd-1"].sees(f"/cases/{no}"))


async def test_the_checklist_is_boxes_in_its_order_and_what_was_ticked_is_what_is_recorded(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="arrived_on_site")
    form = form_of(await desks["rp-1"].sees(f"/cases/{no}"), "site_checked")
    ticked = [SiteItem.TIDY.value, SiteItem.CARD_SHOWN.value]

    none = await desks["rp-1"].sends(f"/cases/{no}/events", {"type": "site_checked", "key": key_in(form)})
    again = key_in(form_of(none.text, "site_checked"))
    sent = await desks["rp-1"].sends(f"/cases/{no}/events", {"type": "site_checked", "key": again, "items": ticked})

    boxes = re.findall(r'<input type="checkbox" name="items" value="([^"]*)"', form)
    assert [item.value for item in SiteItem] == [unescape(box) for box in boxes]
    assert 422 == none.status_code
    assert re.search(r'id="site_checkeditems-wrong">[^<]+', none.text)
    assert 303 == sent.status_code
    case = (await office.get(f"/v1/cases/{no}", "rp-1")).json()
    assert ticked == next(one["event"]["items"] for one in case["events"] if one["type"] == "site_checked")


@pytest.mark.parametrize("amount", ["-5", "80.123", "八十", ""])
async def test_an_amount_that_is_none_is_refused_beside_its_field_and_kept_as_typed(
    office: Office, desks: dict[str, Desk], amount: str
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="price_shown")
    page = form_of(await desks["rp-1"].sees(f"/cases/{no}"), "cost_agreed")
    sent = {"type": "cost_agreed", "key": key_in(page), "amount": amount, "agreed_by": "住户001", "means": "当面"}

    answer = await desks["rp-1"].sends(f"/cases/{no}/events", sent)

    assert re.search(r'<input[^>]*inputmode="decimal"[^>]*name="amount"', page)
    assert 422 == answer.status_code
    assert re.search(r'id="cost_agreedamount-wrong">[^<]+', answer.text)
    assert re.search(rf'<input[^>]*value="{amount}"[^>]*name="amount"', form_of(answer.text, "cost_agreed"))


async def test_rep_30_reviewed_work_is_among_what_can_be_assigned_once_the_resident_agreed(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="assessed")
    before = options(form_of(await desks["en-1"].sees(f"/cases/{no}"), "assigned"), "item")
    for who, event in (
        ("en-1", {"type": "sent_to_review", "work": "暗管"}),
        ("en-1", {"type": "reviewed", "feasible": True, "amount": "90"}),
        ("en-1", {"type": "review_answered", "text": "可以"}),
        ("fd-1", {"type": "review_consent", "cost_accepted": True, "repair_agreed": True}),
    ):
        await office.did(no, event, who)

    after = options(form_of(await desks["en-1"].sees(f"/cases/{no}"), "assigned"), "item")

    assert ("评审项目" in before, "评审项目" in after) == (False, True)
    assert set(before) < set(after)
    await office.did(no, UNLISTED, "en-1")
    assert "评审项目" in words(await desks["fd-1"].sees(f"/cases/{no}"))


async def test_fee_02_fee_106_reviewed_and_further_work_are_charged_by_choosing_them(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await agreed_work(office)
    other = await office.call("fd-1")
    await walk(office, other, "en-1", until="work_started")
    form = form_of(await desks["rp-1"].sees(f"/cases/{no}"), "work_finished")
    listed = form_of(await desks["rp-1"].sees(f"/cases/{other}"), "work_finished")
    finished: dict[str, str | list[str]] = {"type": "work_finished", "key": key_in(form), "fault": "水"}
    finished |= {"charges_item": ["REVIEWED", "EXTRA"], "charges_quantity": ["", "1"]}

    counted = await desks["rp-1"].sends(f"/cases/{no}/events", finished)
    sent = finished | {"total": total_in(counted.text)}
    taken = await desks["rp-1"].sends(f"/cases/{no}/events", sent)

    offered_items = options(form, "charges_item")
    assert {"评审项目 90.00 元", "追加维修 60.50 元"} <= set(offered_items)
    assert "REVIEWED" in re.findall(r'<option value="([A-Z0-9]+)" selected="">', form), "what was assigned is proposed"
    assert [] == [one for one in options(listed, "charges_item") if one.startswith(("评审项目", "追加维修"))]
    assert (200, "150.50", 303) == (counted.status_code, total_in(counted.text), taken.status_code)
    shown = words(await desks["fd-1"].sees(f"/cases/{no}"))
    assert re.search(
        r"评审项目 其他费用 90\.00 1 90\.00 元 追加维修 其他费用 60\.50 1 60\.50 元 合计 150\.50 元", shown
    )


async def test_rep_08_rep_111_rep_114_rep_115_the_page_says_what_to_mind_under_its_rule(
    office: Office, desks: dict[str, Desk]
) -> None:
    no = await office.call("fd-1")
    minded = (await office.get(f"/v1/cases/{no}", "rp-1")).json()["guidance"]

    pages = []
    last = ""
    for kind in ("order_taken", "arrived_on_site", "work_started"):
        await walk(office, no, "en-1", after=last, until=kind)
        pages.append(words(await desks["rp-1"].sees(f"/cases/{no}")))
        last = kind
    await walk(office, no, "en-1", after=last, until="resident_signed")
    minded += (await office.get(f"/v1/cases/{no}", "rp-1")).json()["guidance"]

    assert [] == minded
    assert "尽快到场；出发与到场随时登记（REP-08）" in pages[0]
    assert "出示工作证件，说明来意（REP-111）" in pages[1]
    assert "保持现场整洁，垃圾及时装袋（REP-114）" in pages[2]
    assert "严格按维修操作规程作业（REP-115）" in pages[2]
    assert "（REP-08）" not in pages[1]
    assert "（REP-111）" not in pages[2]
