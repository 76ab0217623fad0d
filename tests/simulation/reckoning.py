"""The limits reckoned once more, minute by minute, as somebody would with a clock and a calendar on the wall."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from domain.calendar import LOCAL
from domain.case_file import CaseFile, Entry
from domain.deadlines import Duty
from domain.events import ExtensionGranted, RungReached
from domain.events.work import Paused, Resumed
from domain.ladder import Level
from domain.limits import (
    TICK,
    BeforeDayOfMonth,
    BeforeTimeOfDay,
    ByTimeOfDay,
    Limit,
    OnceFree,
    Promised,
    Terms,
    UnlessAgreed,
    Within,
    WithinOrAsAppointed,
    WithinOrFromAppointment,
    WorkingDays,
)
from tests.simulation.case import SimulatedCase

MINUTE = 60_000_000
"""In microseconds: whole numbers are stepped through, not moments."""

Stretch = tuple[int, int | None]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``due``: the last moment on time, as the first ``number`` entries have it; ``late``: whether it passed."""

    due: datetime | None
    late: bool
    number: int


@dataclass(frozen=True)
class Reading:
    """A file as it was after each of its entries; ``until``: the moment we look at it."""

    files: Sequence[CaseFile]
    terms: Terms
    until: datetime

    @classmethod
    def of(cls, case: SimulatedCase, until: datetime) -> "Reading":
        entries = list(case.file)
        return cls([CaseFile(entries[:number]) for number in range(len(entries) + 1)], case.terms, until)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self.files[-1])


def verdict(reading: Reading, duty: Duty) -> Verdict:
    """Of one duty, from the file alone: what shows that it was late, or ended it, or the moment we look at it."""
    due, opened = last_moment(reading, duty, duty.start_number), _opened_with(reading, duty)
    for entry in reading.entries[duty.start_number :]:
        if duty.ended_by == entry.number or _told_late(duty, entry):
            return Verdict(due=due, late=due is not None and entry.at > due, number=entry.number - 1)
        moved = last_moment(reading, duty, entry.number)
        if due is not None and moved != due and entry.at > due and entry.number > opened and entry.at > duty.opened_at:
            return Verdict(due=due, late=True, number=entry.number - 1)
        due = moved
    missed = due is not None and reading.until > due + timedelta(seconds=2)
    return Verdict(due=due, late=duty.ended_by is None and missed, number=reading.files[-1].last_number)


def _opened_with(reading: Reading, duty: Duty) -> int:
    """The entry by which the desk knew of the duty; what was there before it had no duty to be late with."""
    files = enumerate(reading.files[duty.start_number :], start=duty.start_number)
    applies = (number for number, file in files if duty.row.only_if(file))
    return next(applies, duty.start_number)


def _told_late(duty: Duty, entry: Entry) -> bool:
    event = entry.event
    if not isinstance(event, RungReached) or (event.key, event.cycle) != (duty.key, duty.cycle):
        return False
    return duty.row.rung(event.rung).level is not Level.WARNING


def last_moment(reading: Reading, duty: Duty, number: int) -> datetime | None:
    """The last moment on time, as the first so many entries have it."""
    file = reading.files[number]
    until = None
    for entry in reversed(file.after(duty.start_number)):
        if isinstance(entry.event, ExtensionGranted) and entry.event.key == duty.key:
            until = entry.event.until
            break
    if until is not None and not duty.row.minded_anew:
        return until
    pauses = _pauses(file, duty.started_at) if duty.row.pausable is not None else ()
    most = (duty.row.pausable or timedelta()) // timedelta(microseconds=1)
    standing = Standing(file=file, terms=reading.terms, pauses=pauses, most=most)
    counted = _counted(duty.row.limit, duty.started_at, standing)
    return max(counted, until) if counted is not None and until is not None else counted


