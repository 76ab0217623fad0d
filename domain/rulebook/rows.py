"""The kinds of row a procedure is made of beside its obligations: rights, gates, notices and stages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.case_file import CaseFile, Entry
from domain.copies import CopyPlace
from domain.deadlines import Obligation
from domain.docket import Docket, WhoHolds
from domain.events import AnyEvent, Event, RungReached
from domain.forms import Form
from domain.people import Actor, Role

Condition = Callable[[Entry, CaseFile], bool]


def whenever(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Which posts may record which events. ``own_only``: a repairer only on the order that is his."""

    rule: str
    events: tuple[type[Event], ...]
    posts: tuple[Role, ...]
    own_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a gate looks at: the event somebody wants to record, by whom, and how the case stands."""

    event: AnyEvent
    by: Actor
    at: datetime
    file: CaseFile
    docket: Docket
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A clause that refuses an event unless ``holds``; ``remedy`` is Chinese, ``english`` one sentence."""

    rule: str
    on: tuple[type[Event], ...]
    holds: Callable[[Question], bool]
    field: str
    remedy: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Who hears of an event when it is recorded, and what they are asked to do (Chinese)."""

    rule: str
    on: tuple[type[Event], ...]
    to: tuple[Role, ...]
    text: str
    when: Condition = whenever
    urgent: bool = False
    whoever_owes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What staff call the state of a case after one of these events."""

    name: str
    after: tuple[type[Event], ...]
    when: Condition = whenever


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The rows of a procedure from a day on; once in force it is never edited."""

    since: date
    obligations: tuple[Obligation, ...]
    rights: tuple[Right, ...]
    gates: tuple[Gate, ...]
    tells: tuple[Tell, ...]

    def name_of(self, event: Event) -> str:
        """What staff call a line of the file: its label; of a rung, how grave it was and of which duty."""
        if not isinstance(event, RungReached):
            return event.label
        row = next((row for row in self.obligations if row.key == event.key), None)
        return f"{row.rung(event.rung).name}：{row.label}" if row else event.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One written procedure. ``vocabulary``: what people may record; ``any_time``: of it, what needs no turn.

    ``opens_with``: what a case begins with. ``copies``: where the copies of its paper form are, if it has one.
    ``form``: that paper form.
    ``cannot_wait``: whether a case opened by such an event goes before others in every queue.
    """

    prefix: str
    name: str
    vocabulary: tuple[type[Event], ...]
    opens_with: tuple[type[Event], ...]
    any_time: tuple[type[Event], ...]
    stages: tuple[Stage, ...]
    who: WhoHolds
    editions: tuple[Edition, ...]
    cannot_wait: Callable[[AnyEvent], bool]
    form: Form | None = None
    copies: Callable[[CaseFile], tuple[CopyPlace, ...]] = field(default=lambda file: ())  # noqa: ARG005
    complete: Callable[[AnyEvent, Docket], AnyEvent] = field(default=lambda event, docket: event)  # noqa: ARG005

    def edition(self, day: date) -> Edition:
        """The edition in force that day; the first one for a day before it."""
        in_force = [edition for edition in self.editions if edition.since <= day]
        return max(in_force or self.editions[:1], key=lambda edition: edition.since)

    def stage(self, file: CaseFile) -> str:
        for entry in reversed(tuple(file)):
            for stage in self.stages:
                if isinstance(entry.event, stage.after) and stage.when(entry, file):
                    return stage.name
        return ""
