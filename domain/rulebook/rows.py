"""The kinds of row a procedure is made of beside its obligations: rights, gates, notices and stages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from domain.case_file import CaseFile, Entry
from domain.copies import CopyPlace
from domain.deadlines import Obligation
from domain.docket import Docket, WhoHolds
from domain.errors import RuleBroken
from domain.events import AnyEvent, Event, PeriodOver, RungReached
from domain.forms import Form
from domain.limits import Terms
from domain.passing import PassedOn
from domain.people import Actor, CaseNo, Role, StaffId
from domain.periods import Period
from domain.referrals import Refers, refers_nothing
from domain.rulebook.web_ui import WebUiDoor

Condition = Callable[[Entry, CaseFile], bool]


WhoEach = Callable[[Entry, CaseFile], tuple[StaffId, ...]]


def whenever(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return True


def whatever_is_owed(entry: Entry, docket: Docket) -> bool:  # noqa: ARG001  # the shape of a condition
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Which posts may record which events. ``own_only``: a repairer only on an order that is his, or that he helps in.

    ``besides``: who may too where a gate lets them, and is not waited for.
    """

    rule: str
    events: tuple[type[Event], ...]
    posts: tuple[Role, ...]
    own_only: bool = False
    besides: tuple[Role, ...] = ()

    @property
    def allowed(self) -> tuple[Role, ...]:
        return (*self.posts, *self.besides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A duty that is owed as things stand. ``due_at``: the last moment on time; ``breached``: it has passed."""

    row: Obligation
    due_at: datetime
    breached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How a case stands for somebody who is about to record something in it, before it is known what that says."""

    by: Actor
    at: datetime
    file: CaseFile
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Position):
    """What a gate looks at: the event somebody wants to record, by whom, and how the case stands."""

    event: AnyEvent
    terms: Terms

    @property
    def teams(self) -> Mapping[str, str]:
        """The team proposed for each kind of fault (REP-05)."""
        return self.terms.teams


def however_it_stands(position: Position) -> bool:  # noqa: ARG001  # the shape of a predicate
    return True


def whatever_it_says(asked: Question) -> bool:  # noqa: ARG001  # the shape of a predicate
    return True


