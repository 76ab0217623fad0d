"""What the desk adds to an event, and what it refuses before a case hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.completion import Circumstances, completed
from api.pages.controls import Choices, controls_of
from api.wire.events import WireEvent
from api.wire.requests import NewEvent
from domain.calendar import LOCAL
from domain.errors import RuleBroken
from domain.events.on_site import FurtherWorkAgreed
from domain.events.repair import FaultCompared
from domain.people import CaseNo, EstateCode
from domain.pricing import PriceBook, PriceList
from infra.reference.reader import Reference
from infra.sealing import Sealer
from tests.api.office import CALL, Office
from tests.api.test_case import walk

SUPERVISOR = "en-1"
ASSIGNED = {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (ASSIGNED | {"item": "ZZ99"}, "event.item"),
        (ASSIGNED | {"repairer": "fd-1"}, "event.repairer"),
        (ASSIGNED | {"repairer": "nobody-9"}, "event.repairer"),
        ({"type": "reassigned", "repairer": "fd-1", "reason": "请假"}, "event.repairer"),
        ({"type": "fault_compared", "matches": False, "actual_item": "ZZ99"}, "event.actual_item"),
        (
            {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "kind": "labour", "amount": "1.00"}]},
            "charges.0.amount",
        ),
        (
            {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "amount": "1.00"}]},
            "event.charges.0.amount",
        ),
        ({"type": "work_finished", "fault": "水", "charges": [{"item": "ZZ99"}]}, "item"),
    ],
)
async def test_what_the_list_or_the_staff_do_not_know_is_refused(
    lonely: Office, event: dict[str, Any], field: str
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event, by=SUPERVISOR)

    assert 409 == answer.status_code, answer.text
    assert field == answer.json()["field"]
    assert "rule_broken" == answer.json()["code"]


async def test_a_repairer_on_leave_cannot_be_assigned(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    now = datetime.now(UTC)
    await lonely.pool.execute(
        "insert into leaves (estate, staff, starts_at, ends_at) values ('LY', 'rp-3', $1, $2)",
        now - timedelta(hours=1),
        now + timedelta(hours=1),
    )

    away = await lonely.does(no, ASSIGNED | {"repairer": "rp-3"}, by="en-1")
    there = await lonely.does(no, ASSIGNED, by="en-1")

    assert [409, 202] == [away.status_code, there.status_code]


async def test_rep_34_fee_03_the_price_is_that_of_the_version_the_resident_saw(office: Office) -> None:
    no = await office.call("fd-1")
    supervisor = await office.holder("工程部主管")
    for who, event in (
        ("fd-1", {"type": "engineering_notified"}),
        (supervisor, {"type": "form_collected"}),
        (supervisor, {"type": "assessed", "urgency": "常规"}),
        (supervisor, ASSIGNED | {"override_reason": "试"}),
        ("rp-1", {"type": "order_taken"}),
        ("rp-1", {"type": "arrived_on_site"}),
        ("rp-1", {"type": "fault_compared", "matches": True}),
        ("rp-1", {"type": "price_shown"}),
    ):
        await office.did(no, event, who)

    case = (await office.get(f"/v1/cases/{no}", supervisor)).json()

    shown = next(entry for entry in case["events"] if entry["type"] == "price_shown")
    assigned = next(entry for entry in case["events"] if entry["type"] == "assigned")
    assert shown["event"]["price_version"].startswith("LY-")
    assert assigned["event"]["complete_by"]


class RaisedToday(Reference):
    """Since today every item of the list costs double."""

    async def price_book(self, estate: EstateCode) -> PriceBook:
        book, now = await super().price_book(estate), datetime.now(UTC)
        dearer = tuple(replace(item, labour=item.whole * 2, material=Decimal(0)) for item in book.in_force(now).items)
        raised = PriceList(version="LY-RAISED", effective_from=now.astimezone(LOCAL).date(), items=dearer)
        return PriceBook(versions=(*book.versions, raised))


async def test_fee_106_further_work_costs_what_the_list_makes_it_that_the_resident_was_shown(office: Office) -> None:
    no = await office.call("fd-1")
    await walk(office, no, SUPERVISOR, until="price_shown")
    raised = RaisedToday(office.pool, Sealer(office.settings.master_ring()), office.settings)
    desk, head = replace(office.house.desk, reference=raised), await office.house.desk.reader.case(CaseNo(no))
    assert head is not None
    there = Circumstances(head=head, at=datetime.now(UTC))
    soon = (there.at + timedelta(hours=2)).isoformat()
    further = {"type": "further_work_agreed", "work": "换龙头", "item": "W01", "finish_by": soon, "agreed_by": "住户"}

    def costing(fee: str) -> WireEvent:
        return NewEvent.model_validate({"event": further | {"fee": fee}}).event

    taken = await completed(desk, costing("85"), there)
    with pytest.raises(RuleBroken, match="FEE-106") as refused:
        await completed(desk, costing("170"), there)

    assert isinstance(taken, FurtherWorkAgreed)
    assert "85.00 元" in refused.value.remedy
    assert "LY-RAISED" not in refused.value.remedy


def test_fee_106_the_form_of_further_work_offers_the_list_that_the_resident_was_shown() -> None:
    choices = Choices(items=(("W01", "新价"),), shown=(("W01", "所示价"),))

    offered = {
        event: [control.options for control in controls_of(event, choices) if control.name.endswith("item")]
        for event in (FurtherWorkAgreed, FaultCompared)
    }

    assert {FurtherWorkAgreed: [choices.shown], FaultCompared: [choices.items]} == offered


async def test_what_is_not_its_turn_is_refused_with_what_is_awaited(office: Office) -> None:
    no = await office.call("fd-1")

    early = await office.does(no, {"type": "feedback_given", "solved": True}, "fd-1")
    again = await office.does(no, {"type": "engineering_notified"}, "fd-1")

    assert 409 == early.status_code
    assert "not_expected" == early.json()["code"]
    assert "engineering_notified" in early.json()["allowed"]
    assert 200 == again.status_code


async def test_a_refusal_is_answered_the_same_when_it_is_asked_again(office: Office) -> None:
    no = await office.call("fd-1")
    body = {"event": {"type": "feedback_given", "solved": True}}

    answers = [await office.post(f"/v1/cases/{no}/events", body, "fd-1", "the-same-key") for _ in range(2)]

    assert [409, 409] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()


async def test_an_act_that_lies_in_the_future_or_far_back_is_refused(office: Office) -> None:
    no = await office.call("fd-1")
    now = datetime.now(UTC)
    event = {"type": "engineering_notified"}

    later = await office.does(no, event, "fd-1", at=(now + timedelta(minutes=5)).isoformat())
    long_ago = await office.does(no, event, "fd-1", at=(now - timedelta(hours=2)).isoformat())

    assert [409, 409] == [later.status_code, long_ago.status_code]
    assert "bad_time" == later.json()["code"] == long_ago.json()["code"]


async def test_an_order_goes_only_to_a_team_of_the_estate(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, ASSIGNED | {"team": "住户一家"}, by="en-1")

    assert 422 == answer.status_code, answer.text
    assert "event.team" == answer.json()["field"]
    assert "水工班" in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("event", "field", "told"),
    [
        (ASSIGNED | {"team": "班" * 21}, "event.team", "班组名称"),
        (ASSIGNED | {"team": "住户 19900000001"}, "event.team", "班组名称"),
        ({"type": "return_registered", "reference": "住户001已签"}, "event.reference", "档案编号"),
        ({"type": "return_registered", "reference": "A" * 41}, "event.reference", "档案编号"),
        ({"type": "refusal_filed", "reference": "A 1"}, "event.reference", "档案编号"),
        ({"type": "refusal_filed", "reference": ""}, "event.reference", "档案编号"),
        ({"type": "refusal_filed", "reference": "A-1\n"}, "event.reference", "档案编号"),
    ],
)
async def test_what_is_kept_unsealed_takes_no_free_words(
    lonely: Office, event: dict[str, Any], field: str, told: str
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event)

    assert 422 == answer.status_code, answer.text
    assert field == answer.json()["field"]
    assert told in answer.json()["remedy"]


async def test_personal_data_are_asked_for_with_a_purpose_of_the_list(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    free = await lonely.get(f"/v1/cases/{no}", purpose="住户001")
    listed = await lonely.get(f"/v1/cases/{no}", purpose="住户查询")

    assert [422, 200] == [free.status_code, listed.status_code]
    assert "purpose" == free.json()["field"]
    assert "回访" in free.json()["allowed"]


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        ({"type": "work_started"}, "event.expected_done"),
        ({"type": "work_finished", "charges": [{"item": "W01"}]}, "event.fault"),
    ],
)
async def test_rep_10_rep_12_begun_without_an_end_in_sight_or_done_without_its_fault_is_refused(
    lonely: Office, event: dict[str, Any], missing: str
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    answer = await lonely.does(no, event)

    assert (422, missing) == (answer.status_code, answer.json()["field"])
