"""Which notices go before others: those of a case that cannot wait, of a row that says so, and escalations."""

import pytest

from domain.events import AnyEvent, RungReached
from domain.events.repair import Assessed, FormFilled, OrderTaken, Situation, Urgency
from domain.events.work import EngineeringNotified
from domain.notices import Notice, Setting, notices_of
from domain.people import Actor, CaseNo
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from tests.domain.rulebook.beginnings import ASSIGNED
from tests.domain.story import SUPERVISOR, Story, filled, on, received


def told_of(story: Story, event: AnyEvent, at: str, by: Actor = SUPERVISOR) -> tuple[Notice, ...]:
    """Everything that is said when that is recorded next."""
    entry = story.then(event, on(at), by)
    return notices_of(
        entry,
        Setting(
            no=CaseNo("REP-20261123-00001"),
            drill=False,
            procedure=story.procedure,
            edition=story.procedure.editions[-1],
            file=story.file,
            docket=story.docket,
        ),
    )


@pytest.mark.parametrize("situation", sorted(URGENT_SITUATIONS | IMMEDIATE_SITUATIONS))
def test_of_an_emergency_every_notice_is_urgent(situation: Situation) -> None:
    story = Story(entries=[(received(situation), on("9:00"))])

    notices = [
        *told_of(story, filled(), "9:01"),
        *told_of(story, EngineeringNotified(), "9:01"),
        *told_of(story, ASSIGNED, "9:02"),
        *told_of(story, RungReached(key="REP-21", cycle=1, rung=1), "9:03"),
    ]

    assert notices
    assert {True} == {notice.urgent for notice in notices}


def test_rep_124_the_reminder_after_seven_minutes_and_the_breach_are_urgent() -> None:
    story = Story(entries=[(received(Situation.FLOODING), on("9:00"))])

    reminder = told_of(story, RungReached(key="REP-124", cycle=1, rung=0), "9:07")
    breach = told_of(story, RungReached(key="REP-124", cycle=1, rung=1), "9:10:01")

    assert {"提醒", "催办", "超时"} == {notice.level for notice in (*reminder, *breach)}
    assert all(notice.urgent for notice in (*reminder, *breach))


def test_rep_14_of_what_is_graded_urgent_later_the_limit_speaks_first_and_the_papers_wait() -> None:
    story = Story(entries=[(received(), on("9:00")), (Assessed(urgency=Urgency.URGENT), on("9:01"))])

    response = told_of(story, RungReached(key="REP-14", cycle=1, rung=0), "9:24")
    form = told_of(story, RungReached(key="REP-21", cycle=1, rung=1), "9:25")

    assert {True} == {notice.urgent for notice in response}
    assert {False} == {notice.urgent for notice in form}


def test_of_an_ordinary_case_only_an_escalation_is_urgent() -> None:
    story = Story(entries=[(received(), on("9:00")), (ASSIGNED, on("9:02")), (OrderTaken(), on("9:03"))])

    plain = told_of(story, FormFilled(household="", address="", phone="", content="", wanted="尽快"), "9:04")
    breach = told_of(story, RungReached(key="REP-26", cycle=1, rung=1), "9:13:01")
    climb = told_of(story, RungReached(key="REP-26", cycle=1, rung=2), "9:28:01")

    assert {False} == {notice.urgent for notice in (*plain, *breach)}
    assert ["升级"] == [notice.level for notice in climb if notice.urgent]
