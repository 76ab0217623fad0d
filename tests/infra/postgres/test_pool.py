"""The pool gives connections that are on UTC, give up in time and speak JSON."""

import asyncpg
import pytest

from infra.errors import CannotStart
from infra.postgres.pool import acquired, open_pool
from infra.settings import Settings


def _with(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update=changes)


async def test_json_goes_in_and_comes_out_as_plain_values(pool: asyncpg.Pool) -> None:
    value = {"标签": ["到场", 1, None, True]}

    assert await pool.fetchval("select $1::jsonb", value) == value
    assert await pool.fetchval("select $1::jsonb->'标签'->>0", value) == "到场"


async def test_nan_is_no_json(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.DataError):
        await pool.fetchval("select $1::jsonb", float("nan"))


async def test_a_statement_that_takes_too_long_is_given_up(settings: Settings) -> None:
    pool = await open_pool(_with(settings, postgres_statement_timeout=0.2))

    with pytest.raises(asyncpg.QueryCanceledError):
        await pool.execute("select pg_sleep(30)")

    assert await pool.fetchval("select 1") == 1
    await pool.close()


async def test_when_all_connections_are_taken_the_wait_is_short(settings: Settings) -> None:
    settings = _with(settings, postgres_pool_size=1, postgres_acquire_timeout=0.1)
    pool = await open_pool(settings)

    async with acquired(pool, settings):
        with pytest.raises(TimeoutError):
            async with acquired(pool, settings):
                pytest.fail("there was only one")

    await pool.close()


async def test_a_database_that_knows_no_chinese_letters_is_refused(postgres: str, settings: Settings) -> None:
    admin = await asyncpg.connect(postgres)
    await admin.execute(
        "create database only_ascii template template0 locale_provider libc lc_ctype 'C' lc_collate 'C'"
    )

    with pytest.raises(CannotStart, match="LC_CTYPE"):
        await open_pool(settings, dsn=postgres.replace("/liyuan?", "/only_ascii?"))

    await admin.execute("drop database only_ascii")
    await admin.close()
