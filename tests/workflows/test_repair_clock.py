"""When things are told late, twice, out of order or from outside: the file, the verdict and who hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from domain.events import Noted, NoticeAcknowledged, Urged
from domain.events.repair import (
    ArrivedOnSite,
    Assessed,
    EngineeringNotified,
    Urgency,
)
from domain.people import Role
from infra.delivery import Delivery
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, PATIENCE, REPAIRER, SUPERVISOR, Desk, OpenedCase, Refused

Open = Callable[..., Awaitable[OpenedCase]]
BREACH = ("超时", frozenset({Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK}))
REMINDER = ("提醒", frozenset({Role.REPAIRER}))
CLIMB = ("升级", frozenset({Role.COMPANY_MANAGER}))


async def taken(case: OpenedCase) -> None:
    await case.at("9:05")
    await stages.until_taken(case)


# Moments that cannot be right, and moments of the past.


async def test_an_act_of_the_future_is_refused(opened: Open) -> None:
    case = await opened()

    with pytest.raises(Refused) as refusal:
        await case.hears(EngineeringNotified(), FRONT_DESK, at="9:01")

    assert (refusal.value.code, refusal.value.outcome["field"]) == ("bad_time", "at")
    assert refusal.value.outcome["remedy"] == "发生时间不能晚于现在"


async def test_half_an_hour_back_anybody_may_record_and_beyond_it_only_a_supervisor_and_marked(opened: Open) -> None:
    case = await opened()
    await taken(case)
    await case.at("10:00")

    with pytest.raises(Refused) as refusal:
        await case.hears(ArrivedOnSite(), REPAIRER, at="9:29:59")
    await case.hears(Noted(text="."), REPAIRER, at="9:30")
    await case.hears(ArrivedOnSite(), SUPERVISOR, at="9:12")

    assert refusal.value.code == "bad_time"
    assert "主管补录" in refusal.value.outcome["remedy"]
    marked = {entry.event.label: entry.backdated for entry in (await case.entries())[-2:]}
    assert marked == {"备注": False, "到场": True}


async def test_done_in_time_but_told_after_the_alarm_the_breach_stays_and_the_act_keeps_its_own_time(
    opened: Open,
) -> None:
    case = await opened()
    await taken(case)
    await case.at("9:20")

    await case.hears(ArrivedOnSite(), REPAIRER, at="9:14")

    duty = await case.duty("REP-26")
    assert (duty["state"], duty["ended_at"].minute) == ("breached", 14)


# The ladder on the real clock.


async def test_rep_26_nobody_reads_of_the_breach_and_it_climbs_and_climbs_once(opened: Open) -> None:
    case = await opened()
    await taken(case)

    await case.at("11:00")

    assert await case.heard("REP-26") == [REMINDER, BREACH, CLIMB]


async def test_rep_26_read_in_time_it_does_not_climb(opened: Open) -> None:
    case = await opened()
    await taken(case)
    await case.at("9:20")

    await case.hears(NoticeAcknowledged(key="REP-26", cycle=1, rung=1), SUPERVISOR)
    await case.at("11:00")

    assert await case.heard("REP-26") == [REMINDER, BREACH]


async def test_rep_03_regraded_the_time_elapsed_counts_and_the_former_limit_alarms_no_more(opened: Open) -> None:
    case = await opened()
    await case.at("9:01")
    await stages.until_graded(case)
    await case.at("9:20")

    await case.hears(Assessed(urgency=Urgency.URGENT), SUPERVISOR)

    assert (await case.duty("REP-15"))["state"] == "superseded"
    await case.at("9:30:01")
    duty = await case.duty("REP-14")
    assert (duty["state"], duty["due_at"] - duty["started_at"]) == ("breached", timedelta(minutes=30))
    await case.at("10:30")
    assert [level for level, _ in await case.heard("REP-15")] == ["告知"]


async def test_rep_19_pressed_for_everybody_who_owes_something_is_told(opened: Open) -> None:
    case = await opened()
    await case.at("9:01")
    await stages.until_graded(case)

    await case.hears(Urged(text="住户很急"), FRONT_DESK)

    assert await case.heard("REP-19") == [("催办", frozenset({Role.ENGINEERING, Role.REPAIRER}))]


async def test_nobody_on_duty_the_duty_director_hears_of_it_as_well(opened: Open) -> None:
    case = await opened()
    pool, day = case.desk.pool, case.moment
    away = [f"fd-{number}" for number in range(1, 7)]
    await pool.executemany(
        "insert into leaves (estate, staff, starts_at, ends_at) values ('LY', $1, $2, $3)",
        [(staff, day - timedelta(hours=1), day + timedelta(hours=12)) for staff in away],
    )

    await case.at("9:01:36")

    heard = await case.heard("REP-21")
    assert ("提醒", frozenset({Role.FRONT_DESK})) in heard
    assert ("升级", frozenset({Role.DUTY_DIRECTOR})) in heard
    text = await pool.fetchval("select text from notices where case_no = $1 and post = '值班主任'", case.no)
    assert text.startswith("【无人值班】前台客服员无人值班，请代为处理：")


# Repetitions and ends.


async def soon(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while not await happened():  # noqa: ASYNC110  # it does not tell us
            await asyncio.sleep(0.01)


async def test_the_same_command_many_times_at_once_has_one_effect(opened: Open) -> None:
    case = await opened()
    command = await case.accepts(stages.filled(), FRONT_DESK)
    others = [Delivery(case.desk.commands, case.desk.client, case.desk.settings) for _ in range(10)]

    answers = await asyncio.gather(*(other.deliver(command, PATIENCE) for other in others))

    assert {answer.state for answer in answers} == {"applied"}
    assert (await case.labels()).count("填单完成") == 1


async def test_cancelled_from_outside_the_file_says_so_and_nothing_is_owed(opened: Open) -> None:
    case = await opened()
    await taken(case)
    handle = case.desk.client.get_workflow_handle(case.no)

    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as end:
        await handle.result()

    assert isinstance(end.value.cause, CancelledError)
    view = await case.view()
    assert (view["open"], view["stage"], view["result"]) == (False, "已结案", "已被取消")
    assert (await case.labels())[-1] == "结案"
    owed = "select count(*) from duties where case_no = $1 and ended_at is null"
    assert await case.desk.pool.fetchval(owed, case.no) == 0


async def test_cancelled_with_a_record_under_way_nothing_of_it_is_lost(opened: Open) -> None:
    case = await opened()
    handle = case.desk.client.get_workflow_handle(case.no)

    async with case.desk.pool.acquire() as blocker, blocker.transaction():
        await blocker.execute("lock table entries in exclusive mode")
        await case.at("9:01:36")
        await soon(lambda: _is_waited_for(case.desk))
        await handle.cancel()
        await soon(lambda: _has_asked_to_cancel(case))
    with pytest.raises(WorkflowFailureError):
        await handle.result()

    assert await case.labels() == ["受理报修", "到时提醒", "结案"]
    assert await case.heard("REP-21") == [("提醒", frozenset({Role.FRONT_DESK}))]


async def _is_waited_for(desk: Desk) -> bool:
    """Whether a statement stands behind the lock of the test."""
    waiting = "select count(*) from pg_locks where not granted and relation = 'entries'::regclass"
    return bool(await desk.pool.fetchval(waiting))


async def _has_asked_to_cancel(case: OpenedCase) -> bool:
    history = await case.desk.client.get_workflow_handle(case.no).fetch_history()
    return any(event.HasField("activity_task_cancel_requested_event_attributes") for event in history.events)
