"""The watcher on a real database, a real Temporal and a real receiver: every silence is noticed and told of once."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.worker import Worker

from domain.calendar import LOCAL
from infra.messaging.settings import MessagingSettings, WebhookSettings, WeComSettings
from infra.messaging.switchboard import open_switchboard
from infra.settings import Settings
from infra.temporal import connect
from infra.watching.alarms import Crier, wording
from infra.watching.finding import Kind
from infra.watching.settings import WatcherSettings
from tests.infra.messaging.receiver import Receiver
from tests.workers.parking import Buggy
from tests.workers.rows import CASE, RAISED, Rows
from workers.watcher import Watch, watch

NOTHING = WatcherSettings(expected=(), unreconciled_after=timedelta(0), schedule_grace=timedelta(0))
NOWHERE = "127.0.0.1:9"
TOLD_BY_PROCESS = (Kind.SILENT_PROCESS, Kind.DEAD_LETTER, Kind.TEMPORAL_UNREACHABLE)


@pytest.fixture
def chosen(receiver: Receiver) -> WatcherSettings:
    """Watches what each test adds; tells by a webhook of its own."""
    receiver.otherwise = (200, {"code": 0, "receipt": "sms-1"})
    webhook = WebhookSettings(url=f"{receiver.base}/watch", secret=SecretStr("sixteen-bytes-at-least"))
    channels = MessagingSettings(webhook=webhook, timeout=timedelta(seconds=1))
    return NOTHING.model_copy(update={"channels": channels, "phone": "10000000000", "repeat_after": timedelta(0)})


class Round:
    """Looks on request, with a watch that is up for an hour when the test begins and lives through the whole of it."""

    def __init__(
        self, settings: Settings, pool: asyncpg.Pool, crier: Crier, client: Client, receiver: Receiver
    ) -> None:
        self.pool = pool
        self.now = datetime(2026, 11, 23, 8, tzinfo=LOCAL)
        self._watch = partial(Watch, settings, pool, crier, client)
        self.starts()
        self.now += timedelta(hours=1)
        self.receiver = receiver

    def starts(self) -> None:
        """The watcher comes up, anew from the second time on."""
        self.watcher = self._watch(clock=lambda: self.now)

    async def look(self) -> list[tuple[str, str]]:
        await self.watcher.look()
        rows = await self.pool.fetch("select kind, subject from alarms where cleared_at is null order by kind, subject")
        return [(row["kind"], row["subject"]) for row in rows if row["kind"] != Kind.TEMPORAL_UNREACHABLE]

    @property
    def told(self) -> list[str]:
        texts = [str(heard.json["text"]) for heard in self.receiver.heard]
        return [text for text in texts if Kind.TEMPORAL_UNREACHABLE.label not in text]


async def started(settings: Settings, pool: asyncpg.Pool, receiver: Receiver) -> AsyncIterator[Round]:
    client = await connect(settings, role="test", lazy=True)
    async with open_switchboard(settings.watcher.channels) as switchboard:
        yield Round(settings, pool, Crier(switchboard, settings.watcher), client, receiver)


@pytest.fixture
async def round_without_temporal(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, chosen: WatcherSettings, receiver: Receiver
) -> AsyncIterator[Round]:
    update = {"watcher": chosen.model_copy(update={"expected": ("relay",)}), "temporal_address": NOWHERE}
    await fresh_pool.execute("insert into heartbeats (process, host) values ('relay', 'a')")
    async for opened in started(fresh_settings.model_copy(update=update), fresh_pool, receiver):
        yield opened


async def add_case(rows: Rows, no: str = CASE, *, open_: bool = True) -> None:
    await rows.case(no, age="1 hour")
    await rows.pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, updated_at)"
        " values ($1, 'run', 1, '待接单', '{}', '{}', $2, false, now() - interval '1 hour')",
        no,
        open_,
    )


async def add_command(rows: Rows, state: str, age: str) -> None:
    await rows.case()
    await rows.pool.execute(
        "insert into commands (id, client, idempotency_key, body_hash, kind, case_no, verb, body, state, settled_at,"
        " accepted_at) values ('00000000-0000-0000-0000-00000000000a', 'c', 'k', '', 'act', $1, 'OrderTaken', '', $2,"
        " case when $2 <> 'accepted' then now() end, now() - $3::text::interval)",
        CASE,
        state,
        age,
    )


async def add_duty(rows: Rows, due: str, state: str = "open") -> None:
    await add_case(rows)
    await rows.pool.execute(
        "insert into duties (case_no, run_id, key, cycle, rule, label, owed_by, started_at, first_due_at, due_at,"
        " state, breached_at) values ($1, 'run', 'REP-26', 1, 'REP-26', '到场', '维修人员', $2, $2,"
        " now() + $3::text::interval, $4, case when $4 = 'breached' then now() end)",
        CASE,
        RAISED,
        due,
        state,
    )


async def test_a_healthy_desk_raises_nothing(round_without_temporal: Round, rows: Rows) -> None:
    await add_command(rows, "accepted", "30 seconds")
    await add_duty(rows, "-30 seconds")
    await rows.notice("repair-a", "t", age="4 minutes")
    await rows.notice("repair-a", "u", age="30 seconds", urgent=True, number=2)

    assert await round_without_temporal.look() == []
    assert round_without_temporal.told == []


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


async def test_a_process_that_never_started_is_silent_too(round_without_temporal: Round, rows: Rows) -> None:
    await rows.pool.execute("delete from heartbeats")

    assert await round_without_temporal.look() == [("silent_process", "relay")]


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


async def test_one_question_too_slow_for_the_database_hides_no_other_and_clears_nothing(
    round_without_temporal: Round, rows: Rows
) -> None:
    await add_command(rows, "dead", "0")
    await add_duty(rows, "-61 seconds")
    await round_without_temporal.look()
    await rows.pool.execute("delete from heartbeats")
    await rows.pool.execute("alter table duties rename to kept")
    await rows.pool.execute(
        "create view duties as"
        " select k.* from kept k, (select pg_sleep(60) as slept offset 0) s where s.slept is not null"
    )

    found = await round_without_temporal.look()

    assert [kind for kind, _ in found] == ["dead_letter", "no_verdict", "silent_process"]


async def test_an_alarm_that_no_channel_took_is_told_again_until_one_does(
    round_without_temporal: Round, rows: Rows, receiver: Receiver
) -> None:
    await add_command(rows, "dead", "0")
    receiver.script.extend([(200, {"code": 5})] * 2)

    await round_without_temporal.look()
    untold = await rows.pool.fetchval("select told_at from alarms where kind = 'dead_letter'")
    await round_without_temporal.look()

    assert untold is None
    told = await rows.pool.fetchval("select channel || ' ' || receipt from alarms where kind = 'dead_letter'")
    assert told == "webhook sms-1"


async def test_many_findings_are_one_message() -> None:
    said = wording(Kind.STUCK_COMMAND, [f"单号 {number}" for number in range(12)])

    assert said.splitlines()[0] == "【系统报警】已受理未执行，共12项"
    assert said.splitlines()[-1] == "另有2项，见报警列表"


@pytest.fixture
async def with_temporal(
    fresh_settings: Settings, temporal_dev: str, chosen: WatcherSettings
) -> tuple[Settings, Client]:
    settings = fresh_settings.model_copy(update={"temporal_address": temporal_dev, "watcher": chosen})
    return settings, await connect(settings, role="test")


async def test_open_cases_and_running_workflows_must_agree(
    with_temporal: tuple[Settings, Client], fresh_pool: asyncpg.Pool, receiver: Receiver, rows: Rows
) -> None:
    settings, client = with_temporal
    numbers = [f"WAT-20261122-0000{place}" for place in range(1, 6)]
    healthy, terminated, never, closed, unknown = numbers
    for no in (healthy, terminated, closed, unknown):
        await client.start_workflow("Any", id=no, task_queue="nobody")
    for no in (healthy, terminated, never):
        await add_case(rows, no)
    await add_case(rows, closed, open_=False)
    await client.get_workflow_handle(terminated).terminate("by mistake")

    async for opened in started(settings, fresh_pool, receiver):
        while len(found := {each for each in await opened.look() if each[1] in numbers}) < 4:
            continue  # listing lags behind what was just started

    assert found == {
        ("case_without_workflow", terminated),
        ("case_without_workflow", never),
        ("workflow_without_case", closed),
        ("workflow_without_case", unknown),
    }
    texts = await fresh_pool.fetch("select text from alarms where kind = 'case_without_workflow' order by subject")
    assert [row["text"].partition("，")[2] for row in texts] == ["流程被强行终止", "流程不存在"]
    for no in (healthy, closed, unknown):
        await client.get_workflow_handle(no).terminate("test over")


async def test_a_case_parked_by_a_bug_is_noticed(
    with_temporal: tuple[Settings, Client], fresh_pool: asyncpg.Pool, receiver: Receiver, rows: Rows
) -> None:
    settings, client = with_temporal
    no = "WAT-20261122-00009"
    await add_case(rows, no)
    handle = await client.start_workflow(Buggy.run, id=no, task_queue="parking")

    async for opened in started(settings, fresh_pool, receiver):
        async with Worker(client, task_queue="parking", workflows=[Buggy]):
            while ("parked_case", no) not in await opened.look():  # noqa: ASYNC110 - Temporal has no event for it
                await asyncio.sleep(0.5)

    assert any(Kind.PARKED_CASE.label in text and no in text for text in opened.told)
    await handle.terminate("test over")


async def test_a_schedule_that_let_its_moment_pass_is_paused_or_gone_is_noticed(
    with_temporal: tuple[Settings, Client], fresh_pool: asyncpg.Pool, receiver: Receiver
) -> None:
    settings, client = with_temporal
    settings = settings.model_copy(
        update={"watcher": settings.watcher.model_copy(update={"schedules": ("watched-gone",)})}
    )
    for name, paused in (("watched-daily", False), ("watched-paused", True)):
        await client.create_schedule(
            name,
            Schedule(
                action=ScheduleActionStartWorkflow("Any", id=f"run-of-{name}", task_queue="nobody"),
                spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))]),
                state=ScheduleState(paused=paused),
            ),
        )

    async for opened in started(settings, fresh_pool, receiver):
        while not {"watched-daily", "watched-paused"} <= await marked(fresh_pool):
            first = await opened.look()
        await fresh_pool.execute("update schedule_marks set expected_at = now() - interval '5 seconds'")
        second = await opened.look()
        await client.get_schedule_handle("watched-daily").trigger()
        while len(watched(third := await opened.look())) == len(watched(second)):
            continue  # listing lags behind the trigger

    mine = [("missed_schedule", "watched-gone"), ("missed_schedule", "watched-paused")]
    assert watched(first) == mine
    assert watched(second) == [("missed_schedule", "watched-daily"), *mine]
    assert watched(third) == mine
    for name in ("watched-daily", "watched-paused"):
        await client.get_schedule_handle(name).delete()


def watched(alarms: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of this test's own; other tests keep theirs on the same server."""
    return [each for each in alarms if each[0] == "missed_schedule" and each[1].startswith("watched-")]


