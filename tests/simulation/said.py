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
from domain.pricing import REVIEWED_ITEM
from tests.domain.makers import MAKERS
from tests.simulation.case import SimulatedCase
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
    """Something that the case does not wait for."""
    kinds = [kind for kind in case.procedure.vocabulary if case.edition.knows(kind) and kind not in case.takes]
    events = MAKERS[chance.choice(kinds)](case.scene(at)) if kinds else []
    return chance.choice(events) if events else None


def behind_a_gate(
    case: SimulatedCase, people: Iterable[Person], at: datetime, tally: Tally, chance: Random
) -> Tried | None:
    """What somebody may record, but not as things stand, so that no page offers it: at the gates seldom tried so far."""
    tried: list[Tried] = []
    weights: list[float] = []
    for by in people:
        for kind in dict.fromkeys(case.takes):
            shut = case.shut_for(kind, by.actor, at)
            events = MAKERS[kind](case.scene(at)) if shut else []
            if events:
                names = (gate_name(case.edition, case.edition.gates.index(gate)) for gate in shut)
                tried.append((chance.choice(events), by))
                weights.append(1 / (1 + min(tally.uses[case.procedure.prefix, "gate", name] for name in names)))
    return chance.choices(tried, weights)[0] if tried else None


def _hurried(value: object, at: datetime, chance: Random) -> object:
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
            return value + chance.choice((-5, 400)) * DAY
        case Decimal():
            return value * chance.choice((Decimal(100), Decimal("0.01")))
        case tuple():
            return ()
    return value
