"""Cases bound to each other are found from both sides, and a binding that nobody stands for is told."""

import asyncpg
import pytest

from domain.people import CaseNo
from infra.postgres.links import Kind, Links
from infra.postgres.queries import load
from infra.settings import Settings

ONE, OTHER, LATER = (CaseNo(f"REP-20261122-0000{number}") for number in (1, 2, 3))
TOLD = load("invariants.sql")


@pytest.fixture
async def pool(fresh_pool: asyncpg.Pool) -> asyncpg.Pool:
    """One case that went into another, by what the table says alone."""
    await fresh_pool.execute("insert into estates (code, name) values ('LY', '荔园')")
    await fresh_pool.executemany(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ($1, 'REP', 'LY', '1栋', '2026-11-01', '电话', now())",
        [(ONE,), (OTHER,)],
    )
    await fresh_pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, closed_at,"
        " result, updated_at) values ($1, 'run', 3, '已结案', '{}', '{}', false, false, now(), '已并入', now())",
        ONE,
    )
    await fresh_pool.execute("insert into case_links values ($1, 'merged_into', $2, true)", ONE, OTHER)
    return fresh_pool


async def unheard(pool: asyncpg.Pool) -> list[str]:
    later = await pool.fetchval("select now() + interval '1 minute'")
    return [row["subject"] for row in await pool.fetch(TOLD["i07_merge_unheard"], later)]


async def test_each_of_both_shows_the_other_and_what_is_only_asked_for_is_not_shown(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    links = Links(pool, fresh_settings)

    shown = [(link.no, link.kind) for no in (ONE, OTHER) for link in await links.of(no)]
    await pool.execute("update case_links set filed = false")

    assert [(OTHER, Kind.WENT_INTO), (ONE, Kind.TAKEN_IN)] == shown
    assert [] == await links.of(ONE)


async def test_a_binding_that_no_file_speaks_of_is_told(pool: asyncpg.Pool) -> None:
    found = [row["subject"] for row in await pool.fetch(TOLD["i07_bound_without_saying_so"])]

    assert [f"{ONE}/{OTHER}"] == found


async def test_a_merge_that_the_other_never_heard_of_is_told_unless_somebody_was_asked_to_see_to_it(
    pool: asyncpg.Pool,
) -> None:
    before = await unheard(pool)
    await pool.execute(
        "insert into tasks (estate, kind, subject, post, text) values ('LY', 'merge_unheard', $1, '前台客服员', '.')",
        ONE,
    )

    assert ([f"{ONE}/{OTHER}"], []) == (before, await unheard(pool))


async def test_what_was_taken_out_again_is_shown_so_from_all_three_and_told_while_the_other_has_not_heard(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    await pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ($1, 'REP', 'LY', '1栋', '2026-11-01', '电话', now())",
        LATER,
    )
    await pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, updated_at)"
        " values ($1, 'run', 3, '待领单', '{}', '{}', true, false, now())",
        OTHER,
    )
    await pool.execute("insert into case_links values ($1, 'came_after', $2, true)", LATER, ONE)
    links = Links(pool, fresh_settings)

    shown = {no: {(link.no, link.kind) for link in await links.of(no)} for no in (ONE, OTHER, LATER)}

    assert {
        ONE: {(OTHER, Kind.WENT_WRONGLY), (LATER, Kind.LATER)},
        OTHER: {(ONE, Kind.TAKEN_WRONGLY), (LATER, Kind.TAKEN_OUT)},
        LATER: {(ONE, Kind.BEFORE), (OTHER, Kind.OUT_OF)},
    } == shown
    minute = await pool.fetchval("select now() + interval '1 minute'")
    unheard_of = TOLD["i07_undoing_unheard"]
    assert [OTHER] == [row["subject"] for row in await pool.fetch(unheard_of, minute)]
    await pool.execute(
        "update case_views set open = false, closed_at = now(), result = '已撤单' where case_no = $1", OTHER
    )
    assert [] == await pool.fetch(unheard_of, minute)
