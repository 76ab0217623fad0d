"""The demonstration as ``make demo`` plays it, on real servers with wound clocks; and what it will not touch."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.calendar import LOCAL
from domain.case_file import CaseFile
from domain.limits import BeforeTimeOfDay, Terms
from domain.rulebook.open_values import OV_15
from domain.rulebook.repair.obligations import RETURN_REMINDER
from infra.demo.__main__ import DESK
from infra.demo.repair import BEFORE_THE_REMINDER, clear_of_the_return
from infra.embedded.child import free_port

ROOT = Path(__file__).parents[2]
CLAIMS = (
    "a reminder before the limit",
    "a breach of REP-26",
    "its escalation",
    "copies back before 17:00",
    "copies not back at 17:00",
    "a case closed",
    "a refusal with two signatures",
    "a withdrawal",
)


def test_at_whatever_minute_work_ends_there_is_a_reminder_ahead_of_its_return() -> None:
    for minute in range(24 * 60):
        ended = datetime(2026, 11, 25, tzinfo=LOCAL) + timedelta(minutes=minute)

        signed = clear_of_the_return(ended) + BEFORE_THE_REMINDER

        due = BeforeTimeOfDay(OV_15).due(signed, CaseFile(), Terms()).at.astimezone(LOCAL)
        assert signed <= datetime.combine(due.date(), RETURN_REMINDER, LOCAL) < due - timedelta(minutes=20), ended


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's service user can reach, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="liyuan-demo-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def demo(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {
        "LIYUAN_API_PORT": str(free_port()),
        "LIYUAN_TEMPORAL_UI_PORT": str(free_port()),
        "LIYUAN_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIYUAN_")}
    return subprocess.run(
        [sys.executable, "-m", "infra.demo", "--check", "--folder", str(folder)],
        cwd=ROOT,
        env={**kept, **own, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_a_busy_day_shows_everything_it_promises_and_another_desk_is_left_alone(folder: Path) -> None:
    another = folder / "another"
    another.mkdir()

    run = demo(folder, LIYUAN_DATA_FOLDER=str(another), LIYUAN_POSTGRES_DSN="postgresql://elsewhere/desk")

    assert run.returncode == 0, run.stdout + run.stderr
    assert all(f"/ {claim}" in run.stdout for claim in CLAIMS)
    assert "✗" not in run.stdout
    assert "Ctrl-C" not in run.stdout  # with --check it has left
    assert not list(another.iterdir())


def test_a_folder_with_other_things_in_it_is_left_as_it_is(folder: Path) -> None:
    kept = folder / DESK / "accounts.txt"
    kept.parent.mkdir()
    kept.write_text("kept")

    run = demo(folder)

    assert run.returncode == 2
    assert "holds other things (accounts.txt)" in run.stderr
    assert kept.read_text() == "kept"
