"""The desk of a simulated month: takes acts on, delivers them in order, rings, and is away at times."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random
from typing import Protocol

from domain.admission import Act, check_opener, check_opening
from domain.assigning import Work, check_sent, check_signatory
from domain.callers import callers
from domain.case_file import Entry, Source
from domain.errors import DeskError, RuleBroken
from domain.events import AnyEvent
from domain.events.joining import CameAfter, MergedInto
from domain.limits import Terms
from domain.notices import Notice
from domain.passing import PassedOn
from domain.people import CLOCKWORK, Actor, CaseNo, Role, StaffId
from domain.referrals import outstanding
from domain.rulebook import PROCEDURES
from domain.rulebook.joining import would_slow_down
from domain.rulebook.rows import Procedure
from tests.domain.story import LY
from tests.simulation.case import Scripts, SimulatedCase
from tests.simulation.clock import Clock
from tests.simulation.estate import Estate, Person
from tests.simulation.faults import Faults
from tests.simulation.tally import Tally
from workflows.messages import OpenCase, TermsOfCase

TEAMS = {"水": "水工班"}
"""OV-106: which team a fault asks for, where the company has said so."""

LATER = 0.1
"""Of all calls, how many are about what was thought to be over."""

MISTAKEN = 0.5
"""Of those, how many are about one that had been merged by mistake, where there is any that can be taken out."""

Outcome = Entry | DeskError


@dataclass(kw_only=True)
class Command:
    """An act that the desk has taken on; ``outcome`` is None until it is settled.

    ``alarms``: what the clock of its case was set to when it was taken on, and when it was delivered.
    """

    case: SimulatedCase
    act: Act
    then: Callable[[Outcome], None]
    alarms: list[datetime | None]
    delivered_at: datetime | None = None
    outcome: Outcome | None = None


class Observer(Protocol):
    """Who looks at everything as it happens."""

    @property
    def tally(self) -> Tally: ...
    def stood(self, case: SimulatedCase, entry: Entry) -> None: ...
    def turned_away(self, case: SimulatedCase, error: DeskError) -> None: ...
    def applied(self, command: Command, now: datetime) -> None: ...
    def refused(self, command: Command, before: object, after: object) -> None: ...
    def repeated(self, command: Command, before: object, after: object) -> None: ...


@dataclass(kw_only=True)
class Desk:
    """``on_change``: the people hear that a case has changed; ``on_notice``: and what they were told."""

    clock: Clock
    chance: Random
    estate: Estate
    faults: Faults
    observer: Observer
    scripts: Scripts
    edition: date
    terms: Terms = field(default_factory=Terms)
    on_change: Callable[[SimulatedCase], None] = lambda case: None  # noqa: ARG005  # replaced by whoever acts
    on_notice: Callable[[SimulatedCase, Notice], None] = lambda case, notice: None  # noqa: ARG005  # likewise
    cases: list[SimulatedCase] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    _waiting: dict[CaseNo, list[Command]] = field(default_factory=dict)
    _armed: dict[CaseNo, datetime | None] = field(default_factory=dict)

    def open(self, procedure: Procedure, event: AnyEvent, by: Actor) -> None:
        """A call that somebody takes down; while the desk is closed it is taken down after that."""
        now = self.clock.now
        if over := self.faults.closed_until(now):
            self.clock.at(
                over + timedelta(seconds=self.chance.randint(1, 600)), lambda: self.open(procedure, event, by)
            )
            return
        try:
            self._begins_with(procedure, event, by)
        except RuleBroken:  # not his to take down: he hands it to the front desk
            self._begins_with(procedure, event, self._front_desk())

    def _front_desk(self) -> Actor:
        return next(one.actor for one in self.estate.people.values() if one.actor.holds(Role.FRONT_DESK))

    def _begins_with(self, procedure: Procedure, event: AnyEvent, by: Actor) -> CaseNo:
        now = self.clock.now
        acts = [self._act(each, by, now) for each in (event, *self._after_one_that_ended(procedure, by))]
        edition = procedure.edition(self.edition)
        if not by.holds(Role.SYSTEM):
            check_opener(acts[0], procedure, edition)
        check_opening(tuple(acts), procedure, edition, self.terms)
        no = CaseNo(f"{procedure.prefix}-{now:%Y%m%d}-{len(self.cases) + 1:05}")
        terms = TermsOfCase.of(self.terms)
        opening = OpenCase(no=no, estate=LY, building="1栋", edition=self.edition, terms=terms, acts=tuple(acts))
        case = SimulatedCase(opening, self.scripts)
        self.cases.append(case)
        self._waiting[no] = []
        self.clock.at(self._delivery(), lambda: self._begin(case))
        return no

    def _after_one_that_ended(self, procedure: Procedure, by: Actor) -> Iterator[AnyEvent]:
        """Some calls are about what was thought to be over (REP-36)."""
        ended = [case for case in self.cases if case.procedure is procedure and case.file.ended]
        right = procedure.edition(self.edition).right(CameAfter)
        joins = right is not None and by.holds(*right.posts)
        if joins and ended and self.chance.random() < LATER:
            kept = {case.no: into for case in ended if (into := self._where_it_went(case)) and not into.file.ended}
            mistaken = [case for case in ended if case.no in kept]
            earlier = self.chance.choice(mistaken if mistaken and self.chance.random() < MISTAKEN else ended)
            came = CameAfter(after=earlier.opening.no, reason="又坏了")
            if into := kept.get(earlier.no):
                came = replace(came, apart_from=into.opening.no, callers=callers(earlier.file))
            yield came

    def _where_it_went(self, case: SimulatedCase) -> SimulatedCase | None:
        """As far as its callers went; None where it went nowhere, or was taken out again."""
        into = None
        while went := case.file.last(MergedInto):
            if any(came.after == case.no for other in self.cases if (came := other.file.last(CameAfter))):
                break
            (case,) = (other for other in self.cases if other.no == went.into)
            into = case
        return into

    def submit(
        self, case: SimulatedCase, event: AnyEvent, by: Person, at: datetime, then: Callable[[Outcome], None]
    ) -> None:
        """Somebody records an act; while the desk is closed his telephone keeps it and tries again."""
        now = self.clock.now
        if over := self.faults.closed_until(now):
            again = over + timedelta(seconds=self.chance.randint(1, 300))
            self.clock.at(again, lambda: self.submit(case, event, by, at, then))
            return
        try:
            event = self._directed(case, event)
            beside = self._look_up(case, event, at)
        except DeskError as refusal:
            self.observer.turned_away(case, refusal)
            then(refusal)
            return
        command = self._taken_on(case, self._act(event, by.actor, at, beside), then)
        self.clock.at(self._delivery(), lambda: self._deliver(command))
        if self.chance.random() < self.faults.doubled:
            self.clock.at(self._delivery(), lambda: self._deliver(command))

    def is_asked_to_cancel(self, case: SimulatedCase) -> None:
        """Over Temporal, past the procedure: it is noted and told, and the case goes on."""
        if not case.file.ended:
            entry = case.ignore_cancellation(self.clock.now)
            self.observer.stood(case, entry)
            self._heard(case, [entry])

    def _act(self, event: AnyEvent, by: Actor, at: datetime, beside: tuple[AnyEvent, ...] = ()) -> Act:
        command_id = f"c-{len(self.commands) + len(self.cases) + 1}"
        now = self.clock.now
        return Act(command_id=command_id, event=event, by=by, at=at, accepted_at=now, source=Source.API, beside=beside)

    def _taken_on(self, case: SimulatedCase, act: Act, then: Callable[[Outcome], None]) -> Command:
        command = Command(case=case, act=act, then=then, alarms=[self._armed.get(case.opening.no)])
        self.commands.append(command)
        self._waiting[case.opening.no].append(command)
        return command

    def _delivery(self) -> datetime:
        return self.clock.now + self.faults.on_its_way(self.chance)

    def _look_up(self, case: SimulatedCase, event: AnyEvent, at: datetime) -> tuple[AnyEvent, ...]:
        """What the API asks of the register before it takes an act on, and what it notes with it (REP-05, PUB-03)."""
        collector = getattr(event, "collector", None)
        if collector is not None:
            person = self.estate.people.get(StaffId(collector))
            check_signatory(person.actor if person else None, field="event.collector")
        return check_sent(event, self.estate.crew(at), Work.of(case.file, case.procedure), under="event.")

    def _directed(self, case: SimulatedCase, event: AnyEvent) -> AnyEvent:
        """What goes into another case goes into one that is there, and that takes it as far as the API can tell."""
        if not isinstance(event, MergedInto):
            return event
        going = {command.case.no for command in self._on_the_way(MergedInto)}
        others = [
            other
            for other in self.cases
            if other.procedure is case.procedure
            and other is not case
            and not going & {other.no, case.no}
            and len(other.file)
            and not other.file.ended
            and other.procedure.takes_callers(other.file)
            and not would_slow_down(case.procedure, case.file, other.file)
        ]
        if not others:
            raise RuleBroken("REP-13", field="event.into", remedy="请核对单号", english="No case takes it in.")
        return replace(event, into=self.chance.choice(others).opening.no)

    def _on_the_way(self, kind: type[AnyEvent]) -> Iterator[Command]:
        return (each for waiting in self._waiting.values() for each in waiting if isinstance(each.act.event, kind))

    def _passes_on(self, passed: PassedOn) -> None:
        """To the case it is for, as one more act that the desk has taken on."""
        (case,) = (case for case in self.cases if case.opening.no == passed.to)
        act = replace(self._act(passed.event, passed.by, passed.at), accepted_at=passed.at)
        command = self._taken_on(case, act, lambda outcome: None)  # noqa: ARG005  # nobody waits for it
        self.clock.at(self._delivery(), lambda: self._deliver(command))

    def _begin(self, case: SimulatedCase) -> None:
        if over := self.faults.stopped_until(self.clock.now):
            self.clock.at(over, lambda: self._begin(case))
            return
        case.begin(self.clock.now)
        case.caught_up = self.clock.now
        for entry in chain(tuple(case.file), case.end(self.clock.now)):  # it ends where nobody is waited for
            self.observer.stood(case, entry)
        self._heard(case, case.file)

    def _deliver(self, command: Command) -> None:
        """It, and before it whatever of its case was taken on earlier."""
        if over := self.faults.stopped_until(self.clock.now):
            self.clock.at(over, lambda: self._deliver(command))
            return
        if not len(command.case.file):
            self.clock.at(self.clock.now + timedelta(seconds=1), lambda: self._deliver(command))
            return
        if command.outcome is not None:
            self._deliver_again(command)
            return
        waiting = self._waiting[command.case.opening.no]
        while command.outcome is None:
            self._carry(waiting.pop(0))

    def _deliver_again(self, command: Command) -> None:
        """The case has it, or the desk has noted that it was refused: then it goes no further."""
        if isinstance(command.outcome, DeskError):
            return
        before = command.case.trace
        with suppress(DeskError):
            list(command.case.take_in(command.act, self.clock.now))
        self.observer.repeated(command, before, command.case.trace)

    def _carry(self, command: Command) -> None:
        case, now = command.case, self.clock.now
        command.delivered_at = now
        command.alarms.append(self._armed.get(case.opening.no))
        before, number = case.trace, case.file.last_number
        try:
            for entry in case.take_in(command.act, now):
                self.observer.stood(case, entry)
                before = case.trace
                if entry.command_id == command.act.command_id:
                    command.outcome = entry
            self.observer.applied(command, now)
        except DeskError as refusal:
            command.outcome = refusal
            self.observer.refused(command, before, case.trace)
        self._heard(case, case.file.after(number))
        assert command.outcome is not None, "neither taken in nor refused"
        command.then(command.outcome)

    def _ring(self, case: SimulatedCase, moment: datetime) -> None:
        if self._armed.get(case.opening.no) != moment:
            return  # set to another moment since
        now = self.clock.now
        if over := self.faults.stopped_until(now):
            self.clock.at(over, lambda: self._ring(case, moment))
            return
        while unsure := case.unsure(now):
            self._catch_up(case, max(unsure))
        number = case.file.last_number
        for entry in case.ring(now, now):
            self.observer.stood(case, entry)
        self._heard(case, case.file.after(number))

    def _catch_up(self, case: SimulatedCase, until: datetime) -> None:
        case.caught_up = until
        waiting = self._waiting[case.opening.no]
        while waiting and waiting[0].act.accepted_at <= until:
            self._carry(waiting.pop(0))

    def _heard(self, case: SimulatedCase, entries: Iterable[Entry]) -> None:
        """Everybody who has to hears of what now stands in the file, and the clock is set anew."""
        numbers = {entry.number for entry in entries}
        while numbers and (referrals := outstanding(case.procedure.refers, case.file, case.opening.no)):
            one = referrals[0]
            no = self._begins_with(PROCEDURES[one.prefix], one.event, CLOCKWORK)
            for entry in case.refer(one.number, no, self.clock.now):
                self.observer.stood(case, entry)
                numbers.add(entry.number)
        for entry in [entry for entry in case.file if entry.number in numbers]:
            for passed in case.procedure.passes_on(case.opening.no, entry, case.file):
                self._passes_on(passed)
        moment = case.next_alarm()
        if moment != self._armed.get(case.opening.no):
            self._armed[case.opening.no] = moment
            if moment is not None:
                self.clock.at(moment, lambda: self._ring(case, moment))
        if numbers:
            for notice in [notice for notice in case.notices if notice.entry_number in numbers]:
                self.on_notice(case, notice)
            self.on_change(case)
