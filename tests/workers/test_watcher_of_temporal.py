"""The watcher on a real Temporal: cases without a workflow, parked cases, and Schedules."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.worker import Worker

from infra.settings import Settings
from infra.temporal import connect
from infra.watching.finding import Kind
from infra.watching.settings import WatcherSettings
from tests.infra.messaging.receiver import Receiver
from tests.workers.parking import Buggy
from tests.workers.rows import Rows
from tests.workers.watching import add_case, started


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
