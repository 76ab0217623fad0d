"""Every process is killed at random while people work: nothing acknowledged is lost or doubled, no case is stuck."""

import asyncio
import random

import asyncpg
import pytest

from tests.survival.callers import CONSENTED, REFUSED, Callers
from tests.survival.house import OURS, SERVERS, House, harass

pytestmark = pytest.mark.timeout(300)

PEOPLE = 4


@pytest.mark.parametrize("names", [OURS, SERVERS], ids=["ours", "servers"])
async def test_people_work_on_while_processes_are_killed(
    house: House, callers: Callers, pool: asyncpg.Pool, names: tuple[str, ...], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # the seed is to be repeatable
    killing = asyncio.create_task(harass(house, names, chance, rounds=1))

    async def works() -> None:
        while not killing.done():
            await callers.carry(chance.choice((CONSENTED, REFUSED)))

    await asyncio.gather(*(works() for _ in range(PEOPLE)))
    await killing

    await callers.are_right(pool)
    opened = [operation.body["no"] for operation in callers.done if operation.path == "/v1/repairs"]
    assert [] == await pool.fetch("select case_no from case_views where open and case_no = any($1)", opened)
    interrupted = [operation for operation in callers.done if len(operation.answers) > 1]
    assert interrupted
