"""What a case hands on to a case of its own: read off the file, opened once each, and named in the file then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.case_file import CaseFile
from domain.events import AnyEvent, Referred
from domain.people import CaseNo


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """``number`` tells it from others of its file. ``event`` opens a case of ``prefix`` at the moment ``at``.

    ``building`` is a code of the estate's list, empty outside all of them.
    """

    number: int
    prefix: str
    event: AnyEvent
    building: str
    at: datetime


Refers = Callable[[CaseFile, CaseNo], tuple[Referral, ...]]
"""Everything that the file of the case of that number asks to be opened, opened already or not."""


def refers_nothing(file: CaseFile, no: CaseNo) -> tuple[Referral, ...]:  # noqa: ARG001  # the shape of such a row
    return ()


def outstanding(refers: Refers, file: CaseFile, no: CaseNo) -> tuple[Referral, ...]:
    """Those whose case is not named in the file yet."""
    named = {entry.event.defect for entry in file if isinstance(entry.event, Referred)}
    return tuple(one for one in refers(file, no) if one.number not in named)
