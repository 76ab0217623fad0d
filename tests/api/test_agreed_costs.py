"""Over HTTP: what is agreed to and charged is what was found on the site, at the price of the list or the review."""

from typing import Any

import pytest

from tests.api.office import Office
from tests.api.pages import at_desk, form_of
from tests.api.test_case import AGREED, walk
from tests.api.test_paths import DESK, REPAIRER, SUPERVISOR, UNLISTED, finished, soon


def agreed(amount: str) -> dict[str, Any]:
    return AGREED | {"amount": amount}


@pytest.fixture(scope="module")
async def shown(office: Office) -> str:
    """A repair by the list whose prices the resident has seen."""
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="price_shown")
    return no


@pytest.mark.parametrize("amount", ["10", "1000", "84.99"])
async def test_rep_35_another_amount_than_the_price_of_the_list_is_refused_with_the_price(
    office: Office, shown: str, amount: str
) -> None:
    answer = await office.does(shown, agreed(amount), REPAIRER)

    assert (409, "event.amount") == (answer.status_code, answer.json()["field"]), answer.text
    assert "85.00 元" in answer.json()["remedy"]
    assert "FEE-03" in answer.json()["remedy"]


async def test_rep_35_an_overrun_goes_on_with_a_new_consent_and_the_form_proposes_the_price(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="price_shown")
    desk = await at_desk(office, REPAIRER)
    form = form_of(await desk.sees(f"/cases/{no}"), "cost_agreed")
    await office.did(no, agreed("85"), REPAIRER)
    await walk(office, no, SUPERVISOR, after="cost_agreed", until="work_started")

    over = await office.does(no, finished({"item": "W01", "quantity": 2}), REPAIRER)
    await office.did(no, agreed("170"), REPAIRER)
    await office.did(no, finished({"item": "W01", "quantity": 2}), REPAIRER)

    assert 'value="85.00"' in form
    assert (409, "event.charges") == (over.status_code, over.json()["field"]), over.text


@pytest.fixture(scope="module")
async def begun(office: Office) -> str:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="work_started")
    return no


@pytest.mark.parametrize(
    ("charges", "refused", "told"),
    [
        ([{"item": "W02"}], (409, "event.charges"), "请先登记「追加维修」"),
        ([{"item": "W01"}, {"item": "M04", "quantity": 3}], (409, "event.charges"), "请先登记「追加维修」"),
        ([{"item": "W01", "quantity": "1.5"}], (422, "charges.0.quantity"), "数量须为整数"),
        ([{"item": "W01", "kind": "material", "quantity": "0.5"}], (422, "charges.0.quantity"), "数量须为整数"),
    ],
)
async def test_rep_33_fee_03_another_item_than_was_found_or_half_of_one_is_not_charged(
    office: Office, begun: str, charges: list[dict[str, Any]], refused: tuple[int, str], told: str
) -> None:
    answer = await office.does(begun, finished(*charges), REPAIRER)

    assert refused == (answer.status_code, answer.json()["field"]), answer.text
    assert told in answer.json()["remedy"]


async def test_rep_118_an_item_agreed_to_beside_it_is_charged(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="work_started")
    beside = {"type": "further_work_agreed", "work": "换阀芯", "item": "W02", "fee": "45", "agreed_by": "住户001"}
    await office.did(no, {**beside, "finish_by": soon()}, REPAIRER)

    await office.did(no, finished({"item": "W01"}, {"item": "W02"}), REPAIRER)

    assert 130 == await office.pool.fetchval("select sum(amount) from charges where case_no = $1", no)


async def test_fee_03_of_what_is_measured_a_part_is_agreed_to_and_charged(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="arrived_on_site")
    await office.did(no, {"type": "fault_compared", "matches": False, "actual_item": "E09"}, REPAIRER)
    await office.did(no, {"type": "price_shown"}, REPAIRER)
    await walk(office, no, SUPERVISOR, after="price_shown", until="work_started", cost="100")

    await office.did(no, finished({"item": "E09", "quantity": "1.5"}), REPAIRER)

    assert 1.5 == float(await office.pool.fetchval("select quantity from charges where case_no = $1", no))


async def test_fee_02_after_a_review_only_what_was_reviewed_is_assigned_agreed_to_and_charged(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="assessed")
    for who, event in (
        (SUPERVISOR, {"type": "sent_to_review", "work": "拆改"}),
        (SUPERVISOR, {"type": "reviewed", "feasible": True, "amount": "90"}),
        (SUPERVISOR, {"type": "review_answered", "text": "可以"}),
        (DESK, {"type": "review_consent", "cost_accepted": True, "repair_agreed": True}),
    ):
        await office.did(no, event, who)

    desk = await at_desk(office, SUPERVISOR)
    proposed = form_of(await desk.sees(f"/cases/{no}"), "assigned")
    listed = await office.does(no, UNLISTED | {"item": "W01"}, SUPERVISOR)
    await office.did(no, UNLISTED, SUPERVISOR)
    await walk(office, no, SUPERVISOR, after="assigned", until="price_shown")
    other = await office.does(no, agreed("900"), REPAIRER)
    await walk(office, no, SUPERVISOR, after="price_shown", until="work_started", cost="90")
    beside = await office.does(no, finished({"item": "REVIEWED"}, {"item": "M04", "quantity": 3}), REPAIRER)
    await office.did(no, finished({"item": "REVIEWED"}), REPAIRER)

    assert '<option value="REVIEWED" selected="">' in proposed
    assert (409, "event.item") == (listed.status_code, listed.json()["field"]), listed.text
    assert "须选「评审项目」" in listed.json()["remedy"]
    assert (409, "event.amount") == (other.status_code, other.json()["field"]), other.text
    assert "评审金额为 90.00 元" in other.json()["remedy"]
    assert (409, "event.charges") == (beside.status_code, beside.json()["field"]), beside.text
