"""The duty roster: who is on duty in a post at a moment, and which hours nobody covers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar import LOCAL
from domain.people import Role, StaffId

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Local clock times. A shift whose end is not after its start ends on the next day (``00:00`` is midnight)."""

    name: str
    starts: time
    ends: time

    def on(self, day: date) -> "Span":
        last = day if self.ends > self.starts else day + _DAY
        return Span(
            start=datetime.combine(day, self.starts, tzinfo=LOCAL), end=datetime.combine(last, self.ends, tzinfo=LOCAL)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``start`` until just before ``end``; both aware."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person's weekly pattern in a post; ``weekdays`` are ISO and name the day the shift starts on.

    Valid on days from ``valid_from`` to ``valid_until``, both included; None means without end.
    """

    post: Role
    shift: Shift
    weekdays: frozenset[int]
    staff: StaffId
    valid_from: date
    valid_until: date | None = None

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """The shifts starting on days from ``first`` to ``last``, both included."""
        day = max(first, self.valid_from)
        last = last if self.valid_until is None else min(last, self.valid_until)
        while day <= last:
            if day.isoweekday() in self.weekdays:
                yield self.shift.on(day)
            day += _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    staff: StaffId
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """Who stands in for a post when nobody of it is on duty, in order; the chain is not followed further."""

    post: Role
    deputies: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    assignments: tuple[Assignment, ...]
    leaves: tuple[Leave, ...] = ()
    stand_ins: tuple[StandIns, ...] = ()

    def chain(self, post: Role) -> tuple[Role, ...]:
        """The post, then its deputies in order."""
        deputies = next((row.deputies for row in self.stand_ins if row.post is post), ())
        return (post, *deputies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Hours in which neither the post nor any deputy of it is on duty."""

    post: Role
    span: Span


def on_duty(roster: Roster, post: Role, at: datetime) -> tuple[StaffId, ...]:
    """Staff on duty in ``post`` at the aware moment ``at``, in order of id.

    Falls back along the stand-ins; empty when nobody is there either. The database's
    function ``on_duty`` answers the same.
    """
    day = at.astimezone(LOCAL).date()
    away = {leave.staff for leave in roster.leaves if leave.span.holds(at)}
    for candidate in roster.chain(post):
        present = {
            row.staff
            for row in roster.assignments
            if row.post is candidate
            and row.staff not in away
            and any(span.holds(at) for span in row.spans(day - _DAY, day))
        }
        if present:
            return tuple(sorted(present))
    return ()


def uncovered(roster: Roster, posts: Iterable[Role], start: datetime, until: datetime) -> list[Gap]:
    """Hours from ``start`` to ``until`` in which a post that must be covered is not (STA-101, STA-102)."""
    return [gap for post in posts for gap in _gaps(roster, post, Span(start=start, end=until))]


def days_without(roster: Roster, post: Role, first: date, last: date) -> list[date]:
    """Days from ``first`` to ``last``, both included, on which nobody of the post itself begins a shift (STA-103)."""
    held = {span.start.date() for span in _presence(roster, (post,), first, last)}
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [day for day in days if day not in held]


def doubled(roster: Roster) -> list[tuple[Assignment, Assignment]]:
    """Pairs of rows that put one person into one post twice at the same moment."""
    rows = roster.assignments
    return [
        (one, other)
        for index, one in enumerate(rows)
        for other in rows[index + 1 :]
        if one.staff == other.staff and one.post is other.post and _collide(one, other)
    ]


def settles_at(roster: Roster) -> date:
    """A day from which the roster only repeats its week, so that a check until then holds for ever after."""
    changes = [row.valid_from for row in roster.assignments]
    changes += [row.valid_until for row in roster.assignments if row.valid_until is not None]
    changes += [leave.span.end.astimezone(LOCAL).date() for leave in roster.leaves]
    return max(changes, default=date.min) + timedelta(days=15)


def _collide(one: Assignment, other: Assignment) -> bool:
    first = max(one.valid_from, other.valid_from) - _DAY
    theirs = list(other.spans(first, first + timedelta(days=9)))
    ours = one.spans(first, first + timedelta(days=9))
    return any(mine.start < their.end and their.start < mine.end for mine in ours for their in theirs)


def _gaps(roster: Roster, post: Role, window: Span) -> Iterator[Gap]:
    first = window.start.astimezone(LOCAL).date() - _DAY
    last = window.end.astimezone(LOCAL).date()
    covered_until = window.start
    for span in _presence(roster, roster.chain(post), first, last):
        if span.start >= window.end:
            break
        if span.start > covered_until:
            yield Gap(post=post, span=Span(start=covered_until, end=span.start))
        covered_until = max(covered_until, span.end)
    if covered_until < window.end:
        yield Gap(post=post, span=Span(start=covered_until, end=window.end))


def _presence(roster: Roster, posts: Sequence[Role], first: date, last: date) -> list[Span]:
    """Every stretch in which somebody of the posts is there, by start; stretches may overlap."""
    spans: list[Span] = []
    for row in roster.assignments:
        if row.post in posts:
            away = sorted((leave.span for leave in roster.leaves if leave.staff == row.staff), key=lambda s: s.start)
            for span in row.spans(first, last):
                spans.extend(_less(span, away))
    return sorted(spans, key=lambda span: span.start)


def _less(span: Span, away: Sequence[Span]) -> Iterator[Span]:
    start = span.start
    for leave in away:
        if leave.start < span.end and leave.end > start:
            if leave.start > start:
                yield Span(start=start, end=leave.start)
            start = max(start, leave.end)
    if start < span.end:
        yield Span(start=start, end=span.end)
