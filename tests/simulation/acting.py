"""How people act in a simulated month: on what a case awaits and offers, each as his character has it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from domain.admission import right_for
from domain.case_file import Entry
from domain.errors import BadTime
from domain.events import AnyEvent, Event, NoticeAcknowledged, Urged, Withdrawn
from domain.ladder import Level
from domain.notices import Notice
from domain.people import CaseNo, Role
from tests.simulation.case import SimulatedCase, hash_of
from tests.simulation.characters import mood_of, when
from tests.simulation.clock import Clock
from tests.simulation.desk import Desk, Outcome
from tests.simulation.estate import DAY, HOUR, Estate, Person
from tests.simulation.said import behind_a_gate, said, wrongly

MOST_TRIES = 4
MINUTE = timedelta(minutes=1)

Key = tuple[object, ...]


@dataclass(kw_only=True)
class Plan:
    """Who means to record what in a case. ``number``: how much of the file he had before him."""

    kind: type[Event]
    by: Person
    number: int

    def is_done(self, case: SimulatedCase) -> bool:
        return any(isinstance(entry.event, self.kind) for entry in case.file.after(self.number))


@dataclass(kw_only=True)
class Acting:
    """The people of the estate. What they mean to do stands in ``plans``, by case and by what is waited for."""

    clock: Clock
    chance: Random
    estate: Estate
    desk: Desk
    plans: dict[CaseNo, dict[Key, Plan]] = field(default_factory=dict)
    _holders: dict[tuple[str, type[Event]], tuple[Person, ...]] = field(default_factory=dict)

    def hears_of(self, case: SimulatedCase) -> None:
        """A case has changed: somebody takes up each thing that it waits for now, and that he may record."""
        plans = self.plans.setdefault(case.opening.no, {})
        wanted = dict(self._wanted(case))
        for key in [key for key, plan in plans.items() if key not in wanted or plan.is_done(case)]:
            del plans[key]
        for key, kinds in wanted.items():
            if key not in plans:
                self._take_up(case, key, kinds)

    def _wanted(self, case: SimulatedCase) -> Iterable[tuple[Key, tuple[type[Event], ...]]]:
        """Waits of the script; and duties that are met by what needs no turn."""
        takes = case.takes
        for kinds in case.waits:
            count = sum(isinstance(entry.event, kinds) for entry in case.file)
            yield (kinds, count), kinds
        for duty in case.docket.owed if takes else ():
            kinds = tuple(kind for kind in duty.row.met_by if kind in takes)
            aside = tuple(kind for kind in kinds if kind in case.procedure.any_time)
            if kinds and kinds == aside:
                only = len(aside) == len(duty.row.met_by)
                if only or hash_of(case.no, duty.key, duty.cycle) % 4 == 0:
                    yield (duty.key, duty.cycle), aside

    def _take_up(self, case: SimulatedCase, key: Key, kinds: tuple[type[Event], ...]) -> None:
        favoured = kinds[0] if self.chance.random() < 0.75 else self.chance.choice(kinds)
        kind = self._possible(case, (favoured, *kinds))
        by = self._whoever(case, kind) if kind else None
        if kind is None or by is None:
            return
        at = when(case, kind, by, self.clock.now, self.chance)
        plan = Plan(kind=kind, by=by, number=case.file.last_number)
        self.plans[case.opening.no][key] = plan
        if at is not None:
            self.clock.at(at, lambda: self._comes_to(case, key, plan))

    def _possible(self, case: SimulatedCase, kinds: Iterable[type[Event]]) -> type[Event] | None:
        """The first of these that somebody may record now; or what has to be recorded before one of them."""
        if case.is_silent:
            return None
        for kind in dict.fromkeys(kinds):
            for each in (kind, *self._first(case, kind)):
                if each in case.takes and self._whoever(case, each) is not None:
                    return each
        return None

    def _holding(self, case: SimulatedCase, kind: type[Event]) -> tuple[Person, ...]:
        """Those of a post that may record it."""
        place = case.procedure.prefix, kind
        if place not in self._holders:
            right = right_for(kind, case.edition)
            people = self.estate.people.values()
            self._holders[place] = tuple(one for one in people if right and one.actor.holds(*right.posts))
        return self._holders[place]

    def _first(self, case: SimulatedCase, kind: type[Event]) -> tuple[type[Event], ...]:
        """What has to be recorded before it."""
        shut = (gate for one in self._holding(case, kind) for gate in case.shut_for(kind, one.actor, self.clock.now))
        return tuple(dict.fromkeys(first for gate in shut for first in gate.opened_by))

    def _whoever(self, case: SimulatedCase, kind: type[Event], *, there: bool = False) -> Person | None:
        """Of those who may record it one: mostly he whose work it is, and who is there."""
        now = self.clock.now
        able = [one for one in self._holding(case, kind) if case.could(kind, one.actor, now)]
        able = [one for one in able if one.there(now)] if there else able
        if not able:
            return None
        holder = case.procedure.who(Role.REPAIRER, case.file)
        weights = [(20 if one.id == holder else 1) * (5 if one.there(now) else 1) for one in able]
        return self.chance.choices(able, weights)[0]

    def _comes_to(self, case: SimulatedCase, key: Key, plan: Plan) -> None:
        """The moment somebody meant to act at; he may be away, or another was quicker."""
        plans, now = self.plans[case.opening.no], self.clock.now
        if plans.get(key) is not plan:
            return
        if not plan.by.there(now):
            other = self._whoever(case, plan.kind, there=True)
            back = plan.by.back(now)
            if other is None or self.chance.random() < 0.5:
                self.clock.at(min(back, now + 12 * HOUR), lambda: self._comes_to(case, key, plan))
                return
            plan.by = other
        if plan.kind not in case.takes or not case.could(plan.kind, plan.by.actor, now):
            del plans[key]
            if case.takes:
                self.clock.at(now + 7 * MINUTE, lambda: self.hears_of(case))
            return
        mood_of(plan.by).acts(self, case, plan.kind, plan.by)

    def records(
        self,
        case: SimulatedCase,
        event: AnyEvent,
        by: Person,
        at: datetime,
        then: Callable[[Outcome], None] | None = None,
    ) -> None:
        self.desk.submit(case, event, by, at, then or (lambda outcome: None))  # noqa: ARG005  # he does not look

    def says(self, case: SimulatedCase, kind: type[Event], by: Person, tries: int = 0) -> None:
        """Plainly and truly, as of now; refused, he tries something else, and later somebody looks at it anew."""
        events = said(case, kind, self.clock.now, self.chance)
        happened = self.clock.now

        def heard(outcome: Outcome) -> None:
            if isinstance(outcome, Entry):
                return
            if isinstance(outcome, BadTime):
                self.hands_in(case, event, happened)
            elif tries < MOST_TRIES and kind in case.takes:
                self.clock.at(self.clock.now + MINUTE * self.chance.randint(1, 5), again)
            else:
                self.looks_anew(case)

        def again() -> None:
            if kind in case.takes and case.could(kind, by.actor, self.clock.now):
                self.says(case, kind, by, tries + 1)
            else:
                self.looks_anew(case)

        if not events:
            self.looks_anew(case)
            return
        event = events[min(tries, len(events) - 1)]
        self.records(case, event, by, happened, heard)

    def hands_in(self, case: SimulatedCase, event: AnyEvent, at: datetime) -> None:
        """补录: too long ago for whoever did it, so a supervisor records it, with the true moment."""
        now, kind = self.clock.now, type(event)
        able = [
            one
            for one in self.estate.people.values()
            if one.actor.holds(*case.procedure.backdated_by) and case.could(kind, one.actor, now)
        ]
        if not able or kind not in case.takes:
            self.looks_anew(case)
            return
        by = min(able, key=lambda one: (one.back(now), one.id))
        self.clock.at(by.back(now) + MINUTE, lambda: self.records(case, event, by, at, lambda _: self.looks_anew(case)))

    def looks_anew(self, case: SimulatedCase) -> None:
        self.plans[case.opening.no].clear()
        self.clock.at(self.clock.now + 10 * MINUTE, lambda: self.hears_of(case))

    def is_told(self, case: SimulatedCase, notice: Notice) -> None:
        """Whoever a notice reaches reads it when he is there; what he does then depends on him."""
        to = (notice.person,) if notice.person else self.estate.on_duty(notice.post, notice.raised_at)
        for staff in to:
            person = self.estate.people.get(staff)
            if person is not None and self.chance.random() < 0.9:
                reads = person.back(self.clock.now) + MINUTE * self.chance.uniform(0.2, 10)
                self.clock.at(reads, lambda person=person: self._reads(case, notice, person))  # type: ignore[misc]

    def _reads(self, case: SimulatedCase, notice: Notice, by: Person) -> None:
        if case.file.ended:
            return
        now, chance = self.clock.now, self.chance
        if notice.level in {Level.BREACH, Level.ESCALATION} and chance.random() < 0.4:
            self.records(case, NoticeAcknowledged(key=notice.key, cycle=notice.cycle, rung=notice.rung), by, now)
        presses = notice.level is Level.URGING and notice.due_at is not None
        if presses and chance.random() < 0.3 and case.could(Urged, by.actor, now):
            self.records(case, Urged(), by, now)
        elif notice.level is Level.BREACH and chance.random() < 0.1:
            self.aside(case, by)
        if chance.random() < mood_of(by).heeds:
            self.gets_on(case, by)

    def gets_on(self, case: SimulatedCase, by: Person) -> None:
        """He does at once what he can of what the case waits for."""
        for key, kinds in list(self._wanted(case)):
            plan = self.plans[case.opening.no].get(key)
            kind = plan.kind if plan else self._possible(case, kinds)
            if (
                kind is not None
                and kind in case.takes
                and by.there(self.clock.now)
                and case.could(kind, by.actor, self.clock.now)
            ):
                self.plans[case.opening.no][key] = Plan(kind=kind, by=by, number=case.file.last_number)
                self.says(case, kind, by)
                return

    def aside(self, case: SimulatedCase, by: Person | None = None) -> None:
        """Somebody records what is not waited for but could be, mostly what was seldom so far; or tries in vain."""
        now, uses = self.clock.now, self.desk.observer.tally.uses
        if case.file.ended:
            return
        if self.chance.random() < 0.45:
            self._in_vain(case, by)
            return
        offered = [kind for kind in case.takes if kind not in case.place.awaited and kind is not Withdrawn]
        may = {
            kind: able
            for kind in offered
            for able in [[one for one in ((by,) if by else self._holding(case, kind)) if one.there(now)]]
            if any(case.could(kind, one.actor, now) for one in able)
        }
        if may:
            turns = set(case.place.admitted)  # what leads the case elsewhere, mostly to its end
            prefix = case.procedure.prefix
            seldom = [(0.25 if kind in turns else 1) / (1 + uses[prefix, "event", kind.kind()]) for kind in may]
            (kind,) = self.chance.choices(list(may), seldom)
            able = [one for one in may[kind] if case.could(kind, one.actor, now)]
            one = self.chance.choice(able)
            mood_of(one).acts(self, case, kind, one)

    def _in_vain(self, case: SimulatedCase, by: Person | None) -> None:
        """He tries what no page offers him now; or he may, and says it wrongly."""
        now, tally = self.clock.now, self.desk.observer.tally
        people = (by,) if by else [one for one in self.estate.people.values() if one.there(now)]
        tried = behind_a_gate(case, people, now, tally, self.chance)
        if self.chance.random() < 0.4:
            tried = wrongly(case, people, now, tally, self.chance) or tried
        if tried:
            self.records(case, tried[0], tried[1], now)

    def withdraws(self, case: SimulatedCase) -> None:
        by = self._whoever(case, Withdrawn, there=True) if Withdrawn in case.takes else None
        if by is not None:
            mood_of(by).acts(self, case, Withdrawn, by)

    def goes_round(self, cases: Iterable[SimulatedCase]) -> None:
        """What has lain for a day is urged, and somebody who can get on with it is called up."""
        now = self.clock.now
        for case in cases:
            last = max((entry.recorded_at for entry in case.file), default=now)
            if case.file.ended or now - last < DAY * (4 if case.lies else 0.8):
                continue
            if (by := self._whoever(case, Urged, there=True)) is not None:
                self.records(case, Urged(text="请尽快"), by, now)
            self.hears_of(case)
            for key, kinds in list(self._wanted(case)):
                kind = self._possible(case, kinds)
                called = self._whoever(case, kind, there=True) if kind else None
                if kind is not None and called is not None:
                    self.plans[case.opening.no][key] = Plan(kind=kind, by=called, number=case.file.last_number)
                    self.says(case, kind, called)
                    break
