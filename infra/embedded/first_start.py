"""What an embedded desk does once on a new data folder: load the sample estate and make the first keys of the API."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from infra.embedded.folder import KEYS_FILE
from infra.errors import CannotStart
from infra.reference.principals import CALL_CENTRE, grant_sample_keys

SAMPLE = Path(__file__).parents[2] / "reference" / "sample"


def first_start(data_folder: Path, dsn: str) -> str:
    """The call centre's new key, to be shown once; it stands with those of the staff in a file of mode 0600.

    Repeatable, for a start that did not get through: the keys of the last time stop working.
    """
    _load(SAMPLE)
    keys = asyncio.run(_grant(dsn))
    _keep(data_folder / KEYS_FILE, keys)
    return keys[CALL_CENTRE]


def _load(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.reference", "load", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotStart(
            f"{folder} could not be loaded:\n{done.stdout[-1500:]}",
            remedy="correct it, start again",
            chinese=(f"{folder} 中的基础资料不能载入，错处见下", "更正后重新启动"),
        )


async def _grant(dsn: str) -> Mapping[str, str]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await grant_sample_keys(connection)
    finally:
        await connection.close(timeout=5)


def _keep(path: Path, keys: Mapping[str, str]) -> None:
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{principal}\t{key}\n" for principal, key in keys.items())
    fresh.replace(path)
