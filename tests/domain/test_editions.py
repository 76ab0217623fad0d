"""An edition in force is never edited: cases that run under it, and auditors years later, rely on its rows."""

import hashlib
import inspect
from dataclasses import fields, is_dataclass
from functools import partial

import pytest

from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Edition, Procedure

FROZEN = {
    ("REP", "2026-01-01"): "b483eb04cb0a2d0a94cf9264c2e8e05528dc3680f48faf9586e4a63c791b9b36",
    ("REP", "2026-11-01"): "594eb454d93ca1e4a1e9335e8b45ca78f068e868d5cc27b17c52a9b140011a4e",
    ("PUB", "2026-01-01"): "429b0066cdb3ef97eb7c4a4e5eea83f16ee0c83e74c5f64466fe6b6ba8792066",
    ("PUB", "2026-11-01"): "803be909dbdc7ce0551e448d98b3f903dbb06d9a5fd7ba18f15278649027c2bf",
    ("RTN", "2026-11-01"): "45bd8876387baea2fc2af10c4553029035de2b0511bbebc26d07f3fade686f86",
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
    """A row as text that is the same in every process: values as they are, predicates by their source.

    What stands as it is by default says nothing, nor in which module a thing is, nor what is remembered of the
    rows: none of that changes one.
    """
    if is_dataclass(value) and not isinstance(value, type):
        told = (field for field in fields(value) if field.compare and getattr(value, field.name) != field.default)
        inside = ", ".join(f"{field.name}={said(getattr(value, field.name))}" for field in told)
        return f"{type(value).__name__}({inside})"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(said, value))})"
    if isinstance(value, partial):
        return f"partial({said(value.func)}, {said(value.args)}, {said(sorted(value.keywords.items()))})"
    if isinstance(value, type):
        return value.__qualname__
    if inspect.isfunction(value):
        return f"{value.__qualname__}:\n{inspect.getsource(value)}"
    return repr(value)
