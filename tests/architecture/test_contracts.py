"""The arrows between the packages, and what each may know; ``[tool.importlinter]`` holds those that tools can say."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "activities", "workflows", "infra", "workers", "api")
PUBLIC = {"workflows", "workflows.messages", "workflows.retrace"}
"""What callers know of the workflows: the registry, the messages and how to retrace a case, never a procedure."""
FACE = PUBLIC | {"workflows.doors", "workflows.visibility", "workflows.calendar"}
"""What delivery and timetable know besides: names of updates, what stands on a case from its start, what fires."""


def files(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def imported(path: Path) -> set[str]:
    """Every module that the file names in an import, at whatever depth of the code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names if is_module(node.module, alias.name)}
    return names


def is_module(package: str | None, name: str) -> bool:
    place = ROOT / (package or "").replace(".", "/") / name
    return place.is_dir() or place.with_suffix(".py").is_file()


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-3000:]


def test_the_domain_knows_the_standard_library_and_itself_alone() -> None:
    outside = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files("domain")
        for name in imported(path)
        if name.partition(".")[0] not in {"domain", *sys.stdlib_module_names}
    }

    assert set() == outside


def test_the_domain_touches_neither_files_nor_the_process() -> None:
    worldly = {"argparse", "io", "os", "pathlib", "shutil", "socket", "subprocess", "sys", "tempfile"}

    assert set() == {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files("domain")
        for name in imported(path)
        if name.partition(".")[0] in worldly
    }


OF_ANY_CASE = (
    *(
        ROOT / "domain" / f"{name}.py"
        for name in ("admission", "case_file", "deadlines", "docket", "filing", "notices")
    ),
    *(ROOT / "domain" / "rulebook" / f"{name}.py" for name in ("rows", "web_ui")),
    *(
        path
        for path in (ROOT / "workflows").glob("*.py")
        if path.stem not in {"__init__", "repair", "public_repair", "routine"}
    ),
    *(ROOT / "api" / f"{name}.py" for name in ("door", "looking", "opening", "rights", "writing")),
    ROOT / "api" / "routes" / "events.py",
)


@pytest.mark.parametrize("path", OF_ANY_CASE, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_every_procedure_shares_names_none_of_them(path: Path) -> None:
    own = re.compile(
        r"domain\.(events|rulebook)\.(repair|public|routine)(\.|$)|workflows\.(repair|public_repair|routine)$"
    )

    assert set() == {name for name in imported(path) if own.match(name)}
    assert not re.search(r"\b((PUBLIC_)?REPAIR|ROUTINE)\b", path.read_text())


@pytest.mark.parametrize(("package", "allowed"), [("api", PUBLIC), ("infra", FACE)])
def test_callers_know_the_registry_and_the_messages_but_no_procedure(package: str, allowed: set[str]) -> None:
    known = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files(package)
        for name in imported(path)
        if name.partition(".")[0] == "workflows" and name not in allowed
    }

    assert set() == known


def test_workflows_reach_the_activities_through_the_desk_alone() -> None:
    reaching = {
        str(path.relative_to(ROOT))
        for path in files("workflows")
        if any(name.partition(".")[0] == "activities" for name in imported(path))
    }

    assert reaching <= {"workflows/desk.py"}


def test_nobody_else_owns_the_names_of_our_packages() -> None:
    owners = importlib.metadata.packages_distributions()

    others = {name: owners[name] for name in PACKAGES if set(owners.get(name, ())) - {"liyuan-desk"}}

    assert {} == others


def test_the_development_lock_holds_every_pin_of_the_run_time_lock() -> None:
    run_time, development = (
        set(re.findall(r"^[\w.\[\]-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert len(run_time) > 20
    assert set() == run_time - development


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_pins_every_package_by_hash_and_holds_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert "://" not in text
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"\S+==\S+.*--hash=sha256:[0-9a-f]{64}", requirement, re.DOTALL), requirement