def without_pauses(reading: Reading, duty: Duty, number: int) -> datetime | None:
    standing = Standing(file=reading.files[number], terms=reading.terms, pauses=(), most=0)
    return _counted(duty.row.limit, duty.started_at, standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a limit is counted against."""

    file: CaseFile
    terms: Terms
    pauses: tuple[Stretch, ...]
    most: int


def _counted(limit: Limit, start: datetime, standing: Standing) -> datetime | None:
    if isinstance(limit, UnlessAgreed):
        counted, agreed = _counted(limit.limit, start, standing), limit.moment(standing.file)
        if counted is None or agreed is None or agreed <= start:
            return counted
        return max(counted, _after(start, agreed - start, standing.pauses, standing.most))
    if isinstance(limit, OnceFree):
        free = max(filter(None, (start, limit.free_at(standing.file))))
        return _counted(limit.limit, free, replace(standing, pauses=_seen_from(free - start, standing.pauses)))
    return _by_itself(limit, start, standing)


def _by_itself(limit: Limit, start: datetime, standing: Standing) -> datetime | None:  # noqa: PLR0911  # one a kind
    file, terms, pauses, most = standing.file, standing.terms, standing.pauses, standing.most
    match limit:
        case Within() | WithinOrFromAppointment() | WithinOrAsAppointed():
            return _after(start, _length(limit, start, file, terms), pauses, most)
        case BeforeTimeOfDay(clock=clock):
            wall = terms.time(clock)
            return _first(start, strictly=True, at=(wall.hour, wall.minute)) - TICK
        case ByTimeOfDay(clock=clock):
            wall = terms.time(clock)
            return _first(start, strictly=False, at=(wall.hour, wall.minute))
        case BeforeDayOfMonth(day=day):
            edge = _first(start, strictly=True, at=(0, 0))
            while edge.day != day:
                edge = _first(edge, strictly=True, at=(0, 0))
            return edge - TICK
        case WorkingDays(count=count):
            last = _working_days(start, count, terms)
            return last + timedelta(microseconds=_stood_still(pauses, most, (last - start) // TICK))
        case Promised(moment=moment, shift=shift, agreed=agreed_at):
            promised = moment(file)
            if promised is None:
                return None
            known = agreed_at(file) if agreed_at else None
            return promised if known is not None and promised + shift <= known else promised + shift
    raise TypeError(limit)


def _length(
    limit: Within | WithinOrFromAppointment | WithinOrAsAppointed, start: datetime, file: CaseFile, terms: Terms
) -> timedelta:
    """How long from the start, with nothing that stood still."""
    whole = terms.duration(limit.length)
    appointed = None if isinstance(limit, Within) else limit.moment(file)
    if appointed is None or appointed <= start + whole:
        return whole
    done = limit.completion(file) if isinstance(limit, WithinOrAsAppointed) else None
    return done - start if done is not None and done > appointed else whole + (appointed - start)


def _seen_from(later: timedelta, pauses: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """The same, in microseconds from a start that is so much later."""
    by = later // timedelta(microseconds=1)
    return tuple((begin - by, None if end is None else end - by) for begin, end in pauses)


@cache
def _after(start: datetime, length: timedelta, pauses: tuple[Stretch, ...], most: int) -> datetime:
    """So much time after it, not counting what stood still, of which there is a most."""
    left, passed = length // timedelta(microseconds=1), 0
    while left:
        step = min(MINUTE, left)
        passed += step
        left -= step
        if pauses:
            still = min(sum(_overlap(passed - step, passed, pause) for pause in pauses), most)
            most -= still
            left += still
    return start + timedelta(microseconds=passed)


def _overlap(begin: int, end: int, pause: Stretch) -> int:
    over = end if pause[1] is None else min(end, pause[1])
    return max(over - max(begin, pause[0]), 0)


def _stood_still(pauses: Iterable[Stretch], most: int, until: int) -> int:
    """What began before the limit had run out, of which there is a most; what is running goes on for ever."""
    still = 0
    for begin, end in pauses:
        if begin > until + still:
            break
        still = most if end is None else min(still + max(end - max(begin, 0), 0), most)
    return still


def _pauses(entries: Iterable[Entry], start: datetime) -> tuple[Stretch, ...]:
    """When the work stood still, in microseconds from the start; the last one may be running."""
    found: list[Stretch] = []
    began: int | None = None
    for entry in entries:
        moment = (entry.at - start) // timedelta(microseconds=1)
        if isinstance(entry.event, Paused) and began is None:
            began = moment
        elif isinstance(entry.event, Resumed) and began is not None:
            found.append((began, moment))
            began = None
    return (*found, (began, None)) if began is not None else tuple(found)


@cache
def _first(start: datetime, *, strictly: bool, at: tuple[int, int]) -> datetime:
    """The first moment from the start on at which clocks here show that."""
    local = start.astimezone(LOCAL)
    minute = local.replace(second=0, microsecond=0)
    while (minute.hour, minute.minute) != at or minute < local or (strictly and minute == local):
        minute += timedelta(minutes=1)
    return minute


def _working_days(start: datetime, count: int, terms: Terms) -> datetime:
    """The last tick of the day on which so many working days after that of the start have gone by."""
    midnight = _first(start, strictly=True, at=(0, 0))
    while True:
        count -= _is_worked(midnight.date(), terms)
        if count == 0:
            return midnight + timedelta(days=1) - TICK
        midnight = _first(midnight, strictly=True, at=(0, 0))


def _is_worked(day: date, terms: Terms) -> bool:
    for year in terms.calendar.years:
        if day.isoformat() in year.workdays:
            return True
        if day.isoformat() in year.holidays:
            return False
    return day.isoweekday() in terms.calendar.weekdays


def reckoned_otherwise(case: SimulatedCase, until: datetime) -> Iterator[tuple[Duty, str]]:
    """Each duty that this makes something else of, and what."""
    reading = Reading.of(case, until)
    for duty in case.docket:
        found = verdict(reading, duty)
        due = duty.breached_at if duty.breached_at is not None else duty.due.at
        if found.late != (duty.breached_at is not None):
            yield duty, f"late {found.late}, due {found.due}"
        elif found.due != due:
            yield duty, f"due {found.due}, not {due}"
        if duty.row.pausable is not None and not duty.extended:
            plain = without_pauses(reading, duty, found.number)
            if plain is not None and duty.due.at - plain > duty.row.pausable:
                yield duty, f"paused by {duty.due.at - plain}"


def rungs_otherwise(case: SimulatedCase, heard_of_late: Container[tuple[str, str, int]]) -> Iterator[str]:
    """Rungs out of their order, twice, early, or left out, by what stands in the file alone."""
    reading = Reading.of(case, case.file.last_at or case.file.after(0)[0].at)
    for duty in case.docket:
        climbed: dict[datetime | None, list[int]] = {}
        for entry in reading.entries:
            event = entry.event
            if not isinstance(event, RungReached) or (event.key, event.cycle) != (duty.key, duty.cycle):
                continue
            due = last_moment(reading, duty, entry.number - 1)
            if duty.breached_at is not None and entry.at > duty.breached_at:
                due = duty.breached_at  # what is agreed to later moves it no more
            before = climbed.setdefault(due, [])
            if before and event.rung <= before[-1]:
                yield f"{duty.key}/{duty.cycle} {event.rung} after {before}"
            before.append(event.rung)
            is_warning = duty.row.rung(event.rung).level is Level.WARNING
            if due is None or (entry.at <= due and not is_warning) or (is_warning and entry.at <= duty.started_at):
                yield f"{duty.key}/{duty.cycle} {event.rung} at {entry.at}, due {due}"
        told = any(_told_late(duty, entry) for entry in reading.entries)
        known = (case.no, duty.key, duty.cycle) not in heard_of_late
        if duty.breached_at is not None and known and _had_to_be_told(duty) and not told:
            yield f"{duty.key}/{duty.cycle} late, and nobody told"


def _had_to_be_told(duty: Duty) -> bool:
    """It was still owed when the breach had to be announced, by people who knew of it then."""
    assert duty.breached_at is not None
    return duty.opened_at <= duty.breached_at and (
        duty.ended_at is None or duty.ended_at > duty.breached_at + timedelta(seconds=2)
    )
