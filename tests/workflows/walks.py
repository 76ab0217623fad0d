"""A case played at random without a server: its script, its docket, its watch, and people who act as they may."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from hypothesis import strategies as st

from domain.admission import closed_by, could_record, owed_in, right_for
from domain.case_file import Entry
from domain.events import AnyEvent, CaseEnded, Event, PeriodOver, Referred
from domain.people import CLOCKWORK, POSTS, Actor, CaseNo, Role
from domain.referrals import outstanding
from domain.rulebook.open_values import BACKDATING
from domain.rulebook.rows import Position, Question
from tests.domain.makers import FOREMAN, MAKERS, Scene
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, on, person
from workflows import CASES
from workflows.retrace import Place, Retracing

STAFF: tuple[Actor, ...] = (
    FRONT_DESK,
    SUPERVISOR,
    FOREMAN,
    REPAIRER,
    OTHER_REPAIRER,
    CENTRE_MANAGER,
    *(person(f"x-{number}", post) for number, post in enumerate(sorted(POSTS))),
)
"""Of every post somebody, and those the makers send."""

CASE = CaseNo("RTN-20261123-00001")

WAITS = (0, 1, 40, 600, 4000, 90_000)
LAGS = (0, 0, 4, 300, 1700, 20_000)
"""Seconds from one act to the next, and from when it happened to when it is recorded; the longest is 补录."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Chances of one act. ``aside``: not what the case waits for. ``rung``: the watch was not held up."""

    aside: bool
    kind: int
    by: int
    says: int
    wait: int
    lag: int
    rung: bool


STEPS = st.lists(
    st.builds(
        Step,
        aside=st.sampled_from([False, False, False, True]),
        kind=st.integers(0, 40),
        by=st.integers(0, len(STAFF) - 1),
        says=st.integers(0, 5),
        wait=st.sampled_from(WAITS),
        lag=st.sampled_from(LAGS),
        rung=st.booleans(),
    ),
    min_size=25,
    max_size=60,
)
OPENINGS = st.integers(0, 6)
"""Which of what the makers say when a case opens."""

PLACES = st.sampled_from([60, 45, 35, 28, 22, 16, 10, 5, 0])
"""After how many of the steps to look."""


