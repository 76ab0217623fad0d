"""What somebody says who is not careful: an event out of its turn, with a field left out, or not true."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from random import Random

from domain.events import AnyEvent, Event
from tests.domain.makers import MAKERS
from tests.simulation.case import SimulatedCase


def said(case: SimulatedCase, kind: type[Event], at: datetime, chance: Random) -> Sequence[AnyEvent]:
    """What might be said, what leads on to the end of the case first, mostly."""
    events = MAKERS[kind](case.scene(at))
    if len(events) > 1 and chance.random() < 0.3:
        first = chance.randrange(len(events))
        return [events[first], *events[:first], *events[first + 1 :]]
    return events


def spoilt(event: AnyEvent, chance: Random) -> AnyEvent:
    """The same with one of its fields as somebody leaves it who has no time; of an event without fields, itself."""
    names = [field.name for field in fields(event) if field.name != "type"]
    if not names:
        return event
    name = chance.choice(names)
    return replace(event, **{name: _hurried(getattr(event, name))})


def out_of_turn(case: SimulatedCase, at: datetime, chance: Random) -> AnyEvent | None:
    """Something that the case does not wait for."""
    kinds = [kind for kind in case.procedure.vocabulary if case.edition.knows(kind) and kind not in case.takes]
    events = MAKERS[chance.choice(kinds)](case.scene(at)) if kinds else []
    return chance.choice(events) if events else None


def _hurried(value: object) -> object:
    match value:
        case bool():
            return not value
        case str():
            return type(value)("") if type(value) is str else value
        case datetime():
            return value - timedelta(days=5)
        case tuple():
            return ()
    return value
