"""Starting a server as a child that ends with us, and saying plainly why it did not come up."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.errors import CannotStart

POLL_SECONDS = 0.02
TAIL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running server; its output goes to ``log``."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, *, by: signal.Signals = signal.SIGTERM, patience: float = 20.0) -> None:
        """Ask it to stop and wait ``patience`` seconds, then kill it. Repeatable."""
        if self.running:
            self.process.send_signal(by)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL:])

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """True once ``ready``, False if it ended or time is up; then look at ``tail``."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running or time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system user a child runs as."""

    name: str
    uid: int
    gid: int


STILL_OURS = 'test "$PPID" -eq "$0" && exec "$@"'
"""For a shell told our process id: we may have died before the kernel was asked, and then it sends nothing."""


def bound_to_us(by: signal.Signals, account: Account | None = None) -> list[str]:
    """The command prefix by which the kernel sends ``by`` when our thread dies, so start children from a lasting one.

    For children of this process only: started by another, or when we are dead already, the command does not run.
    Without setpriv (not Linux) the prefix is empty and a killed desk leaves its servers to the next start.
    """
    setpriv = shutil.which("setpriv", path=os.environ.get("PATH", "") + os.pathsep + "/usr/bin")
    if setpriv is None:
        if account is not None:
            raise CannotStart(
                "setpriv is missing, so PostgreSQL cannot run as another user",
                remedy="install util-linux",
                chinese=("缺少 setpriv，PostgreSQL 不能换用户运行", "安装 util-linux"),
            )
        return []
    prefix = [setpriv, "--pdeathsig", by.name.removeprefix("SIG")]
    if account is not None:
        prefix += ["--reuid", str(account.uid), "--regid", str(account.gid), "--clear-groups"]
    return [*prefix, "--", "/bin/sh", "-c", STILL_OURS, str(os.getpid())]


def start(name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> Child:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the children in order
        )
    return Child(name=name, process=process, log=log)


def refuse_taken_port(port: int, *, what: str, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            raise CannotStart(
                f"port {port} ({what}) is taken or not allowed ({fault.strerror})",
                remedy=f"stop the program that listens there, or set {setting} to another port",
                chinese=(f"端口 {port}（{what}）被占用或不许使用", f"停掉占用它的程序，或用 {setting} 另设端口"),
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
