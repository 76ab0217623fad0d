"""What would begin a clock that nobody could meet is refused; what runs when a case leaves the house is laid aside."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from domain.deadlines import DutyState
from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import CompletionAgreed, FurtherWorkAgreed, SurveyCalledFor, Surveyed
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    ConsentRefused,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ReturnRegistered,
    Situation,
)
from domain.events.review import SentToReview
from domain.events.work import ArrivedOnSite, CustomerContacted, Paused, PauseReason, Resumed
from domain.people import Actor
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import FRONT_DESK, SUPERVISOR, Story, on, received

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


def handed(at: datetime) -> tuple[AnyEvent, datetime]:
    others = HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00", days=2), reason="在保")
    return others, at


NOT_THEIRS = (OthersReported(settled=False, text="不在保修范围"), on("9:00", days=1))
THERE: Told = (RECEIVED, (ASSIGNED, on("9:05")), (OrderTaken(), on("9:10")), (ArrivedOnSite(), on("9:20")))
FURTHER = FurtherWorkAgreed(work="换阀门", fee=Decimal(60), finish_by=on("16:00"), agreed_by="住户")
PAUSED = Paused(waits_for=PauseReason.THIRD_PARTY, resumes_at=on("15:00"))


@pytest.mark.parametrize("leaves", [handed(on("10:30")), (ConsentRefused(reminded=True), on("10:30"))])
def test_rep_118_further_work_is_owed_no_more_once_others_have_it_or_the_resident_refuses(
    leaves: tuple[AnyEvent, datetime],
) -> None:
    story = Story(entries=(*THERE, (FURTHER, on("10:00")), leaves))

    assert (DutyState.SUPERSEDED, on("10:30")) == (story.duty("REP-118").state, story.duty("REP-118").ended_at)


def test_rep_118_what_was_agreed_before_others_had_it_does_not_date_what_is_agreed_when_it_comes_back() -> None:
    story = Story(entries=(*THERE, (FURTHER, on("10:00")), handed(on("10:30")), NOT_THEIRS))

    story.then(replace(FURTHER, finish_by=on("18:00", days=1)), on("10:00", days=1))

    assert on("18:00", days=1) == story.duty("REP-118").due.at


def test_rep_04_a_survey_waits_while_others_have_the_repair_and_has_its_day_anew_when_it_comes_back() -> None:
    surveyed = (SurveyCalledFor(reason="墙内暗管"), on("9:02"))
    story = Story(entries=(RECEIVED, surveyed, handed(on("9:30"))))
    assert story.duty("REP-04").state is DutyState.SUPERSEDED

    story.then(*NOT_THEIRS)
    assert (DutyState.OPEN, on("9:00", days=2)) == (story.duty("REP-04").state, story.duty("REP-04").due.at)

    done = Story(
        entries=(RECEIVED, surveyed, (Surveyed(finding="接头渗水"), on("9:20")), handed(on("9:30")), NOT_THEIRS)
    )
    assert [1] == [duty.cycle for duty in done.docket if duty.key == "REP-04"]


def test_rep_04_until_it_is_surveyed_nobody_is_late_with_sending_somebody() -> None:
    called_for = SurveyCalledFor(reason="墙内暗管")
    story = Story(entries=(RECEIVED, (called_for, on("9:02")), (FormCollected(), on("9:04"))))
    story.rings(on("11:00"))
    waits = {duty.key for duty in story.docket.owed} & {"REP-25", "REP-130"}
    breached = {duty.key for duty in story.docket if duty.breached_at} & {"REP-25", "REP-130"}

    story.then(Surveyed(finding="接头渗水"), on("11:30"))

    assert (set(), set()) == (waits, breached)
    assert on("11:35") == story.duty("REP-25").due.at


def test_rep_04_called_for_later_the_survey_stops_what_was_owed_and_it_counts_anew() -> None:
    story = Story(entries=(RECEIVED, (FormCollected(), on("9:04")), (SurveyCalledFor(reason="暗管"), on("9:06"))))
    assert "REP-25" not in {duty.key for duty in story.docket.owed}

    story.then(Surveyed(finding="接头渗水"), on("11:30"))

    assert (DutyState.OPEN, on("11:35")) == (story.duty("REP-25").state, story.duty("REP-25").due.at)


def test_rep_09_a_pause_is_ended_before_others_get_the_repair() -> None:
    paused = Story(entries=(*THERE, (CustomerContacted(text="等厂家"), on("9:30")), (PAUSED, on("9:31"))))

    with pytest.raises(RuleBroken, match="REP-09"):
        paused.admits(*handed(on("10:00")), SUPERVISOR)
    paused.then(Resumed(), on("10:00"))

    assert paused.admits(*handed(on("10:00")), SUPERVISOR)


@pytest.mark.parametrize("event", [handed(on("9:03"))[0], SentToReview(work="拆改暗管")], ids=lambda one: one.type)
@pytest.mark.parametrize("danger", sorted(URGENT_SITUATIONS | IMMEDIATE_SITUATIONS))
def test_rep_124_a_danger_is_handed_on_or_reviewed_only_once_somebody_was_there_in_this_round(
    danger: Situation, event: AnyEvent
) -> None:
    story = Story(entries=((received(danger), on("9:00")),))

    with pytest.raises(RuleBroken, match="REP-124"):
        story.admits(event, on("9:03"), SUPERVISOR)
    story.then(ArrivedOnSite(), on("9:08"))
    assert story.admits(event, on("9:10"), SUPERVISOR)

    story.then(SIGNED, on("10:00"))
    story.then(FeedbackGiven(solved=False), on("11:00"))
    with pytest.raises(RuleBroken, match="REP-124"):
        story.admits(event, on("11:01"), SUPERVISOR)


@pytest.mark.parametrize(
    "event",
    [
        AppointmentMoved(wanted=LATER, reason="住户外出"),
        CompletionAgreed(finish_by=LATER),
        replace(FURTHER, item="W02"),
        SurveyCalledFor(reason="墙内暗管"),
        PAUSED,
    ],
    ids=lambda one: one.type,
)
def test_war_01_with_others_no_clock_of_ours_is_begun_until_they_have_reported(event: AnyEvent) -> None:
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:05")), (OrderTaken(), on("9:06"))))
    story.then(CustomerContacted(text="等厂家"), on("9:07"))
    if isinstance(event, FurtherWorkAgreed):
        story.then(ArrivedOnSite(), on("9:08"))
    assert story.admits(event, on("9:09"), SUPERVISOR)

    story.then(*handed(on("9:10")))

    with pytest.raises(RuleBroken, match="WAR-01"):
        story.admits(event, on("9:20"), SUPERVISOR)


def test_war_01_with_others_no_arrival_of_ours_is_told() -> None:
    with pytest.raises(RuleBroken, match="WAR-01"):
        Story(entries=(RECEIVED, handed(on("9:10")))).admits(ArrivalTold(expected=LATER), on("9:20"), FRONT_DESK)
