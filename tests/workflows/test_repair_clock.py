"""When things are told late, twice, out of order or from outside: the file, the verdict and who hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.events import Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.repair import Assessed, CopyReturned, Situation, Urgency
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.people import Actor, Role
from infra.delivery import Delivery
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, PATIENCE, REPAIRER, SUPERVISOR, Desk, Open, OpenedCase, local

BREACH = ("超时", frozenset({Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK}))
PRESSED = ("催办", frozenset({Role.FRONT_DESK}))
REMINDER = ("提醒", frozenset({Role.REPAIRER}))
CLIMB = ("升级", frozenset({Role.COMPANY_MANAGER}))


async def taken(case: OpenedCase) -> None:
    await case.at("9:05")
    await stages.until_taken(case)


# Moments that cannot be right, and moments of the past.


async def test_an_act_of_the_future_is_refused(opened: Open) -> None:
    case = await opened()

    refusal = await case.refuses(EngineeringNotified(), FRONT_DESK, at="9:01")

    assert (refusal.code, refusal.field) == ("bad_time", "at")
    assert refusal.remedy == "发生时间不能晚于现在"


async def test_half_an_hour_back_anybody_may_record_and_beyond_it_only_a_supervisor_and_marked(opened: Open) -> None:
    case = await opened()
    await taken(case)
    await case.at("10:00")

    refusal = await case.refuses(ArrivedOnSite(), REPAIRER, at="9:29:59")
    await case.hears(Noted(text="."), REPAIRER, at="9:30")
    await case.hears(ArrivedOnSite(), SUPERVISOR, at="9:12")

    assert refusal.code == "bad_time"
    assert "主管补录" in refusal.remedy
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


# Acknowledged before the alarm, delivered after it.

NEARLY_FIVE = timedelta(seconds=0.9)
"""After 16:59:59."""


async def signed_and_nearly_five(case: OpenedCase) -> None:
    await case.at("15:00")
    await stages.until_signed(case)
    await case.at("16:59:59")


async def is_asked_for(case: OpenedCase) -> bool:
    """Whether the case has asked what is under way, and waits for it."""
    described = await case.desk.client.get_workflow_handle(case.no).describe()
    return any(one.activity_type.name == "核对在途登记" for one in described.raw_description.pending_activities)


async def test_rep_43_acknowledged_in_time_and_delivered_after_the_alarm_it_is_in_time_and_no_breach_is_announced(
    opened: Open,
) -> None:
    case = await opened()
    await signed_and_nearly_five(case)
    returned = await case.accepts(CopyReturned(copy=2), SUPERVISOR, after=NEARLY_FIVE)

    turning = asyncio.create_task(case.at("17:00:00"))
    await soon(lambda: is_asked_for(case))
    await case.takes_in(returned)
    await turning

    duty = await case.duty("REP-43/第二联")
    assert (duty["state"], duty["breached_at"]) == ("met", None)
    assert duty["ended_at"] == local(case.day, "16:59:59") + NEARLY_FIVE
    assert [level for level, _ in await case.heard("REP-43/第二联")] == ["提醒"]
    assert (await case.duty("REP-43/第三联"))["state"] == "breached"
    assert [level for level, _ in await case.heard("REP-43/第三联")] == ["提醒", "超时"]


async def test_what_was_acknowledged_after_the_alarm_is_not_waited_for(opened: Open) -> None:
    case = await opened()
    await signed_and_nearly_five(case)
    returned = await case.accepts(CopyReturned(copy=2), SUPERVISOR, after=timedelta(seconds=1.001))

    await case.at("17:00:02")
    await soon(lambda: is_overdue(case))
    await case.takes_in(returned)

    duty = await case.duty("REP-43/第二联")
    assert (duty["state"], duty["ended_at"]) == ("breached", local(case.day, "17:00") + timedelta(milliseconds=1))
    assert [level for level, _ in await case.heard("REP-43/第二联")] == ["提醒", "超时"]


async def test_a_breach_is_asked_about_once_and_neither_reminder_nor_escalation(opened: Open) -> None:
    case = await opened()
    await taken(case)

    await case.at("11:00")

    assert await case.heard("REP-26") == [PRESSED, REMINDER, BREACH, CLIMB]
    history = await case.desk.client.get_workflow_handle(case.no).fetch_history()
    asked = [
        event
        for event in history.events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "核对在途登记"
    ]
    duties = "select count(distinct breached_at) from duties where case_no = $1"
    assert (
        len(asked) == await case.desk.pool.fetchval(duties, case.no) == len(("REP-21", "REP-24", "REP-26", "REP-108"))
    )


async def is_overdue(case: OpenedCase) -> bool:
    return bool((await case.view())["overdue"])


async def test_rep_124_whoever_is_sent_into_a_flooding_is_told_before_others_and_reminded_so(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    await stages.until_assigned(case)

    await case.at("9:07:01")

    await case.settles()
    urgent = await case.desk.pool.fetch("select level, urgent from notices where case_no = $1", case.no)
    assert {("告知", True), ("提醒", True), ("催办", True)} <= {(row["level"], row["urgent"]) for row in urgent}
    assert all(row["urgent"] for row in urgent)


# REP-104: told, or read by somebody of 工程部.

READ = NoticeAcknowledged(key="REP-104", cycle=0, rung=0)


async def test_rep_104_read_by_engineering_within_a_minute_it_has_been_told(opened: Open) -> None:
    case = await opened(situation=Situation.BURST_PIPE)
    await case.at("9:01:00")

    await case.hears(READ, REPAIRER)

    assert (await case.duty("REP-104"))["state"] == "met"
    assert (await case.duty("REP-24"))["state"] == "open"


@pytest.mark.parametrize(("clock", "by"), [("9:01:01", REPAIRER), ("9:01:00", FRONT_DESK)], ids=["late", "by the desk"])
async def test_rep_104_read_later_or_by_somebody_else_it_is_a_breach(opened: Open, clock: str, by: Actor) -> None:
    case = await opened(situation=Situation.BURST_PIPE)
    await case.at(clock)

    await case.hears(READ, by)
    await case.at("9:01:02")

    assert (await case.duty("REP-104"))["state"] == "breached"


# The ladder on the real clock.


async def test_rep_26_nobody_reads_of_the_breach_and_it_climbs_and_climbs_once(opened: Open) -> None:
    case = await opened()
    await taken(case)

    await case.at("11:00")

    assert await case.heard("REP-26") == [PRESSED, REMINDER, BREACH, CLIMB]


async def test_rep_26_read_in_time_it_does_not_climb(opened: Open) -> None:
    case = await opened()
    await taken(case)
    await case.at("9:20")

    await case.hears(NoticeAcknowledged(key="REP-26", cycle=1, rung=1), SUPERVISOR)
    await case.at("11:00")

    assert await case.heard("REP-26") == [PRESSED, REMINDER, BREACH]


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

    assert await case.heard("REP-19") == [("催办", frozenset({Role.ENGINEERING, Role.REPAIRER, Role.FRONT_DESK}))]


async def test_rep_19_at_four_fifths_of_48_hours_the_front_desk_is_asked_once_to_press_for_it(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)

    await case.at("23:23:59", days=1)
    assert await case.heard("REP-17") == []
    await case.at("23:24", days=1)

    assert await case.heard("REP-17") == [PRESSED, REMINDER]
    text = await case.desk.pool.fetchval(
        "select text from notices where case_no = $1 and level = '催办' and key = 'REP-17'", case.no
    )
    assert f"【催办】{case.no} 请跟催：常规故障完成：时限" in text
    assert f"责任：维修人员 {REPAIRER.id}（REP-17）" in text


async def test_rep_19_completed_before_that_nobody_is_asked_to_press(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.at("23:23:59", days=1)
    await stages.signs(case)

    await case.at("9:00:01", days=2)

    assert await case.heard("REP-17") == []


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


async def test_a_request_to_cancel_is_noted_and_told_and_the_case_goes_on(opened: Open) -> None:
    case = await opened()
    await taken(case)
    handle = case.desk.client.get_workflow_handle(case.no)

    await handle.cancel()
    await soon(lambda: _has_noted(case, "取消请求未予执行"))
    await case.at("9:13")
    await case.hears(ArrivedOnSite(), REPAIRER)

    view = await case.view()
    assert (view["open"], view["stage"]) == (True, "现场确认")
    assert await case.heard("REP-26") == [PRESSED, REMINDER]
    told = "select distinct post from notices where case_no = $1 and text like '%请求取消本单%'"
    posts = {row["post"] for row in await case.desk.pool.fetch(told, case.no)}
    assert posts == {"客服部主管", "工程部主管"}


async def test_a_request_to_cancel_with_a_record_under_way_loses_nothing(opened: Open) -> None:
    case = await opened()
    handle = case.desk.client.get_workflow_handle(case.no)

    async with case.desk.pool.acquire() as blocker, blocker.transaction():
        await blocker.execute("lock table entries in exclusive mode")
        await case.at("9:01:36")
        await soon(lambda: _is_waited_for(case.desk))
        await handle.cancel()
        await soon(lambda: _has_asked_to_cancel(case))
    await soon(lambda: _has_noted(case, "取消请求未予执行"))

    assert (await case.labels())[:3] == ["受理报修", "到时提醒", "取消请求未予执行"]
    assert await case.heard("REP-21") == [("提醒", frozenset({Role.FRONT_DESK}))]


async def test_a_case_asked_to_cancel_still_ends_by_its_procedure(opened: Open) -> None:
    case = await opened()
    handle = case.desk.client.get_workflow_handle(case.no)
    await handle.cancel()
    await soon(lambda: _has_noted(case, "取消请求未予执行"))

    await case.hears(Withdrawn(reason="住户来电取消"), FRONT_DESK)

    assert await handle.result(rpc_timeout=PATIENCE) == "已撤单"
    assert (await case.labels())[-2:] == ["撤单", "结案"]


async def test_a_request_to_cancel_while_the_end_is_being_recorded_changes_nothing(opened: Open) -> None:
    case = await opened()
    handle = case.desk.client.get_workflow_handle(case.no)

    async with case.desk.pool.acquire() as blocker, blocker.transaction():
        await blocker.execute("lock table entries in exclusive mode")
        withdrawal = asyncio.create_task(case.hears(Withdrawn(reason="住户来电取消"), FRONT_DESK))
        await soon(lambda: _is_waited_for(case.desk))
        await handle.cancel()
        await soon(lambda: _has_asked_to_cancel(case))
    await withdrawal

    assert await handle.result(rpc_timeout=PATIENCE) == "已撤单"
    assert (await case.labels())[-2:] == ["撤单", "结案"]
    assert (await case.view())["result"] == "已撤单"


async def _has_noted(case: OpenedCase, label: str) -> bool:
    return label in await case.labels()


async def _is_waited_for(desk: Desk) -> bool:
    """Whether a statement stands behind the lock of the test."""
    waiting = "select count(*) from pg_locks where not granted and relation = 'entries'::regclass"
    return bool(await desk.pool.fetchval(waiting))


async def _has_asked_to_cancel(case: OpenedCase) -> bool:
    history = await case.desk.client.get_workflow_handle(case.no).fetch_history()
    return any(event.HasField("workflow_execution_cancel_requested_event_attributes") for event in history.events)
