"""Sealed values open only where they were sealed, and never again once the key is destroyed."""

import asyncio
import json
import os

import asyncpg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.keys import KeyRing
from infra.sealing import Broken, Erased, NoMasterKey, Place, Sealer

OLD, NEW = os.urandom(32), os.urandom(32)
RING = KeyRing(current="m1", keys={"m1": OLD})
OWNER = "case:REP-20261122-00001"
WORDS = Place(table="calls", row="REP-20261122-00001", column="words")
PLAIN = "厨房水管漏水".encode()


async def test_what_is_sealed_opens_again_also_in_another_process(fresh_pool: asyncpg.Pool) -> None:
    async with fresh_pool.acquire() as connection:
        sealed = await Sealer(RING).seal(connection, OWNER, WORDS, PLAIN)

        opened = await Sealer(RING).open(connection, OWNER, WORDS, sealed)

    assert opened == PLAIN
    assert PLAIN not in sealed


@pytest.mark.parametrize(
    "place",
    [
        Place(table="commands", row=WORDS.row, column="words"),
        Place(table="calls", row="REP-20261122-00002", column="words"),
        Place(table="calls", row=WORDS.row, column="phone"),
    ],
)
async def test_a_value_moved_elsewhere_does_not_open(fresh_pool: asyncpg.Pool, place: Place) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        sealed = await sealer.seal(connection, OWNER, WORDS, PLAIN)

        with pytest.raises(Broken):
            await sealer.open(connection, OWNER, place, sealed)


@pytest.mark.parametrize("at", [0, 1, 20, -1])
async def test_a_changed_value_does_not_open(fresh_pool: asyncpg.Pool, at: int) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        sealed = bytearray(await sealer.seal(connection, OWNER, WORDS, PLAIN))
        sealed[at] ^= 1

        with pytest.raises(Broken):
            await sealer.open(connection, OWNER, WORDS, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01short", b"\x02", b"\x02short", PLAIN])
async def test_what_was_never_sealed_does_not_open(fresh_pool: asyncpg.Pool, sealed: bytes) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        await sealer.key(connection, OWNER)

        with pytest.raises(Broken):
            await sealer.open(connection, OWNER, WORDS, sealed)


async def test_what_a_version_that_packed_nothing_sealed_opens(fresh_pool: asyncpg.Pool) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        key = await sealer.key(connection, OWNER)
        nonce, bound_to = os.urandom(12), json.dumps([OWNER, "calls", WORDS.row, "words"]).encode()

        opened = key.open(WORDS, b"\x01" + nonce + AESGCM(key.key).encrypt(nonce, PLAIN, bound_to))

    assert opened == PLAIN


async def test_a_packed_value_that_says_it_is_not_does_not_open(fresh_pool: asyncpg.Pool) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        sealed = await sealer.seal(connection, OWNER, WORDS, PLAIN)

        with pytest.raises(Broken):
            await sealer.open(connection, OWNER, WORDS, b"\x01" + sealed[1:])


async def test_after_the_key_is_destroyed_nothing_opens(fresh_pool: asyncpg.Pool) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        sealed = await sealer.seal(connection, OWNER, WORDS, PLAIN)

        assert await sealer.destroy(connection, OWNER)

        assert not await sealer.destroy(connection, OWNER)
        with pytest.raises(Erased):
            await sealer.open(connection, OWNER, WORDS, sealed)


async def test_a_key_whose_transaction_was_undone_seals_nothing_later(fresh_pool: asyncpg.Pool) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        async with connection.transaction():
            await sealer.key(connection, OWNER)
        await sealer.key(connection, OWNER)
        await undone.rollback()

        sealed = await sealer.seal(connection, OWNER, WORDS, PLAIN)

        assert await Sealer(RING).open(connection, OWNER, WORDS, sealed) == PLAIN


async def test_twenty_who_come_first_at_once_share_one_key(fresh_pool: asyncpg.Pool) -> None:
    async def seal() -> bytes:
        async with fresh_pool.acquire(timeout=5) as connection, connection.transaction():
            return await Sealer(RING).seal(connection, OWNER, WORDS, PLAIN)

    sealed = await asyncio.gather(*(seal() for _ in range(20)))

    async with fresh_pool.acquire() as connection:
        opener = Sealer(RING)
        assert {await opener.open(connection, OWNER, WORDS, one) for one in sealed} == {PLAIN}


async def test_a_known_key_is_not_asked_for_again(fresh_pool: asyncpg.Pool) -> None:
    sealer = Sealer(RING)
    async with fresh_pool.acquire() as connection:
        sealed = await sealer.seal(connection, OWNER, WORDS, PLAIN)
        await connection.execute("delete from data_keys")

        assert await sealer.open(connection, OWNER, WORDS, sealed) == PLAIN


async def test_rewrapping_lets_the_old_master_key_go(fresh_pool: asyncpg.Pool) -> None:
    async with fresh_pool.acquire() as connection:
        before = Sealer(RING)
        sealed = await before.seal(connection, OWNER, WORDS, PLAIN)
        for number in range(250):
            await before.key(connection, f"household:{number}")

    moved = await Sealer(KeyRing(current="m2", keys={"m1": OLD, "m2": NEW})).rewrap(fresh_pool)

    async with fresh_pool.acquire() as connection:
        alone = Sealer(KeyRing(current="m2", keys={"m2": NEW}))
        assert moved == 251
        assert await alone.open(connection, OWNER, WORDS, sealed) == PLAIN


async def test_a_master_key_that_left_too_early_is_named(fresh_pool: asyncpg.Pool) -> None:
    async with fresh_pool.acquire() as connection:
        await Sealer(RING).key(connection, OWNER)

        with pytest.raises(NoMasterKey, match="m1 is not among LIYUAN_MASTER_KEYS"):
            await Sealer(KeyRing(current="m2", keys={"m2": NEW})).key(connection, OWNER)


def test_no_key_is_in_a_text_of_it() -> None:
    assert OLD.hex() not in repr(RING).replace("\\x", "")
    assert "b'" not in repr(RING)
