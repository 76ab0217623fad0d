"""The Schedules on a real server: made once, changed with the plan, removed with it, and paused as long as it is."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import asyncpg
import pytest
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleHandle
from temporalio.service import RPCError

from domain.calendar import LOCAL
from domain.people import EstateCode, Role
from domain.routines import Plan
from infra.embedded.child import free_port
from infra.embedded.temporal import start_temporal
from infra.opening import CLIENT
from infra.postgres.pool import open_pool
from infra.sealing import Sealer
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from infra.timetable import bring_into_step, entries
from tests.workflows.desk import load_sample
from workers.wiring import case_worker
from workflows.calendar import PlanFired, PlanWorkflow
from workflows.visibility import ATTRIBUTES, ESTATE


@pytest.fixture(scope="module")
def at_temporal(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """On a server of its own: what keeps step removes what other desks have there."""
    server = start_temporal(tmp_path_factory.mktemp("schedules"), port=free_port(), ui_port=free_port())
    yield settings.model_copy(update={"temporal_address": server.address})
    server.stop()


@pytest.fixture(scope="module")
async def client(at_temporal: Settings) -> Client:
    client = await connect(at_temporal, role="test")
    await prepare_namespace(client, ATTRIBUTES, retention_days=1)
    return client


@pytest.fixture
def plan() -> Plan:
    """Of an estate that is this test's own."""
    return Plan(
        estate=EstateCode(f"T{secrets.token_hex(3).upper()}"),
        code="LIFT-1-M",
        rule="PUB-105",
        title="电梯月度保养",
        place="1栋电梯机房",
        building="",
        at=time(9, 30),
        post=Role.ENGINEERING,
        allowed=timedelta(days=2),
        day=15,
    )


@pytest.fixture(autouse=True)
async def nothing_left(client: Client) -> AsyncIterator[None]:
    yield
    async for listed in await client.list_schedules():
        if listed.id.startswith("desk-"):
            with contextlib.suppress(RPCError):  # gone already: the list lags behind
                await client.get_schedule_handle(listed.id).delete()


def handle_of(client: Client, plan: Plan) -> ScheduleHandle:
    return client.get_schedule_handle(f"desk-plan-{plan.estate}-{plan.code}")


async def coming(client: Client, plan: Plan) -> list[datetime]:
    return [moment.astimezone(LOCAL) for moment in (await handle_of(client, plan).describe()).info.next_action_times]


async def test_pub_105_a_plan_of_day_15_fires_on_no_other_day(
    client: Client, at_temporal: Settings, plan: Plan
) -> None:
    await bring_into_step(client, list(entries([plan], [])), at_temporal)

    moments = await coming(client, plan)

    assert {(15, 9, 30)} == {(moment.day, moment.hour, moment.minute) for moment in moments}
    assert len(moments) >= 5
    assert len({(moment.year, moment.month) for moment in moments}) == len(moments)


@pytest.mark.parametrize("weekday", [1, 7])
async def test_pub_107_a_weekly_plan_fires_on_its_weekday(
    client: Client, at_temporal: Settings, plan: Plan, weekday: int
) -> None:
    weekly = replace(plan, day=None, weekday=weekday)
    await bring_into_step(client, list(entries([weekly], [])), at_temporal)

    moments = await coming(client, weekly)

    assert {weekday} == {moment.isoweekday() for moment in moments}
    assert {timedelta(days=7)} == {later - one for one, later in itertools.pairwise(moments)}


async def test_what_agrees_is_left_alone_and_what_does_not_is_changed_or_removed(
    client: Client, at_temporal: Settings, plan: Plan
) -> None:
    name, costs = f"desk-plan-{plan.estate}-{plan.code}", f"desk-costs-{plan.estate}"

    async def step(*plans: Plan) -> dict[str, str]:
        return await bring_into_step(client, list(entries(plans, [plan.estate])), at_temporal)

    assert {name: "added", costs: "added"} == await step(plan)
    assert {} == await step(plan)
    assert {name: "changed"} == await step(replace(plan, day=20))
    assert {20} == {moment.day for moment in await coming(client, plan)}
    await listed(client, name)
    await listed(client, costs)
    assert {name: "removed"} == await step()


async def listed(client: Client, name: str) -> None:
    """Listing lags behind by moments."""
    async with asyncio.timeout(20):
        while name not in [one.id async for one in await client.list_schedules()]:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)


