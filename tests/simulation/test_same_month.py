"""The same seed gives the same month, byte for byte, in another process too; and another seed another."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.simulation.desk import Desk
from tests.simulation.month import live

CALLS = 8
ELSEWHERE = f"from tests.simulation.month import live; print(live(7, {CALLS}, days=5).digest)"


def test_the_same_seed_gives_the_same_month_in_another_process_whatever_its_hashes_are() -> None:
    here = live(7, CALLS, days=5).digest

    for seed_of_hashes in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed_of_hashes, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
            text=True,
            check=True,
        )
        assert here == there.stdout.strip()


def test_another_seed_gives_another_month() -> None:
    assert live(7, CALLS, days=5).digest != live(8, CALLS, days=5).digest


def test_it_shows_where_anything_but_the_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    here = live(7, CALLS, days=5).digest
    on_time = Desk._delivery

    def by_the_wall(desk: Desk) -> object:
        return on_time(desk).replace(microsecond=time.monotonic_ns() // 1000 % 1_000_000)

    monkeypatch.setattr(Desk, "_delivery", by_the_wall)

    assert here != live(7, CALLS, days=5).digest
