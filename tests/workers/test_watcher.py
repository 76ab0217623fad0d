"""The watcher on a real database and a real receiver: every silence is noticed and told of once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.calendar import LOCAL
from tests.workers.rows import CASE, Rows
from tests.workers.watching import Round, add_command, add_duty


async def test_a_healthy_desk_raises_nothing(round_without_temporal: Round, rows: Rows) -> None:
    await add_command(rows, "accepted", "30 seconds")
    await add_duty(rows, "-30 seconds")
    await rows.notice("repair-a", "t", age="4 minutes")
    await rows.notice("repair-a", "u", age="30 seconds", urgent=True, number=2)

    assert await round_without_temporal.look() == []
    assert round_without_temporal.told == []


# Processes.


@pytest.mark.parametrize("process", ["relay", "worker", "notifier"])
async def test_a_silent_process_is_noticed_told_once_and_cleared_when_it_speaks(
    round_without_temporal: Round, rows: Rows, process: str
) -> None:
    beat = "insert into heartbeats values ($1, 'a', $2) on conflict (process, host) do update set at = excluded.at"
    now = datetime.now(UTC)
    await rows.pool.execute(beat, process, now - timedelta(seconds=90))

    first, second = [await round_without_temporal.look() for _ in range(2)]
    await rows.pool.execute(beat, process, now)
    third = await round_without_temporal.look()
    await rows.pool.execute(beat, process, now - timedelta(seconds=90))
    fourth = await round_without_temporal.look()

    assert first == second == fourth == [("silent_process", process)]
    assert third == []
    assert len(round_without_temporal.told) == 2
    assert round_without_temporal.told[0].startswith(f"【系统报警】进程无心跳，共1项\n1. {process}，最后心跳")


@pytest.mark.parametrize("last_beat", [None, "9 hours"])
async def test_a_process_that_comes_up_after_the_watcher_is_not_silent_until_its_first_grace_is_over(
    round_without_temporal: Round, rows: Rows, last_beat: str | None
) -> None:
    await rows.pool.execute("delete from heartbeats")
    if last_beat:
        await rows.pool.execute("insert into heartbeats values ('relay', 'a', now() - $1::text::interval)", last_beat)
    round_without_temporal.starts()

    found = []
    for seconds in (0, 60, 1):
        round_without_temporal.now += timedelta(seconds=seconds)
        found.append(await round_without_temporal.look())

    assert [[], [], [("silent_process", "relay")]] == found


async def test_a_process_that_never_started_is_silent_too(round_without_temporal: Round, rows: Rows) -> None:
    await rows.pool.execute("delete from heartbeats")

    assert await round_without_temporal.look() == [("silent_process", "relay")]


async def test_a_silence_that_was_told_of_is_not_over_because_the_watcher_comes_up_anew(
    round_without_temporal: Round, rows: Rows
) -> None:
    await rows.pool.execute("delete from heartbeats")
    before = await round_without_temporal.look()
    round_without_temporal.starts()

    at_once = await round_without_temporal.look()
    await rows.pool.execute("insert into heartbeats (process, host) values ('relay', 'a')")
    afterwards = await round_without_temporal.look()

    assert before == at_once == [("silent_process", "relay")]
    assert [] == afterwards
    assert 1 == len(round_without_temporal.told)


# What was taken on and is owed.


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        ("accepted", "61 seconds", [("stuck_command", CASE)]),
        ("dead", "0", [("dead_letter", "00000000-0000-0000-0000-00000000000a")]),
        ("applied", "1 hour", []),
        ("refused", "1 hour", []),
    ],
)
async def test_an_acknowledged_command_must_end(
    round_without_temporal: Round, rows: Rows, state: str, age: str, expected: list[tuple[str, str]]
) -> None:
    await add_command(rows, state, age)

    assert await round_without_temporal.look() == expected


@pytest.mark.parametrize("state", ["open", "breached"])
async def test_a_duty_past_due_without_verdict_is_noticed(
    round_without_temporal: Round, rows: Rows, state: str
) -> None:
    await add_duty(rows, "-61 seconds", state)

    found = await round_without_temporal.look()

    assert found == ([("no_verdict", f"{CASE}/REP-26/1")] if state == "open" else [])


async def test_a_duty_of_a_run_that_another_has_replaced_needs_no_verdict(
    round_without_temporal: Round, rows: Rows
) -> None:
    await add_duty(rows, "-61 seconds")
    await rows.pool.execute("update case_views set run_id = 'reset'")

    assert await round_without_temporal.look() == []


async def test_notices_pending_too_long_and_tasks_about_unreached_staff_are_noticed(
    round_without_temporal: Round, rows: Rows
) -> None:
    await rows.notice("repair-a", "urgent", age="61 seconds", urgent=True)
    await rows.notice("repair-b", "routine", age="6 minutes", number=2)
    unreached = await rows.notice("repair-c", "failed", number=3)
    await rows.pool.execute("update notices set state = 'failed' where id = $1", unreached)
    await rows.pool.execute(
        "insert into tasks (estate, kind, subject, post, text)"
        " values ('LY', 'notice_unreached', $1, '客服部主管', '请告知')",
        str(unreached),
    )

    first = await round_without_temporal.look()
    await rows.pool.execute("update notices set state = 'acknowledged', acknowledged_at = now()")

    assert first == [
        ("undelivered_notice", "repair-a"),
        ("undelivered_notice", "repair-b"),
        ("unreached_staff", str(unreached)),
    ]
    assert await round_without_temporal.look() == []


# Reference data.


async def test_the_next_year_that_a_calendar_lacks_is_asked_for_once_from_the_first_of_december_on(
    round_without_temporal: Round, rows: Rows
) -> None:
    await rows.case()
    await rows.pool.execute("insert into calendars values ('LY', 'v', '{1}', '{}', false)")
    await rows.pool.execute(
        "insert into calendar_years (estate, year, holidays, workdays) values ('LY', 2026, '{}', '{}')"
    )
    asked = "select subject from tasks where kind = 'calendar_year' and done_at is null"

    seen = []
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)):
        round_without_temporal.now = datetime.combine(day, time(), LOCAL)
        await round_without_temporal.look()
        seen.append([row["subject"] for row in await rows.pool.fetch(asked)])
    await rows.pool.execute("update tasks set done_at = now()")
    await round_without_temporal.look()

    assert [[], ["2027"], ["2027"]] == seen
    assert [] == await rows.pool.fetch(asked)


async def test_hours_without_staff_in_the_next_day_are_noticed_and_stand_ins_count(
    rows: Rows, round_without_temporal: Round
) -> None:
    await rows.case()
    await rows.staff("fd-1")
    for statement in (
        "insert into staff_posts values ('fd-1', 'LY', '前台客服员')",
        "insert into shifts values ('LY', '全天', '00:00', '00:00')",
        "insert into required_posts select 'LY', unnest(array['前台客服员', '维修人员']), 'round_the_clock'",
        "insert into assignments values ('LY', '前台客服员', '全天', '{1,2,3,4,5,6,7}', 'fd-1', '2020-01-01')",
    ):
        await rows.pool.execute(statement)

    first = await round_without_temporal.look()
    await rows.pool.execute("insert into stand_ins values ('LY', '维修人员', 1, '前台客服员')")
    second = await round_without_temporal.look()
    await rows.pool.execute(
        "insert into leaves values ('LY', 'fd-1', now() + interval '20 hours', now() + interval '21 hours')"
    )
    third = await round_without_temporal.look()

    assert first == [("uncovered_post", "LY/维修人员")]
    assert second == []
    assert third == [("uncovered_post", "LY/前台客服员"), ("uncovered_post", "LY/维修人员")]
