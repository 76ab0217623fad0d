"""What is urgent by its call or by its grade keeps its clocks: who ends them, and into which case it may go."""

import pytest

from domain.errors import RuleBroken
from domain.events.joining import Matter, ToldApart
from domain.events.public import Hazard
from domain.events.repair import Assessed, FormCollected, Situation, Urgency
from domain.people import Actor
from domain.rulebook import PUBLIC_REPAIR, REPAIR
from domain.rulebook.joining import would_slow_down
from tests.domain.rulebook.public_beginnings import reported
from tests.domain.story import FRONT_DESK, SUPERVISOR, Story, on, received

APART = ToldApart(matter=Matter.HELP)


def called(situation: Situation = Situation.ORDINARY, *grades: Urgency) -> Story:
    story = Story(entries=[(received(situation), on("9:00"))])
    for urgency in grades:
        story.then(Assessed(urgency=urgency), on("9:04"))
    return story


@pytest.mark.parametrize(
    ("grades", "who", "others"),
    [
        ((), FRONT_DESK, SUPERVISOR),
        ((Urgency.LOW,), FRONT_DESK, SUPERVISOR),
        ((Urgency.URGENT,), SUPERVISOR, FRONT_DESK),
        ((Urgency.URGENT, Urgency.REGULAR), FRONT_DESK, SUPERVISOR),
    ],
)
def test_cal_109_what_is_graded_urgent_is_told_apart_by_no_clerk(
    grades: tuple[Urgency, ...], who: Actor, others: Actor
) -> None:
    story = called(Situation.ORDINARY, *grades)

    assert APART == story.admits(APART, on("9:10"), who).event
    with pytest.raises(RuleBroken, match="CAL-109"):
        story.admits(APART, on("9:10"), others)


ORDINARY, FLOODED = called(), called(Situation.FLOODING)
URGENT, LOW = called(Situation.ORDINARY, Urgency.URGENT), called(Situation.ORDINARY, Urgency.LOW)
FLOODED_LOW = called(Situation.FLOODING, Urgency.LOW)


@pytest.mark.parametrize(
    ("here", "there", "slower"),
    [
        (URGENT, LOW, True),
        (URGENT, ORDINARY, True),
        (URGENT, URGENT, False),
        (URGENT, FLOODED, False),
        (FLOODED, URGENT, True),
        (FLOODED_LOW, ORDINARY, True),
        (FLOODED, FLOODED_LOW, False),
        (LOW, ORDINARY, False),
        (ORDINARY, URGENT, False),
    ],
)
def test_rep_13_rep_14_what_is_graded_urgent_goes_into_no_case_with_slower_clocks(
    here: Story, there: Story, *, slower: bool
) -> None:
    assert slower is would_slow_down(REPAIR, here.file, there.file)


def test_the_grade_that_counts_is_the_last() -> None:
    story = called(Situation.ORDINARY, Urgency.URGENT)
    story.then(FormCollected(), on("9:05"))
    story.then(Assessed(urgency=Urgency.LOW), on("9:06"))

    assert not would_slow_down(REPAIR, story.file, ORDINARY.file)


def test_pub_101_a_hazard_goes_into_no_report_without_one() -> None:
    dull, hazard = (
        Story(entries=[(reported(hazard), on("9:00"))], procedure=PUBLIC_REPAIR)
        for hazard in (Hazard.NONE, Hazard.SEWAGE)
    )

    assert would_slow_down(PUBLIC_REPAIR, hazard.file, dull.file)
    assert not would_slow_down(PUBLIC_REPAIR, dull.file, hazard.file)
