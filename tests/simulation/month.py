"""One simulated month of one estate: calls by the curve of the day, people, faults; the same seed, the same month."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from domain.admission import right_for
from domain.calendar import LOCAL
from domain.case_file import CaseFile
from domain.docket import Docket
from domain.events import AnyEvent, Event
from domain.filing import digest
from domain.limits import Terms
from domain.people import CLOCKWORK, Actor
from domain.rulebook import PROCEDURES, REPAIR, Procedure
from tests.domain.makers import MAKERS, Scene
from tests.domain.story import on
from tests.simulation import faults
from tests.simulation.acting import Acting
from tests.simulation.case import Scripts, SimulatedCase
from tests.simulation.clock import Clock
from tests.simulation.closing import close
from tests.simulation.desk import TEAMS, Desk
from tests.simulation.estate import DAY, FIRST_DAY, HOUR, Estate, found_estate
from tests.simulation.faults import Faults
from tests.simulation.witness import Witness

DAYS = 30
AFTERWARDS = 20
"""Days in which nobody calls any more, for what is open to come to its end."""

EDITION = date(2026, 11, 1)
CURVE = (1, 1, 1, 1, 1, 2, 5, 9, 12, 12, 10, 8, 7, 6, 7, 8, 8, 9, 12, 14, 12, 8, 4, 2)
"""Calls by the hour of the day: before people go to work, and when they are back."""

ASIDES = 0.2
"""Of all changes of a case, after how many somebody records something beside it."""

WITHDRAWN = 0.1
CANCELLED = 0.03


@dataclass(kw_only=True)
class Month:
    """A month as it went: its desk with all cases and commands, and what its witness saw."""

    seed: int
    desk: Desk
    witness: Witness

    @property
    def cases(self) -> Sequence[SimulatedCase]:
        return self.desk.cases

    @property
    def digest(self) -> str:
        """Over every file and every act, refused ones too."""
        chain = sha256()
        for case in self.cases:
            for entry in case.file:
                chain.update(digest("", entry).encode())
        for command in self.desk.commands:
            chain.update(f"{command.act.command_id} {command.delivered_at} {type(command.outcome).__name__}".encode())
        return chain.hexdigest()


@dataclass(kw_only=True)
class Residents:
    """Who calls when, and what becomes of it without the desk's doing: asides, and requests taken back."""

    clock: Clock
    chance: Random
    estate: Estate
    desk: Desk
    acting: Acting
    seen: set[str] = field(default_factory=set)

    def call(self, first: date, days: int, count: int) -> None:
        dates = [first + DAY * number for number in range(days)]
        weights = [1.0 if self.estate.calendar.is_working_day(day) else 1.4 for day in dates]
        for day in self.chance.choices(dates, weights, k=count):
            (hour,) = self.chance.choices(range(24), CURVE)
            at = datetime.combine(day, time(hour), LOCAL) + timedelta(seconds=self.chance.randrange(3600))
            self.clock.at(at, self._rings)

    def _rings(self) -> None:
        """Of somebody's home three in four; whoever may take it down does, once he is there."""
        procedures = sorted(PROCEDURES.values(), key=lambda procedure: procedure.prefix)
        (procedure,) = self.chance.choices(procedures, [3 if one is REPAIR else 1 for one in procedures])
        edition = procedure.edition(EDITION)
        kinds = [kind for kind in procedure.opens_with if edition.knows(kind)]
        kind = kinds[0] if self.chance.random() < 0.6 else self.chance.choice(kinds)
        right = right_for(kind, edition)
        clerks = [one for one in self.estate.people.values() if right and one.actor.holds(*right.posts)]
        if not clerks:  # the calendar asks for it
            self._takes_down(procedure, kind, CLOCKWORK)
            return
        clerk = min(clerks, key=lambda one: (one.back(self.clock.now), one.id))
        self.clock.at(clerk.back(self.clock.now), lambda: self._takes_down(procedure, kind, clerk.actor))

    def _takes_down(self, procedure: Procedure, kind: type[Event], by: Actor) -> None:
        nothing = Scene(file=CaseFile(), docket=Docket((), self.desk.terms, procedure.who), at=self.clock.now)
        events: list[AnyEvent] = MAKERS[kind](nothing)
        event = events[0] if self.chance.random() < 0.5 else self.chance.choice(events)
        self.desk.open(procedure, _from(event, self.clock.now), by)

    def hears_of(self, case: SimulatedCase) -> None:
        """Of a case seen for the first time: what residents and others will make of it."""
        if case.no not in self.seen:
            self.seen.add(case.no)
            if self.chance.random() < WITHDRAWN:
                self._later(self.chance.choice((0.2, 8)), lambda: self.acting.withdraws(case))
            if self.chance.random() < CANCELLED:
                self._later(8, lambda: self.desk.is_asked_to_cancel(case))
        if self.chance.random() < ASIDES:
            self._later(0.2, lambda: self.acting.aside(case))
        self.acting.hears_of(case)

    def _later(self, hours: float, do: Callable[[], None]) -> None:
        self.clock.at(self.clock.now + HOUR * self.chance.expovariate(1 / hours), do)


def _from(event: AnyEvent, now: datetime) -> AnyEvent:
    """What the makers tell of moments counts from their Monday morning; here it counts from now."""
    moments = {field.name: getattr(event, field.name) for field in fields(event)}
    moved: dict[str, Any] = {
        name: now + (value - on("9:00")) for name, value in moments.items() if isinstance(value, datetime)
    }
    return replace(event, **moved)


def live(
    seed: int,
    repairs: int,
    *,
    days: int = DAYS,
    first: date = FIRST_DAY,
    terms: Terms | None = None,
    drawn: bool = True,
) -> Month:
    """A month of that seed with that many calls, and what is left of it after that. ``drawn``: with faults."""
    chance = Random(seed)  # noqa: S311  # the same seed, the same month
    start = datetime.combine(first, time(), LOCAL)
    estate = found_estate(chance, first, days + AFTERWARDS)
    clock = Clock(start)
    wrong = faults.drawn(chance, start, days) if drawn else Faults()
    witness = Witness(estate=estate)
    terms = terms or Terms(teams=TEAMS, calendar=estate.calendar)
    with Scripts() as scripts:
        desk = Desk(
            clock=clock,
            chance=chance,
            estate=estate,
            faults=wrong,
            observer=witness,
            scripts=scripts,
            edition=EDITION,
            terms=terms,
        )
        acting = Acting(clock=clock, chance=chance, estate=estate, desk=desk)
        residents = Residents(clock=clock, chance=chance, estate=estate, desk=desk, acting=acting)
        desk.on_change, desk.on_notice = residents.hears_of, acting.is_told
        residents.call(first, days, repairs)
        for day in range(days + AFTERWARDS):
            clock.at(start + DAY * day + 10 * HOUR, lambda: acting.goes_round(desk.cases))
        clock.run(start + DAY * (days + AFTERWARDS))
        close(desk.cases, witness, clock.now)
    return Month(seed=seed, desk=desk, witness=witness)
