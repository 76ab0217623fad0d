"""How long something may take: the kinds of limit, and what 'in time' means, decided here once.

``due`` is always the last moment on time. "within N" includes the moment itself; "before X" ends one tick earlier.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from domain.calendar import LOCAL, WorkingCalendar
from domain.case_file import CaseFile
from domain.events import Event

TICK = timedelta(microseconds=1)
WHOLE_SECOND = timedelta(seconds=1)
SHORTEST_MONTH = 28
CLOCK_SKEW = timedelta(seconds=5)
"""How far two clocks may differ before a moment counts as wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDuration:
    """A length of time the documents leave open; the company sets it, else ``default`` holds."""

    id: str
    default: timedelta
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTime:
    """A time of day the documents leave open, Asia/Shanghai."""

    id: str
    default: time
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFactor:
    """A factor the documents leave open; above zero."""

    id: str
    default: Decimal
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStart:
    """What a clock counts from, where the documents leave it open: one of these, by default the first."""

    id: str
    choices: tuple[type[Event], ...]
    meaning: str

    def named(self, label: str) -> type[Event]:
        """The choice that staff call so; ValueError where none is."""
        for choice in self.choices:
            if choice.label == label:
                return choice
        message = f"one of {', '.join(choice.label for choice in self.choices)}"
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a case was opened under beside its edition: the company's settings of that day."""

    durations: Mapping[str, timedelta] = field(default_factory=dict)
    times: Mapping[str, time] = field(default_factory=dict)
    starts: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)

    def duration(self, value: timedelta | OpenDuration) -> timedelta:
        return value if isinstance(value, timedelta) else self.durations.get(value.id, value.default)

    def time(self, value: time | OpenTime) -> time:
        return value if isinstance(value, time) else self.times.get(value.id, value.default)

    def start(self, value: OpenStart) -> type[Event]:
        return value.named(self.starts[value.id]) if value.id in self.starts else value.choices[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """``at``: the last moment on time. ``provisional``: the calendar of that year is not loaded.

    ``eve``: of a limit in working days the one before the last, as a moment in it. ``since``: from when it counts,
    where that is not its start.
    """

    at: datetime
    provisional: bool = False
    eve: datetime | None = None
    since: datetime | None = None


class Limit(Protocol):
    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due | None:
        """None: there is nothing to be in time for (no appointment, say)."""


@dataclass(frozen=True, slots=True)
class Within:
    """Elapsed time, nights and holidays included; exactly N is on time."""

    length: timedelta | OpenDuration

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:  # noqa: ARG002  # the protocol's shape
        return Due(at=start + terms.duration(self.length))


@dataclass(frozen=True, slots=True)
class BeforeTimeOfDay:
    """Before a local time of day; begun at or after it, before that time the next day (OV-15)."""

    clock: time | OpenTime

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:  # noqa: ARG002  # the protocol's shape
        return Due(at=next_local(start, terms.time(self.clock)) - TICK)


@dataclass(frozen=True, slots=True)
class ByTimeOfDay:
    """By a local time of day, that moment included; begun after it, the next day."""

    clock: time | OpenTime

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:  # noqa: ARG002  # the protocol's shape
        return Due(at=next_local(start - TICK, terms.time(self.clock)))


@dataclass(frozen=True, slots=True)
class BeforeDayOfMonth:
    """Before a day of the month begins, local time; begun on or after it, the next month's.

    ValueError for a day that some month lacks.
    """

    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= SHORTEST_MONTH:
            message = f"day {self.day} is not in every month"
            raise ValueError(message)

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:  # noqa: ARG002  # the protocol's shape
        local = start.astimezone(LOCAL)
        edge = local.replace(day=self.day, hour=0, minute=0, second=0, microsecond=0)
        if local >= edge:
            year, month = divmod(edge.year * 12 + edge.month, 12)
            edge = edge.replace(year=year, month=month + 1)
        return Due(at=edge - TICK)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """To the end of the Nth working day; the day after the start is day 1 (OV-112)."""

    count: int

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:  # noqa: ARG002  # the protocol's shape
        reckoned = terms.calendar.add_working_days(start, self.count)
        eve = terms.calendar.add_working_days(start, self.count - 1).due if self.count > 1 else start
        return Due(at=reckoned.due, provisional=reckoned.provisional, eve=eve)


@dataclass(frozen=True, slots=True)
class Promised:
    """A moment agreed with somebody, read off the file; ``shift`` is added to it (negative: earlier).

    ``agreed`` is when it was: where the shift leads to no later time than that, the moment itself counts.
    """

    moment: Callable[[CaseFile], datetime | None]
    shift: timedelta = timedelta()
    agreed: Callable[[CaseFile], datetime | None] | None = None

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due | None:  # noqa: ARG002  # the protocol's shape
        promised = self.moment(file)
        if promised is None:
            return None
        agreed = self.agreed(file) if self.agreed else None
        shifted = promised + self.shift
        return Due(at=promised if agreed is not None and shifted <= agreed else shifted)


@dataclass(frozen=True, slots=True)
class WithinOrFromAppointment:
    """Elapsed time from the start; where the moment agreed lies beyond that, the same length from that moment."""

    length: timedelta | OpenDuration
    moment: Callable[[CaseFile], datetime | None]

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:
        length = terms.duration(self.length)
        agreed = self.moment(file)
        return Due(at=(agreed if agreed is not None and agreed > start + length else start) + length)


@dataclass(frozen=True, slots=True)
class WithinOrAsAppointed:
    """Elapsed time from the start; where the moment appointed lies beyond that, the completion agreed with it.

    With none agreed, or one before the appointment, the same length from that moment.
    """

    length: timedelta | OpenDuration
    moment: Callable[[CaseFile], datetime | None]
    completion: Callable[[CaseFile], datetime | None]

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due:
        length = terms.duration(self.length)
        appointed, agreed = self.moment(file), self.completion(file)
        if appointed is None or appointed <= start + length:
            return Due(at=start + length)
        return Due(at=agreed if agreed is not None and agreed > appointed else appointed + length)


@dataclass(frozen=True, slots=True)
class UnlessAgreed:
    """A limit that gives way to a later moment somebody with the right to it agreed to, read off the file."""

    limit: Limit
    moment: Callable[[CaseFile], datetime | None]

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due | None:
        due, agreed = self.limit.due(start, file, terms), self.moment(file)
        return replace(due, at=agreed) if due is not None and agreed is not None and agreed > due.at else due


@dataclass(frozen=True, slots=True)
class OnceFree:
    """A limit that counts from its start, or if later from when nothing stood in the way any more, off the file."""

    limit: Limit
    free_at: Callable[[CaseFile], datetime | None]

    def due(self, start: datetime, file: CaseFile, terms: Terms) -> Due | None:
        free = self.free_at(file)
        if free is None or free <= start:
            return self.limit.due(start, file, terms)
        due = self.limit.due(free, file, terms)
        return replace(due, since=free) if due is not None else None


def next_local(after: datetime, clock: time) -> datetime:
    """The next moment strictly after ``after`` at which local clocks show ``clock``."""
    local = after.astimezone(LOCAL)
    edge = local.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return edge if edge > local else edge + timedelta(days=1)


def breach_alarm(due: datetime) -> datetime:
    """When a breach is announced: the first whole second after the last moment on time."""
    return due.replace(microsecond=0) + WHOLE_SECOND


def due_text(due: datetime) -> str:
    """For staff, local: ``11-22 09:15``; seconds where they matter; a tick before 17:00 is ``11-22 17:00前``."""
    before = (due + TICK).microsecond == 0 and due.microsecond != 0
    local = (due + TICK if before else due).astimezone(LOCAL)
    seconds = "" if local.second == 0 else local.strftime(":%S")
    return local.strftime("%m-%d %H:%M") + seconds + ("前" if before else "")
