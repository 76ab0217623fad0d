"""Printings are counted in the database, each copy for itself, also when two print at once."""

import asyncio

import asyncpg
import pytest

from domain.errors import UnknownCase
from domain.forms import REPAIR_ORDER
from domain.people import CaseNo, StaffId
from infra.paper.prints import record_print

FIRST, SECOND = REPAIR_ORDER.copies[:2]
CLERK = StaffId("S-0001")


@pytest.fixture
async def case(fresh_pool: asyncpg.Pool) -> CaseNo:
    no = CaseNo("REP-20250311-00001")
    await fresh_pool.execute("insert into estates (code, name) values ('LY1', '荔园一期') on conflict do nothing")
    await fresh_pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ($1, 'repair', 'LY1', '3', '2025-01-01', '电话', now())",
        no,
    )
    return no


async def printed(pool: asyncpg.Pool, case: CaseNo, copy: int) -> list[tuple[int, str]]:
    rows = await pool.fetch(
        "select printing, printed_by from form_prints"
        " where case_no = $1 and form = 'repair_order' and copy = $2 order by printing",
        case,
        copy,
    )
    return [(row["printing"], row["printed_by"]) for row in rows]


async def test_the_first_printing_is_the_original_and_the_next_are_counted(
    fresh_pool: asyncpg.Pool, case: CaseNo
) -> None:
    async with fresh_pool.acquire() as connection:
        numbers = [await record_print(connection, case, REPAIR_ORDER, FIRST, CLERK) for _ in range(3)]

    assert numbers == [1, 2, 3]
    assert await printed(fresh_pool, case, 1) == [(1, CLERK), (2, CLERK), (3, CLERK)]


async def test_each_copy_is_counted_for_itself(fresh_pool: asyncpg.Pool, case: CaseNo) -> None:
    async with fresh_pool.acquire() as connection:
        first = await record_print(connection, case, REPAIR_ORDER, FIRST, CLERK)
        second = await record_print(connection, case, REPAIR_ORDER, SECOND, CLERK)

    assert [first, second] == [1, 1]


async def test_printings_at_the_same_moment_get_numbers_of_their_own(fresh_pool: asyncpg.Pool, case: CaseNo) -> None:
    async def one() -> int:
        async with fresh_pool.acquire() as connection:
            return await record_print(connection, case, REPAIR_ORDER, FIRST, CLERK)

    numbers = await asyncio.gather(*(one() for _ in range(20)))

    assert sorted(numbers) == list(range(1, 21))


async def test_the_second_waits_until_it_is_certain_that_the_first_was_printed(
    fresh_pool: asyncpg.Pool, case: CaseNo
) -> None:
    async with fresh_pool.acquire() as mine, fresh_pool.acquire() as yours:
        unfinished = mine.transaction()
        await unfinished.start()
        await record_print(mine, case, REPAIR_ORDER, FIRST, CLERK)
        second = asyncio.create_task(record_print(yours, case, REPAIR_ORDER, FIRST, CLERK))
        await until_waiting(fresh_pool)

        await unfinished.rollback()

        assert await second == 1
    assert await printed(fresh_pool, case, 1) == [(1, CLERK)]


async def test_an_unknown_case_is_refused_and_nothing_is_counted(fresh_pool: asyncpg.Pool) -> None:
    async with fresh_pool.acquire() as connection:
        with pytest.raises(UnknownCase):
            await record_print(connection, CaseNo("REP-20250311-00009"), REPAIR_ORDER, FIRST, CLERK)

    assert await printed(fresh_pool, CaseNo("REP-20250311-00009"), 1) == []


async def until_waiting(pool: asyncpg.Pool) -> None:
    """Until some connection of this database waits for another's lock."""
    async with asyncio.timeout(10):
        while not await pool.fetchval(
            "select exists (select from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock')"
        ):
            pass
