"""What somebody says who is not careful: an event out of its turn, with a field left out, or not true."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Any

from domain.events import AnyEvent, Event
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.pricing import REVIEWED_ITEM, ChargeLine
from domain.rulebook.rows import whatever_it_says
from tests.domain.makers import MAKERS
from tests.simulation.case import NOT_RECORDED, SimulatedCase
from tests.simulation.estate import DAY, Person
from tests.simulation.tally import Tally, gate_name

WORDS = ("", " ", REVIEWED_ITEM)
"""What stands in a field of words that somebody did not think about."""

Tried = tuple[AnyEvent, Person]


def said(case: SimulatedCase, kind: type[Event], at: datetime, chance: Random) -> Sequence[AnyEvent]:
    """What might be said, what leads on to the end of the case first, mostly."""
    events = MAKERS[kind](case.scene(at))
    if len(events) > 1 and chance.random() < 0.3:
        first = chance.randrange(len(events))
        return [events[first], *events[:first], *events[first + 1 :]]
    return events


def spoilt(event: AnyEvent, at: datetime, chance: Random) -> AnyEvent:
    """The same with one of its fields as somebody leaves it who has no time; of an event without fields, itself."""
    names = [field.name for field in fields(event) if field.name != "type"]
    if not names:
        return event
    name = chance.choice(names)
    changed: dict[str, Any] = {name: _hurried(getattr(event, name), at, chance)}
    return replace(event, **changed)


def out_of_turn(case: SimulatedCase, at: datetime, chance: Random) -> AnyEvent | None:
    """Something that the case does not wait for; what only opens a case has no way into one."""
    others = {*case.takes, *case.procedure.opens_with, *NOT_RECORDED}
    known = set(filter(case.edition.knows, case.procedure.vocabulary)) - others
    kinds = [kind for kind in case.procedure.vocabulary if kind in known]
    events = MAKERS[chance.choice(kinds)](case.scene(at)) if kinds else []
    return chance.choice(events) if events else None


def behind_a_gate(
    case: SimulatedCase, people: Iterable[Person], at: datetime, tally: Tally, chance: Random
) -> Tried | None:
    """What somebody may record, but not as things stand, so that no page offers it; gates seldom shut come first."""
    tried: list[Tried] = []
    weights: list[float] = []
    for by in people:
        for kind in dict.fromkeys(case.takes):
            shut = case.shut_for(kind, by.actor, at)
            events = MAKERS[kind](case.scene(at)) if shut else []
            if events:
                names = (gate_name(case.edition, case.edition.gates.index(gate)) for gate in shut)
                tried.append((chance.choice(events), by))
                weights.append((1 + min(tally.uses[case.procedure.prefix, "gate shut", name] for name in names)) ** -2)
    return chance.choices(tried, weights)[0] if tried else None


def wrongly(case: SimulatedCase, people: Iterable[Person], at: datetime, tally: Tally, chance: Random) -> Tried | None:
    """What somebody could record, with a field that may be wrong: at the gates seldom shut so far."""
    prefix, tried, weights = case.procedure.prefix, list[Tried](), list[float]()
    for gate in case.edition.gates:
        for kind in gate.on if gate.holds is not whatever_it_says else ():
            able = [one for one in people if kind in case.takes and case.could(kind, one.actor, at)]
            events = MAKERS[kind](case.scene(at)) if able else []
            if events:
                tried.append((spoilt(chance.choice(events), at, chance), chance.choice(able)))
                name = gate_name(case.edition, case.edition.gates.index(gate))
                weights.append((1 + tally.uses[prefix, "gate shut", name]) ** -2)
    return chance.choices(tried, weights)[0] if tried else None


def _hurried(value: object, at: datetime, chance: Random) -> object:  # noqa: PLR0911  # one a kind
    match value:
        case bool():
            return not value
        case Enum():
            return chance.choice(list(type(value)))
        case str() if value == AS_SOON_AS_POSSIBLE:
            return at + 2 * DAY
        case str():
            return chance.choice(WORDS)
        case datetime():
            return value + chance.choice((-5, 20, 400)) * DAY
        case Decimal():
            return value * chance.choice((Decimal(100), Decimal("0.01")))
        case (ChargeLine() as line, *others) if chance.random() < 0.5:  # what it comes to, the desk knows itself
            return (replace(line, item=chance.choice(WORDS)), *others)
        case tuple():
            return ()
    return value
