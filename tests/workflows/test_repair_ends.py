"""How a repair ends: refused, withdrawn, or repaired for good; and how it begins again."""

import asyncpg
import pytest

from domain.events import Withdrawn
from domain.events.on_site import SurveyCalledFor
from domain.events.repair import (
    CustomerCopyGiven,
    FeedbackGiven,
    OrderTaken,
    RefusalFiled,
    RefusalSigned,
    ReturnRegistered,
)
from domain.limits import TICK
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import DESK_SUPERVISOR, FRONT_DESK, REPAIRER, SUPERVISOR, Arrange, Open, OpenedCase, local


async def nothing(case: OpenedCase) -> None:
    """As it is after the call."""


async def test_rep_36_rep_38_a_refusal_is_signed_by_two_and_ends_the_case_filed(opened: Open) -> None:
    case = await opened()
    await stages.until_refusal_signed(case)
    assert (await case.view())["stage"] == "待备案"

    await case.hears(RefusalFiled(reference="B-1"), FRONT_DESK)

    view = await case.view()
    assert (view["open"], view["result"]) == (False, "住户不同意")
    rows = await case.desk.pool.fetch("select copy, holder, reference from form_copies where case_no = $1", case.no)
    assert {row["copy"]: (row["holder"], row["reference"]) for row in rows} == {
        1: ("客服部", "B-1"),
        2: ("客服部", "B-1"),
        3: ("客服部", "B-1"),
        4: ("客服前台存根", ""),
    }


# REP-01: withdrawn.


@pytest.mark.parametrize(
    "arrange",
    [nothing, stages.until_graded, stages.until_taken, stages.until_at_work],
    ids=["called", "graded", "taken", "at work"],
)
async def test_rep_01_withdrawn_nothing_is_owed_any_more_and_nobody_is_told_of_a_breach(
    opened: Open, arrange: Arrange
) -> None:
    case = await opened()
    await arrange(case)

    await case.hears(Withdrawn(reason="住户自行修好"), DESK_SUPERVISOR)

    view = await case.view()
    assert (view["open"], view["result"], view["overdue"]) == (False, "已撤单", False)
    assert (await case.labels())[-2:] == ["撤单", "结案"]
    open_still = "select count(*) from duties where case_no = $1 and ended_at is null"
    assert await case.desk.pool.fetchval(open_still, case.no) == 0
    await case.at("9:00", days=1)
    raised = "select count(*) from notices where case_no = $1 and level in ('超时', '升级')"
    assert await case.desk.pool.fetchval(raised, case.no) == 0


async def test_rep_39_a_refusal_is_signed_and_filed_and_not_withdrawn(opened: Open) -> None:
    case = await opened()
    await stages.until_refusal_explained(case)

    assert ("REP-39", "event.type") == (await case.refuses(Withdrawn(reason="住户自行修好"), DESK_SUPERVISOR)).broke
    assert await case.is_open()


async def test_closed_the_case_takes_nothing_more(opened: Open) -> None:
    case = await opened()
    await case.hears(Withdrawn(reason="住户自行修好"), FRONT_DESK)

    refusal = await case.refuses(stages.filled(), FRONT_DESK)

    assert refusal.code == "case_closed"
    assert "备注、催办等也不再登记；须补充或再办的，请另立新单" in refusal.remedy


# REP-47: whether it stays repaired.


async def test_rep_47_unsolved_it_is_assigned_anew_with_the_first_call_kept(opened: Open) -> None:
    case = await opened()
    called = case.moment
    await stages.until_confirmed(case)
    await case.hears(CustomerCopyGiven(), REPAIRER)
    await stages.hands_on(case)
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)

    await case.at("14:00")
    await case.hears(FeedbackGiven(solved=False, remark="又漏"), FRONT_DESK)

    assert (await case.view())["stage"] == "重新派工"
    assert await case.heard("REP-47") == [("告知", frozenset({Role.ENGINEERING_SUPERVISOR}))]
    for key, due in (("REP-25", "14:05"), ("REP-15", "15:00")):
        duty = await case.duty(key, 2)
        assert (duty["state"], duty["due_at"]) == ("open", local(case.day, due))
    assert (await case.duty("REP-17", 1))["started_at"] == called
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    assert await case.copies(2) == {1: "工程部", 2: "工程部", 3: "工程部", 4: "客服前台存根"}
    assert (await case.copies(1))[2] == "客服部"
    await case.hears(OrderTaken(), REPAIRER)
    assert (await case.duty("REP-26", 2))["due_at"] == local(case.day, "14:10")
    received = await case.desk.pool.fetchval("select received_at from cases where no = $1", case.no)
    assert received == called


async def test_rep_47_unsolved_before_the_copies_are_back_they_go_on_with_the_reopened_repair(opened: Open) -> None:
    case = await opened()
    await stages.until_signed(case)

    await case.hears(FeedbackGiven(solved=False, remark="又漏"), FRONT_DESK)

    assert (await case.duty("REP-43/第二联"))["state"] == "superseded"
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    assert await case.copies(1) == {1: "维修人员", 2: "维修人员", 3: "维修人员", 4: "客服前台存根"}
    assert await case.copies(2) == {}


async def test_rep_47_within_the_grace_period_it_is_reopened_and_beyond_it_closed(opened: Open) -> None:
    case = await opened()
    await stages.until_settled(case)
    assert "修后观察" == (await case.view())["stage"]
    assert ("REP-47", "event.solved") == (await case.refuses(FeedbackGiven(solved=True), FRONT_DESK)).broke
    assert ("REP-04", "event.type") == (await case.refuses(SurveyCalledFor(reason="墙内"), SUPERVISOR)).broke
    await case.at("9:00", days=2)
    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)
    assert "重新派工" == (await case.view())["stage"]
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.at("9:00", days=9)
    assert await case.is_open()

    other = await opened()
    await stages.until_settled(other)
    await other.at("8:59:59", days=3)
    assert await other.is_open()
    await other.at("9:00", days=3)

    assert "已完成" == (await other.view())["result"]


async def test_rep_38_each_signature_is_waited_for_from_who_owes_it(opened: Open) -> None:
    case = await opened()
    await stages.until_refusal_explained(case)
    view = await case.view()
    assert (["未维修签字"], local(case.day, "17:00")) == (view["waiting_for"], view["next_due_at"] + TICK)
    assert {"维修人员", "工程部主管"} == {row["owed_by"] for row in await owed(case)}

    await case.hears(RefusalSigned(reason="嫌贵"), REPAIRER)

    assert [("REP-38/工程部主管", "工程部主管")] == [(row["key"], row["owed_by"]) for row in await owed(case)]


async def owed(case: OpenedCase) -> list[asyncpg.Record]:
    await case.settles()
    rows: list[asyncpg.Record] = await case.desk.pool.fetch(
        "select key, owed_by from duties where case_no = $1 and ended_at is null order by due_at, key", case.no
    )
    return rows
