"""Whoever was told of a repair that comes to nothing is told so, each once: withdrawn, or refused upon a review."""

from decimal import Decimal

import pytest

from domain.events import AnyEvent, Withdrawn
from domain.events.repair import FormCollected, OrderTaken, Situation
from domain.events.review import ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.sending import OrderDeclined
from domain.events.work import EngineeringNotified
from domain.people import Role
from tests.domain.rulebook.beginnings import ASSIGNED
from tests.domain.story import Story, filled, on, received
from tests.domain.test_notices import told_of

COLLECTED = (filled(), EngineeringNotified(), FormCollected())
AT_HAND = (*COLLECTED, ASSIGNED, OrderTaken())
REVIEWED = (
    *COLLECTED,
    SentToReview(work="拆改暗管"),
    Reviewed(feasible=True, amount=Decimal(90)),
    ReviewAnswered(text="可以维修，90 元"),
)


def story_of(happened: tuple[AnyEvent, ...], situation: Situation = Situation.ORDINARY) -> Story:
    story = Story(entries=[(received(situation), on("9:00"))])
    for event in happened:
        story.then(event, on("9:05"))
    return story


@pytest.mark.parametrize(
    ("happened", "situation", "told"),
    [
        ((), Situation.ORDINARY, []),
        ((filled(),), Situation.ORDINARY, [Role.ENGINEERING]),
        ((EngineeringNotified(),), Situation.ORDINARY, [Role.ENGINEERING]),
        (COLLECTED, Situation.ORDINARY, [Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR]),
        (AT_HAND, Situation.ORDINARY, [Role.ENGINEERING_SUPERVISOR, Role.REPAIRER]),
        (
            (*AT_HAND, OrderDeclined(reason="不会修")),
            Situation.ORDINARY,
            [Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR],
        ),
        ((), Situation.FLOODING, [Role.ENGINEERING]),
        (COLLECTED, Situation.BURST_PIPE, [Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR]),
        (AT_HAND, Situation.FLOODING, [Role.ENGINEERING_SUPERVISOR, Role.REPAIRER, Role.ENGINEERING]),
    ],
)
def test_rep_13_whoever_was_to_come_hears_that_the_repair_is_withdrawn(
    happened: tuple[AnyEvent, ...], situation: Situation, told: list[Role]
) -> None:
    notices = told_of(story_of(happened, situation), Withdrawn(reason="自行修好"), "9:10")

    assert told == [notice.post for notice in notices]
    assert all(notice.urgent for notice in notices if situation is not Situation.ORDINARY)


@pytest.mark.parametrize(("cost", "repair"), [(False, False), (True, False), (False, True)])
def test_rep_30_of_a_no_to_the_review_the_desk_and_the_supervisor_hear(*, cost: bool, repair: bool) -> None:
    notices = told_of(story_of(REVIEWED), ReviewConsent(cost_accepted=cost, repair_agreed=repair), "10:00")

    assert [Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR] == [notice.post for notice in notices]
    assert all("不再派工" in notice.text for notice in notices)
