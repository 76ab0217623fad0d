"""What the commands of ``python -m infra.reference`` do; answers go to the terminal, the status says how it ended."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import asyncpg

from domain.calendar import LOCAL
from domain.people import EstateCode, Role
from infra.postgres.pool import open_running
from infra.reference.checks import check
from infra.reference.folder import Folder, read_folder
from infra.reference.load import Change, Loading
from infra.reference.principals import Grant, GrantRefused, grant, principals, revoke
from infra.reference.problems import WrongReference
from infra.reference.reader import Reference
from infra.reference.wanted import LAYOUTS
from infra.sealing import Sealer
from infra.settings import load_settings

REFUSED = 2


async def check_files(path: Path) -> int:
    try:
        check(read_folder(path))
    except WrongReference as wrong:
        return _refuse(wrong)
    _say("文件无误 / the files are right")
    return 0


async def load_files(path: Path, *, by: str) -> int:
    try:
        folder = read_folder(path)
        check(folder)
        async with _database() as (pool, sealer):
            changes = await load_checked(pool, sealer, folder, by=by)
            tasks = await Reference(pool, sealer, load_settings()).open_tasks(EstateCode(folder.estate.code))
    except WrongReference as wrong:
        return _refuse(wrong)
    for line in summary(changes):
        _say(line)
    for task in tasks:
        _say(f"待办（{task.post}）：{task.text}")
    return 0


async def load_checked(pool: asyncpg.Pool, sealer: Sealer, folder: Folder, *, by: str) -> Mapping[str, Change]:
    """Load a folder that ``check`` has passed; what has begun is judged by today in Asia/Shanghai."""
    async with pool.acquire() as connection:
        return await Loading(connection, sealer, folder, datetime.now(LOCAL).date()).run(by)


async def grant_key(
    name: str, posts: frozenset[Role], estates: frozenset[str], *, staff: str | None, replace: bool
) -> int:
    wish = Grant(name=name, posts=posts, estates=estates, staff=staff)
    try:
        async with _database() as (pool, _), pool.acquire() as connection:
            key = await grant(connection, wish, replace=replace)
    except GrantRefused as refusal:
        return _complain(str(refusal))
    _say(key)
    sys.stderr.write(f"{wish.principal} 的密钥只显示这一次 / the key of {wish.principal} is shown only this once\n")
    return 0


async def revoke_key(principal: str) -> int:
    try:
        async with _database() as (pool, _), pool.acquire() as connection:
            await revoke(connection, principal)
    except GrantRefused as refusal:
        return _complain(str(refusal))
    _say(f"{principal} 的密钥已收回 / the key of {principal} no longer works")
    return 0


async def show_principals() -> int:
    async with _database() as (pool, _), pool.acquire() as connection:
        for row in await principals(connection):
            posts, estates = row["posts"], row["estates"]
            state = "已收回" if row["revoked_at"] else "有效"
            _say(f"{row['id']}\t{row['kind']}\t{row['name']}\t{posts}\t{estates}\t{state}")
    return 0


def summary(changes: Mapping[str, Change]) -> list[str]:
    """One Chinese line a table that changed."""
    lines = [
        f"{layout.label}：新增 {len(change.added)}，修改 {len(change.changed)}，删除或停用 {len(change.removed)}"
        for layout in LAYOUTS
        if (change := changes[layout.name])
    ]
    return lines or ["没有变化 / nothing changed"]


@asynccontextmanager
async def _database() -> AsyncIterator[tuple[asyncpg.Pool, Sealer]]:
    settings = load_settings()
    pool = await open_running(settings)
    try:
        yield pool, Sealer(settings.master_ring())
    finally:
        await pool.close()


def _refuse(wrong: WrongReference) -> int:
    count = len(wrong.problems)
    return _complain(f"{wrong}\n共 {count} 处有误，什么也没有载入 / {count} problems; nothing was loaded")


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return REFUSED


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
