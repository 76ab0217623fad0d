"""Work that no price list names is reviewed first, and a complex fault is looked at first."""

from decimal import Decimal

from domain.events import PeriodOver
from domain.events.on_site import Surveyed
from domain.events.repair import Assessed, Assigned, OrderTaken, PriceShown, Urgency
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed
from domain.events.work import ArrivedOnSite
from domain.people import Role
from domain.pricing import REVIEWED_ITEM
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open, local

BOTH = ReviewConsent(cost_accepted=True, repair_agreed=True)
REVIEWED_WORK = Assigned(repairer=REPAIRER.id, team="水工班", item=REVIEWED_ITEM)


# REP-28 to REP-31, REP-33, FEE-02: what the list does not name.


async def test_rep_30_unlisted_work_is_reviewed_agreed_to_assigned_and_charged_as_reviewed(opened: Open) -> None:
    case = await opened()
    await stages.until_sent_to_review(case)
    assert "收费评审中" == (await case.view())["stage"]
    await case.hears(stages.REVIEWED, SUPERVISOR)
    await case.hears(stages.ANSWERED, SUPERVISOR)
    assert "待住户答复" == (await case.view())["stage"]
    await case.at("9:40")
    await case.hears(BOTH, FRONT_DESK)

    await case.hears(REVIEWED_WORK, SUPERVISOR)
    await case.at("9:42")
    await case.hears(OrderTaken(), REPAIRER)

    assert local(case.day, "9:52") == (await case.duty("REP-26"))["due_at"]
    assert local(case.day, "9:40") == (await case.duty("REP-17", 2))["started_at"]
    assert "superseded" == (await case.duty("REP-17", 1))["state"]
    assert [("告知", Role.ENGINEERING_SUPERVISOR)] == await case.told("REP-30")


async def test_rep_30_one_yes_and_one_no_sends_nobody_and_ends_the_order(opened: Open) -> None:
    case = await opened()
    await stages.until_reviewed(case)
    await case.hears(stages.ANSWERED, SUPERVISOR)

    await case.hears(ReviewConsent(cost_accepted=True, repair_agreed=False), FRONT_DESK)

    assert "住户不同意" == (await case.view())["result"]


async def test_rep_30_nobody_is_sent_for_unlisted_work_before_both_are_agreed(opened: Open) -> None:
    case = await opened()
    await stages.until_in_hand(case)

    assert ("REP-30", "event.item") == (await case.refuses(REVIEWED_WORK, SUPERVISOR)).broke


async def test_rep_30_no_answer_is_waited_for_reminded_twice_and_given_up_after_seven_days(opened: Open) -> None:
    case = await opened()
    await stages.until_reviewed(case)
    await case.hears(stages.ANSWERED, SUPERVISOR)
    shown = await case.desk.client.get_workflow_handle(case.no).query("__temporal_workflow_metadata")
    assert "REP-30 **等候住户答复期满** 至 " in shown.current_details

    await case.at("13:05")
    reminder = ("告知", frozenset({Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR}))
    assert [reminder] == await case.heard("REP-30")
    await case.at("9:05", days=1)
    assert [reminder] * 2 == await case.heard("REP-30")
    await case.at("9:04:59", days=7)
    assert await case.is_open()
    await case.at("9:05", days=7)

    assert "住户未回复" == (await case.view())["result"]
    over = [entry.event for entry in await case.entries() if isinstance(entry.event, PeriodOver)]
    assert ["REP-30/首次提醒", "REP-30/再次提醒", "REP-30/期满"] == [event.key for event in over]


async def test_rep_29_what_cannot_be_done_ends_only_once_the_resident_was_told(opened: Open) -> None:
    case = await opened()
    await stages.until_sent_to_review(case)
    assert ("REP-28", "event.amount") == (await case.refuses(Reviewed(feasible=True), SUPERVISOR)).broke
    await case.hears(Reviewed(feasible=False, remark="须动结构"), SUPERVISOR)
    assert await case.is_open()

    await case.hears(ReviewAnswered(text="涉及结构，不能维修"), SUPERVISOR)

    assert "不可维修" == (await case.view())["result"]


async def test_fee_02_only_the_supervisor_reviews(opened: Open) -> None:
    case = await opened()
    await stages.until_sent_to_review(case)

    refused = await case.refuses(stages.REVIEWED, REPAIRER)

    assert "not_permitted" == refused.code


async def test_rep_33_another_fault_that_is_not_listed_is_reviewed_on_the_site_and_then_shown_and_agreed(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.at("9:30")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FoundUnlisted(work="更换整段暗管"), REPAIRER)

    assert local(case.day, "9:45") == (await case.duty("REP-28"))["due_at"]
    assert [("告知", Role.ENGINEERING_SUPERVISOR)] == await case.told("REP-33")
    await case.hears(stages.REVIEWED, SUPERVISOR)
    await case.hears(stages.ANSWERED, SUPERVISOR)
    assert "待住户同意" == (await case.view())["stage"]
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    assert ("FEE-02", "event.amount") == (await case.refuses(stages.AGREED, REPAIRER)).broke
    await stages.agrees(case, Decimal(90))

    assert "待开工" == (await case.view())["stage"]


# REP-04: what is complex.


async def test_rep_04_no_grade_is_given_and_no_work_begun_before_the_survey(opened: Open) -> None:
    case = await opened()
    await stages.until_called_complex(case)

    assert ("REP-04", "event.type") == (await case.refuses(Assessed(urgency=Urgency.URGENT), SUPERVISOR)).broke
    await case.at("9:20")
    await case.hears(Surveyed(finding="接头渗水"), REPAIRER)
    await case.hears(Assessed(urgency=Urgency.URGENT), SUPERVISOR)

    assert local(case.day, "11:00") == (await case.duty("REP-16"))["due_at"]
    assert ("REP-04", "event.type") == (await case.refuses(Surveyed(finding="再看"), REPAIRER)).broke
