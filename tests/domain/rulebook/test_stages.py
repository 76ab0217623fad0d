"""What staff call a case that is surveyed, accepted and filed, and what it waits for meanwhile."""

from decimal import Decimal

import pytest

from domain.events import AnyEvent, Event, PeriodOver
from domain.events.on_site import (
    AcceptanceStated,
    CostAgreed,
    Means,
    SiteChecked,
    SiteItem,
    SurveyCalledFor,
    Surveyed,
    WorkOrderFiled,
)
from domain.events.repair import (
    Assessed,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ResidentSigned,
    ReturnRegistered,
    SignatureExcused,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, WorkStarted
from domain.rulebook import REPAIR
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.story import Story, filled, on

COMPLEX, FOUND = SurveyCalledFor(reason="管网不明"), Surveyed(finding="接头")
TOLD = (filled(), EngineeringNotified())
THERE = (*TOLD, FormCollected(), Assessed(urgency=Urgency.REGULAR), ASSIGNED, OrderTaken(), ArrivedOnSite())
AGREED = (*THERE, CostAgreed(amount=Decimal(50), agreed_by="住户", means=Means.IN_PERSON))
CHECKED = SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,))
WORKED = (WorkStarted(expected_done=on("12:00")), WorkFinished(fault=FaultKind.WATER, no_charge=True))
TRIED = (*AGREED, CHECKED, *WORKED, TrialDone(passed=True))
SIGNED = (*TRIED, AcceptanceStated(satisfied=True), ResidentSigned(signer="住户", signature="s-1"))
FILED = WorkOrderFiled(reference="G-1")
CONFIRMED = (CopyReturned(copy=2), CopyReturned(copy=3), CopiesConfirmed())
BACK = (*CONFIRMED, CopiesHandedOn(), ReturnRegistered(reference="A-1"))
COPY, SOLVED = CustomerCopyGiven(), FeedbackGiven(solved=True)


def story_of(happened: tuple[AnyEvent, ...]) -> Story:
    story = Story(entries=[RECEIVED])
    for event in happened:
        story.then(event, on("11:00"))
    return story


@pytest.mark.parametrize(
    ("happened", "stage"),
    [
        ((COMPLEX,), "待现场勘查"),
        ((COMPLEX, *TOLD, FormCollected()), "待现场勘查"),
        ((*TOLD, COMPLEX, FOUND), "待领单"),
        ((*TOLD, COMPLEX, FormCollected(), FOUND), "待派工"),
        ((*THERE, COMPLEX, *AGREED[-1:]), "待现场勘查"),
        ((*THERE, COMPLEX, *AGREED[-1:], FOUND), "待开工"),
    ],
)
def test_rep_04_until_it_is_surveyed_a_complex_repair_waits_for_that(
    happened: tuple[AnyEvent, ...], stage: str
) -> None:
    assert stage == REPAIR.stage(story_of(happened).file)


@pytest.mark.parametrize(
    ("happened", "stage"),
    [
        ((*AGREED, WORKED[0], *AGREED[-1:]), "维修中"),
        (TRIED, "待验收"),
        ((*TRIED[:-1], TrialDone(passed=False)), "维修中"),
        ((*TRIED, AcceptanceStated(satisfied=False)), "整改中"),
        ((*TRIED, AcceptanceStated(satisfied=False), *WORKED[1:], TrialDone(passed=True)), "待验收"),
        ((*TRIED, AcceptanceStated(satisfied=True)), "待住户签字"),
        ((*AGREED, *WORKED, TrialDone(passed=True)), "待住户签字"),
    ],
    ids=["agreed anew", "tried", "failed", "rejected", "done again", "accepted", "first edition"],
)
def test_rep_120_what_is_tried_out_waits_for_acceptance_and_then_for_the_signature(
    happened: tuple[AnyEvent, ...], stage: str
) -> None:
    assert stage == REPAIR.stage(story_of(happened).file)


@pytest.mark.parametrize(
    ("happened", "stage"),
    [
        ((*SIGNED, *CONFIRMED), "待移交"),
        ((*SIGNED, *BACK, COPY, SOLVED), "待归档"),
        ((*TRIED, SignatureExcused(reason="外出"), COPY, SOLVED, *BACK), "待归档"),
        ((*SIGNED, *BACK, COPY, SOLVED, FILED), "修后观察"),
        ((*SIGNED, FILED, *BACK, COPY, SOLVED), "修后观察"),
        ((*AGREED, *WORKED, TrialDone(passed=True), *SIGNED[-1:], *BACK), "已返单"),
    ],
    ids=["confirmed", "signed", "excused", "filed", "filed before", "first edition"],
)
def test_rep_122_what_lacks_nothing_but_to_be_filed_waits_for_that(happened: tuple[AnyEvent, ...], stage: str) -> None:
    assert stage == REPAIR.stage(story_of(happened).file)


@pytest.mark.parametrize(
    ("happened", "turn", "first"),
    [
        (TOLD, Assessed, Assessed),
        ((COMPLEX, *TOLD), Assessed, Surveyed),
        ((COMPLEX, *TOLD, FOUND), Assessed, Assessed),
        ((*AGREED, COMPLEX), WorkStarted, Surveyed),
        ((*SIGNED, *CONFIRMED), CopiesHandedOn, CopiesHandedOn),
        ((*SIGNED, *BACK), PeriodOver, WorkOrderFiled),
        ((*SIGNED, FILED, *BACK), PeriodOver, PeriodOver),
    ],
)
def test_rep_04_rep_122_what_is_waited_for_is_what_has_to_come_first(
    happened: tuple[AnyEvent, ...], turn: type[Event], first: type[Event]
) -> None:
    story = story_of(happened)

    assert (FormCollected, first) == REPAIR.editions[-1].awaited((FormCollected, turn), story.file)
    assert (FormCollected, turn) == REPAIR.editions[0].awaited((FormCollected, turn), story.file)
