"""Statement files: each statement stands under ``-- name: xyz`` and a sentence that says what it does."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent
HEADING = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


class WrongStatements(Exception):
    pass


def load(file: str) -> Mapping[str, str]:
    """The statements of ``infra/postgres/<file>`` by name, without their heading."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    before, *parts = HEADING.split(text)
    if any(line and not line.startswith("--") for line in before.splitlines()):
        raise WrongStatements(f"{file}: a statement stands before the first name")
    found: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        sentence, _, statement = body.lstrip("\n").partition("\n")
        if not sentence.startswith("-- "):
            raise WrongStatements(f"{file}: {name} lacks the sentence that says what it does")
        if name in found or not statement.strip():
            raise WrongStatements(f"{file}: {name} stands twice or is empty")
        found[name] = statement.strip().removesuffix(";")
    return MappingProxyType(found)


def statement_files() -> list[str]:
    return sorted(path.name for path in FOLDER.glob("*.sql"))
