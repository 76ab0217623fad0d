"""The statements fit the schema, and the database refuses what must not be."""

import asyncpg
import pytest

from infra.postgres.queries import load as statements
from infra.sealing import Sealer
from infra.settings import Settings
from tests.infra.reference.conftest import SAMPLE, load


@pytest.fixture(scope="module")
async def estate(settings: Settings, pool: asyncpg.Pool) -> asyncpg.Pool:
    await load(pool, Sealer(settings.master_ring()), SAMPLE)
    return pool


async def test_every_statement_prepares_on_the_migrated_schema(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for name, statement in statements("reference.sql").items():
            assert await connection.prepare(statement), name


async def test_a_provisional_due_time_becomes_one_task_for_the_missing_year(estate: asyncpg.Pool) -> None:
    await estate.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ('REP-20261122-00001', 'repair', 'LY', '1', '2026-01-01', '电话', '2031-12-30T02:00:00Z')"
    )

    for cycle in (1, 2):
        await estate.execute(
            "insert into duties (case_no, run_id, key, cycle, rule, label, owed_by, started_at, first_due_at, due_at,"
            " provisional, state) values ('REP-20261122-00001', 'r', 'REP-128', $1, 'REP-128', '回访', '客服部主管',"
            " '2031-12-30T02:00:00Z', '2032-01-02T15:59:59Z', '2032-01-02T15:59:59Z', true, 'open')",
            cycle,
        )

    tasks = await estate.fetch("select subject, post from tasks where subject >= '2031' order by subject")
    assert [(row["subject"], row["post"]) for row in tasks] == [("2031", "客服部主管"), ("2032", "客服部主管")]


async def test_a_due_time_on_loaded_years_asks_for_nothing(estate: asyncpg.Pool) -> None:
    await estate.execute("select ask_for_calendar('LY', 2026)")

    assert await estate.fetchval("select count(*) from tasks where subject = '2026'") == 0


async def test_an_assignment_to_a_post_that_the_person_does_not_hold_is_refused(estate: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await estate.execute(
            "insert into assignments (estate, post, shift, weekdays, staff, valid_from)"
            " values ('LY', '财务部', '白班', '{1}', 'fd-1', '2026-01-01')"
        )


async def test_two_prices_for_one_item_and_kind_are_refused(estate: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await estate.execute("insert into price_rates values ('LY-2026', 'W01', 'labour', 99)")