def nothing_else(position: Position) -> tuple[str, ...]:  # noqa: ARG001  # the shape of a question
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A clause that refuses an event unless it ``stands_open`` as the case stands, and what the event says ``holds``.

    The first can be asked before anything is filled in, so that what it would refuse is not offered.
    ``opened_by``: what is to be recorded first, where anything would open it. ``remedy`` is Chinese, ``english`` one
    sentence. ``would_do``: what is named behind both, as it is to be sent; of this case, and as things stand.
    """

    rule: str
    on: tuple[type[Event], ...]
    stands_open: Callable[[Position], bool] = however_it_stands
    holds: Callable[[Question], bool] = whatever_it_says
    opened_by: tuple[type[Event], ...] = ()
    field: str
    remedy: str
    english: str
    would_do: Callable[[Position], tuple[str, ...]] = nothing_else

    def advice(self, position: Position) -> str:
        """The remedy with what it names."""
        named = "、".join(self.would_do(position))
        return f"{self.remedy}：{named}" if named else self.remedy

    def refusal(self, asked: Question) -> RuleBroken:
        named = self.would_do(asked)
        english = f"{self.english} {', '.join(named)}." if named else self.english
        return RuleBroken(self.rule, field=self.field, remedy=self.advice(asked), english=english, allowed=named)

    def lets_pass(self, asked: Question) -> bool:
        return self.stands_open(asked) and self.holds(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Who hears of an event when it is recorded, and what they are asked to do (Chinese).

    ``each``: these people, in the posts of ``to``; else whom the case knows there, or who is on duty.
    ``as_owed``: whether what is owed after it calls for that too.
    """

    rule: str
    on: tuple[type[Event], ...]
    to: tuple[Role, ...]
    text: str
    when: Condition = whenever
    as_owed: Callable[[Entry, Docket], bool] = whatever_is_owed
    urgent: bool = False
    whoever_owes: bool = False
    each: WhoEach | None = None

    def is_told(self, entry: Entry, file: CaseFile, docket: Docket) -> bool:
        return isinstance(entry.event, self.on) and self.when(entry, file) and self.as_owed(entry, docket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What staff call the state of a case after one of these events. ``ends``: the case is over with it."""

    name: str
    after: tuple[type[Event], ...]
    when: Condition = whenever
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """While ``when`` holds, a case whose turn is ``event`` waits for ``first``, without which that is refused."""

    rule: str
    event: type[Event]
    first: type[Event]
    when: Callable[[CaseFile], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What the documents say of how people behave, shown to them at these ``stages`` (Chinese); nothing checks it."""

    rule: str
    stages: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The rows of a procedure from a day on; once in force it is never edited.

    ``bounded``: a case takes only so much of what needs no turn, beside its remarks.
    """

    since: date
    obligations: tuple[Obligation, ...]
    rights: tuple[Right, ...]
    gates: tuple[Gate, ...]
    tells: tuple[Tell, ...]
    periods: tuple[Period, ...] = ()
    guides: tuple[Guide, ...] = ()
    before: tuple[Before, ...] = ()
    bounded: bool = False
    _rights: dict[type[Event], Right | None] = field(init=False, repr=False, compare=False, default_factory=dict)
    _gates: dict[type[Event], tuple[Gate, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def right(self, kind: type[Event]) -> Right | None:
        """The row that says who may record it; None: nobody, it is the desk's own."""
        if kind not in self._rights:
            self._rights[kind] = next((right for right in self.rights if kind in right.events), None)
        return self._rights[kind]

    def gates_on(self, kind: type[Event]) -> tuple[Gate, ...]:
        """The clauses that may refuse such an event, in order."""
        if kind not in self._gates:
            self._gates[kind] = tuple(gate for gate in self.gates if issubclass(kind, gate.on))
        return self._gates[kind]

    def knows(self, kind: type[Event]) -> bool:
        """Whether such an event can come under this edition: somebody may record it, or a period ends with it."""
        return self.right(kind) is not None or (kind is PeriodOver and bool(self.periods))

    def awaited(self, turns: Iterable[type[Event]], file: CaseFile) -> tuple[type[Event], ...]:
        """What a case waits for whose script waits for these: in the place of each what must come before it."""
        return tuple(dict.fromkeys(self._first(kind, file) for kind in turns))

    def _first(self, kind: type[Event], file: CaseFile) -> type[Event]:
        return next((row.first for row in self.before if row.event is kind and row.when(file)), kind)

    def name_of(self, event: Event) -> str:
        """What staff call a line of the file: its label; of a rung or a period, of which row, and how grave."""
        if isinstance(event, PeriodOver):
            over = next((row for row in self.periods if row.key == event.key), None)
            return f"{event.label}：{over.label}" if over else event.label
        if not isinstance(event, RungReached):
            return event.label
        row = next((row for row in self.obligations if row.key == event.key), None)
        return f"{row.rung(event.rung).name}：{row.label}" if row else event.label


def without(rights: Iterable[Right], *kinds: type[Event]) -> tuple[Right, ...]:
    """The rights as they are but for events that nobody records any more."""
    kept = (replace(right, events=tuple(kind for kind in right.events if kind not in kinds)) for right in rights)
    return tuple(right for right in kept if right.events)


def with_replaced(rows: Iterable[Obligation], by: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """The limits of an edition before, some of them as they are now, each in its place."""
    replaced = {row.key: row for row in by}
    return tuple(replaced.get(row.key, row) for row in rows)


def vocabulary_of(editions: Iterable[Edition]) -> tuple[type[Event], ...]:
    """What people may record under any of them, each once, in the order of the rights."""
    events = (event for edition in editions for right in edition.rights for event in right.events)
    return tuple(dict.fromkeys(events))


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One written procedure. ``vocabulary``: what people may record; ``any_time``: of it, what needs no turn.

    ``opens_with``: what a case begins with. ``copies``: where the copies of its paper form are, if it has one.
    ``form``: that paper form. ``refers``: what of it is handed on to cases of their own; ``passes_on``: what an entry
    of the file makes other cases hear.
    ``shared_with``: posts that look at no other cases (PRV-106).
    ``takes_callers``: whether who calls about the matter now can be put on the case, and would be heard.
    ``done``: whether the work is, and feedback that it is not solved would reopen the case, which is open.
    ``cannot_wait``: whether a case opened by such an event goes before others in every queue. ``is_urgent``: whether it
    is such a case as its file stands, by how it opened or by what it was found to be since.
    ``backdated_by``: whose word is needed for an act recorded long after it happened (补录).
    ``web_ui``: what supervisors may record from the Temporal Web UI.
    ``who``: whom a case knows in a post, who owes what the post owes. ``crew``: those whose order it is.
    ``needs_to_know``: of them those who may still read whose home it is (PRV-106).
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
    is_urgent: Callable[[CaseFile], bool]
    backdated_by: tuple[Role, ...]
    web_ui: tuple[WebUiDoor, ...]
    form: Form | None = None
    crew: Callable[[CaseFile], tuple[StaffId, ...]] = field(default=lambda file: ())  # noqa: ARG005
    needs_to_know: Callable[[CaseFile], tuple[StaffId, ...]] = field(default=lambda file: ())  # noqa: ARG005
    passes_on: Callable[[CaseNo, Entry, CaseFile], tuple[PassedOn, ...]] = field(default=lambda no, entry, file: ())  # noqa: ARG005
    refers: Refers = refers_nothing
    shared_with: tuple[Role, ...] = ()
    takes_callers: Callable[[CaseFile], bool] = field(default=lambda file: True)  # noqa: ARG005
    done: Callable[[CaseFile], bool] = field(default=lambda file: False)  # noqa: ARG005
    copies: Callable[[CaseFile], tuple[CopyPlace, ...]] = field(default=lambda file: ())  # noqa: ARG005
    complete: Callable[[AnyEvent, Docket], AnyEvent] = field(default=lambda event, docket: event)  # noqa: ARG005

    def edition(self, day: date) -> Edition:
        """The edition in force that day; the first one for a day before it."""
        in_force = [edition for edition in self.editions if edition.since <= day]
        return max(in_force or self.editions[:1], key=lambda edition: edition.since)

    @property
    def stage_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stage.name for stage in self.stages))

    @property
    def open_stages(self) -> tuple[str, ...]:
        """Those that a case can be in before it has ended."""
        return tuple(dict.fromkeys(stage.name for stage in self.stages if not stage.ends))

    def stage(self, file: CaseFile) -> str:
        for entry in reversed(tuple(file)):
            for stage in self.stages:
                if isinstance(entry.event, stage.after) and stage.when(entry, file):
                    return stage.name
        return ""
