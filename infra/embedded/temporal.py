"""The embedded Temporal server: the packaged development server with its Web UI and a database file."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.child import Child, answers, bound_to_us, refuse_taken_port, start
from infra.errors import CannotStart

START_SECONDS = 60.0
DYNAMIC: dict[str, object] = {
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # A parked case shows in TemporalReportedProblems after about 15 s instead of a minute.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 2,
    # An erased case is gone within seconds instead of half a minute.
    "history.transferProcessorUpdateAckInterval": "3s",
    "history.visibilityProcessorUpdateAckInterval": "3s",
}
TIME_SKIPPING: dict[str, object] = {
    "frontend.WorkflowTimeSkippingEnabled": True,
    "history.timerProcessorMaxTimeShift": "1ms",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedTemporal:
    child: Child
    address: str
    ui_url: str | None

    def stop(self) -> None:
        """Ask it to stop and wait; what it had acknowledged is in its file. Repeatable."""
        self.child.stop(by=signal.SIGTERM)


def program(name: str) -> Path:
    """A program installed beside this Python; ``CannotStart`` if it is not there."""
    path = Path(sys.prefix) / "bin" / name
    if not path.is_file():
        raise CannotStart(
            f"the program {name} is not installed in {sys.prefix}",
            remedy="install the requirements again",
            chinese=(f"{sys.prefix} 中没有安装 {name}", "重新安装本项目的依赖"),
        )
    return path


def start_temporal(
    data_folder: Path,
    *,
    port: int,
    ui_port: int | None,
    namespace: str = "default",
    codec_endpoint: str | None = None,
    time_skipping: bool = False,
) -> EmbeddedTemporal:
    """Start the server on 127.0.0.1 and return once it takes calls; without ``ui_port`` there is no Web UI.

    ``codec_endpoint`` lets the Web UI read payloads. ``time_skipping`` allows the clocks of cases to be wound
    forward (demonstrations and drills only). Call it from a thread that lasts as long as the server is wanted.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    refuse_taken_port(port, what="Temporal", setting="LIYUAN_TEMPORAL_ADDRESS")
    if ui_port is not None:
        refuse_taken_port(ui_port, what="Temporal Web UI", setting="LIYUAN_TEMPORAL_UI_PORT")
    dynamic = DYNAMIC | (TIME_SKIPPING if time_skipping else {})
    command = [
        *bound_to_us(signal.SIGTERM), str(program("temporal")), "server", "start-dev",
        "--ip", "127.0.0.1", "--port", str(port), "--namespace", namespace,
        "--db-filename", str(data_folder / "temporal.db"),
        "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL",
        "--log-level", "warn", "--log-format", "json",
        *(["--headless"] if ui_port is None else _ui(ui_port, codec_endpoint)),
    ]  # fmt: skip
    for name, value in dynamic.items():
        command += ["--dynamic-config-value", f"{name}={json.dumps(value)}"]
    child = start("temporal", command, log=data_folder / "logs" / "temporal.log")
    address = f"127.0.0.1:{port}"
    if not child.wait_until(lambda: answers(port) and _serves(address, namespace), seconds=START_SECONDS):
        child.stop()
        _say_why(child, data_folder)
    ui_url = None if ui_port is None else f"http://127.0.0.1:{ui_port}"
    return EmbeddedTemporal(child=child, address=address, ui_url=ui_url)


def _ui(port: int, codec_endpoint: str | None) -> Sequence[str]:
    codec = ["--ui-codec-endpoint", codec_endpoint] if codec_endpoint else []
    return ["--ui-port", str(port), "--ui-disable-news-fetch", *codec]


def _serves(address: str, namespace: str) -> bool:
    command = [str(program("temporal")), "operator", "namespace", "describe", "--address", address]
    try:
        asked = subprocess.run([*command, "--namespace", namespace], capture_output=True, check=False, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _say_why(child: Child, data_folder: Path) -> None:
    said = child.tail()
    if "no space left" in said.lower() or "disk is full" in said:
        raise CannotStart(
            f"the disk of {data_folder} is full; nothing was damaged",
            remedy="free some space, start again",
            chinese=(f"{data_folder} 所在磁盘已满；数据未受损", "腾出空间后重新启动"),
        )
    if "not a database" in said or "malformed" in said:
        raise CannotStart(
            f"{data_folder / 'temporal.db'} is damaged; it was left as it is",
            remedy="restore it from a backup, or move it away: the next start takes open cases from PostgreSQL",
            chinese=(
                f"{data_folder / 'temporal.db'} 已损坏，未作改动",
                "从备份恢复，或把它移走：再次启动时从 PostgreSQL 续办未结的单",
            ),
        )
    raise CannotStart(
        f"Temporal did not start:\n{said}",
        remedy=f"read {child.log}",
        chinese=("Temporal 没有启动起来，经过见下", f"查看日志 {child.log}"),
    )


def start_skipping_server(folder: Path, *, port: int) -> EmbeddedTemporal:
    """Start the Java test server with one skipped clock for all cases; it has no listing, schedules or Web UI."""
    refuse_taken_port(port, what="Temporal test server", setting="LIYUAN_TEMPORAL_ADDRESS")
    command = [*bound_to_us(signal.SIGTERM), str(program("temporal-test-server")), str(port)]
    child = start("temporal-test-server", command, log=folder / "logs" / "temporal-test-server.log")
    if not child.wait_until(lambda: answers(port), seconds=START_SECONDS):
        child.stop()
        raise CannotStart(
            f"the test server did not start:\n{child.tail()}",
            remedy=f"read {child.log}",
            chinese=("测试用的 Temporal 没有启动起来，经过见下", f"查看日志 {child.log}"),
        )
    return EmbeddedTemporal(child=child, address=f"127.0.0.1:{port}", ui_url=None)
