"""The documents tell of what is there: links lead somewhere, named files and names exist, examples are read."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from api.wire.requests import NewEvent, NewRepair
from domain.events import AnyEvent, Event
from domain.people import Role

ROOT = Path(__file__).parents[1]
PACKAGES = ("domain", "activities", "workflows", "infra", "workers", "api")
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
OWN_PAGES = [ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "docs/architecture.md")] + [
    page for page in PAGES if page.parent.name == "decisions"
]
"""Pages whose file names in backticks are looked up."""

LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|~~~.*?~~~", re.DOTALL)
TICKED = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile("NAME|NNNN")
REQUEST = re.compile(r"^(?:\w+=\$\()?desk (/\S+) '(.*?)'\)?$", re.MULTILINE | re.DOTALL)


def shown(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return CODE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """As the forges make them of headings: lower case, without punctuation, spaces as hyphens."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "") for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            yield target


def defined() -> dict[str, set[str]]:
    """Every class and constant of our packages; with a class, the names in its body."""
    names: dict[str, set[str]] = {}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                names.setdefault(node.name, set()).update(bound(node.body))
            for name in bound([node]):
                names.setdefault(name, set())
    return names


def bound(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert [] == list(broken_links(page))


@pytest.mark.parametrize("page", OWN_PAGES, ids=shown)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = {word for word in TICKED.findall(prose(page)) if re.fullmatch(r"[\w.-]+/[\w./-]*(\.\w+|/)", word)}
    wanted = {name for name in named if not name.startswith(".data/") and not PLACEHOLDER.search(name)}

    assert set() == {name for name in wanted if not (ROOT / name).exists()}


def test_every_name_in_the_glossary_is_in_the_code() -> None:
    names = defined()
    ticked = set(TICKED.findall((ROOT / "docs/glossary.md").read_text()))
    wanted = {word for word in ticked if re.fullmatch(r"[A-Z]\w+(\.\w+)?", word)}

    missing = {word for word in wanted if word.partition(".")[0] not in names}
    without = {word for word in wanted - missing if "." in word and word.split(".")[1] not in names[word.split(".")[0]]}

    assert len(wanted) > 80
    assert set() == missing | without


def test_the_glossary_lists_every_event_under_its_own_label() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text()
    events: tuple[type[Event], ...] = get_args(AnyEvent)

    lacking = [event.__name__ for event in events if not row(glossary, event.label, f"`{event.__name__}`")]

    assert len(events) > 30
    assert [] == lacking


def test_the_glossary_lists_every_post() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text()

    assert [] == [role.name for role in Role if not row(glossary, role.value, f"`Role.{role.name}`")]


def row(glossary: str, chinese: str, code: str) -> bool:
    return any(line.startswith(f"| {chinese} |") and code in line for line in glossary.splitlines())


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_first_case_of_the_readme_is_read_by_the_api(name: str) -> None:
    opening, event = TypeAdapter(NewRepair), TypeAdapter(NewEvent)

    requests = REQUEST.findall((ROOT / name).read_text())

    assert "/v1/repairs" in [path for path, _ in requests]
    for path, body in requests:
        (opening if path == "/v1/repairs" else event).validate_python(json.loads(body))


@pytest.mark.parametrize("page", OWN_PAGES, ids=shown)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"(?:make|desk\.py) ([a-z]+)\b", " ".join(re.findall(r"`[^`]*`", page.read_text()))))
    known = set(re.findall(r'"(\w+)":', (ROOT / "desk.py").read_text().split("COMMANDS = {")[1].split("}")[0]))

    assert set() == targets - known
