"""The pool of connections, opened the same way by every process."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from infra.errors import CannotStart
from infra.postgres.queries import load
from infra.settings import Settings

APPLICATION = "liyuan-desk"
OLDEST = 17_00_00

queries = load("upkeep.sql")


async def open_pool(settings: Settings, *, dsn: str | None = None) -> asyncpg.Pool:
    """A pool on UTC with statement and command time-outs and JSON as plain values; the caller closes it.

    ``CannotStart`` if the server is too old or its database cannot hold Chinese text properly.
    Take connections by ``acquired``, which waits ``postgres_acquire_timeout`` seconds and no longer.
    """
    pool = await asyncpg.create_pool(
        dsn or settings.dsn,
        min_size=1,
        max_size=settings.postgres_pool_size,
        init=prepare_connection,
        reset=_as_it_is,
        timeout=5,
        command_timeout=settings.postgres_statement_timeout + 1,
        statement_cache_size=0 if settings.postgres_pgbouncer else 100,
        server_settings={
            "application_name": APPLICATION,
            "timezone": "UTC",
            "statement_timeout": str(int(settings.postgres_statement_timeout * 1000)),
            "idle_in_transaction_session_timeout": "30000",
        },
    )
    try:
        await _check_server(pool)
    except BaseException:
        pool.terminate()
        raise
    return pool


async def open_running(settings: Settings) -> asyncpg.Pool:
    """The pool of a desk that ought to be up, for an operator's command; ``CannotStart`` if it is not."""
    try:
        return await open_pool(settings)
    except (OSError, asyncpg.PostgresError) as fault:
        raise CannotStart(
            f"the database does not answer ({type(fault).__name__})",
            remedy="start the desk first (make up), or correct LIYUAN_DATA_FOLDER or LIYUAN_POSTGRES_DSN",
            chinese=("数据库没有应答", "先启动服务台（make up），或更正 LIYUAN_DATA_FOLDER、LIYUAN_POSTGRES_DSN"),
        ) from None


@asynccontextmanager
async def acquired(pool: asyncpg.Pool, settings: Settings) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    """A connection for a moment; TimeoutError when none is free in time, ConnectionResetError when it breaks.

    The driver's own error for a broken connection has no text and fails whoever prints it, an activity's worker too.
    """
    try:
        async with pool.acquire(timeout=settings.postgres_acquire_timeout) as connection:
            yield connection
    except asyncpg.ConnectionDoesNotExistError:
        raise ConnectionResetError("the database broke the connection off") from None


async def prepare_connection(connection: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=_to_json, decoder=json.loads)


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Spare the four statements by which asyncpg would undo session settings: nothing of ours makes any.

    An open transaction is rolled back and listeners are removed before this is called.
    """


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


async def _check_server(pool: asyncpg.Pool) -> None:
    """Refuse a server on which Chinese text cannot be searched (``LC_CTYPE`` is ``C``) or that is too old."""
    row = await pool.fetchrow(queries["about_server"])
    if row is None or row["version"] < OLDEST:
        raise CannotStart(
            "PostgreSQL is older than 17",
            remedy="move the database to PostgreSQL 17 or newer",
            chinese=("PostgreSQL 版本低于 17", "把数据库移到 PostgreSQL 17 或更新的版本"),
        )
    if row["ctype"] in ("C", "POSIX"):
        raise CannotStart(
            "the database was created with LC_CTYPE C, in which Chinese text cannot be searched",
            remedy="create it anew: locale_provider builtin, builtin_locale 'C.UTF-8', lc_ctype 'C.UTF-8'",
            chinese=(
                "数据库以 LC_CTYPE C 建立，不能检索中文",
                "重新建库：locale_provider builtin，builtin_locale 'C.UTF-8'，lc_ctype 'C.UTF-8'",
            ),
        )
