"""An edition in force is never edited: cases that run under it, and auditors years later, rely on its rows."""

import hashlib
import inspect
from dataclasses import fields, is_dataclass
from functools import partial

import pytest

from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Edition, Procedure

FROZEN = {
    ("REP", "2026-01-01"): "d67dbb2a7e09be4860e3bbaf1c0c950a570da270c09cede9d98695971943e226",
    ("PUB", "2026-01-01"): "d0fda49696a06e2ae6ae49f2caf8120bd9a3b03b82c5cbb419bef55ea381df8b",
}
"""sha256 over the rows of each edition. A changed limit is a new edition with a line of its own here."""

EDITIONS = [(procedure, edition) for procedure in PROCEDURES.values() for edition in procedure.editions]


@pytest.mark.parametrize(("procedure", "edition"), EDITIONS, ids=lambda value: getattr(value, "prefix", None))
def test_the_rows_of_an_edition_are_what_they_were_when_it_came_into_force(
    procedure: Procedure, edition: Edition
) -> None:
    expected = FROZEN[procedure.prefix, edition.since.isoformat()]

    assert expected == hashlib.sha256(said(edition).encode()).hexdigest()


def test_every_frozen_edition_still_exists() -> None:
    assert set(FROZEN) == {(procedure.prefix, edition.since.isoformat()) for procedure, edition in EDITIONS}


def said(value: object) -> str:
    """A row as text that is the same in every process: values as they are, predicates by their source."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = ", ".join(f"{field.name}={said(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({inside})"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(said, value))})"
    if isinstance(value, partial):
        return f"partial({said(value.func)}, {said(value.args)}, {said(sorted(value.keywords.items()))})"
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if inspect.isfunction(value):
        return f"{value.__module__}.{value.__qualname__}:\n{inspect.getsource(value)}"
    return repr(value)
