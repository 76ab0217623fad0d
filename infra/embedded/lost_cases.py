"""What an embedded desk does before its processes start: cases of which one side has lost something are mended."""

import signal
import subprocess
import sys
from pathlib import Path

import asyncpg

from infra.embedded.child import bound_to_us
from infra.postgres.queries import load

COMMAND = (sys.executable, "-m", "infra.rebuild")
LONGEST_SECONDS = 300.0

queries = load("commands.sql")


async def has_open_cases(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return bool(await connection.fetch(queries["open_numbers"]))
    finally:
        await connection.close(timeout=5)


def start_lost_cases(logs: Path) -> list[str]:
    """Run the rebuilding, and what there is to say of it; nothing if every open case runs.

    What it cannot do keeps no desk from starting: the watcher tells of every case without its workflow. In a process
    of its own, so that a Temporal client never lives in the supervisor.
    """
    log = logs / "rebuild.log"
    command = [*bound_to_us(signal.SIGTERM), *COMMAND]
    try:
        with log.open("ab") as trail:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=trail,
                text=True,
                check=False,
                timeout=LONGEST_SECONDS,
            )
    except subprocess.TimeoutExpired:
        return [f"starting lost cases again took too long and was left; read {log}"]
    begun = sum(line.endswith(" started") for line in done.stdout.splitlines())
    said = [f"started {begun} open case(s) again that Temporal had lost"] if begun else []
    if filed := sum(" filed again: " in line for line in done.stdout.splitlines()):
        said.append(f"filed again from Temporal what the database lacked of {filed} case(s)")
    if done.returncode != 0:
        said.append(f"not every case could be brought into line; read {log}, then: python -m infra.rebuild")
    return said
