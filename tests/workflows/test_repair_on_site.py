"""On the site: what is compared, confirmed and used, what it costs, and whether it is accepted."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.events.on_site import (
    AcceptanceStated,
    CostAgreed,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialChoice,
    MaterialFinding,
    MaterialSupplied,
    Means,
    ProblemFound,
    QuoteAccepted,
    Quoted,
    Resource,
    ResourceUsed,
    SiteChecked,
    SiteItem,
)
from domain.events.repair import Assigned, FaultCompared, FaultKind, SignatureExcused, TrialDone, WorkFinished
from domain.events.work import ArrivedOnSite
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open, OpenedCase


async def before_the_work(case: OpenedCase, *, checked: SiteChecked = stages.CHECKED) -> None:
    await stages.until_price_shown(case)
    await case.hears(stages.AGREED, REPAIRER)
    await case.hears(checked, REPAIRER)


# REP-08, REP-33, REP-110 to REP-117, MAT-03 to MAT-06: before the work and at it.


async def test_rep_08_how_long_it_took_to_the_site_stands_in_the_duty(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.at("9:07")
    await case.hears(ArrivedOnSite(), REPAIRER)

    duty = await case.duty("REP-26")
    assert timedelta(minutes=7) == duty["ended_at"] - duty["started_at"]


async def test_rep_33_the_item_reported_and_the_actual_one_stand_side_by_side(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)

    await case.hears(FaultCompared(matches=False, actual_item="W15"), REPAIRER)

    events = [entry.event for entry in await case.entries()]
    assert [event.item for event in events if isinstance(event, Assigned)] == ["W01"]
    assert [event.actual_item for event in events if isinstance(event, FaultCompared)] == ["W15"]


async def test_rep_112_work_does_not_begin_before_its_content_is_confirmed_again(opened: Open) -> None:
    case = await opened()
    await before_the_work(case, checked=SiteChecked(items=(SiteItem.CARD_SHOWN,)))

    assert ("REP-112", "event.type") == (await case.refuses(stages.started(case), REPAIRER)).broke
    await case.hears(SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,)), REPAIRER)

    assert await case.hears(stages.started(case), REPAIRER)


async def test_rep_113_rep_114_rep_119_what_is_not_ticked_holds_up_what_follows(opened: Open) -> None:
    case = await opened()
    await before_the_work(case, checked=SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,)))
    await case.hears(stages.started(case), REPAIRER)

    assert ("REP-113", "event.type") == (await case.refuses(stages.FREE, REPAIRER)).broke
    await case.hears(SiteChecked(items=(SiteItem.MAT_LAID,)), REPAIRER)
    assert ("REP-113", "event.type") == (await case.refuses(stages.FREE, REPAIRER)).broke
    await case.hears(SiteChecked(items=(SiteItem.KEPT_CLEAN,)), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    assert ("REP-119", "event.type") == (await case.refuses(stages.ACCEPTED, REPAIRER)).broke
    await case.hears(SiteChecked(items=(SiteItem.DEMONSTRATED,)), REPAIRER)

    assert await case.hears(stages.ACCEPTED, REPAIRER)


async def test_mat_03_to_mat_06_unfit_material_is_warned_of_and_then_used_if_the_resident_wants_it(
    opened: Open,
) -> None:
    case = await opened()
    await case.hears(MaterialSupplied(material="水龙头"), FRONT_DESK)
    await before_the_work(case)

    assert ("MAT-03", "event.type") == (await case.refuses(stages.started(case), REPAIRER)).broke
    other = MaterialChecked(finding_of_material=MaterialFinding.OTHER)
    assert ("MAT-04", "event.remark") == (await case.refuses(other, REPAIRER)).broke
    await case.hears(MaterialChecked(finding_of_material=MaterialFinding.UNFIT), REPAIRER)
    assert ("MAT-05", "event.type") == (await case.refuses(stages.started(case), REPAIRER)).broke
    await case.hears(
        MaterialChecked(finding_of_material=MaterialFinding.UNFIT, warned=True, choice=MaterialChoice.USE), REPAIRER
    )

    assert await case.hears(stages.started(case), REPAIRER)


async def test_mat_03_mat_05_material_brought_while_the_work_goes_on_is_checked_before_it_is_done(
    opened: Open,
) -> None:
    case = await opened()
    await before_the_work(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.hears(MaterialSupplied(material="软管"), REPAIRER)

    assert ("MAT-03", "event.type") == (await case.refuses(stages.FREE, REPAIRER)).broke
    await case.hears(MaterialChecked(finding_of_material=MaterialFinding.POOR), REPAIRER)
    assert ("MAT-05", "event.type") == (await case.refuses(stages.FREE, REPAIRER)).broke
    await case.hears(
        MaterialChecked(finding_of_material=MaterialFinding.POOR, warned=True, choice=MaterialChoice.USE), REPAIRER
    )

    assert await case.hears(stages.FREE, REPAIRER)


async def test_rep_116_the_owners_water_is_used_only_with_consent(opened: Open) -> None:
    case = await opened()
    await before_the_work(case)

    used = ResourceUsed(resource=Resource.WATER)
    assert ("REP-116", "event.consented") == (await case.refuses(used, REPAIRER)).broke
    assert await case.hears(ResourceUsed(resource=Resource.WATER, consented=True, agreed_by="住户"), REPAIRER)


async def test_rep_117_of_another_problem_the_resident_is_told(opened: Open) -> None:
    case = await opened()
    await before_the_work(case)

    await case.hears(ProblemFound(problem="阀门锈死", proposal="更换阀门"), REPAIRER)

    assert [("告知", Role.FRONT_DESK)] == await case.told("REP-117")


# FEE-03, FEE-12, FEE-13, REP-12, REP-35, REP-118: what it costs.


async def test_fee_12_fee_13_a_price_quoted_is_accepted_before_anybody_is_sent(opened: Open) -> None:
    case = await opened()
    await stages.until_in_hand(case)

    accepted = QuoteAccepted(agreed_by="住户")
    assert ("FEE-12", "event.type") == (await case.refuses(accepted, FRONT_DESK)).broke
    await case.hears(Quoted(item="W01", amount=Decimal(80), price_version="LY-2024"), FRONT_DESK)
    assert ("FEE-13", "event.type") == (await case.refuses(stages.ASSIGNED, SUPERVISOR)).broke
    await case.hears(accepted, FRONT_DESK)

    assert await case.hears(stages.ASSIGNED, SUPERVISOR)


async def test_rep_35_what_costs_more_than_was_agreed_is_agreed_anew(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await case.hears(CostAgreed(amount=Decimal("29.99"), agreed_by="住户", means=Means.TELEPHONE), REPAIRER)
    await case.hears(stages.CHECKED, REPAIRER)
    await case.hears(stages.started(case), REPAIRER)

    assert ("REP-35", "event.charges") == (await case.refuses(stages.FINISHED, REPAIRER)).broke
    await case.hears(CostAgreed(amount=Decimal("30.00"), agreed_by="住户", means=Means.TELEPHONE), REPAIRER)

    assert await case.hears(stages.FINISHED, REPAIRER)


async def test_rep_118_the_fee_of_further_work_agreed_to_may_be_charged_beside_the_rest(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await case.hears(CostAgreed(amount=Decimal(0), agreed_by="住户", means=Means.IN_PERSON), REPAIRER)
    await case.hears(stages.CHECKED, REPAIRER)
    await case.hears(stages.started(case), REPAIRER)
    finish_by = case.moment + timedelta(hours=2)

    further = FurtherWorkAgreed(work="换阀门", fee=Decimal(30), finish_by=finish_by, agreed_by="住户")
    assert ("FEE-02", "event.item") == (await case.refuses(further, REPAIRER)).broke
    await case.hears(further, SUPERVISOR)

    assert await case.hears(WorkFinished(fault=FaultKind.WATER, charges=(stages.LABOUR,)), REPAIRER)


@pytest.mark.parametrize(
    "event",
    [
        WorkFinished(fault=FaultKind.WATER),
        WorkFinished(fault=FaultKind.WATER, charges=(stages.LABOUR,), no_charge=True),
    ],
    ids=["nothing said", "both said"],
)
async def test_rep_12_done_without_saying_what_it_cost_is_refused_and_nothing_is_an_answer(
    opened: Open, event: WorkFinished
) -> None:
    case = await opened()
    await stages.until_at_work(case)

    refusal = await case.refuses(event, REPAIRER)
    await case.hears(stages.FREE, REPAIRER)

    assert ("rule_broken", "event.charges") == (refusal.code, refusal.field)
    assert "REP-12" in refusal.remedy
    assert "维修完毕" == (await case.labels())[-1]


async def test_fee_03_every_charge_stands_in_the_ledger_with_its_price(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)

    rows = await case.desk.pool.fetch("select * from charges where case_no = $1", case.no)
    assert [(row["line"], row["item"], row["kind"], row["price_version"], row["amount"]) for row in rows] == [
        (1, "W01", "labour", "LY-2024", Decimal("30.00"))
    ]


# REP-40, REP-41, REP-120 to REP-123: tried and accepted.


async def test_rep_40_until_it_passes_it_is_under_repair_again(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    for _ in range(2):
        await case.hears(stages.FINISHED, REPAIRER)
        await case.hears(TrialDone(passed=False, remark="仍渗水"), REPAIRER)
        assert (await case.view())["stage"] == "维修中"
        assert (await case.refuses(stages.SIGNED, REPAIRER)).code == "not_expected"

    await case.hears(stages.FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)

    assert (await case.view())["stage"] == "待验收"


async def test_rep_41_absent_the_resident_is_excused_by_the_supervisor_and_the_repair_is_complete(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)

    await case.hears(SignatureExcused(reason="住户不在，已电话确认"), SUPERVISOR)

    assert (await case.duty("REP-17"))["state"] == "met"
    assert (await case.view())["stage"] == "待返单"


async def test_rep_123_unsatisfied_it_is_done_again_and_at_the_second_time_the_supervisor_hears(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    assert ("REP-120", "event.type") == (await case.refuses(stages.SIGNED, REPAIRER)).broke

    for times in (1, 2):
        await case.hears(AcceptanceStated(satisfied=False, remark="仍渗水"), REPAIRER)
        assert "整改中" == (await case.view())["stage"]
        heard = await case.told("REP-123")
        assert times == heard.count(("告知", Role.REPAIRER))
        assert times - 1 == heard.count(("告知", Role.ENGINEERING_SUPERVISOR))
        await case.hears(stages.FINISHED, REPAIRER)
        await case.hears(TrialDone(passed=True), REPAIRER)
    await stages.signs(case)

    assert "待返单" == (await case.view())["stage"]


@pytest.mark.parametrize("remark", ["", "  \n"])
async def test_what_is_not_right_is_refused_without_a_word_of_what_is_wrong(opened: Open, remark: str) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(stages.FINISHED, REPAIRER)

    assert ("REP-40", "event.remark") == (await case.refuses(TrialDone(passed=False, remark=remark), REPAIRER)).broke
    await case.hears(TrialDone(passed=True, remark=remark), REPAIRER)
    unsatisfied = AcceptanceStated(satisfied=False, remark=remark)
    assert ("REP-123", "event.remark") == (await case.refuses(unsatisfied, REPAIRER)).broke
    await case.hears(AcceptanceStated(satisfied=True, remark=remark), REPAIRER)

    assert "待住户签字" == (await case.view())["stage"]


async def test_rep_123_satisfied_at_first_and_not_after_all_it_is_done_again(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    await case.hears(AcceptanceStated(satisfied=False, remark="又渗水"), REPAIRER)

    assert "整改中" == (await case.view())["stage"]
    assert (await case.refuses(stages.SIGNED, REPAIRER)).broke[0] != ""
