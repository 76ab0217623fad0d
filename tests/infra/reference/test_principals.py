"""Keys of the API: shown once, kept as a hash, bound to posts that are really held."""

import asyncpg
import pytest

from domain.people import POSTS, Role
from infra.reference.principals import CALL_CENTRE, Grant, GrantRefused, grant, grant_sample_keys, hash_key, revoke
from infra.sealing import Sealer
from tests.infra.reference.conftest import SAMPLE, load

FRONT_DESK = Grant(name="前台甲", posts=frozenset({Role.FRONT_DESK}), estates=frozenset({"LY"}), staff="fd-1")


@pytest.fixture
async def estate(fresh_pool: asyncpg.Pool, sealer: Sealer) -> asyncpg.Pool:
    await load(fresh_pool, sealer, SAMPLE)
    return fresh_pool


async def holder(pool: asyncpg.Pool, key: str) -> asyncpg.Record | None:
    return await pool.fetchrow("select * from principals where key_hash = $1 and revoked_at is null", hash_key(key))


async def test_a_key_is_kept_only_as_its_hash_and_found_by_it(estate: asyncpg.Pool) -> None:
    async with estate.acquire() as connection:
        key = await grant(connection, FRONT_DESK)

    row = await holder(estate, key)
    assert row is not None
    assert (row["id"], row["kind"], row["posts"], row["estates"]) == ("fd-1", "person", ["前台客服员"], ["LY"])
    assert key not in str(dict(row))


async def test_a_second_key_needs_the_first_revoked_or_replaced(estate: asyncpg.Pool) -> None:
    async with estate.acquire() as connection:
        first = await grant(connection, FRONT_DESK)
        with pytest.raises(GrantRefused, match="revoke"):
            await grant(connection, FRONT_DESK)
        second = await grant(connection, FRONT_DESK, replace=True)
        await revoke(connection, "fd-1")
        with pytest.raises(GrantRefused):
            await revoke(connection, "fd-1")
        third = await grant(connection, FRONT_DESK)

    assert [await holder(estate, key) is not None for key in (first, second, third)] == [False, False, True]


@pytest.mark.parametrize(
    "wish",
    [
        Grant(name="前台甲", posts=frozenset({Role.FINANCE}), estates=frozenset({"LY"}), staff="fd-1"),
        Grant(name="前台甲", posts=frozenset({Role.FRONT_DESK}), estates=frozenset({"XX"}), staff="fd-1"),
        Grant(name="某人", posts=frozenset({Role.FRONT_DESK}), estates=frozenset({"LY"}), staff="nobody"),
        Grant(name="门禁", posts=frozenset({Role.SYSTEM}), estates=frozenset({"LY"})),
        Grant(name="门禁", posts=frozenset(), estates=frozenset({"LY"})),
        Grant(name="门禁", posts=frozenset({Role.FRONT_DESK}), estates=frozenset()),
    ],
    ids=["post not held", "unknown estate", "unknown person", "not a post", "no post", "no estate"],
)
async def test_rights_that_nobody_can_have_are_not_granted(estate: asyncpg.Pool, wish: Grant) -> None:
    async with estate.acquire() as connection:
        with pytest.raises(GrantRefused):
            await grant(connection, wish)

    assert await estate.fetchval("select count(*) from principals") == 0


async def test_sample_keys_cover_the_call_centre_and_everybody_active(estate: asyncpg.Pool) -> None:
    async with estate.acquire() as connection:
        keys = await grant_sample_keys(connection)

    assert len(keys) == 32
    call_centre, supervisor = await holder(estate, keys[CALL_CENTRE]), await holder(estate, keys["en-1"])
    assert call_centre is not None
    assert supervisor is not None
    assert (call_centre["kind"], set(call_centre["posts"])) == ("system", {post.value for post in POSTS})
    assert set(supervisor["posts"]) == {"工程部主管", "工程部"}
