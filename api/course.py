"""Why late: the time of a case cut at everything that happened or came due, every part with who was waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from domain.admission import right_for
from domain.case_file import CaseFile
from domain.deadlines import Obligation
from domain.rulebook.rows import Procedure
from infra.postgres.records import CaseHead, FiledDuty, FiledEntry


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

    @property
    def rows(self) -> Mapping[str, Obligation]:
        return {row.key: row for row in self.procedure.edition(self.head.edition).obligations}


def stretches(course: Course) -> tuple[Stretch, ...]:
    """They follow each other without a gap, from the call to the close, or to now."""
    begin = min([course.head.received_at, *(entry.at for entry in course.entries)])
    end = max(course.until, begin)
    cuts = sorted({moment for moment in _moments(course) if begin < moment < end} | {begin, end})
    return tuple(_stretch(course, start, until) for start, until in pairwise(cuts))


def _moments(course: Course) -> list[datetime]:
    moments = [entry.at for entry in course.entries]
    for duty in course.duties:
        moments += [duty.started_at, duty.due_at]
        if duty.ended_at is not None:
            moments.append(duty.ended_at)
    return moments


def _stretch(course: Course, start: datetime, end: datetime) -> Stretch:
    running = tuple(
        duty for duty in course.duties if duty.started_at <= start and (duty.ended_at is None or duty.ended_at > start)
    )
    waiting_for = _waited_for(course, running, start)
    return Stretch(
        start=start,
        end=end,
        stage=_stage(course, start),
        waiting_for=waiting_for,
        owed_by=tuple(dict.fromkeys(duty.owed_by for duty in running)) or _may_do(course, waiting_for),
        duties=running,
        ended_by=_ended_by(course, end),
    )


def _stage(course: Course, at: datetime) -> str:
    happened = [filed.entry for filed in course.entries if filed.entry is not None and filed.at <= at]
    return course.procedure.stage(CaseFile(happened))


def _waited_for(course: Course, running: Sequence[FiledDuty], start: datetime) -> tuple[str, ...]:
    """What would meet the duties at work; where none is, what did happen next, or what the case waits for now."""
    rows = course.rows
    labels = [event.label for duty in running if duty.key in rows for event in rows[duty.key].met_by]
    if not labels:
        later = (entry for entry in sorted(course.entries, key=lambda entry: entry.at) if entry.at > start)
        labels = [entry.label for entry in later if entry.source != "system"][:1]
    return tuple(dict.fromkeys(labels or (course.head.waiting_for if course.head.open else [])))


def _may_do(course: Course, labels: Sequence[str]) -> tuple[str, ...]:
    edition = course.procedure.edition(course.head.edition)
    rights = [right_for(event, edition) for event in course.procedure.vocabulary if event.label in labels]
    return tuple(dict.fromkeys(post for right in rights if right for post in right.posts))


def _ended_by(course: Course, end: datetime) -> tuple[str, ...]:
    happened = [entry.label for entry in course.entries if entry.at == end]
    passed = [f"{duty.rule} {duty.label}到期" for duty in course.duties if duty.due_at == end]
    return tuple(dict.fromkeys([*happened, *passed]))
