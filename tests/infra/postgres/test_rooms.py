"""Cases of one room are found by a keyed digest: after a change of the master key too, and not after erasure."""

import asyncpg
import pytest

from domain.events.base import Spot
from domain.people import CaseNo, EstateCode
from infra.keys import KeyRing
from infra.postgres.rooms import Rooms, Wanted, note_room
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
        for no, (estate, room) in zip(NUMBERS, places, strict=True):
            await connection.execute(
                "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
                " values ($1, 'REP', $2, '1栋', '2026-01-01', '电话', now())",
                no,
                estate,
            )
            await note_room(
                connection, Sealer(BEFORE), no, estate, Spot(place=room, name="同一房号", about="水", where=room)
            )
            await Sealer(BEFORE).key(connection, f"case:{no}")
    return fresh_pool


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


async def test_where_nobody_has_called_from_nothing_is_found(
    fresh_pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    assert set() == await found(fresh_pool, fresh_settings)
