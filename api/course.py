"""Why late: the time of a case cut at everything that happened or came due, every part with who was waited for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from domain.admission import right_for
from domain.case_file import CaseFile
from domain.events import Event, RungReached
from domain.rulebook.rows import Procedure
from infra.postgres.records import CaseHead, FiledDuty, FiledEntry
from workflows import CASES
from workflows.retrace import Retracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From ``start`` until just before ``end``; ``duties`` ran the whole of it.

    ``owed_by``: the posts that owe them; where no limit runs, those who may do what is waited for.
    """

    start: datetime
    end: datetime
    stage: str
    waiting_for: tuple[str, ...]
    owed_by: tuple[str, ...]
    duties: tuple[FiledDuty, ...]
    ended_by: tuple[str, ...]

    @property
    def late(self) -> bool:
        return any(is_late(duty, self) for duty in self.duties)


def is_late(duty: FiledDuty, stretch: Stretch) -> bool:
    """The last moment on time lay at or before the beginning of this stretch."""
    return duty.due_at <= stretch.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What the stretches are read off. ``until``: the close, or now."""

    head: CaseHead
    entries: Sequence[FiledEntry]
    duties: Sequence[FiledDuty]
    procedure: Procedure
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A duty from ``start`` on: its next cycle is open only once the one before has ended, whatever it counts from."""

    duty: FiledDuty
    start: datetime

    def at(self, moment: datetime) -> bool:
        return self.start <= moment and (self.duty.ended_at is None or moment < self.duty.ended_at)

    @property
    def passed_at(self) -> datetime | None:
        """When its limit passed; None where it was over by then, in time or no longer called for."""
        return self.duty.due_at if self.at(self.duty.due_at) else None


def stretches(course: Course) -> tuple[Stretch, ...]:
    """They follow each other without a gap, from the call to the close, or to now.

    Runs an event loop of its own to read the script: call it in a thread.
    """
    begin = min([course.head.received_at, *(entry.at for entry in course.entries)])
    end = max(course.until, begin)
    running = _running(course.duties)
    cuts = sorted({moment for moment in _moments(course, running) if begin < moment < end} | {begin, end})
    with Retracing(CASES[course.procedure.prefix], course.procedure.edition(course.head.edition)) as retracing:
        return tuple(_stretch(course, running, retracing, span) for span in pairwise(cuts))


def _running(duties: Sequence[FiledDuty]) -> tuple[_Running, ...]:
    ended: dict[str, datetime] = {}
    running = []
    for duty in sorted(duties, key=lambda one: (one.key, one.cycle)):
        running.append(_Running(duty=duty, start=max(duty.started_at, ended.get(duty.key, duty.started_at))))
        if duty.ended_at is not None:
            ended[duty.key] = max(duty.ended_at, ended.get(duty.key, duty.ended_at))
    order = {(duty.key, duty.cycle): place for place, duty in enumerate(duties)}
    return tuple(sorted(running, key=lambda one: order[one.duty.key, one.duty.cycle]))


def _moments(course: Course, running: Sequence[_Running]) -> Iterator[datetime]:
    """What people did, and where a duty began, passed its limit or was over; a reminder alone changes nothing."""
    yield from (entry.at for entry in course.entries if entry.type != RungReached.kind())
    for one in running:
        yield from (moment for moment in (one.start, one.passed_at, one.duty.ended_at) if moment)


def _stretch(
    course: Course, running: Sequence[_Running], retracing: Retracing, span: tuple[datetime, datetime]
) -> Stretch:
    start, end = span
    duties = tuple(one.duty for one in running if one.at(start))
    happened = [filed.entry for filed in course.entries if filed.entry is not None and filed.at <= start]
    file, edition = CaseFile(happened), course.procedure.edition(course.head.edition)
    awaited = edition.awaited(retracing.after(happened).awaited, file) if happened else ()
    return Stretch(
        start=start,
        end=end,
        stage=course.procedure.stage(file),
        waiting_for=tuple(event.label for event in awaited),
        owed_by=tuple(dict.fromkeys(duty.owed_by for duty in duties)) or _may_do(course, awaited),
        duties=duties,
        ended_by=_ended_by(course, running, end),
    )


def _may_do(course: Course, awaited: Sequence[type[Event]]) -> tuple[str, ...]:
    edition = course.procedure.edition(course.head.edition)
    rights = [right_for(event, edition) for event in awaited]
    return tuple(dict.fromkeys(post for right in rights if right for post in right.posts))


def _ended_by(course: Course, running: Sequence[_Running], end: datetime) -> tuple[str, ...]:
    happened = [entry.label for entry in course.entries if entry.at == end and entry.type != RungReached.kind()]
    passed = [f"{one.duty.rule} {one.duty.label}到期" for one in running if one.passed_at == end]
    return tuple(dict.fromkeys([*happened, *passed]))
