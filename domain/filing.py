"""What is written of a case at one step: new entries, changed duties, notices, charges, copies and the view."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.copies import CopyPlace
from domain.deadlines import Duty, DutyState
from domain.events import CaseEnded
from domain.notices import Notice
from domain.passing import PassedOn
from domain.people import CaseNo, EstateCode, Role, StaffId
from domain.pricing import ChargeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """A duty as it is kept: ``due_at`` is the last moment on time, ``breached_at`` the due instant that passed."""

    key: str
    cycle: int
    rule: str
    label: str
    owed_by: Role
    owed_by_id: StaffId | None
    started_at: datetime
    first_due_at: datetime
    due_at: datetime
    provisional: bool
    state: DutyState
    ended_at: datetime | None
    ended_by: int | None
    breached_at: datetime | None

    @classmethod
    def of(cls, duty: Duty) -> "DutyRow":
        return cls(
            key=duty.key,
            cycle=duty.cycle,
            rule=duty.row.rule,
            label=duty.row.label,
            owed_by=duty.row.owed_by,
            owed_by_id=duty.owed_by_id,
            started_at=duty.started_at,
            first_due_at=duty.first_due_at,
            due_at=duty.due.at,
            provisional=duty.due.provisional,
            state=duty.state,
            ended_at=duty.ended_at,
            ended_by=duty.ended_by,
            breached_at=duty.breached_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """A line of FEE-03, with the entry and the place in it."""

    entry_number: int
    line: int
    charge: ChargeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """What the case shows at a step; ``waiting_for`` are labels of events, ``waiting_posts`` who may record them.

    ``crew``: those whose order it is, the repairer first.
    """

    number: int
    stage: str
    waiting_for: tuple[str, ...]
    waiting_posts: tuple[str, ...]
    open: bool
    overdue: bool
    next_due_at: datetime | None
    closed_at: datetime | None
    result: str | None
    updated_at: datetime
    crew: tuple[StaffId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Everything one transaction writes. ``lineage``: the run that numbers these entries (a reset starts another).

    ``digests`` chain the entries: each is over the one before and its own content. ``passed_on``: what other cases are
    to hear of them.
    """

    no: CaseNo
    estate: EstateCode
    lineage: str
    entries: tuple[Entry, ...]
    digests: tuple[str, ...]
    duties: tuple[DutyRow, ...]
    notices: tuple[Notice, ...]
    charges: tuple[ChargeRow, ...]
    copies: tuple[CopyPlace, ...]
    view: CaseView
    passed_on: tuple[PassedOn, ...] = ()


def charges_of(entries: Sequence[Entry]) -> tuple[ChargeRow, ...]:
    return tuple(
        ChargeRow(entry_number=entry.number, line=line, charge=charge)
        for entry in entries
        for line, charge in enumerate(entry.event.charged, start=1)
    )


def view_of(
    file: CaseFile,
    owed: Sequence[Duty],
    *,
    stage: str,
    waiting: Sequence[tuple[str, Sequence[Role]]],
    crew: tuple[StaffId, ...],
) -> CaseView:
    """The view after the last entry; ``waiting``: label and posts of each awaited event."""
    last, end = file.after(file.last_number - 1)[0], file.last_entry(CaseEnded)
    posts = [post for _, holders in waiting for post in holders] + [duty.row.owed_by for duty in owed]
    return CaseView(
        number=last.number,
        stage=stage,
        waiting_for=tuple(label for label, _ in waiting),
        waiting_posts=tuple(dict.fromkeys(posts)),
        open=not file.ended,
        overdue=any(duty.state is DutyState.BREACHED for duty in owed),
        next_due_at=min((duty.due.at for duty in owed if duty.state is DutyState.OPEN), default=None),
        closed_at=end.at if end else None,
        result=end.event.result if end and isinstance(end.event, CaseEnded) else None,
        updated_at=last.at,
        crew=crew,
    )


def digest(previous: str, entry: Entry) -> str:
    """sha256 in hex over the previous digest and the entry; moments in ISO, sets in order."""
    content = json.dumps(asdict(entry), default=_plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value)
