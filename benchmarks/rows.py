"""The row and the notice that the yardsticks write: one statement, one commit, in tables of their own."""

import asyncpg

TABLES = """
create table if not exists bench_rows (
    case_no text, number integer, body text not null, at timestamptz not null default now(),
    primary key (case_no, number)
);
create table if not exists bench_notices (
    case_no text, number integer, text text not null, at timestamptz not null default now(),
    primary key (case_no, number)
);
"""

WRITE = """
with added as (
    insert into bench_rows (case_no, number, body) values ($1, $2, $3) on conflict do nothing returning case_no, number
)
insert into bench_notices (case_no, number, text) select case_no, number, 'told' from added
"""


async def prepare(dsn: str, *, also_make: str = "") -> None:
    """The tables in the database of ``dsn``; ``also_make``: another, empty database beside it."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(TABLES)
        if also_make:
            await connection.execute(f"create database {also_make}")
    finally:
        await connection.close()
