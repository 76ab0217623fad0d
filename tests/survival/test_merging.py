"""A case goes into another while processes are killed: both have heard of it in the end, and each once."""

import asyncio

import asyncpg
import pytest

from tests.survival.callers import Callers
from tests.survival.house import OURS, House

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("first", ["relay", "worker"])
async def test_killed_at_any_moment_the_one_ends_and_the_other_hears_of_it_once(
    house: House, callers: Callers, pool: asyncpg.Pool, first: str
) -> None:
    pairs = [(await callers.open(), await callers.open()) for _ in range(3)]

    async def merges() -> None:
        for kept, merged in pairs:
            await callers.act(merged, "fd-1", {"type": "merged_into", "into": kept, "reason": "同一处"})

    house.kill(first)
    merging = asyncio.create_task(merges())
    for name in OURS:
        await asyncio.sleep(0.3)
        house.kill(name)
        await asyncio.sleep(0.2)
        house.revive()
    await merging
    await house.until_quiet()

    merged = [no for _, no in pairs]
    assert 3 == await pool.fetchval(
        "select count(*) from case_views where case_no = any($1) and result = '已并入'", merged
    )
    heard = await pool.fetch(
        "select case_no from entries where type = 'merge_taken' and case_no = any($1) order by case_no",
        [no for no, _ in pairs],
    )
    assert sorted(no for no, _ in pairs) == [row["case_no"] for row in heard]
    await house.until_clean()
