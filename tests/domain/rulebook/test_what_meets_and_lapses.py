"""What meets a limit and what does not, and what lays it aside: the branches that a plain beginning does not take."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from domain.deadlines import DutyState
from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import (
    CompletionAgreed,
    MaterialChecked,
    MaterialFinding,
    MaterialSupplied,
    SiteChecked,
    SiteItem,
)
from domain.events.repair import Assigned, FeedbackGiven, FormCollected, OrderTaken, Situation
from domain.events.review import ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, CustomerContacted, WorkStarted
from domain.people import Actor
from domain.pricing import REVIEWED_ITEM
from domain.rulebook.repair.completing import agreed_completion
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, REPAIRER, SUPERVISOR, Story, filled, on, received

Told = tuple[tuple[AnyEvent, datetime], ...]
UNSOLVED = FeedbackGiven(solved=False)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("event", "by", "met"),
    [
        (CustomerContacted(text="十点到"), REPAIRER, True),
        (CustomerContacted(text="十点到"), SUPERVISOR, True),
        (CustomerContacted(text="已告知"), FRONT_DESK, False),
        (ArrivedOnSite(), FRONT_DESK, True),
    ],
    ids=["the repairer", "the supervisor", "the front desk", "being there"],
)
def test_rep_108_it_is_for_who_was_sent_to_call_the_resident_and_not_for_the_front_desk(
    event: AnyEvent, by: Actor, *, met: bool
) -> None:
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:04"))))

    story.then(event, on("9:10"), by)

    assert (DutyState.MET if met else DutyState.OPEN) == story.duty("REP-108").state


def test_rep_125_the_completion_agreed_for_a_flooding_lies_within_its_arrival_and_its_hours() -> None:
    story = Story(entries=((received(Situation.FLOODING), on("9:00")), (ASSIGNED, on("9:02"))))
    last, beyond = CompletionAgreed(finish_by=on("13:10")), CompletionAgreed(finish_by=on("13:10") + SECOND)

    assert story.admits(last, on("9:05"), FRONT_DESK)
    with pytest.raises(RuleBroken, match="REP-128"):
        story.admits(beyond, on("9:05"), FRONT_DESK)
    assert story.admits(beyond, on("9:05"), CENTRE_MANAGER)


@pytest.mark.parametrize("reopened", [on("12:00"), on("18:00")], ids=["in time", "late already"])
def test_rep_127_what_was_agreed_is_owed_no_more_once_it_is_reopened_and_dates_nothing_of_the_new_round(
    reopened: datetime,
) -> None:
    agreed = CompletionAgreed(finish_by=on("17:00"))
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:04")), (agreed, on("9:10"))))
    story.rings(reopened)
    assert story.duty("REP-127").owed

    story.then(UNSOLVED, reopened)
    story.then(ASSIGNED, reopened)
    story.rings(on("17:00", days=1))

    assert not story.duty("REP-127").owed
    assert 1 == story.duty("REP-127").cycle
    assert agreed_completion(story.file) is None


MATERIAL = MaterialSupplied(material="水龙头")
UNFIT = MaterialChecked(finding_of_material=MaterialFinding.UNFIT)
STARTED = WorkStarted(expected_done=on("16:00"))
CONFIRMED = SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,))


@pytest.mark.parametrize(("event", "rule"), [(MATERIAL, "MAT-03"), (UNFIT, "MAT-05")])
def test_mat_03_mat_05_own_material_of_a_round_before_holds_nothing_up(event: AnyEvent, rule: str) -> None:
    told: Told = (RECEIVED, (ASSIGNED, on("9:04")), (ArrivedOnSite(), on("9:20")), (CONFIRMED, on("9:21")))
    story = Story(entries=(*told, (event, on("9:22"))))
    with pytest.raises(RuleBroken, match=rule):
        story.admits(STARTED, on("9:30"), REPAIRER)

    for later, at in ((SIGNED, "11:00"), (UNSOLVED, "12:00"), (ASSIGNED, "12:05"), (CONFIRMED, "12:30")):
        story.then(later, on(at))

    assert story.admits(STARTED, on("12:40"), REPAIRER)


REVIEWING: Told = (
    RECEIVED,
    (filled(), on("9:02")),
    (FormCollected(), on("9:05")),
    (SentToReview(work="拆改暗管"), on("9:10")),
)
AGREED: Told = (
    *REVIEWING,
    (Reviewed(feasible=True, amount=Decimal(90)), on("9:15")),
    (ReviewAnswered(text="可以维修，90 元"), on("9:18")),
    (ReviewConsent(cost_accepted=True, repair_agreed=True), on("9:40")),
)
REVIEWED_WORK = Assigned(repairer=REPAIRER.id, team="水工班", item=REVIEWED_ITEM)
TAKEN: Told = ((REVIEWED_WORK, on("9:41")), (OrderTaken(), on("9:42")))


def test_rep_130_nobody_need_be_sent_while_it_is_reviewed() -> None:
    story = Story(entries=REVIEWING)
    assert DutyState.SUPERSEDED is story.duty("REP-130").state

    story.rings(on("17:00"))

    assert DutyState.SUPERSEDED is story.duty("REP-130").state


@pytest.mark.parametrize(("at", "state"), [("9:52:00", DutyState.MET), ("9:52:01", DutyState.BREACHED)])
def test_rep_31_after_the_consent_the_ten_minutes_count_from_taking_the_order(at: str, state: DutyState) -> None:
    story = Story(entries=(*AGREED, *TAKEN))
    story.rings(on(at))

    story.then(ArrivedOnSite(), on(at), REPAIRER)

    assert state is story.duty("REP-26").state
    assert on("9:52") == story.duty("REP-26").due.at


@pytest.mark.parametrize(("at", "state"), [("14:55:00", DutyState.MET), ("14:55:01", DutyState.BREACHED)])
def test_rep_31_after_the_consent_an_appointment_is_kept_five_minutes_early(at: str, state: DutyState) -> None:
    appointed: Told = (RECEIVED, (filled(on("15:00")), on("9:02")), *AGREED[2:], *TAKEN)
    story = Story(entries=appointed)
    assert story.docket.find("REP-26") is None
    story.rings(on(at))

    story.then(ArrivedOnSite(), on(at), REPAIRER)

    assert state is story.duty("REP-27").state
    assert on("14:55") == story.duty("REP-27").due.at
