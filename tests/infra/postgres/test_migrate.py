"""Migrations are applied once, by whoever comes first, and never over an edited or newer one."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from infra.errors import WrongMigrations
from infra.postgres.migrate import LOCK, Migration, migrate, migrations

ONE = Migration(number=1, name="0001_one.sql", text="create table one (id int);")
TWO = Migration(number=2, name="0002_two.sql", text="insert into one select 1; create table two (id int);")


@pytest.fixture
async def empty(postgres: str) -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database {name}")
    yield postgres.replace("/liyuan?", f"/{name}?")
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def _ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_the_files_of_the_repository_are_applied_once(empty: str) -> None:
    applied = await migrate(empty)

    again = await migrate(empty)

    assert applied == [migration.name for migration in migrations()]
    assert again == []


async def test_six_at_once_apply_each_file_once(empty: str) -> None:
    results = await asyncio.gather(*(migrate(empty, [ONE, TWO]) for _ in range(6)))

    assert sorted(name for applied in results for name in applied) == [ONE.name, TWO.name]
    assert await _ask(empty, "select count(*) from one") == 1


async def test_it_waits_for_the_one_who_is_migrating(empty: str) -> None:
    holder = await asyncpg.connect(empty)
    await holder.execute("select pg_advisory_lock($1)", LOCK)

    waiting = asyncio.create_task(migrate(empty, [ONE]))
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    await holder.close()

    assert not done
    assert await waiting == [ONE.name]


async def test_an_edited_file_is_refused_and_nothing_is_done(empty: str) -> None:
    await migrate(empty, [ONE])
    edited = Migration(number=1, name=ONE.name, text=ONE.text + " ")

    with pytest.raises(WrongMigrations, match=r"0001_one.sql was edited"):
        await migrate(empty, [edited, TWO])

    assert await _ask(empty, "select to_regclass('two')") is None


async def test_a_database_newer_than_the_files_is_refused(empty: str) -> None:
    await migrate(empty, [ONE, TWO])

    with pytest.raises(WrongMigrations, match=r"0002_two.sql, which this version does not know"):
        await migrate(empty, [ONE])


async def test_a_file_that_fails_leaves_the_database_as_before_it(empty: str) -> None:
    broken = Migration(number=2, name="0002_two.sql", text="create table two (id int); select nonsense;")

    with pytest.raises(WrongMigrations, match=r"0002_two.sql failed: 42703"):
        await migrate(empty, [ONE, broken])

    assert await _ask(empty, "select to_regclass('two')") is None
    assert await migrate(empty, [ONE, TWO]) == [TWO.name]


async def test_a_statement_that_needs_no_transaction_runs_without(empty: str) -> None:
    index = Migration(
        number=2, name="0002_i.sql", text="-- no-transaction\ncreate index concurrently by_id on one (id);"
    )

    results = await asyncio.gather(*(migrate(empty, [ONE, index]) for _ in range(3)))

    assert sorted(name for applied in results for name in applied) == [ONE.name, index.name]
    assert await _ask(empty, "select to_regclass('by_id')::text") == "by_id"


@pytest.mark.parametrize("names", [["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"], ["1_a.sql"]])
def test_gaps_doubles_and_wrong_names_are_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("select 1;")

    with pytest.raises(WrongMigrations, match="is not the migration numbered"):
        migrations(tmp_path)
