"""REP-23, REP-46, REP-121: the four copies, each move with its moment, and the signature that completes an order."""

import asyncpg
import pytest

from domain.events import AnyEvent
from domain.events.on_site import ProgressReported
from domain.events.repair import (
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    PriceShown,
    ReturnRegistered,
    SignatureExcused,
    TrialDone,
)
from domain.events.work import ArrivedOnSite
from domain.people import Actor, Role
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open, OpenedCase, local


async def copy_of(case: OpenedCase, copy: int) -> asyncpg.Record:
    await case.settles()
    row = await case.desk.pool.fetchrow("select * from form_copies where case_no = $1 and copy = $2", case.no, copy)
    assert row is not None
    return row


async def moved_by(case: OpenedCase, row: asyncpg.Record) -> str:
    entry = next(entry for entry in await case.entries() if entry.number == row["entry_number"])
    return str(entry.event.label)


async def test_rep_23_a_copy_moved_says_to_whom_when_and_by_which_act(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    before = await copy_of(case, 2)
    await case.at("9:02")

    await case.hears(FormCollected(), SUPERVISOR)

    after = await copy_of(case, 2)
    assert ("前台客服员", local(case.day, "9:00")) == (before["holder"], before["since"])
    assert ("工程部", local(case.day, "9:02")) == (after["holder"], after["since"])
    assert ["填单完成", "领单"] == [await moved_by(case, row) for row in (before, after)]
    assert ("客服前台存根", local(case.day, "9:00")) == ((await copy_of(case, 4))["holder"], before["since"])


async def test_rep_46_registered_the_second_copy_lies_with_the_department_under_its_reference(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_confirmed(case)
    await stages.hands_on(case)
    before = await copy_of(case, 2)
    assert ("前台客服员", "") == (before["holder"], before["reference"])
    await case.at("15:20")

    await case.hears(ReturnRegistered(reference="A-7"), FRONT_DESK)

    row = await copy_of(case, 2)
    assert ("客服部", "A-7", local(case.day, "15:20")) == (row["holder"], row["reference"], row["since"])
    assert [""] * 3 == [(await copy_of(case, copy))["reference"] for copy in (1, 3, 4)]


@pytest.mark.parametrize(
    ("event", "by"),
    [(CustomerCopyGiven(), REPAIRER), (FeedbackGiven(solved=True), FRONT_DESK), (stages.FILED, SUPERVISOR)],
    ids=lambda value: getattr(value, "type", ""),
)
async def test_rep_121_accepted_without_a_signature_nothing_completes_the_order(
    opened: Open, event: AnyEvent, by: Actor
) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    await case.refuses(event, by)

    assert ("待住户签字", True) == ((await case.view())["stage"], await case.is_open())
    await case.hears(stages.SIGNED, REPAIRER)
    assert await case.hears(event, by)


async def test_rep_121_somebody_absent_may_be_excused_by_the_supervisor_alone(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    refused = await case.refuses(SignatureExcused(reason="住户外出"), REPAIRER)
    await case.hears(SignatureExcused(reason="住户外出"), SUPERVISOR)

    assert "not_permitted" == refused.code
    assert "待返单" == (await case.view())["stage"]


async def test_rep_131_progress_reported_stands_at_its_own_time_and_holds_nothing_up(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    awaited = (await case.view())["waiting_for"]
    await case.at("9:20")

    await case.hears(ProgressReported(text="途中"), REPAIRER, at="9:15")

    entry = (await case.entries())[-1]
    assert ("progress_reported", local(case.day, "9:15")) == (entry.event.type, entry.at)
    assert entry.recorded_at >= local(case.day, "9:20")
    view = await case.view()
    assert ("待到场", awaited) == (view["stage"], view["waiting_for"])


# REP-23, REP-42 to REP-48, REP-122: where the copies are.


async def test_rep_23_there_are_four_copies_from_the_moment_the_form_is_filled(opened: Open) -> None:
    case = await opened()
    assert await case.copies() == {}

    await case.hears(stages.filled(), FRONT_DESK)

    assert await case.copies() == {1: "前台客服员", 2: "前台客服员", 3: "前台客服员", 4: "客服前台存根"}


async def test_rep_42_to_rep_48_each_copy_is_where_the_last_act_put_it(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    assert await case.copies() == {1: "维修人员", 2: "维修人员", 3: "维修人员", 4: "客服前台存根"}
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await stages.signs(case)

    await case.hears(CustomerCopyGiven(), REPAIRER)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    assert await case.copies() == {1: "客户", 2: "维修人员", 3: "工程部主管", 4: "客服前台存根"}
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
    await stages.hands_on(case)
    assert await case.copies() == {1: "客户", 2: "前台客服员", 3: "前台客服员", 4: "客服前台存根"}
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)

    assert await case.copies() == {1: "客户", 2: "客服部", 3: "前台客服员（待移交财务部）", 4: "客服前台存根"}


async def test_rep_44_sent_back_the_return_is_open_again_until_both_are_confirmed(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_copies_back(case)
    await case.at("16:00")

    await case.hears(CopiesSentBack(reason="金额未填"), SUPERVISOR)

    assert (await case.copies())[2] == "维修人员"
    assert (await case.duty("REP-43/第二联", 2))["due_at"] == (await case.duty("REP-43/第二联", 1))["due_at"]
    assert (await case.refuses(CopiesConfirmed(), SUPERVISOR)).code == "not_expected"
    await case.at("17:00")
    assert (await case.duty("REP-43/第二联", 2))["state"] == "breached"
    assert (await case.duty("REP-43/第二联", 1))["state"] == "met"
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
    assert (await case.view())["stage"] == "待移交"


async def test_rep_43_a_copy_not_returned_is_told_of_every_day(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_signed(case)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)

    await case.at("17:00", days=2)

    late = ("超时", frozenset({Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK}))
    assert await case.heard("REP-43/第三联") == [("提醒", frozenset({Role.REPAIRER})), late, late, late]
    assert await case.heard("REP-43/第二联") == []


async def test_rep_122_what_is_handed_on_and_registered_waits_to_be_filed_before_it_is_watched(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_confirmed(case)
    for event, by in (
        (CopiesHandedOn(), SUPERVISOR),
        (ReturnRegistered(reference="A-1"), FRONT_DESK),
        (CustomerCopyGiven(), REPAIRER),
        (FeedbackGiven(solved=True), FRONT_DESK),
    ):
        await case.hears(event, by)

    view = await case.view()
    assert ("待归档", ["工程部存档"]) == (view["stage"], view["waiting_for"])
    await case.at("15:01", days=1)
    assert await case.is_open()

    await case.hears(stages.FILED, SUPERVISOR)
    assert "修后观察" == (await case.view())["stage"]
    await case.at("15:01:01", days=4)
    assert "已完成" == (await case.view())["result"]
