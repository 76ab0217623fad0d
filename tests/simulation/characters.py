"""The characters: when somebody acts who has taken something up, and what he does then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol

from domain.case_file import Entry
from domain.events import AnyEvent, Event
from domain.events.public import SheetSignedFor
from tests.simulation.case import SimulatedCase
from tests.simulation.desk import Outcome
from tests.simulation.estate import DAY, HOUR, Character, Person
from tests.simulation.said import out_of_turn, said, spoilt

if TYPE_CHECKING:
    from tests.simulation.acting import Acting

MINUTE = timedelta(minutes=1)


class Mood(Protocol):
    """``heeds``: how often he acts because he was told."""

    heeds: float

    def when(self, case: SimulatedCase, kind: type[Event], /, now: datetime, chance: Random) -> datetime | None: ...
    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None: ...


def _due(case: SimulatedCase, kind: type[Event], now: datetime) -> datetime | None:
    """The nearest moment ahead by which something is owed that this would meet."""
    dues = [duty.due.at for duty in case.docket.owed if kind in duty.row.met_by and duty.due.at > now]
    return min(dues, default=None)


@dataclass(kw_only=True)
class Careful:
    """In time, and all of it right."""

    heeds: float = 0.3

    def when(self, case: SimulatedCase, kind: type[Event], now: datetime, chance: Random) -> datetime | None:
        due = _due(case, kind, now)
        if due is None:
            return now + MINUTE * chance.uniform(1, 25)
        return now + (due - now) * chance.uniform(0.1, 0.9)

    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None:
        acting.says(case, kind, by)


@dataclass(kw_only=True)
class Hasty:
    """At once, often wrong: before its turn, of a time to come, with a field left out; then right."""

    heeds: float = 0.6

    def when(self, _: SimulatedCase, __: type[Event], now: datetime, chance: Random) -> datetime | None:
        return now + timedelta(seconds=chance.randint(5, 120))

    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None:
        now, chance = acting.clock.now, acting.chance
        right = said(case, kind, now, chance)
        way = chance.randrange(5) if right else 4
        event: AnyEvent | None = None
        if way == 0:
            event = out_of_turn(case, now, chance)
        elif way in (1, 2):
            event = spoilt(chance.choice(right), now, chance)
        elif way == 3:
            acting.records(case, right[0], by, now + HOUR, lambda outcome: _then_right(acting, case, kind, by, outcome))
            return
        if event is None:
            acting.says(case, kind, by)
        else:
            acting.records(case, event, by, now, lambda outcome: _then_right(acting, case, kind, by, outcome))


@dataclass(kw_only=True)
class Forgetful:
    """Late, or not before he is told."""

    heeds: float = 0.9

    def when(self, case: SimulatedCase, kind: type[Event], now: datetime, chance: Random) -> datetime | None:
        if chance.random() < 0.4:
            return None
        return (_due(case, kind, now) or now) + MINUTE * chance.uniform(1, 240)

    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None:
        acting.says(case, kind, by)


@dataclass(kw_only=True)
class Offline(Careful):
    """Goes on where the desk does not hear him; hours later all of it comes with its true moments, mixed up, twice."""

    heeds: float = 0.4

    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None:
        chance, now = acting.chance, acting.clock.now
        if chance.random() < 0.5:
            acting.says(case, kind, by)
            return
        back = now + MINUTE * (chance.uniform(3, 28) if chance.random() < 0.5 else chance.uniform(40, 400))
        collected = _without_the_desk(acting, case, kind, by, back)
        by.cut_off_until = back
        chance.shuffle(collected)
        acting.clock.at(back, lambda: self._sends(acting, case, by, collected))

    def _sends(self, acting: "Acting", case: SimulatedCase, by: Person, acts: list[tuple[AnyEvent, datetime]]) -> None:
        """All at once; what was refused since it came too early goes again in order, the last way is 补录."""
        for event, at in acts:
            acting.records(case, event, by, at)
        for count, (event, at) in enumerate(sorted(acts, key=lambda act: act[1]), start=1):

            def once_more(event: AnyEvent = event, at: datetime = at) -> None:
                if any(entry.event == event and entry.at == at for entry in case.file):
                    return
                acting.records(case, event, by, at, lambda outcome: refused(outcome, event, at))

            def refused(outcome: Outcome, event: AnyEvent, at: datetime) -> None:
                if not isinstance(outcome, Entry):
                    acting.hands_in(case, event, at)

            acting.clock.at(acting.clock.now + MINUTE * count, once_more)


@dataclass(kw_only=True)
class Cheating:
    """Late, and says that it was earlier; ends what he has not done; acts on the order of another."""

    heeds: float = 0.6

    def when(self, case: SimulatedCase, kind: type[Event], now: datetime, chance: Random) -> datetime | None:
        due = _due(case, kind, now)
        return (due or now) + MINUTE * chance.uniform(2, 50)

    def acts(self, acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person) -> None:
        chance, now = acting.chance, acting.clock.now
        way = chance.randrange(4)
        events = said(case, kind, now, chance)
        if way == 0 and events:  # long before it was
            at = now - MINUTE * chance.choice((5, 25, 45, 300))
            acting.records(case, events[0], by, at, lambda outcome: _then_right(acting, case, kind, by, outcome))
            return
        if way == 1 and (event := out_of_turn(case, now, chance)):  # what would end it
            acting.records(case, event, by, now, lambda outcome: _then_right(acting, case, kind, by, outcome))
            return
        if way == 2:  # in the order of somebody else
            others = [other for other in acting.desk.cases if len(other.file) and not other.file.ended]
            other = chance.choice([other for other in others if other.procedure is case.procedure])
            foreign = said(other, kind, now, chance)
            if foreign:
                acting.records(other, foreign[0], by, now)
        acting.says(case, kind, by)


MOODS: Mapping[Character, Mood] = {
    Character.CAREFUL: Careful(),
    Character.HASTY: Hasty(),
    Character.FORGETFUL: Forgetful(),
    Character.OFFLINE: Offline(),
    Character.CHEATING: Cheating(),
    Character.ABSENT: Careful(),
}
"""Who is absent acts like others while he is there."""


def mood_of(person: Person) -> Mood:
    return MOODS[person.character]


def when(case: SimulatedCase, kind: type[Event], by: Person, now: datetime, chance: Random) -> datetime | None:
    """When he acts. What cannot wait is done sooner, and its paper later; some cases lie, whoever has them."""
    at = mood_of(by).when(case, kind, now, chance)
    if at is None:
        return None
    if any(case.procedure.cannot_wait(entry.event) for entry in case.file.opening) and chance.random() < 0.8:
        if kind is SheetSignedFor:
            return at + HOUR * chance.uniform(0, 30)
        return now + (at - now) * chance.uniform(0.02, 0.3)
    return at + DAY * chance.uniform(0, 2) if case.lies else at


def _then_right(acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person, outcome: Outcome) -> None:
    """A few minutes later, unless what he said was taken for it."""
    if isinstance(outcome, Entry) and isinstance(outcome.event, kind):
        return

    def again() -> None:
        if kind in case.takes and case.could(kind, by.actor, acting.clock.now):
            acting.says(case, kind, by)
        else:
            acting.looks_anew(case)

    acting.clock.at(acting.clock.now + MINUTE * acting.chance.uniform(1, 10), again)


def _without_the_desk(
    acting: "Acting", case: SimulatedCase, kind: type[Event], by: Person, back: datetime
) -> list[tuple[AnyEvent, datetime]]:
    """What he does until then, each at its moment, on the case as he knows it."""
    known, at = case.fork(), acting.clock.now
    collected: list[tuple[AnyEvent, datetime]] = []
    wanted: type[Event] | None = kind
    while wanted is not None and at < back and len(collected) < 6:
        events = said(known, wanted, at, acting.chance)
        if not events:
            break
        collected.append((events[0], at))
        if not known.hears_alone(events[0], by.actor, at):
            break
        at += MINUTE * acting.chance.uniform(1, 30)
        wanted = next((each for kinds in known.waits for each in kinds if known.could(each, by.actor, at)), None)
    known.leave()
    return collected
