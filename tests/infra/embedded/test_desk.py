"""The whole desk as ``make up`` starts it: real servers, real processes, on a data folder and ports of its own."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.embedded.child import free_port
from infra.embedded.desk import PROCESSES
from infra.embedded.folder import KEYS_FILE, LOCK
from infra.reference.principals import CALL_CENTRE
from tests.survival.callers import CALL, TO_THE_SITE

ROOT = Path(__file__).parents[3]
NAMES = ("postgres", "temporal", *PROCESSES)
LAST_LINE = "Ctrl-C stops the desk"

pytestmark = pytest.mark.timeout(300)


class Started:
    """A desk in a process of its own, and what it has said so far."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.api_port, self.ui_port, temporal_port = free_port(), free_port(), free_port()
        own = {
            "LIYUAN_DATA_FOLDER": str(folder),
            "LIYUAN_API_PORT": str(self.api_port),
            "LIYUAN_TEMPORAL_UI_PORT": str(self.ui_port),
            "LIYUAN_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal_port}",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIYUAN_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.embedded"],
            cwd=ROOT,
            env={**kept, **own, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def says(self, text: str) -> None:
        """Wait for it."""
        until(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said

    def ended(self) -> int:
        code = self.process.wait(90)
        self._reader.join()
        return code

    def children(self) -> dict[int, str]:
        """Every process of this desk by its id, with its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                about = (entry / "stat").read_text().rpartition(")")[2].split()
                if entry.name.isdecimal() and int(about[1]) == self.process.pid and about[0] != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    def ask(self, path: str, *, port: int | None = None) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.api_port}{path}", timeout=10) as answer:
            return int(answer.status)

    def serves(self, path: str, *, port: int | None = None) -> bool:
        try:
            return self.ask(path, port=port) == 200
        except OSError:
            return False

    def send(self, path: str, body: dict[str, Any]) -> str:
        """As the call centre, repeated until the case has taken it on: its number."""
        keys = dict(line.split("\t") for line in (self.folder / KEYS_FILE).read_text().splitlines())
        headers = {
            "Authorization": f"Bearer {keys[CALL_CENTRE]}",
            "Idempotency-Key": f"k-{secrets.token_hex(12)}",
            "Content-Type": "application/json",
        }
        address, data = f"http://127.0.0.1:{self.api_port}{path}", json.dumps(body).encode()
        answers: list[dict[str, Any]] = [{}]

        def is_applied() -> bool:
            with urllib.request.urlopen(
                urllib.request.Request(address, data=data, headers=headers), timeout=30
            ) as told:
                answers.append(json.loads(told.read()))
            return bool(answers[-1]["state"] == "applied")

        until(is_applied)
        return str(answers[-1]["no"])

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.ended()


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that PostgreSQL's service user can reach, as pytest's own are not."""
    place = Path(tempfile.mkdtemp(prefix="liyuan-desk-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def shared(place: Path) -> Iterator[Started]:
    desk = Started(place / "shared")
    try:
        desk.says(LAST_LINE)
        yield desk
    finally:
        desk.kill()


@pytest.fixture
def desk(shared: Started) -> Started:
    """The shared one, whole again after whatever another test killed of it."""
    until(lambda: shared.serves("/readyz") and shared.serves("/namespaces/default/workflows", port=shared.ui_port))
    return shared


@pytest.fixture
def start(place: Path) -> Iterator[Callable[[], Started]]:
    """Starts a desk on a data folder that it has for itself, and waits until it is ready."""
    desks: list[Started] = []

    def start() -> Started:
        desks.append(Started(place / "stopped"))
        desks[-1].says(LAST_LINE)
        return desks[-1]

    yield start
    for desk in desks:
        desk.kill()


def test_the_addresses_it_shows_answer(desk: Started) -> None:
    assert 200 == desk.ask("/readyz")
    assert 200 == desk.ask("/docs")
    assert 200 == desk.ask("/namespaces/default/workflows", port=desk.ui_port)
    assert f"http://127.0.0.1:{desk.api_port}/inbox" in desk.said


def test_the_first_key_is_on_the_terminal_and_in_a_file_of_ours_and_in_no_log(desk: Started) -> None:
    key = re.search(r"First API key\s+(\S+)", desk.said)

    assert key is not None
    kept = desk.folder / KEYS_FILE
    assert key[1] in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not [log for log in (desk.folder / "logs").iterdir() if key[1] in log.read_text()]


def test_a_second_desk_on_the_same_folder_is_refused(desk: Started) -> None:
    second = Started(desk.folder)

    assert second.ended() == 2
    assert f"a desk already runs on {desk.folder} (process {desk.process.pid})" in second.said
    assert "Remedy: use that one" in second.said


def test_a_taken_port_is_refused_with_its_setting_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = Started(tmp_path / "data", LIYUAN_API_PORT=str(port))
        code = refused.ended()

    assert code == 2
    assert f"端口 {port}（API）被占用" in refused.said
    assert f"port {port} (API) is taken" in refused.said
    assert "LIYUAN_API_PORT" in refused.said
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("name", ["worker", "api", "relay", "notifier", "watcher", "postgres", "temporal"])
def test_a_killed_process_comes_back_by_itself(desk: Started, name: str) -> None:
    mark = {"postgres": "/postgres -D", "temporal": "start-dev"}.get(name, f"-m {PROCESSES.get(name)} ")
    (pid,) = [pid for pid, command in desk.children().items() if mark in command]
    already = desk.said.count(f"{name} started again")

    os.kill(pid, signal.SIGKILL)

    until(lambda: desk.said.count(f"{name} started again") > already)
    until(lambda: any(mark in command for command in desk.children().values()))


def test_a_killed_supervisor_leaves_nothing_and_the_next_desk_continues_where_it_was(
    start: Callable[[], Started],
) -> None:
    killed = start()
    children = killed.children()
    assert len(children) == len(NAMES)

    killed.process.kill()
    killed.ended()
    following = start()

    assert all(map(gone, children))
    assert "loading the sample estate" not in following.said
    assert "First API key" not in following.said


def test_an_interrupt_stops_everything_in_order_and_leaves_the_folder_free(start: Callable[[], Started]) -> None:
    desk = start()
    children = desk.children()

    desk.process.send_signal(signal.SIGINT)
    code = desk.ended()

    assert code == 0
    stopped = re.findall(r"\] (stopping \w+)$", desk.said, re.MULTILINE)
    assert [f"stopping {name}" for name in reversed(NAMES)] == stopped
    assert all(map(gone, children))
    assert (desk.folder / LOCK).read_text() == ""


def test_a_desk_that_has_lost_temporal_continues_its_open_cases_from_the_ledger(start: Callable[[], Started]) -> None:
    desk = start()
    no = desk.send("/v1/repairs", dict(CALL))
    desk.kill()
    for file in list(desk.folder.glob("temporal.db*")):
        file.rename(file.with_name(f"lost-{file.name}"))

    following = start()
    by, event = TO_THE_SITE[0]

    assert "started 1 open case(s) again that Temporal had lost" in following.said
    assert following.send(f"/v1/cases/{no}/events", {"by": by, "event": event}) == no
