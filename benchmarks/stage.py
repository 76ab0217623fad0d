"""The servers and workers of one run: real PostgreSQL, the Temporal dev server, our worker, the yardsticks' workers."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks import bare_worker, rows
from benchmarks.clocks import Group
from infra.embedded.child import Child, bound_to_us, free_port, start
from infra.embedded.first_start import SAMPLE
from infra.embedded.folder import claim
from infra.embedded.postgres import EmbeddedPostgres, start_postgres
from infra.embedded.readiness import answers_ready
from infra.embedded.temporal import EmbeddedTemporal, start_temporal
from infra.errors import CannotStart
from infra.postgres.migrate import migrate
from infra.settings import PREFIX, Settings

PATIENCE = 60.0
LAST_LINE = "Ctrl-C stops the desk"
TRANSACT = "transact"
"""A database of its own, so that what is counted in the desk's is the desk's."""


@dataclass(kw_only=True)
class Stage:
    """Everything that runs; the seconds each of our processes took to be ready; how each arm's processes are read."""

    settings: Settings
    postgres: EmbeddedPostgres
    temporal: EmbeddedTemporal
    worker: Child
    bare: Child
    api: Child
    transact: "Transact | None"
    ready_after: dict[str, float]
    stopping: list[Callable[[], None]]

    def second_start(self) -> float:
        """Stop everything, start the whole desk on what is there; seconds until it says that it is ready."""
        while self.stopping:
            self.stopping.pop()()
        folder = claim(self.settings.data_folder)
        folder.mark_complete()  # as a first start leaves it: the sample is not loaded again
        folder.released()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        own = {
            f"{PREFIX}DATA_FOLDER": str(self.settings.data_folder),
            **{f"{PREFIX}{name}": str(free_port()) for name in ("API_PORT", "TEMPORAL_UI_PORT")},
            f"{PREFIX}TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        }
        began = time.monotonic()
        desk = subprocess.Popen(
            [sys.executable, "-m", "infra.embedded"],
            env=kept | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert desk.stdout is not None  # noqa: S101  # it was opened as a pipe
        said = []
        for line in desk.stdout:
            said.append(line)
            if LAST_LINE in line:
                break
        seconds = time.monotonic() - began
        desk.send_signal(signal.SIGINT)
        desk.communicate()
        if not said or LAST_LINE not in said[-1]:
            raise CannotStart(
                f"the desk did not start again:\n{''.join(said)}",
                remedy="read its logs",
                chinese=("服务台未能再次启动", "查看日志"),
            )
        return seconds

    def clocks_of(self, arm: str) -> dict[str, Group]:
        """Whose time counts for an arm: ``desk``, ``bare`` or ``transact``.

        B has no API: its caller does that part, so this process counts there. Of the desk it is the user.
        """
        postgres = {"postgres": Group(pid=self.postgres.child.process.pid, family=True)}
        server = {"server": Group(pid=self.temporal.child.process.pid)}
        if arm == "transact" and self.transact is not None:
            return postgres | {"worker": Group(pid=self.transact.process.pid)}
        if arm == "bare":
            return postgres | server | {"client": Group(pid=os.getpid()), "worker": Group(pid=self.bare.process.pid)}
        return (
            postgres
            | server
            | {"api": Group(pid=self.api.process.pid)}
            | {"worker": Group(pid=self.worker.process.pid)}
        )


class Transact:
    """The DBOS arm in a process of its own, told what to run by a line."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.transact", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def await_ready(self) -> None:
        self._heard()

    def run(self, cases: int, at_once: int, acts: int) -> float:
        """Seconds for that many whole cases."""
        assert self.process.stdin is not None  # noqa: S101  # it was opened as a pipe
        self.process.stdin.write(f"run {cases} {at_once} {acts}\n")
        self.process.stdin.flush()
        return float(self._heard()["seconds"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _heard(self) -> dict[str, float]:
        assert self.process.stdout is not None  # noqa: S101  # it was opened as a pipe
        line = self.process.stdout.readline()
        if not line:
            raise CannotStart(
                "the DBOS arm ended",
                remedy="run: python -m benchmarks.transact URL",
                chinese=("DBOS 一方已退出", "运行 python -m benchmarks.transact URL"),
            )
        answer: dict[str, float] = json.loads(line)
        return answer


@contextmanager
def staged(*, with_transact: bool = True, time_skipping: bool = False) -> Iterator[Stage]:
    """Start everything in a folder of its own, and stop and remove it at the end.

    ``time_skipping``: the clocks of its cases can be wound.
    """
    with tempfile.TemporaryDirectory(prefix="liyuan-bench-") as place:
        Path(place).chmod(0o711)  # the service user of PostgreSQL passes through
        folder = Path(place) / "data"
        stopping: list[Callable[[], None]] = []
        try:
            yield _start(folder, stopping, with_transact=with_transact, time_skipping=time_skipping)
        finally:
            while stopping:
                stopping.pop()()


def _launch(name: str, arguments: list[str], logs: Path) -> Child:
    command = [*bound_to_us(signal.SIGTERM), sys.executable, "-m", *arguments]
    return start(name, command, log=logs / f"{name}.log")


def _await(child: Child, ready: Callable[[], bool]) -> float:
    """The moment on the monotonic clock at which it was ready."""
    if not child.wait_until(ready, seconds=PATIENCE):
        raise CannotStart(
            f"{child.name} did not become ready:\n{child.tail()}",
            remedy=f"see {child.log}",
            chinese=(f"{child.name} 没有就绪，经过见下", f"查看日志 {child.log}"),
        )
    return time.monotonic()


def _start(folder: Path, stopping: list[Callable[[], None]], *, with_transact: bool, time_skipping: bool) -> Stage:
    postgres = start_postgres(folder)
    stopping.append(postgres.stop)
    temporal = start_temporal(folder, port=free_port(), ui_port=None, time_skipping=time_skipping)
    stopping.append(temporal.stop)
    api_port = free_port()
    os.environ |= {
        f"{PREFIX}MODE": "embedded",
        f"{PREFIX}DATA_FOLDER": str(folder),
        f"{PREFIX}TEMPORAL_ADDRESS": temporal.address,
        f"{PREFIX}API_PORT": str(api_port),
        f"{PREFIX}TEMPORAL_TIME_SKIPPING": str(time_skipping),
        # A busy machine answers late, and 202 would end the run.
        f"{PREFIX}ACCESS__ANSWER_PATIENCE": "PT30S",
    }
    settings = Settings()
    asyncio.run(migrate(settings.dsn))
    asyncio.run(rows.prepare(settings.dsn, also_make=TRANSACT))
    asyncio.run(rows.prepare(postgres.dsn(TRANSACT)))
    logs = folder / "logs"
    bare = _launch("bare", ["benchmarks.bare_worker", temporal.address, settings.dsn], logs)
    stopping.append(bare.stop)
    transact = None
    if with_transact and find_spec("dbos") is not None:
        transact = Transact(postgres.dsn(TRANSACT))
        stopping.append(transact.stop)
    load = [sys.executable, "-m", "infra.reference", "load", str(SAMPLE)]
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
    _await(bare, lambda: bare_worker.READY in bare.log.read_text())
    if transact is not None:
        transact.await_ready()

    # Alone on the machine, for their start is measured.
    began = time.monotonic()
    worker = _launch("worker", ["workers"], logs)
    stopping.append(worker.stop)
    ready_after = {"worker": _await(worker, lambda: "worker.ready" in worker.log.read_text()) - began}
    began = time.monotonic()
    api = _launch("api", ["api"], logs)
    stopping.append(api.stop)
    ready_after["api"] = _await(api, lambda: answers_ready(api_port)) - began
    return Stage(
        settings=settings,
        postgres=postgres,
        temporal=temporal,
        worker=worker,
        bare=bare,
        api=api,
        transact=transact,
        ready_after=ready_after,
        stopping=stopping,
    )
