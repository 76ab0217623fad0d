"""Workers are killed while plans fire and checks are recorded: each moment is one case, each defect one repair."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from domain.people import EstateCode
from infra.opening import CLIENT
from tests.survival.callers import Callers
from tests.survival.house import House, until
from workflows.calendar import PlanFired, PlanWorkflow

pytestmark = pytest.mark.timeout(300)

MOMENTS = 6
DEFECTS = [{"place": f"{number}栋大堂", "content": "顶灯不亮"} for number in (1, 2, 3)]


async def test_each_moment_is_one_case_and_each_defect_one_repair_though_the_worker_is_killed(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    client, queue = await house.client(), house.settings.queue_cases
    opened = "select count(*) from commands where client = $1 and idempotency_key like 'LY/FACILITY-M/%'"
    before = await pool.fetchval(opened, CLIENT)
    begun = datetime.now(UTC).replace(microsecond=0)
    handles = [
        await client.start_workflow(
            PlanWorkflow.run,
            PlanFired(estate=EstateCode("LY"), plan="FACILITY-M", moment=begun - timedelta(minutes=number)),
            id=f"fired-{begun.timestamp():.0f}-{number}",
            task_queue=queue,
        )
        for number in range(MOMENTS)
    ]
    await until(lambda: pool.fetchval(f"{opened} having count(*) > {before}", CLIENT), 30, "a first case")
    house.kill("worker")
    house.start("worker")

    numbers = await asyncio.gather(*(handle.result() for handle in handles))

    assert MOMENTS == len(set(numbers))
    assert before + MOMENTS == await pool.fetchval(opened, CLIENT)
    event = {"type": "routine_checked", "findings": "三处缺陷", "defects": DEFECTS}
    for no in numbers:
        await callers.act(no, "rp-1", event, until_settled=False)
    house.kill("worker")
    house.start("worker")
    await until(lambda: _all_closed(pool, numbers), 60, "every check closed")
    for no in numbers:
        repairs = await pool.fetch(
            "select case_no from commands where client = $1 and idempotency_key like $2", CLIENT, f"{no}/%"
        )
        assert len(DEFECTS) == len({row["case_no"] for row in repairs})
        assert all(row["case_no"].startswith("PUB-") for row in repairs)


async def _all_closed(pool: asyncpg.Pool, numbers: list[str]) -> bool:
    still = await pool.fetchval("select count(*) from case_views where open and case_no = any($1)", numbers)
    return int(still) == 0


async def test_the_worker_keeps_a_schedule_for_each_plan_and_for_the_costs(house: House) -> None:
    client = await house.client()

    async def names() -> set[str]:
        return {listed.id async for listed in await client.list_schedules()}

    wanted = {f"desk-plan-LY-{code}" for code in ("FACILITY-M", "LIFT-1-M", "PUMP-1-M", "HYGIENE-W")} | {
        "desk-costs-LY"
    }
    async with asyncio.timeout(40):
        while await names() != wanted:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.2)
