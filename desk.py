"""The one start script: makes the project's own environment, then runs, tests or checks the desk.

Needs nothing but Python 3.11 or newer: ``python3 desk.py up`` does what ``make up`` does.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_TIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Stop(Exception):
    """Ends the script with a sentence that names the remedy; in Chinese first where it keeps a desk from starting."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(*command: str | Path, quiet: bool = False) -> int:
    """The exit status; what the command prints goes to the terminal. Nothing can ask questions: there is no stdin."""
    words = [str(part) for part in command]
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(words, cwd=ROOT, check=False, stdin=subprocess.DEVNULL, stdout=out).returncode


def apt_install(*packages: str) -> bool:
    """Whether the packages are there now; False where this script may not install them."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {' '.join(packages)} through apt …")
    apt = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    installed = (*apt, "install", "-y", "--no-install-recommends", *packages)
    return run(*apt, "update", quiet=True) == 0 and run(*installed, quiet=True) == 0


def stamp(lock: Path) -> Path:
    """The file that stands in the environment exactly when this content of the lock is installed in it."""
    return VENV / f".installed.{lock.stem}.{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"


def usable() -> bool:
    """Whether the environment's interpreter runs and something can install into it."""
    if not PYTHON.exists():
        return False
    tool = "import sys" if shutil.which("uv") else "import pip"
    return subprocess.run([PYTHON, "-c", tool], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    say("Making the project's own Python environment in .venv …")
    if shutil.which("uv") and run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, VENV) == 0:
        return
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    package = f"python3.{sys.version_info.minor}-venv"
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    if apt_install(package) and run(*command) == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    raise Stop(
        f"缺少 Python 的 venv 模块，或 .venv 不能写入：请以 root 执行 apt-get install {package}\n"
        f"Python's venv module is missing or .venv cannot be written: apt-get install {package} (as root)."
    )


def pip_install(lock: Path) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--require-hashes", "-r", str(lock)]
    report = VENV / "install.log"
    with report.open("w") as kept:
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=kept, stderr=subprocess.STDOUT)
    while pip.poll() is None:
        time.sleep(0.5)
        if sys.stdout.isatty():
            sys.stdout.write(f"\r  {report.read_text().count('Collecting ')} packages")
            sys.stdout.flush()
    if pip.returncode != 0:
        say("\n".join(["", *report.read_text().splitlines()[-15:]]))
        raise Stop(
            f"pip 没有装上 {lock.name}：经过见上；请检查网络、软件源和磁盘空间\n"
            f"pip could not install {lock.name}: see above; check the network, the package index and the disk."
        )


def install(lock: Path) -> None:
    """Idempotent, and does nothing while the lock is what was last installed."""
    with Path(__file__).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # one set-up at a time in this checkout
        if usable() and stamp(lock).exists():
            return
        if not usable():
            make_environment()
        say(f"Installing {lock.name}: {lock.read_text().count('==')} packages, a minute or two the first time …")
        uv = ("uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON, "--require-hashes")
        if not (shutil.which("uv") and run(*uv, "-r", lock) == 0):
            pip_install(lock)
        for old in VENV.glob(".installed.*"):
            old.unlink()
        stamp(lock).touch()
        if lock == DEVELOPMENT:  # every pin of the run-time lock stands in it: tests/architecture sees to that
            stamp(RUN_TIME).touch()


def up(arguments: Sequence[str]) -> int:
    install(RUN_TIME)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "infra.embedded", *arguments])  # noqa: S606  our own interpreter


def demo(arguments: Sequence[str]) -> int:
    """A desk of its own with a busy day on it; ``--check`` leaves afterwards, with the status."""
    install(RUN_TIME)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "infra.demo", *arguments])  # noqa: S606  our own interpreter


def load(arguments: Sequence[str]) -> int:
    """``load FOLDER`` or ``load --check FOLDER``: the reference data of an estate, into the desk that is running."""
    install(RUN_TIME)
    given = [str(Path(part).resolve()) if Path(part).exists() else part for part in arguments]
    return run(PYTHON, "-m", "infra.reference", "load", *given)


def screenshots(_: Sequence[str]) -> int:
    """Takes the pictures of the README anew, from a demonstration of its own."""
    install(DEVELOPMENT)
    if not any(map(shutil.which, CHROMIUM)) and not apt_install("chromium", "fonts-noto-cjk"):
        raise Stop("Chromium is missing: apt-get install chromium fonts-noto-cjk (as root).")
    return run(PYTHON, "-m", "docs.screenshots.take")


