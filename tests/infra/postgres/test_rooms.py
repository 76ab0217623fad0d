"""Cases of one room are found by a keyed digest: after a change of the master key too, and not after erasure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from domain.events.base import Spot
from domain.people import CaseNo, EstateCode
from infra.keys import KeyRing
from infra.postgres.rooms import MOST_DONE, Lately, Rooms, Wanted, note_room
from infra.sealing import Sealer
from infra.settings import Settings

LY, XY = EstateCode("LY"), EstateCode("XY")
OLD, NEW = bytes(range(32)), bytes(range(100, 132))
BEFORE = KeyRing(current="m1", keys={"m1": OLD})
AFTER = KeyRing(current="m2", keys={"m2": NEW})
NUMBERS = [CaseNo(f"REP-20261122-0000{number}") for number in range(1, 5)]


@pytest.fixture
async def pool(fresh_pool: asyncpg.Pool) -> asyncpg.Pool:
    """Two cases of a room, one of the room beside it, and one of a room of that number in another estate."""
    await fresh_pool.execute("insert into estates (code, name) values ('LY', '荔园'), ('XY', '另一小区')")
    places = ((LY, "1-101"), (LY, "1-101"), (LY, "1-102"), (XY, "1-101"))
    async with fresh_pool.acquire() as connection:
        for no in NUMBERS:
            await Sealer(BEFORE).key(connection, f"case:{no}")
    for no, (estate, room) in zip(NUMBERS, places, strict=True):
        await add(fresh_pool, no, estate, room)
    return fresh_pool


async def add(pool: asyncpg.Pool, no: CaseNo, estate: EstateCode, room: str, about: str = "水") -> None:
    async with pool.acquire() as connection:
        await connection.execute(
            "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
            " values ($1, 'REP', $2, '1栋', '2026-01-01', '电话', now())",
            no,
            estate,
        )
        spot = Spot(place=room, name="同一房号", about=about, where=room)
        await note_room(connection, Sealer(BEFORE), no, estate, spot)


async def found(pool: asyncpg.Pool, settings: Settings, ring: KeyRing = BEFORE) -> set[CaseNo]:
    return {case.no for case in await Rooms(pool, Sealer(ring), settings).cases(LY, "1-101", Wanted())}


async def test_the_cases_of_a_room_of_an_estate_are_found_and_no_others(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    assert set(NUMBERS[:2]) == await found(pool, fresh_settings)
    digests = await pool.fetch("select distinct digest from case_rooms")
    assert 3 == len(digests), "the same number in another estate has another digest"


async def test_they_are_found_when_the_master_key_was_changed_and_the_old_one_is_gone(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    await Sealer(KeyRing(current="m2", keys={"m1": OLD, "m2": NEW})).rewrap(pool)

    assert set(NUMBERS[:2]) == await found(pool, fresh_settings, AFTER)


async def test_a_case_that_was_erased_is_found_by_its_room_no_more(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    async with pool.acquire() as connection:
        assert await Sealer(BEFORE).destroy(connection, f"case:{NUMBERS[0]}")

    assert {NUMBERS[1]} == await found(pool, fresh_settings)


NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
LATELY = Lately(results=("已完成",), kind="水", before=NOW, within=timedelta(days=30))


@pytest.mark.parametrize(
    ("result", "closed_at", "kind", "shown"),
    [
        ("已完成", NOW, "水", True),
        ("已完成", NOW - timedelta(days=30) + timedelta(seconds=1), "水", True),
        ("已完成", NOW - timedelta(days=30), "水", False),
        ("已完成", NOW + timedelta(seconds=1), "水", False),
        ("已完成", NOW, "电", False),
        ("已撤单", NOW, "水", False),
    ],
    ids=["just now", "within the time", "at its end", "after the moment", "of another kind", "otherwise"],
)
async def test_what_ended_lately_is_found_by_its_kind_where_it_is_asked_for(
    pool: asyncpg.Pool, fresh_settings: Settings, *, result: str, closed_at: datetime, kind: str, shown: bool
) -> None:
    rooms = Rooms(pool, Sealer(BEFORE), fresh_settings)
    await close(pool, NUMBERS[0], result, closed_at)

    asked = await rooms.cases(LY, "1-101", Wanted(lately=replace(LATELY, kind=kind)))
    not_asked = await rooms.cases(LY, "1-101", Wanted())

    assert shown == (NUMBERS[0] in {case.no for case in asked})
    assert {NUMBERS[1]} == {case.no for case in not_asked} <= {case.no for case in asked}


async def test_of_many_that_ended_lately_the_last_are_found_and_keep_out_none_that_is_open(
    pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    for hours in range(MOST_DONE + 2):
        no = CaseNo(f"REP-20261122-0010{hours}")
        await add(pool, no, LY, "1-101", about="水（水浸）")
        await close(pool, no, "已完成", NOW - timedelta(hours=hours))

    found = await Rooms(pool, Sealer(BEFORE), fresh_settings).cases(LY, "1-101", Wanted(lately=LATELY))

    done = {f"REP-20261122-0010{hours}" for hours in range(MOST_DONE)}
    assert {*NUMBERS[:2], *done} == {case.no for case in found}


async def close(pool: asyncpg.Pool, no: CaseNo, result: str, closed_at: datetime) -> None:
    await pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, closed_at,"
        " result, updated_at) values ($1, '', 1, '已结案', '{}', '{}', false, false, $3, $2, now())",
        no,
        result,
        closed_at,
    )


async def test_where_nobody_has_called_from_nothing_is_found(
    fresh_pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    assert set() == await found(fresh_pool, fresh_settings)
