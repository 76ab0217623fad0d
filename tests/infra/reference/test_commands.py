"""The command as a user types it: what it prints and how it ends."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.settings import Settings
from tests.infra.reference.conftest import SAMPLE, Spoil


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    status: int | None
    out: str
    err: str


async def typed(settings: Settings | None, *arguments: str) -> Ending:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIYUAN_")}
    if settings is not None:
        environment |= {"LIYUAN_POSTGRES_DSN": settings.dsn, "LIYUAN_DATA_FOLDER": str(settings.data_folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "infra.reference",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ending(status=process.returncode, out=out.decode(), err=err.decode())


async def test_load_says_what_changed_and_what_is_left_to_do(fresh_settings: Settings) -> None:
    first = await typed(fresh_settings, "load", str(SAMPLE))
    second = await typed(fresh_settings, "load", str(SAMPLE))

    assert (first.status, second.status) == (0, 0)
    assert "房号：新增 126，修改 0，删除或停用 0" in first.out
    assert "没有变化" in second.out


async def test_check_needs_no_database_and_names_the_fault(folder: Path, spoil: Spoil) -> None:
    right = await typed(None, "load", "--check", str(SAMPLE))
    spoil("estate.toml", r'^code = "LY"$', 'code = "?"')
    wrong = await typed(None, "load", "--check", str(folder))

    assert (right.status, wrong.status) == (0, 2)
    assert "estate.toml:2 code: 格式不符" in wrong.err


async def test_without_a_database_the_remedy_is_named(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"data_folder": tmp_path, "postgres_dsn": f"postgresql://nobody@/none?host={tmp_path}"}
    )

    ending = await typed(settings, "load", str(SAMPLE))

    assert ending.status == 2
    assert "start the desk first" in ending.err


async def test_grant_prints_the_key_alone_so_that_it_can_be_piped(fresh_settings: Settings) -> None:
    await typed(fresh_settings, "load", str(SAMPLE))

    granted = await typed(
        fresh_settings, "grant", "呼叫中心", "--posts", "前台客服员,财务部", "--estates", "LY", "--system"
    )
    listed = await typed(fresh_settings, "list")
    revoked = await typed(fresh_settings, "revoke", "呼叫中心")

    assert (granted.status, listed.status, revoked.status) == (0, 0, 0)
    assert granted.out.startswith("lyd_")
    assert len(granted.out.split()) == 1
    assert "呼叫中心\tsystem" in listed.out
    assert granted.out.strip() not in listed.out
