"""住户报修 from the call to the end, on skipped time."""

from collections.abc import Awaitable, Callable

from domain.events.repair import (
    Assessed,
    Assigned,
    CopiesConfirmed,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    ReturnRegistered,
    TrialDone,
    Urgency,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, OpenedCase

Open = Callable[..., Awaitable[OpenedCase]]

FILLED = FormFilled(household="住户001", address="1栋0101", phone="19900000001", content="厨房漏水", wanted="尽快")
ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")


async def test_a_listed_repair_runs_from_the_call_to_the_filed_form(opened: Open) -> None:
    case = await opened(at="9:00")

    await case.at("9:01")
    await case.hears(FILLED, FRONT_DESK)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(Assessed(urgency=Urgency.REGULAR), SUPERVISOR)
    await case.at("9:03")
    await case.hears(FormCollected(), SUPERVISOR)
    await case.at("9:05")
    await case.hears(ASSIGNED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    await case.at("9:12")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.at("10:00")
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await stages.signs(case)
    await case.hears(CustomerCopyGiven(), REPAIRER)
    await case.at("11:00")
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
    await stages.hands_on(case)
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)
    await case.hears(FeedbackGiven(solved=True), FRONT_DESK)

    view = await case.view()
    assert (view["stage"], view["open"], view["waiting_for"]) == ("修后观察", True, ["期满"])
    await case.at("11:00", days=3)
    view = await case.view()
    assert (view["stage"], view["open"], view["result"], view["overdue"]) == ("已结案", False, "已完成", False)