async def test_one_that_is_paused_stays_paused_through_a_change(
    client: Client, at_temporal: Settings, plan: Plan
) -> None:
    await bring_into_step(client, list(entries([plan], [])), at_temporal)
    await handle_of(client, plan).pause(note="电梯大修")

    changed = replace(plan, at=time(10, 0))
    await bring_into_step(client, list(entries([changed], [])), at_temporal)

    standing = (await handle_of(client, plan).describe()).schedule
    assert (True, "电梯大修") == (standing.state.paused, standing.state.note)
    assert {10} == {moment.hour for moment in await coming(client, plan)}


async def test_somebody_elses_schedule_is_left_alone(client: Client, at_temporal: Settings, plan: Plan) -> None:
    await bring_into_step(client, list(entries([plan], [])), at_temporal)
    foreign = (await handle_of(client, plan).describe()).schedule
    await client.create_schedule("backup-nightly", foreign)
    await listed(client, "backup-nightly")

    await bring_into_step(client, [], at_temporal)

    assert await client.get_schedule_handle("backup-nightly").describe()
    await client.get_schedule_handle("backup-nightly").delete()


@pytest.fixture
async def worker(client: Client, at_temporal: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A worker of production on the sample estate."""
    async with await open_pool(at_temporal) as pool:
        await load_sample(pool, Sealer(at_temporal.master_ring()))
        async with case_worker(client, pool, at_temporal, at_temporal.queue_cases):
            yield pool


SAMPLE_PLAN = Plan(
    estate=EstateCode("LY"),
    code="HYGIENE-W",
    rule="PUB-107",
    title="环境卫生周检",
    place="全小区公共区域",
    building="",
    at=time(9, 0),
    post=Role.FRONT_DESK,
    allowed=timedelta(hours=8),
    weekday=1,
)


async def test_a_schedule_that_fires_opens_one_case_with_its_number(
    client: Client, at_temporal: Settings, worker: asyncpg.Pool
) -> None:
    await bring_into_step(client, list(entries([SAMPLE_PLAN], [])), at_temporal)
    handle = handle_of(client, SAMPLE_PLAN)

    await handle.trigger()
    fired = await _fired(handle)
    no = await client.get_workflow_handle(fired, result_type=str).result()

    row = await worker.fetchrow("select * from cases c join case_views v on v.case_no = c.no where c.no = $1", no)
    assert row
    assert ("RTN", "LY", "系统", "待检查", False) == tuple(
        row[name] for name in ("procedure", "estate", "channel", "stage", "drill")
    )
    assert 0 == await worker.fetchval("select count(*) from calls where case_no = $1", no)
    told = await worker.fetch("select distinct post, level from notices where case_no = $1", no)
    assert [("前台客服员", "告知")] == [tuple(one) for one in told]
    duty = await worker.fetchrow("select * from duties where case_no = $1", no)
    assert duty
    assert ("PUB-107/前台客服员", "前台客服员") == (duty["key"], duty["owed_by"])
    described = await client.get_workflow_handle(fired).describe()
    assert "LY" == described.typed_search_attributes.get(ESTATE)
    assert fired.startswith("desk-plan-LY-HYGIENE-W-")
    await client.get_workflow_handle(no).terminate()


async def _fired(handle: ScheduleHandle) -> str:
    async with asyncio.timeout(20):
        while not (actions := (await handle.describe()).info.recent_actions):  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    action = actions[0].action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    return action.workflow_id


async def test_one_moment_of_a_plan_is_one_case_however_often_it_fires(
    client: Client, at_temporal: Settings, worker: asyncpg.Pool
) -> None:
    moment = datetime.now(UTC).replace(microsecond=0)

    async def fire() -> str:
        fired = PlanFired(estate=EstateCode("LY"), plan="FACILITY-M", moment=moment)
        name = f"fired-{secrets.token_hex(4)}"
        return await client.execute_workflow(PlanWorkflow.run, fired, id=name, task_queue=at_temporal.queue_cases)

    numbers = await asyncio.gather(*(fire() for _ in range(4)))

    (no,) = set(numbers)
    key = f"LY/FACILITY-M/{moment.isoformat()}"
    assert [no] == [
        row["case_no"]
        for row in await worker.fetch(
            "select case_no from commands where client = $1 and idempotency_key = $2", CLIENT, key
        )
    ]
    await client.get_workflow_handle(no).terminate()


async def test_a_plan_that_is_gone_by_then_opens_nothing(
    client: Client, at_temporal: Settings, worker: asyncpg.Pool
) -> None:
    before = await worker.fetchval("select count(*) from cases")
    fired = PlanFired(estate=EstateCode("LY"), plan="NO-SUCH", moment=datetime.now(UTC))

    said = await client.execute_workflow(
        PlanWorkflow.run, fired, id=f"fired-{secrets.token_hex(4)}", task_queue=at_temporal.queue_cases
    )

    assert "计划已不在" == said
    assert before == await worker.fetchval("select count(*) from cases")
