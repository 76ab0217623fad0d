"""Migrations: numbered forward-only files, each applied once, whoever comes first.

``python -m infra.postgres.migrate`` applies what is missing and says what it did.
A file whose first line is ``-- no-transaction`` holds one statement that runs outside a transaction.
"""

import argparse
import asyncio
import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from infra.errors import CannotStart, WrongMigrations

FOLDER = Path(__file__).parent / "migrations"
NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
LOCK = 0x6C697975616E
NO_TRANSACTION = "-- no-transaction"
LOCK_SECONDS = 120.0
LOCK_POLL_SECONDS = 0.1

CREATE_TABLE = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
)"""
APPLIED = "select number, name, sha256 from migrations order by number"
RECORD = "insert into migrations (number, name, sha256) values ($1, $2, $3)"
TRY_LOCK = "select pg_try_advisory_lock($1)"
UNLOCK = "select pg_advisory_unlock($1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        return not self.text.startswith(NO_TRANSACTION)


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files in order; ``WrongMigrations`` if a name is wrong or a number is missing or doubled."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = NAME.fullmatch(path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise WrongMigrations(
                f"{path.name} is not the migration numbered {len(found) + 1:04}",
                remedy="number the files 0001_name.sql, 0002_name.sql … without gaps or doubles",
                chinese=(
                    f"{path.name} 不是第 {len(found) + 1:04} 号迁移",
                    "文件按 0001_name.sql、0002_name.sql 连续编号",
                ),
            )
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        found.append(Migration(number=int(match[1]), name=path.name, text=text))
    return found


async def migrate(dsn: str, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing and return its names; nothing when up to date. Safe from several processes at once.

    ``WrongMigrations`` if an applied file was edited, or the database is newer than these files; then nothing is done.
    """
    wanted = migrations() if wanted is None else wanted
    connection = await asyncpg.connect(
        dsn, timeout=10, server_settings={"timezone": "UTC", "lock_timeout": "30000", "application_name": "migrate"}
    )
    try:
        await _lock(connection)
        await connection.execute(CREATE_TABLE)
        done = {row["number"]: row for row in await connection.fetch(APPLIED)}
        _compare(wanted, done)
        missing = [migration for migration in wanted if migration.number not in done]
        for migration in missing:
            await _apply(connection, migration)
        return [migration.name for migration in missing]
    finally:
        await connection.close(timeout=5)


async def _lock(connection: asyncpg.Connection) -> None:
    # Polled, because waiting inside pg_advisory_lock deadlocks with CREATE INDEX CONCURRENTLY.
    deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
    while not await connection.fetchval(TRY_LOCK, LOCK):
        if asyncio.get_running_loop().time() > deadline:
            raise WrongMigrations(
                "another process has been migrating this database for two minutes",
                remedy="let it finish, or end its connection (application_name 'migrate') and start again",
                chinese=(
                    "另一个进程升级这个数据库已有两分钟",
                    "等它结束，或断开它的连接（application_name 为 migrate）后重新启动",
                ),
            )
        await asyncio.sleep(LOCK_POLL_SECONDS)


def _compare(wanted: Sequence[Migration], done: dict[int, asyncpg.Record]) -> None:
    known = {migration.number: migration for migration in wanted}
    for number, row in done.items():
        if number not in known:
            raise WrongMigrations(
                f"the database has migration {row['name']}, which this version does not know",
                remedy="start the version that applied it, or a newer one",
                chinese=(f"数据库有本版本不认识的迁移 {row['name']}", "用做过该迁移的版本或更新的版本启动"),
            )
        if known[number].sha256 != row["sha256"]:
            raise WrongMigrations(
                f"{known[number].name} was edited after it was applied to this database",
                remedy="restore the file as it was and put the change into a new migration",
                chinese=(f"{known[number].name} 在执行之后被改动过", "恢复原文件，把改动写进新的迁移"),
            )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    record = (migration.number, migration.name, migration.sha256)
    try:
        if migration.in_transaction:
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(RECORD, *record)
        else:
            await connection.execute(migration.text)
            await connection.execute(RECORD, *record)
    except asyncpg.PostgresError as fault:
        raise WrongMigrations(
            f"{migration.name} failed: {fault.sqlstate} {fault}",
            remedy="the database is as before this file; correct the cause and start again",
            chinese=(f"迁移 {migration.name} 没有成功，原因见下", "数据库仍是此文件之前的样子；排除原因后重新启动"),
        ) from fault


async def _main() -> int:
    from infra.settings import load_settings  # noqa: PLC0415 - only the program reads settings

    try:
        applied = await migrate(load_settings().dsn)
    except OSError as fault:
        raise CannotStart(
            f"PostgreSQL cannot be reached ({type(fault).__name__})",
            remedy="start it, or correct LIYUAN_POSTGRES_DSN",
            chinese=("连不上 PostgreSQL", "启动它，或更正 LIYUAN_POSTGRES_DSN"),
        ) from fault
    sys.stdout.write("".join(f"applied {name}\n" for name in applied) or "up to date\n")
    return 0


if __name__ == "__main__":
    from infra.run import run

    argparse.ArgumentParser(prog="python -m infra.postgres.migrate", description=__doc__).parse_args()
    run(_main())
