"""A repair from the call to the taking of the order, as the tests of the docket begin it."""

from datetime import datetime

from domain.events.repair import AppointmentMoved, Assessed, OrderTaken, Situation, Urgency
from tests.domain.rulebook.beginnings import ASSIGNED
from tests.domain.story import Story, filled, on, received


def call(situation: Situation = Situation.ORDINARY) -> Story:
    return Story(entries=[(received(situation), on("9:00"))])


def grade(story: Story, urgency: Urgency, at: datetime) -> None:
    story.then(Assessed(urgency=urgency), at)


def called_for(wanted: datetime | None) -> Story:
    """Called at 9:00, assigned at 9:04; as soon as possible unless a time is given."""
    story = call()
    story.then(filled(wanted or "尽快"), on("9:01"))
    story.then(ASSIGNED, on("9:04"))
    return story


def taken(wanted: datetime | None = None) -> Story:
    """The same, taken at 9:05."""
    story = called_for(wanted)
    story.then(OrderTaken(), on("9:05"))
    return story


def move(story: Story, to: datetime, at: datetime) -> None:
    story.then(AppointmentMoved(wanted=to, reason="住户有事"), at)
