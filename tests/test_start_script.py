"""The start script on machines that lack something; a copy of it with empty locks makes a real environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "desk.py"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose locks name no package, on a machine without apt, uv and Chromium."""
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copy(SCRIPT, checkout)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (checkout / lock).write_text("")
    (checkout / "bin").mkdir()
    return checkout


@pytest.mark.parametrize("command", ["up", "demo", "load", "test", "gates"])
@pytest.mark.skipif(not shutil.which("make"), reason="make is missing, and so is what would pass the options on")
def test_make_passes_its_args_to_the_script(command: str) -> None:
    dry = ["make", "--dry-run", command, "ARGS=--check 'a b'"]

    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    said = subprocess.run(dry, cwd=SCRIPT.parent, env=alone, capture_output=True, text=True, check=True).stdout

    assert said == f"python3 desk.py {command} --check 'a b'\n"


def desk(checkout: Path, *arguments: str, ci: bool = False) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    return subprocess.run(
        [sys.executable, "desk.py", *arguments],
        cwd=checkout,
        env={**kept, "HOME": str(checkout), "PATH": str(checkout / "bin"), "CI": str(ci).lower()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ci_fails_rather_than_leaving_out_the_browser_tests(bare: Path) -> None:
    run = desk(bare, "test", ci=True)

    assert run.returncode == 1
    assert run.stderr.startswith("CI leaves no test out, and Chromium is missing: apt-get install chromium")


def test_elsewhere_it_says_plainly_which_tests_are_left_out(bare: Path) -> None:
    run = desk(bare, "test")

    assert "LEFT OUT: tests marked 'browser', for want of Chromium" in run.stdout
    assert run.returncode != 0  # the empty locks bring no pytest


def test_an_environment_is_made_once_and_again_when_it_is_broken(bare: Path) -> None:
    desk(bare, "test")
    again = desk(bare, "test")
    (bare / ".venv/bin/python").unlink()
    broken = desk(bare, "test")

    assert "Making" not in again.stdout
    assert "Installing" not in again.stdout
    assert "Making" in broken.stdout
    assert "Installing requirements-dev.lock" in broken.stdout


def test_a_changed_lock_is_installed_and_what_cannot_be_installed_is_shown(bare: Path) -> None:
    desk(bare, "test")
    lock = bare / "requirements-dev.lock"
    lock.write_text("./missing.whl\n")
    try:
        run = desk(bare, "test")
    finally:
        lock.write_text("")

    assert "missing.whl" in run.stdout
    chinese, english = run.stderr.splitlines()
    assert chinese.startswith("pip 没有装上 requirements-dev.lock")
    assert english.startswith("pip could not install requirements-dev.lock")
    assert run.returncode == 1


def test_an_unknown_command_is_refused_with_the_list_of_commands(bare: Path) -> None:
    run = desk(bare, "upp")

    assert run.returncode == 2
    assert "invalid choice: 'upp'" in run.stderr
    assert "up" in run.stderr
