"""住户报修 from the call to the end, on skipped time; how it begins (REP-01, REP-101, REP-106)."""

from dataclasses import replace

import pytest

from domain.errors import UnknownCase
from domain.events.repair import (
    Assessed,
    Assigned,
    Channel,
    CopiesConfirmed,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    ReturnRegistered,
    TrialDone,
    Urgency,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.people import CaseNo
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open


async def test_a_listed_repair_runs_from_the_call_to_the_filed_form(opened: Open) -> None:
    case = await opened(at="9:00")

    await case.at("9:01")
    await case.hears(stages.filled(), FRONT_DESK)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(Assessed(urgency=Urgency.REGULAR), SUPERVISOR)
    await case.at("9:03")
    await case.hears(FormCollected(), SUPERVISOR)
    await case.at("9:05")
    await case.hears(stages.ASSIGNED, SUPERVISOR)
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


@pytest.mark.parametrize("channel", Channel)
async def test_rep_01_rep_101_a_call_by_any_channel_opens_a_case_with_its_row(opened: Open, channel: Channel) -> None:
    case = await opened(channel=channel)

    row = await case.desk.pool.fetchrow("select * from cases where no = $1", case.no)
    call = await case.desk.pool.fetchrow("select * from calls where case_no = $1", case.no)
    assert row is not None and call is not None  # noqa: PT018
    assert (row["channel"], row["received_at"], call["received_at"]) == (channel, case.moment, case.moment)
    view = await case.view()
    assert (view["stage"], view["open"]) == ("填单中", True)


async def test_rep_106_nobody_is_sent_in_a_case_that_has_no_row_and_one_taken_on_has_it_first(opened: Open) -> None:
    case = await opened()
    nowhere = replace(case, no=CaseNo("REP-20260101-00001"))
    received = (await case.view())["number"]

    with pytest.raises(UnknownCase):
        await nowhere.hears(stages.ASSIGNED, SUPERVISOR)
    await stages.until_assigned(case)

    sent = [entry.number for entry in await case.entries() if isinstance(entry.event, Assigned)]
    assert await case.desk.pool.fetchval("select true from cases where no = $1", case.no)
    assert received < sent[0]