async def marked(pool: asyncpg.Pool) -> set[str]:
    return {row["schedule"] for row in await pool.fetch("select schedule from schedule_marks")}


async def test_temporal_away_is_told_after_two_looks_and_case_alarms_stay(
    round_without_temporal: Round, rows: Rows, receiver: Receiver
) -> None:
    await add_case(rows)
    await rows.pool.execute("insert into alarms (kind, subject, text) values ('parked_case', $1, 't')", CASE)

    await round_without_temporal.look()
    after_one = await rows.pool.fetchval("select count(*) from alarms where kind = 'temporal_unreachable'")
    found = await round_without_temporal.look()

    assert after_one == 0
    assert ("parked_case", CASE) in found
    assert 1 == sum(Kind.TEMPORAL_UNREACHABLE.label in str(heard.json["text"]) for heard in receiver.heard)


async def test_a_database_that_is_away_is_told_once_by_the_watcher_s_own_path(
    round_without_temporal: Round, receiver: Receiver
) -> None:
    await round_without_temporal.pool.close()

    for _ in range(4):
        await round_without_temporal.watcher.look()

    assert [Kind.DATABASE_UNREACHABLE.label in text for text in round_without_temporal.told] == [True]
    assert receiver.heard[0].path == "/watch"


async def test_started_before_the_database_it_tells_and_stops_on_request(
    fresh_settings: Settings, chosen: WatcherSettings, receiver: Receiver
) -> None:
    settings = fresh_settings.model_copy(
        update={
            "postgres_dsn": SecretStr("postgresql://nobody@127.0.0.1:9/none"),
            "watcher": chosen.model_copy(update={"every": timedelta(milliseconds=50)}),
        }
    )
    stop = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(watch(settings, stop))
        await receiver.hears(1)
        stop.set()

    assert Kind.DATABASE_UNREACHABLE.label in str(receiver.heard[0].json["text"])


