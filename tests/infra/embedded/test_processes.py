"""The household: who dies is started again, all are stopped last first, and nobody outlives the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.embedded import processes
from infra.embedded.processes import Household, program
from infra.errors import CannotStart

SLEEPER = (sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(600)")
SUPERVISOR = """
import sys, time
from pathlib import Path
from infra.embedded.processes import Household, program
household = Household(say=print)
for name in ("one", "two"):
    member = household.take_in(name, program(name, [sys.executable, "-c", "import time; time.sleep(600)"],
                                             logs=Path(sys.argv[1])))
    print(member.running.child.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def household(said: list[str]) -> Iterator[Household]:
    household = Household(say=said.append)
    yield household
    household.stop()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "not within 20 s"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has waited for yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def tended(household: Household, true: Callable[[], bool]) -> Callable[[], bool]:
    def look() -> bool:
        household.tend()
        return true()

    return look


def test_a_killed_child_is_started_again_and_its_last_words_are_shown(
    household: Household, said: list[str], tmp_path: Path
) -> None:
    member = household.take_in("sleeper", program("sleeper", SLEEPER, logs=tmp_path))
    assert member.running is not None
    first = member.running.child.process
    until(lambda: (tmp_path / "sleeper.log").read_text() == "hello\n")

    first.send_signal(signal.SIGKILL)
    until(tended(household, lambda: member.deaths == 1))
    until(tended(household, lambda: member.alive))

    assert ["sleeper ended (signal 9); starting it again in 1 s\n  sleeper | hello", "sleeper started again"] == said
    assert (tmp_path / "sleeper.log.1").read_text() == "hello\n"


def test_the_pause_doubles_with_each_death_up_to_a_minute(
    household: Household, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = household.take_in(
        "failing", program("failing", (sys.executable, "-c", "raise SystemExit(3)"), logs=tmp_path)
    )
    for _ in range(8):
        until(tended(household, lambda: member.running is None))
        member.again_at = 0
        household.tend()

    pauses = [line.rpartition(" in ")[2] for line in said if "exit 3" in line]

    assert ["1 s", "2 s", "4 s", "8 s", "16 s", "32 s", "60 s"] == pauses[:7]


def test_a_child_that_ran_steadily_is_forgiven_its_earlier_deaths(
    household: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STEADY_SECONDS", -1.0)
    member = household.take_in("steady", program("steady", (sys.executable, "-c", ""), logs=tmp_path))
    member.deaths = 5

    until(tended(household, lambda: member.running is None))

    assert member.deaths == 1


def test_a_child_that_cannot_be_started_again_is_tried_later_and_the_others_go_on(
    household: Household, said: list[str], tmp_path: Path
) -> None:
    start = program("server", SLEEPER, logs=tmp_path)
    refusing: list[bool] = []

    def launch() -> processes.Program:
        if refusing:
            raise CannotStart("the disk is full", remedy="free some space", chinese=("磁盘已满", "腾出空间"))
        return start()

    member = household.take_in("server", launch)
    refusing.append(True)
    assert member.running is not None
    member.running.child.process.kill()
    until(tended(household, lambda: member.running is None))
    member.again_at = 0
    household.tend()

    assert "server does not start: 磁盘已满" in said[-1]
    assert member.again_at > time.monotonic()


def test_all_are_stopped_last_first(household: Household, said: list[str], tmp_path: Path) -> None:
    pids = []
    for name in ("postgres", "workers", "api"):
        member = household.take_in(name, program(name, SLEEPER, logs=tmp_path))
        assert member.running is not None
        pids.append(member.running.child.process.pid)

    household.stop()

    assert ["stopping api", "stopping workers", "stopping postgres"] == said
    assert all(map(gone, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(supervisor.stdout.readline()) for _ in range(2)]
        assert not any(map(gone, pids))

        supervisor.kill()

    until(lambda: all(map(gone, pids)))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_child_that_comes_up_only_after_its_supervisor_died_does_not_run() -> None:
    ask = "import signal; from infra.embedded.child import bound_to_us; print(*bound_to_us(signal.SIGKILL), sep='\\n')"
    of_a_dead_one = subprocess.run([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True, check=True)

    orphan = subprocess.run(
        [*of_a_dead_one.stdout.splitlines(), "echo", "running"], stdout=subprocess.PIPE, check=False
    )

    assert orphan.stdout == b""
    assert orphan.returncode != 0
