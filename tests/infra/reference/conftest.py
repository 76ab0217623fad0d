"""A copy of the sample estate that a test may spoil, and a database it can be loaded into."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from infra.reference.checks import check
from infra.reference.commands import load_checked
from infra.reference.folder import read_folder
from infra.reference.load import Change
from infra.reference.problems import WrongReference
from infra.sealing import Sealer
from infra.settings import Settings

SAMPLE = Path(__file__).parents[3] / "reference" / "sample"
Spoil = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "estate"))


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replaces the first place in a file that matches a pattern; fails if there is none."""

    def replace(file: str, pattern: str, text: str) -> None:
        path = folder / file
        spoilt, times = re.subn(pattern, lambda _: text, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert times == 1
        path.write_text(spoilt, encoding="utf-8")

    return replace


def problems_of(folder: Path) -> list[tuple[str, int, str]]:
    """File, line and field of everything wrong with the folder."""
    try:
        check(read_folder(folder))
    except WrongReference as wrong:
        return [(problem.file, problem.line, problem.field) for problem in wrong.problems]
    return []


async def load(pool: asyncpg.Pool, sealer: Sealer, folder: Path) -> dict[str, Change]:
    """What the load changed, by table."""
    files = read_folder(folder)
    check(files)
    changes = await load_checked(pool, sealer, files, by="test")
    return {name: change for name, change in changes.items() if change}


@pytest.fixture
def sealer(fresh_settings: Settings) -> Sealer:
    return Sealer(fresh_settings.master_ring())
