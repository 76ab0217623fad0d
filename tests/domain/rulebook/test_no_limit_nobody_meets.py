"""What would begin a clock that nobody could meet is refused; what runs when a case leaves the house is laid aside."""

from datetime import datetime

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    CustomerCopyGiven,
    FeedbackGiven,
    ReturnRegistered,
)
from domain.events.work import ArrivedOnSite
from domain.people import Actor
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import FRONT_DESK, SUPERVISOR, Story, on

LATER = on("9:00", days=1)
DONE: tuple[tuple[AnyEvent, datetime], ...] = (
    RECEIVED,
    (ASSIGNED, on("9:05")),
    (ArrivedOnSite(), on("9:20")),
    (SIGNED, on("11:00")),
)
WATCHED = (
    *DONE,
    (CustomerCopyGiven(), on("11:05")),
    (ReturnRegistered(reference="A-1"), on("11:30")),
    (FeedbackGiven(solved=True), on("12:00")),
)
COMING = (
    (AppointmentMoved(wanted=LATER, reason="住户外出"), FRONT_DESK),
    (ArrivalTold(expected=LATER), FRONT_DESK),
    (AnsweredWithPlan(plan="明早九点上门"), SUPERVISOR),
)
Told = tuple[tuple[AnyEvent, datetime], ...]


@pytest.mark.parametrize(("event", "by"), COMING, ids=lambda one: getattr(one, "type", ""))
@pytest.mark.parametrize("told", [DONE, WATCHED], ids=["signed for", "solved"])
def test_rep_27_nobody_is_appointed_for_what_is_signed_for_also_once_it_is_said_to_be_solved(
    told: Told, event: AnyEvent, by: Actor
) -> None:
    with pytest.raises(RuleBroken, match="REP-27"):
        Story(entries=told).admits(event, on("13:00"), by)


@pytest.mark.parametrize(("event", "by"), COMING, ids=lambda one: getattr(one, "type", ""))
def test_rep_27_reopened_it_takes_an_appointment_again(event: AnyEvent, by: Actor) -> None:
    reopened = Story(entries=(*WATCHED, (FeedbackGiven(solved=False), on("13:00"))))

    assert event == reopened.admits(event, on("13:05"), by).event
