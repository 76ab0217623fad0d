"""The docket: every duty of one case, kept entry by entry; the same file always gives the same docket."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.deadlines import Duty, DutyState, Obligation
from domain.events import CaseEnded, ExtensionGranted, NoticeAcknowledged, RungReached
from domain.ladder import Level
from domain.limits import Due, Terms
from domain.pauses import stood_still
from domain.people import Role, StaffId

WhoHolds = Callable[[Role, CaseFile], StaffId | None]
"""Which person a case knows in a role (its repairer, say), or None: then the post owes it."""


class Docket:
    """Duties by key and cycle. ``apply`` takes each entry after it stands in the file."""

    def __init__(self, rows: Sequence[Obligation], terms: Terms, who: WhoHolds) -> None:
        self._rows = rows
        self._terms = terms
        self._who = who
        self._duties: dict[tuple[str, int], Duty] = {}
        self._latest: dict[str, Duty] = {}
        self._starts: dict[str, Entry] = {}
        self._ended = False

    def __iter__(self) -> Iterator[Duty]:
        return iter(self._duties.values())

    @property
    def owed(self) -> tuple[Duty, ...]:
        """Open duties and unmet breaches, the nearest due first."""
        return tuple(sorted((duty for duty in self if duty.owed), key=lambda duty: (duty.due.at, duty.key)))

    def find(self, key: str, cycle: int | None = None) -> Duty | None:
        return self._latest.get(key) if cycle is None else self._duties.get((key, cycle))

    def apply(self, entry: Entry, file: CaseFile) -> None:
        match entry.event:
            case RungReached(key=key, cycle=cycle, rung=rung):
                self._reach(key, cycle, rung, entry)
            case NoticeAcknowledged(key=key, cycle=cycle, rung=rung):
                self._acknowledge(key, cycle, rung)
            case ExtensionGranted(key=key, until=until):
                if duty := self._latest.get(key):
                    self._put(replace(duty, due=duty.due if duty.row.minded_anew else Due(at=until), extended=True))
            case CaseEnded():
                self._ended = True
        for duty in [duty for duty in self if duty.owed]:
            self._revise(duty, entry, file)
        for row in self._rows:
            if row.starts(entry, self._terms) and not self._runs_already(row, file):
                self._starts[row.key] = entry
            if not self._ended:
                self._start(row, entry, file)

    def _runs_already(self, row: Obligation, file: CaseFile) -> bool:
        """Whether its clock goes on from an earlier entry, whatever else would begin it."""
        return (row.goes_on and self._is_owed(row)) or (row.first_start and self._has_started(row, file))

    def _is_owed(self, row: Obligation) -> bool:
        latest = self._latest.get(row.key)
        return latest is not None and latest.owed

    def _has_started(self, row: Obligation, file: CaseFile) -> bool:
        start = self._starts.get(row.key)
        return start is not None and not any(map(row.lapses, file.after(start.number)))

    def _put(self, duty: Duty) -> None:
        self._duties[duty.key, duty.cycle] = duty
        latest = self._latest.get(duty.key)
        if latest is None or duty.cycle >= latest.cycle:
            self._latest[duty.key] = duty

    def _reach(self, key: str, cycle: int, rung: int, entry: Entry) -> None:
        duty = self._duties[key, cycle]
        reached = replace(duty, reached={**duty.reached, rung: entry.at})
        self._put(_breached(reached) if duty.would_breach(rung) else reached)

    def _acknowledge(self, key: str, cycle: int, rung: int) -> None:
        """Who has read a reminder has not yet heard of the breach."""
        duty = self._duties.get((key, cycle))
        if duty and rung in duty.reached and duty.rung(rung).level is not Level.WARNING:
            self._put(replace(duty, acknowledged=True))

    def _revise(self, duty: Duty, entry: Entry, file: CaseFile) -> None:
        row = duty.row
        if entry.number > duty.start_number and row.meets(entry, file):
            self._put(_met(duty, entry))
        elif self._ended or row.lapses(entry) or not row.only_if(file):
            self._put(_left(duty, entry))
        elif duty.state is DutyState.OPEN:
            self._put(replace(duty, owed_by_id=self._who(row.owed_by, file)))
            self._move_due(self._duties[duty.key, duty.cycle], entry, file)

    def _move_due(self, duty: Duty, entry: Entry, file: CaseFile) -> None:
        """A moved due moment is minded anew: its rungs come again, but none whose moment is past already."""
        if duty.extended and not duty.row.minded_anew:
            return
        due = self._due(duty.row, duty.start_number, duty.started_at, file)
        if due is None:
            self._put(_left(duty, entry))
        elif due != duty.due:
            moved = replace(duty, due=due, opened_at=max(duty.opened_at, entry.at), reached={})
            self._put(_breached(duty) if entry.at > duty.due.at else moved)

    def _due(self, row: Obligation, start_number: int, started_at: datetime, file: CaseFile) -> Due | None:
        due = row.limit.due(started_at, file, self._terms)
        if due is not None and row.pausable is not None:
            due = replace(due, at=due.at + stood_still(file, started_at, row.pausable, due.at))
        until = _extended_to(row, file.after(start_number)) if row.minded_anew else None
        return Due(at=until) if due is not None and until is not None and until > due.at else due

    def _start(self, row: Obligation, entry: Entry, file: CaseFile) -> None:
        start, latest = self._starts.get(row.key), self._latest.get(row.key)
        if start is None:
            return
        again = latest if latest and latest.start_number == start.number else None
        if (again and not self._may_resume(again, file)) or not row.only_if(file):
            return
        if again and again.state is DutyState.BREACHED:
            self._put(replace(again, ended_at=None, ended_by=None))
            return
        extended = again is not None and again.extended
        kept = again.due if again and extended and not row.minded_anew else None
        due = kept or self._due(row, start.number, start.at, file)
        if due is None:
            return
        if latest and latest.owed:
            if latest.state is DutyState.OPEN and latest.due == due:
                self._put(replace(latest, start_number=start.number))
                return
            self._put(_left(latest, entry))
        self._open(row, start, entry, file, due, extended=extended)

    def _may_resume(self, latest: Duty, file: CaseFile) -> bool:
        """A duty laid aside because it did not apply comes back when it applies again (REP-03: regraded twice)."""
        if latest.owed or latest.state not in {DutyState.SUPERSEDED, DutyState.BREACHED}:
            return False
        later = file.after(latest.start_number)
        return not any(latest.row.meets(e, file) or latest.row.lapses(e) for e in later)

    def _open(self, row: Obligation, start: Entry, entry: Entry, file: CaseFile, due: Due, *, extended: bool) -> None:
        latest = self._latest.get(row.key)
        duty = Duty(
            row=row,
            cycle=latest.cycle + 1 if latest else 1,
            start_number=start.number,
            started_at=start.at,
            opened_at=max(start.at, entry.at),
            first_due_at=due.at,
            due=due,
            owed_by_id=self._who(row.owed_by, file),
            extended=extended,
        )
        for later in file.after(start.number):
            if row.meets(later, file):
                duty = _met(duty, later)
                break
            if row.lapses(later):
                return
        self._put(duty)


def _extended_to(row: Obligation, since: Sequence[Entry]) -> datetime | None:
    """Until when it was last extended."""
    granted = (entry.event for entry in reversed(since) if isinstance(entry.event, ExtensionGranted))
    return next((event.until for event in granted if event.key == row.key), None)


def _met(duty: Duty, entry: Entry) -> Duty:
    """Judged by when the thing happened, never by when it was heard of."""
    return _closed(duty, entry, DutyState.MET)


def _left(duty: Duty, entry: Entry) -> Duty:
    return _closed(duty, entry, DutyState.SUPERSEDED)


def _closed(duty: Duty, entry: Entry, in_time: DutyState) -> Duty:
    late = duty.state is DutyState.BREACHED or entry.at > duty.due.at
    judged = _breached(duty) if late else replace(duty, state=in_time)
    ended_at = max(entry.at, duty.started_at)  # what came before the duty began ends it where it begins
    return replace(judged, ended_at=ended_at, ended_by=entry.number)


def _breached(duty: Duty) -> Duty:
    if duty.state is DutyState.BREACHED:
        return duty
    return replace(duty, state=DutyState.BREACHED, breached_at=duty.due.at)
