"""What is owed by when: obligations as rows of the rulebook, and the duties they put on people in a case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.case_file import CaseFile, Entry
from domain.events import Event
from domain.ladder import Again, Climb, Level, Rung, Timing
from domain.limits import Due, Limit, OpenStart, Terms
from domain.people import Role, StaffId


def always(file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a predicate
    return True


def any_entry(entry: Entry) -> bool:  # noqa: ARG001  # the shape of a predicate
    return True


def in_any_file(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a predicate
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One row of the rulebook: who owes what by when, and who hears of it.

    ``counts_from`` starts a duty, where ``starts_if`` holds of the entry; a later start replaces an open one. It is
    owed while ``only_if`` holds of the file. ``met_by`` ends it, where ``met_if`` holds of the entry, and ``met_when``
    of it in its file; ``lapses_on`` ends it unmet, where ``lapses_if`` holds.
    ``open_start``: of ``counts_from`` only what the company has set starts it.
    ``part`` tells the rows of one rule apart. ``urgent``: what its ladder tells goes before other notices.
    ``extendable_by`` is the only post that may move the due moment. ``pausable``: how far pauses of the work may move
    it in all; None: it runs on.
    ``first_start``: of several starts the first counts, until it lapses.
    ``yields_to``: keys of rows for the same act; the stricter of them and this one alone asks anybody to press for it.
    ``goes_on``: as long as it is owed, a later start begins nothing anew.
    ``minded_anew``: an extension has its reminders too, and holds as long as the limit itself lies no further off.
    """

    rule: str
    part: str = ""
    label: str
    owed_by: Role
    counts_from: tuple[type[Event], ...]
    met_by: tuple[type[Event], ...]
    limit: Limit
    ladder: tuple[Rung, ...]
    starts_if: Callable[[Entry], bool] = any_entry
    open_start: OpenStart | None = None
    only_if: Callable[[CaseFile], bool] = always
    met_if: Callable[[Entry], bool] = any_entry
    met_when: Callable[[Entry, CaseFile], bool] = in_any_file
    lapses_on: tuple[type[Event], ...] = ()
    lapses_if: Callable[[Entry], bool] = any_entry
    extendable_by: Role | None = None
    pausable: timedelta | None = None
    urgent: bool = False
    first_start: bool = False
    yields_to: tuple[str, ...] = ()
    goes_on: bool = False
    minded_anew: bool = False

    @property
    def key(self) -> str:
        return f"{self.rule}/{self.part}" if self.part else self.rule

    def rung(self, number: int) -> Rung:
        """The rung of that number; the last of a ladder repeats if it is ``Again``."""
        return self.ladder[min(number, len(self.ladder) - 1)]

    def starts(self, entry: Entry, terms: Terms) -> bool:
        kinds = (terms.start(self.open_start),) if self.open_start else self.counts_from
        return isinstance(entry.event, kinds) and self.starts_if(entry)

    def lapses(self, entry: Entry) -> bool:
        return isinstance(entry.event, self.lapses_on) and self.lapses_if(entry)

    def meets(self, entry: Entry, file: CaseFile) -> bool:
        return isinstance(entry.event, self.met_by) and self.met_if(entry) and self.met_when(entry, file)


class DutyState(StrEnum):
    """Where a duty stands; a breach is for good."""

    OPEN = "open"
    MET = "met"
    BREACHED = "breached"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One obligation at work in one case, in its Nth cycle.

    ``started_at`` is when the clock began, ``opened_at`` when the case knew of it. ``breached_at`` is the due instant
    that passed. ``ended_at`` is empty while it is owed, also after a breach.
    """

    row: Obligation
    cycle: int
    start_number: int
    started_at: datetime
    opened_at: datetime
    first_due_at: datetime
    due: Due
    owed_by_id: StaffId | None = None
    state: DutyState = DutyState.OPEN
    ended_at: datetime | None = None
    ended_by: int | None = None
    breached_at: datetime | None = None
    reached: Mapping[int, datetime] = field(default_factory=dict)
    acknowledged: bool = False
    extended: bool = False

    @property
    def key(self) -> str:
        return self.row.key

    @property
    def owed(self) -> bool:
        return self.state is DutyState.OPEN or (self.state is DutyState.BREACHED and self.ended_at is None)

    @property
    def owner(self) -> str:
        """The post that owes it, and who of it where the case knows: a staff number."""
        return f"{self.row.owed_by} {self.owed_by_id}" if self.owed_by_id else str(self.row.owed_by)

    def rung(self, number: int) -> Rung:
        return self.row.rung(number)

    def would_breach(self, rung: int) -> bool:
        """Whether reaching that rung now makes it a breach, which is for good."""
        return self.state is DutyState.OPEN and self.rung(rung).level is not Level.WARNING

    def next_alarm(self) -> tuple[int, datetime] | None:
        """The next rung and its moment, or None when nobody is to be told any more."""
        if not self.owed:
            return None
        since = self.due.since or self.started_at
        timing = Timing(started_at=since, due_at=self.due.at, reached=self.reached, eve=self.due.eve)
        number = max(self.reached, default=-1) + 1
        while number < len(self.row.ladder) or isinstance(self.row.ladder[-1], Again):
            rung = self.rung(number)
            moment = rung.moment(timing)
            if not self._is_void(rung, moment):
                return number, moment
            number += 1
        return None

    def _is_void(self, rung: Rung, moment: datetime) -> bool:
        if rung.level is Level.WARNING:
            return self.state is DutyState.BREACHED or moment <= self.opened_at or moment > self.due.at
        return isinstance(rung, Climb) and self.acknowledged