def left_out() -> list[str]:
    """Options for pytest that leave out what this machine cannot run; in CI that is a failure instead."""
    if any(map(shutil.which, CHROMIUM)) or apt_install("chromium", "fonts-noto-cjk"):
        return []
    if os.environ.get("CI") == "true":
        raise Stop("CI leaves no test out, and Chromium is missing: apt-get install chromium fonts-noto-cjk (as root).")
    say("LEFT OUT: tests marked 'browser', for want of Chromium: apt-get install chromium fonts-noto-cjk (as root).")
    return ["-m", "not browser"]


def test(arguments: Sequence[str]) -> int:
    install(DEVELOPMENT)
    processes = min((os.cpu_count() or 1) + 1, 8)  # one more than cores: some tests wait most of their time
    spread = ("-n", str(processes), "--dist", "loadscope")
    return run(PYTHON, "-m", "pytest", *spread, *left_out(), *arguments)


def gates(_: Sequence[str]) -> int:
    """Every gate runs, so that one look shows all that is wrong; the status is 1 when any failed."""
    install(DEVELOPMENT)
    commands: list[tuple[str | Path, ...]] = [
        (VENV / "bin/ruff", "format", "--check", "."),
        (VENV / "bin/ruff", "check", "."),
        (PYTHON, "-m", "mypy", "--strict"),
        (VENV / "bin/lint-imports", "--no-cache"),
        (VENV / "bin/deptry", "."),
        (PYTHON, "-m", "infra.settings", "--check"),
        (PYTHON, "-m", "infra.rulebook_pages", "--check"),
        (PYTHON, "-m", "infra.web_ui", "--check"),
    ]
    failed = []
    for command in commands:
        shown = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
        say(f"== {shown}")
        if run(*command) != 0:
            failed.append(shown)
    say(f"== failed: {'; '.join(failed)}" if failed else "== all gates passed")
    return 1 if failed else 0


def check(arguments: Sequence[str]) -> int:
    return max(gates(()), test(arguments))


def tidy(_: Sequence[str]) -> int:
    install(DEVELOPMENT)
    ruff = VENV / "bin/ruff"
    return max(run(ruff, "format", "."), run(ruff, "check", "--fix", "."))


def lock(arguments: Sequence[str]) -> int:
    """Writes the lock files again; ``--upgrade`` among the arguments takes newer versions."""
    install(DEVELOPMENT)
    uv: tuple[str | Path, ...] = ("uv",)
    if not shutil.which("uv"):
        uv = (VENV / "bin/uv",)
        if not uv[0].exists() and run(PYTHON, "-m", "pip", "install", "--quiet", "uv") != 0:
            raise Stop("uv is missing and could not be installed: python3 -m pip install uv, then again.")
    compiled = (*uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate")
    compiled = (*compiled, "--python-version", "3.11", *arguments, "pyproject.toml")
    groups: tuple[tuple[str | Path, ...], ...] = (
        ("-o", RUN_TIME),
        ("--group", "dev", "-o", DEVELOPMENT),
        ("--group", "dev", "--group", "bench", "-c", DEVELOPMENT, "-o", ROOT / "requirements-bench.lock"),
    )
    return max([run(*compiled, *group) for group in groups])


EPILOG = "What follows the command goes to it: python3 desk.py demo --check, or make demo ARGS=--check."

COMMANDS = {
    "up": up,
    "demo": demo,
    "load": load,
    "test": test,
    "gates": gates,
    "check": check,
    "format": tidy,
    "lock": lock,
    "screenshots": screenshots,
}


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  whoever starts this may have an older one
        version = sys.version.split()[0]
        raise Stop(
            f"需要 Python 3.11 或更新的版本，现为 {version}：请用 python3.11 desk.py …\n"
            f"Python 3.11 or newer is needed; this is {version}: run python3.11 desk.py …"
        )
    parser = argparse.ArgumentParser(prog="desk.py", description=__doc__, epilog=EPILOG)
    parser.add_argument("command", choices=COMMANDS)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled anew, each of our processes starts a second later
    return COMMANDS[parser.parse_args(sys.argv[1:2]).command](sys.argv[2:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stop as stop:
        sys.exit(str(stop))
    except KeyboardInterrupt:
        sys.exit(130)