class Walk:
    """One case from its opening on; a context manager."""

    def __init__(self, prefix: str, opening: int = 0) -> None:
        case = CASES[prefix]
        self.procedure = case.rows
        self.edition = case.rows.editions[-1]
        self.story = Story(procedure=self.procedure)
        self.now = on("9:00")
        self._retracing = Retracing(case, self.edition)
        self.place = self._retracing.after(())
        said = MAKERS[self.procedure.opens_with[0]](self.scene(self.now))
        right = right_for(self.procedure.opens_with[0], self.edition)
        opener = CLOCKWORK if right and Role.SYSTEM in right.posts else FRONT_DESK
        self.record(self.admit(said[opening % len(said)], self.now, opener))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._retracing.__exit__(kind, error, at)

    def __str__(self) -> str:
        return "\n".join(f"{e.at:%d %H:%M:%S} {e.by.id} {e.event}" for e in self.story.file)

    @property
    def ended(self) -> bool:
        return self.story.file.ended

    @property
    def takes(self) -> frozenset[type[Event]]:
        return frozenset((*self.place.admitted, *self.procedure.any_time))

    def scene(self, at: datetime) -> Scene:
        return Scene(file=self.story.file, docket=self.story.docket, at=at)

    def turn_of(self, kind: type[Event]) -> datetime:
        """The earliest moment at which such an event can have happened."""
        began = (self._retracing._script.turn_began(kind), self.story.file.first_at)
        return max(filter(None, began), default=self.now)

    def who_may(self, kind: type[Event], at: datetime) -> list[Actor]:
        """To whom the case page would offer it."""
        position = [Position(by=by, at=at, file=self.story.file, owed=owed_in(self.story.docket)) for by in STAFF]
        return [
            one.by for one in position if could_record(kind, one, self.procedure, self.edition, self.place.admitted)
        ]

    def admit(self, event: AnyEvent, at: datetime, by: Actor) -> Entry:
        """The entry it would become; raises what the case refuses with."""
        turn = self._retracing._script.turn_began(type(event))
        return self.story.admits(event, at, by, now=self.now, awaited=self.place.admitted, turn_began=turn)

    def record(self, entry: Entry) -> None:
        """Into the file; what it hands on has its case at once; the script moves on, at its end the case is closed."""
        self.story.add(entry)
        for one in outstanding(self.procedure.refers, self.story.file, CASE):
            self.story.then(Referred(defect=one.number, case_no=CASE), self.now, CLOCKWORK)
        self._settle()

    def _settle(self) -> None:
        self.place = self._read()
        if self.place.result is not None and not self.ended:
            last = self.story.file.last_at or self.now
            self.story.then(CaseEnded(result=self.place.result), last, CLOCKWORK)
            self.place = self._read()

    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def ring(self, until: datetime) -> None:
        self.story.rings(until)
        self._settle()

    def _read(self) -> Place:
        return self._retracing.after(tuple(self.story.file))

    def take(self, step: Step) -> None:
        """One act as chance has it: of what could be recorded now, by somebody who may, well filled in."""
        self.pass_time(step.wait)
        if step.rung:
            self.ring(self.now)
        kinds = [kind for kind in self._kinds(aside=step.aside) if self.who_may(kind, self.now)]
        if not kinds:
            return
        kind = kinds[step.kind % len(kinds)]
        at = max(self.now - timedelta(seconds=step.lag), self.turn_of(kind))
        self.ring(min(at, self.now))
        late = at < self.now - BACKDATING
        people = [one for one in self.who_may(kind, at) if not late or one.holds(*self.procedure.backdated_by)]
        if people and MAKERS[kind](self.scene(at)):
            by = people[step.by % len(people)]
            said = self._said(kind, at, by)
            self.record(self.admit(said[step.says % len(said)], at, by))

    def _said(self, kind: type[Event], at: datetime, by: Actor) -> Sequence[AnyEvent]:
        """What is well filled in for him; where nothing is, all of it, for the case to refuse."""
        told, owed = MAKERS[kind](self.scene(at)), owed_in(self.story.docket)
        asked = [
            Question(event=event, by=by, at=at, file=self.story.file, owed=owed, terms=self.story.terms)
            for event in told
        ]
        gates = self.edition.gates_on(kind)
        return [one.event for one in asked if all(gate.holds(one) for gate in gates)] or told

    def _kinds(self, *, aside: bool) -> list[type[Event]]:
        aside_kinds = [kind for kind in self.procedure.vocabulary if kind in self.takes - {*self.place.awaited}]
        return aside_kinds if aside else list(self.place.awaited)

    def lead_on(self) -> bool:
        """One act of those the script waits for, the first that somebody may record, or what has to come before it.

        Where only time helps it passes, to the next alarm; False: nothing leads on.
        """
        self.pass_time(1)
        self.ring(self.now)
        for kind in self.edition.awaited(self.place.awaited, self.story.file):
            at = max(self.now, self.turn_of(kind))
            if self._does(kind, at) or any(self._does(first, at) for first in self._first(kind, at)):
                return True
        alarms = self.story.alarms()
        if alarms and PeriodOver in self.place.awaited:
            self.now = max(self.now, min(alarms)[0])
            self.ring(self.now)
            return True
        return False

    def _does(self, kind: type[Event], at: datetime) -> bool:
        people = self.who_may(kind, at)
        if people:
            self.record(self.admit(self._said(kind, at, people[0])[0], at, people[0]))
        return bool(people)

    def _first(self, kind: type[Event], at: datetime) -> list[type[Event]]:
        """What the closed gates of such an event ask for."""
        position = Position(by=FRONT_DESK, at=at, file=self.story.file, owed=owed_in(self.story.docket))
        return [event for gate in closed_by(kind, position, self.edition) for event in gate.opened_by]


def steps_of(walk: Walk, steps: Sequence[Step]) -> Iterator[Step]:
    """The steps, each taken after it is given; no more once the case has ended."""
    for step in steps:
        if walk.ended:
            return
        yield step
        walk.take(step)
