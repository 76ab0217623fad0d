"""REP-09: work that waits with leave, through the real workflow, its timers and the ledger."""

from datetime import timedelta

from domain.events.repair import ResidentSigned, TrialDone, Urgency, WorkFinished
from domain.events.work import CustomerContacted, Paused, PauseReason, Resumed
from domain.people import Actor
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Open, OpenedCase, local
from tests.workflows.stages import FINISHED

TOLD = CustomerContacted(text="配件明天到，已告知")


def waiting(case: OpenedCase, hours: int = 24) -> Paused:
    return Paused(waits_for=PauseReason.PARTS, resumes_at=case.moment + timedelta(hours=hours))


async def refusal(case: OpenedCase, event: Paused | Resumed | WorkFinished, by: Actor = REPAIRER) -> str:
    return (await case.refuses(event, by)).remedy


async def test_rep_09_the_customer_is_told_first_and_then_the_work_may_wait(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)

    before = await refusal(case, waiting(case))
    await case.hears(TOLD, FRONT_DESK)
    await case.hears(waiting(case), REPAIRER)

    assert "请先登记「联系客户」（REP-09）" in before
    assert (await case.view())["stage"] == "暂停"
    assert ("告知", frozenset({"前台客服员"})) in await case.heard("REP-09")
    assert "请先登记「恢复」" in await refusal(case, FINISHED)
    assert "请先登记「恢复」" in await refusal(case, waiting(case))
    await case.hears(Resumed(), REPAIRER)
    assert (await case.view())["stage"] == "维修中"
    assert "没有暂停" in await refusal(case, Resumed())
    assert "请先登记「联系客户」" in await refusal(case, waiting(case)), (
        "each pause wants its own word with the customer"
    )


async def test_rep_09_who_does_not_have_the_order_stops_no_clock(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(TOLD, REPAIRER)

    assert "须由" in await refusal(case, waiting(case), OTHER_REPAIRER)
    assert "须由" in await refusal(case, waiting(case), FRONT_DESK)
    await case.hears(waiting(case), SUPERVISOR)


async def test_rep_09_nothing_is_paused_before_the_order_is_taken_nor_once_it_is_signed_for(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    early = await refusal(case, waiting(case))
    signed = await opened()
    await stages.until_signed(signed)

    assert "接单之后、住户签字之前" in early
    assert "接单之后、住户签字之前" in await refusal(signed, waiting(signed))


async def test_rep_17_a_pause_of_five_hours_moves_the_completion_by_five_hours_and_not_a_second_more(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(TOLD, REPAIRER)
    await case.at("10:00")
    await case.hears(waiting(case, hours=5), REPAIRER)
    during = (await case.duty("REP-17"))["due_at"]
    await case.at("15:00")
    await case.hears(Resumed(), REPAIRER)

    due = (await case.duty("REP-17"))["due_at"]
    await case.at("14:00", days=2)
    in_time = (await case.duty("REP-17"))["state"]
    await case.at("14:00:01", days=2)

    assert during == local(case.day, "9:00") + timedelta(days=9), "48 h and all that there is to be had"
    assert due == local(case.day, "14:00") + timedelta(days=2)
    duty = await case.duty("REP-17")
    assert (in_time, duty["state"], duty["breached_at"]) == ("open", "breached", due)
    assert duty["first_due_at"] == local(case.day, "9:00") + timedelta(days=2)


async def test_rep_17_done_in_the_last_moment_of_the_moved_limit_it_is_met(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(TOLD, REPAIRER)
    await case.at("10:00")
    await case.hears(waiting(case, hours=5), REPAIRER)
    await case.at("15:00")
    await case.hears(Resumed(), REPAIRER)
    await case.at("14:00", days=2)

    for event in (FINISHED, TrialDone(passed=True), stages.ACCEPTED, ResidentSigned(signer="住户", signature="纸")):
        await case.hears(event, REPAIRER)

    assert (await case.duty("REP-17"))["state"] == "met"


async def test_rep_16_the_two_hours_of_an_urgent_fault_run_on_through_a_pause(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case, urgency=Urgency.URGENT)
    await case.hears(TOLD, REPAIRER)
    await case.hears(waiting(case), REPAIRER)

    await case.at("11:00:01")

    assert (await case.duty("REP-16"))["state"] == "breached"


async def test_rep_09_a_pause_that_does_not_end_when_it_should_is_told_one_second_later_and_every_day(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(TOLD, REPAIRER)
    await case.at("10:00")
    await case.hears(waiting(case, hours=2), REPAIRER)

    await case.at("12:00")
    before = (await case.duty("REP-09"))["state"]
    await case.at("12:00:01")
    after = (await case.duty("REP-09"))["state"]
    await case.at("12:00:02", days=1)

    late = ("超时", frozenset({"工程部主管", "前台客服员"}))
    assert (before, after) == ("open", "breached")
    assert [late, late] == [told for told in await case.heard("REP-09") if told[0] == "超时"]
