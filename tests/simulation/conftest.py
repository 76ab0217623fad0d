"""The months of a run, each simulated once, by whichever process of the tests asks for it first."""

import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.month import live
from tests.simulation.report import Report

SEEDS = range(1, 21)
REPAIRS = 200
"""In each month."""


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[int], Report]:
    """The report of a seed's month; asks nobody twice, also where several processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "months"
    folder.mkdir(exist_ok=True)
    return lambda seed: _shared(folder, seed)


def _shared(folder: Path, seed: int) -> Report:
    done, begun = folder / f"{seed}.done", folder / f"{seed}.begun"
    while not done.exists():
        try:
            os.close(os.open(begun, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            time.sleep(0.2)
            continue
        try:
            report = Report()
            report.add(live(seed, REPAIRS))
            begun.write_bytes(pickle.dumps(report))
        except BaseException:
            begun.unlink()
            raise
        begun.rename(done)
    found: Report = pickle.loads(done.read_bytes())  # noqa: S301  # written by ourselves a moment ago
    return found
