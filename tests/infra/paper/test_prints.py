"""Printings are counted in the database, each copy for itself, also when two print at once."""

import asyncio
import secrets

import asyncpg
import pytest

from domain.errors import UnknownCase
from domain.forms import REPAIR_ORDER, FormCopy
from domain.people import CaseNo, StaffId
from infra.paper.prints import Connection, Paper, printing_of, record_print

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


async def a_print(connection: Connection, case: CaseNo, copy: FormCopy, key: str = "") -> int:
    """Under a key of its own, unless one is given."""
    paper = Paper(case_no=case, form=REPAIR_ORDER, copy=copy)
    return (await record_print(connection, paper, CLERK, key=key or secrets.token_hex(4), upto=3)).number


async def test_the_same_printing_asked_for_again_is_counted_once(fresh_pool: asyncpg.Pool, case: CaseNo) -> None:
    async def one(key: str) -> int:
        async with fresh_pool.acquire() as connection:
            return await a_print(connection, case, FIRST, key)

    numbers = await asyncio.gather(*(one("same") for _ in range(5)))
    async with fresh_pool.acquire() as connection:
        other_copy = await a_print(connection, case, SECOND, "same")
        again = await a_print(connection, case, FIRST, "another")
        last = await printing_of(connection, Paper(case_no=case, form=REPAIR_ORDER, copy=FIRST), None)
        none = await printing_of(connection, Paper(case_no=case, form=REPAIR_ORDER, copy=FIRST), 3)

    assert [1] * 5 == numbers
    assert (1, 2) == (other_copy, again)
    assert last is not None
    assert (2, 3) == (last.number, last.upto)
    assert none is None


async def test_the_first_printing_is_the_original_and_the_next_are_counted(
    fresh_pool: asyncpg.Pool, case: CaseNo
) -> None:
    async with fresh_pool.acquire() as connection:
        numbers = [await a_print(connection, case, FIRST) for _ in range(3)]

    assert numbers == [1, 2, 3]
    assert await printed(fresh_pool, case, 1) == [(1, CLERK), (2, CLERK), (3, CLERK)]


async def test_each_copy_is_counted_for_itself(fresh_pool: asyncpg.Pool, case: CaseNo) -> None:
    async with fresh_pool.acquire() as connection:
        first = await a_print(connection, case, FIRST)
        second = await a_print(connection, case, SECOND)

    assert [first, second] == [1, 1]


async def test_printings_at_the_same_moment_get_numbers_of_their_own(fresh_pool: asyncpg.Pool, case: CaseNo) -> None:
    async def one() -> int:
        async with fresh_pool.acquire() as connection:
            return await a_print(connection, case, FIRST)

    numbers = await asyncio.gather(*(one() for _ in range(20)))

    assert sorted(numbers) == list(range(1, 21))


async def test_the_second_waits_until_it_is_certain_that_the_first_was_printed(
    fresh_pool: asyncpg.Pool, case: CaseNo
) -> None:
    async with fresh_pool.acquire() as mine, fresh_pool.acquire() as yours:
        unfinished = mine.transaction()
        await unfinished.start()
        await a_print(mine, case, FIRST)
        second = asyncio.create_task(a_print(yours, case, FIRST))
        await until_waiting(fresh_pool)

        await unfinished.rollback()

        assert await second == 1
    assert await printed(fresh_pool, case, 1) == [(1, CLERK)]


async def test_an_unknown_case_is_refused_and_nothing_is_counted(fresh_pool: asyncpg.Pool) -> None:
    async with fresh_pool.acquire() as connection:
        with pytest.raises(UnknownCase):
            await a_print(connection, CaseNo("REP-20250311-00009"), FIRST)

    assert await printed(fresh_pool, CaseNo("REP-20250311-00009"), 1) == []


async def until_waiting(pool: asyncpg.Pool) -> None:
    """Until some connection of this database waits for another's lock."""
    async with asyncio.timeout(10):
        while not await pool.fetchval(
            "select exists (select from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock')"
        ):
            pass
