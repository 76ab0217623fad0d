"""The embedded desk: PostgreSQL, Temporal and our own processes, brought up, kept running and stopped in order."""

import asyncio
import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from infra.embedded.child import refuse_taken_port
from infra.embedded.first_start import first_start
from infra.embedded.folder import NEEDED_BYTES, DataFolder
from infra.embedded.lost_cases import has_open_cases, start_lost_cases
from infra.embedded.postgres import EmbeddedPostgres, start_postgres
from infra.embedded.processes import Household, how, program
from infra.embedded.readiness import answers_ready, beating
from infra.embedded.temporal import EmbeddedTemporal, start_temporal
from infra.errors import CannotStart
from infra.postgres.migrate import migrate
from infra.settings import Settings

PROCESSES = {
    "worker": "workers",
    "watcher": "workers.watcher",
    "notifier": "workers.notifier",
    "relay": "workers.relay",
    "api": "api",
}
"""Our own processes as they name themselves in ``heartbeats``, each with its module, in the order they are started."""
READY_SECONDS = 90.0
GRACE_SECONDS = 20.0
TICK_SECONDS = 0.2
DISK_EVERY = 60.0


class Desk:
    """One embedded desk on one claimed data folder. Use it from the main thread: the children end with their thread.

    ``time_skipping`` lets the clocks of cases be wound forward, for demonstrations and drills.
    """

    def __init__(self, settings: Settings, folder: DataFolder, *, time_skipping: bool = False) -> None:
        self.settings = settings
        self.time_skipping = time_skipping
        self.folder = folder
        self.began = time.monotonic()
        self.household = Household(say=self.say)
        self.low_on_disk = False
        self.first_key = ""
        """The call centre's key, where this start has made it; to be shown, never logged."""

    def say(self, text: str) -> None:
        # A terminal that is gone must not end the desk; the log of the desk has every line too.
        line = f"[{time.monotonic() - self.began:6.1f} s] {text}\n"
        logs = self.folder.path / "logs"
        with contextlib.suppress(OSError):
            logs.mkdir(exist_ok=True)
            with (logs / "desk.log").open("a", encoding="utf-8") as log:
                log.write(line)
        self.show(line)

    def show(self, text: str) -> None:
        """To the terminal alone."""
        with contextlib.suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()

    def bring_up(self) -> None:
        """Start everything and return when it is ready; ``CannotStart`` where something does not come up."""
        settings = self.settings
        self._patiently(self._refuse_taken_ports)
        settings.master_ring()
        settings.codec_ring()
        self.say("starting PostgreSQL")
        self._patiently(lambda: self.household.take_in("postgres", self._postgres))
        for name in asyncio.run(migrate(settings.dsn)):
            self.say(f"applied migration {name}")
        self.say("starting Temporal")
        self._patiently(lambda: self.household.take_in("temporal", self._temporal))
        if not self.folder.complete:
            self.say("loading the sample estate")
            self.first_key = first_start(self.folder.path, settings.dsn)
        if asyncio.run(has_open_cases(settings.dsn)):
            for line in start_lost_cases(self.folder.path / "logs"):
                self.say(line)
        self.say(f"starting {', '.join(PROCESSES)}")
        since = time.time()
        for name, module in PROCESSES.items():
            command = (sys.executable, "-m", module)
            self.household.take_in(name, program(name, command, logs=self.folder.path / "logs"))
        self._wait_until_ready(since)
        self.folder.mark_complete()
        self.say("ready")

    def watch(self) -> NoReturn:
        """Keep the children running until a signal ends it."""
        looked = time.monotonic()
        while True:
            self.household.tend()
            if time.monotonic() - looked > DISK_EVERY:
                looked = time.monotonic()
                self._watch_disk()
            time.sleep(TICK_SECONDS)

    def _refuse_taken_ports(self) -> None:
        settings = self.settings
        refuse_taken_port(settings.api_port, what="API", setting="LIYUAN_API_PORT")
        refuse_taken_port(self._temporal_port(), what="Temporal", setting="LIYUAN_TEMPORAL_ADDRESS")
        refuse_taken_port(settings.temporal_ui_port, what="Temporal Web UI", setting="LIYUAN_TEMPORAL_UI_PORT")

    def _temporal_port(self) -> int:
        host, _, port = self.settings.temporal_address.rpartition(":")
        if host not in ("127.0.0.1", "localhost") or not port.isdecimal():
            raise CannotStart(
                f"LIYUAN_TEMPORAL_ADDRESS is {self.settings.temporal_address}, and the embedded Temporal is local",
                remedy="give it as 127.0.0.1:port, or start the processes one by one with LIYUAN_MODE=server",
                chinese=(
                    f"LIYUAN_TEMPORAL_ADDRESS 为 {self.settings.temporal_address}，而自带的 Temporal 只在本机",
                    "写成 127.0.0.1:端口，或设 LIYUAN_MODE=server 逐个启动各进程",
                ),
            )
        return int(port)

    def _postgres(self) -> EmbeddedPostgres:
        settings = self.settings
        ours = os.umask(0o022)  # started by root, its service user has to reach the programs
        try:
            return start_postgres(
                self.folder.path, binaries=settings.postgres_binaries, service_user=settings.postgres_service_user
            )
        finally:
            os.umask(ours)

    def _temporal(self) -> EmbeddedTemporal:
        settings = self.settings
        return start_temporal(
            self.folder.path,
            port=self._temporal_port(),
            ui_port=settings.temporal_ui_port,
            namespace=settings.temporal_namespace,
            codec_endpoint=f"{settings.public_url}/codec",
            time_skipping=self.time_skipping,
        )

    def _patiently(self, action: Callable[[], object]) -> None:
        """What a killed desk left behind ends by itself within moments; until then its ports and files are taken."""
        until = time.monotonic() + (GRACE_SECONDS if self.folder.left_behind else 0)
        while True:
            try:
                action()
            except CannotStart:
                if time.monotonic() >= until:
                    raise
                time.sleep(TICK_SECONDS)
            else:
                return

    def _wait_until_ready(self, since: float) -> None:
        until = time.monotonic() + READY_SECONDS
        waiting = set(PROCESSES)
        while waiting:
            for member in self.household.members:
                running = member.running
                if running is not None and not member.alive:
                    raise CannotStart(
                        f"{member.name} ended while starting ({how(running.child)}):\n{running.child.tail()}",
                        remedy=f"read {running.child.log}",
                        chinese=(f"{member.name} 启动时退出，经过见下", f"查看日志 {running.child.log}"),
                    )
            if time.monotonic() > until:
                raise CannotStart(
                    f"not ready after {READY_SECONDS:.0f} s: {', '.join(sorted(waiting))}",
                    remedy=f"read the logs in {self.folder.path / 'logs'}",
                    chinese=(
                        f"{READY_SECONDS:.0f} 秒内没有就绪：{'、'.join(sorted(waiting))}",
                        f"查看 {self.folder.path / 'logs'} 中的日志",
                    ),
                )
            ready = waiting & asyncio.run(beating(self.settings.dsn, since))
            if "api" in waiting and answers_ready(self.settings.api_port):
                ready.add("api")
            for name in sorted(ready):
                self.say(f"{name} is ready")
            waiting -= ready
            time.sleep(TICK_SECONDS)

    def _watch_disk(self) -> None:
        low = shutil.disk_usage(self.folder.path).free < NEEDED_BYTES
        if low and not self.low_on_disk:
            self.say(f"{self.folder.path} 所在磁盘将满：请腾出空间，否则将不能受理")
            self.say(f"the disk of {self.folder.path} is nearly full: free some space, or the desk will stop accepting")
        self.low_on_disk = low

    def stop(self) -> None:
        """Stop all in order; a second signal meanwhile ends everything at once."""
        try:
            self.household.stop()
        except KeyboardInterrupt:
            self.say("ending everything at once; work in hand is done again at the next start")
            self.household.kill()
            return
        self.folder.released()
