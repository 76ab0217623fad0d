"""A case that Temporal has lost goes on from the ledger."""

from domain.events.work import EngineeringNotified
from domain.people import CaseNo
from infra.postgres.restored import RestoredLedger
from infra.rebuild import Rebuilt, Sides, rebuild
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, Open, OpenedCase


async def test_a_terminated_case_is_started_again_where_it_stood_and_its_clock_goes_on(opened: Open) -> None:
    case = await opened(at="9:00")
    await case.at("9:01")
    await case.hears(stages.filled(), FRONT_DESK)
    await case.desk.client.get_workflow_handle(case.no).terminate("by mistake")

    rebuilt = await rebuild(_sides(case), [case.no])
    await case.at("9:03:01")

    assert rebuilt.begun == [case.no]
    assert [("告知", "工程部"), ("提醒", "前台客服员"), ("超时", "客服部主管")] == await case.told("REP-24")
    assert (await case.duty("REP-21"))["state"] == "met"


async def test_a_running_case_is_left_alone(opened: Open) -> None:
    case = await opened(at="9:00")

    rebuilt = await rebuild(_sides(case), [case.no])

    assert rebuilt == Rebuilt()

    await case.at("9:01")
    assert (await case.hears(EngineeringNotified(), FRONT_DESK)).state == "applied"


async def test_a_case_that_cannot_be_read_is_named_and_the_others_are_looked_at(opened: Open) -> None:
    unreadable, running = CaseNo("REP-20000101-00001"), await opened(at="9:00")

    rebuilt = await rebuild(_sides(running), [unreadable, running.no])

    assert rebuilt == Rebuilt(left=[unreadable])


def _sides(case: OpenedCase) -> Sides:
    desk = case.desk
    return Sides(
        commands=desk.commands,
        ledger=RestoredLedger(desk.pool, desk.sealer, desk.settings),
        client=desk.client,
        settings=desk.settings,
    )
