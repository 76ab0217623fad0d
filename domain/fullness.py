"""How much a case takes of what needs no turn: a file is handed from run to run whole, and Temporal carries 2 MB.

Two shares, so that remarks never keep out what the work itself needs.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum

from domain.case_file import CaseFile
from domain.errors import FileFull
from domain.events import AnyEvent, Event, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.joining import CalledAgain, MergedInto, MergeUndone
from domain.events.work import Resumed
from domain.rulebook.rows import Edition, Procedure

REMARKS = (Noted, Urged, CalledAgain)
MOST_REMARKS = 300
"""备注, 催办 and 又来电 of one case."""

NEVER_REFUSED = (Withdrawn, NoticeAcknowledged, ExtensionGranted, MergedInto, MergeUndone, Resumed)
"""What ends or eases something: a full file never stands in its way."""

MOST_BESIDE = 300
MOST_CHARACTERS = 200_000
"""Of everything else that needs no turn: how many of one case, and how many characters in all of them."""


def is_full(kind: type[Event], file: CaseFile, procedure: Procedure, edition: Edition) -> bool:
    """Whether the file takes no more of that kind, however short."""
    if kind in REMARKS:
        return sum(isinstance(entry.event, REMARKS) for entry in file) >= MOST_REMARKS
    beside = _beside(procedure, edition)
    return kind in beside and sum(isinstance(entry.event, beside) for entry in file) >= MOST_BESIDE


def refuse_over_full(event: AnyEvent, file: CaseFile, procedure: Procedure, edition: Edition) -> None:
    """Raises FileFull."""
    kind = type(event)
    if is_full(kind, file, procedure, edition):
        raise FileFull(
            f"备注与催办已满 {MOST_REMARKS} 条" if kind in REMARKS else f"随时登记的事项已满 {MOST_BESIDE} 条"
        )
    beside = _beside(procedure, edition)
    if kind not in beside or not (added := characters(event)):
        return
    if added + sum(characters(entry.event) for entry in file if isinstance(entry.event, beside)) > MOST_CHARACTERS:
        raise FileFull(f"随时登记的文字已满 {MOST_CHARACTERS} 字")


def characters(value: object) -> int:
    """What people wrote in an event, or in a part of it."""
    if isinstance(value, str):
        return 0 if isinstance(value, Enum) else len(value)
    if isinstance(value, Iterable):
        return sum(map(characters, value))
    if is_dataclass(value):
        return sum(characters(getattr(value, field.name)) for field in fields(value) if field.name != "type")
    return 0


def _beside(procedure: Procedure, edition: Edition) -> tuple[type[Event], ...]:
    """Nothing in an edition of before: what its open cases hold, they may hold."""
    if not edition.bounded:
        return ()
    return tuple(kind for kind in procedure.any_time if kind not in REMARKS + NEVER_REFUSED)