async def test_its_first_channel_dead_it_uses_the_second(
    rows: Rows, chosen: WatcherSettings, receiver: Receiver, unused_tcp_port: int
) -> None:
    dead = WeComSettings(base=f"http://127.0.0.1:{unused_tcp_port}", key=SecretStr("k"))
    both = chosen.model_copy(update={"channels": chosen.channels.model_copy(update={"wecom": dead})})
    await add_command(rows, "dead", "0")

    update = {"watcher": both, "temporal_address": NOWHERE}
    async for opened in started(rows.settings.model_copy(update=update), rows.pool, receiver):
        await opened.look()

    assert [row["channel"] for row in await rows.pool.fetch("select channel from alarms")] == ["webhook"]


async def test_the_process_tells_of_a_silence_shows_its_gauges_and_stops_on_request(
    rows: Rows, chosen: WatcherSettings, receiver: Receiver, unused_tcp_port: int
) -> None:
    await add_command(rows, "dead", "0")
    own = {
        "every": 0.2,
        "metrics_port": unused_tcp_port,
        "phone": "10000000000",
        "channels": {"webhook": {"url": f"{receiver.base}/watch", "secret": "sixteen-bytes-at-least"}},
        "expected": ["relay"],
        "silent_after": 0.5,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.watcher",
        env={
            "PATH": os.environ["PATH"],
            "LIYUAN_DATA_FOLDER": str(rows.settings.data_folder),
            "LIYUAN_POSTGRES_DSN": rows.settings.dsn,
            "LIYUAN_TEMPORAL_ADDRESS": NOWHERE,
            "LIYUAN_WATCHER": json.dumps(own),
        },
    )

    await receiver.hears(3)
    async with httpx2.AsyncClient(trust_env=False) as client:
        gauges = (await client.get(f"http://127.0.0.1:{unused_tcp_port}/metrics")).text
    child.terminate()

    assert await child.wait() == 0
    labels = [str(heard.json["text"]).partition("，")[0] for heard in receiver.heard]
    assert set(labels) == {f"【系统报警】{k.label.partition('，')[0]}" for k in TOLD_BY_PROCESS}
    assert 'liyuan_alarms_open{kind="dead_letter"} 1.0' in gauges
    assert 'liyuan_alarms_open{kind="silent_process"} 1.0' in gauges
    assert await rows.pool.fetchval("select count(*) from heartbeats where process = 'watcher'") == 1
