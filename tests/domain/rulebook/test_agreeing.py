"""Read off the file: what was reviewed and agreed to, what may be charged off the list, and when a case is settled."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent, Noted, PeriodOver
from domain.events.on_site import CostAgreed, FurtherWorkAgreed, Means, SiteChecked, SiteItem, WorkOrderFiled
from domain.events.repair import (
    CustomerCopyGiven,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    ReturnRegistered,
    SignatureExcused,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import Reassigned
from domain.pricing import ChargeKind, ChargeLine
from domain.rulebook.repair.agreeing import agreed_amount, off_the_list
from domain.rulebook.repair.observing import GRACE, is_settled
from domain.rulebook.repair.reviewing import PERIODS, is_agreed, is_under_review, reviewed_amount
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import OTHER_REPAIRER, REPAIRER, Story, on

REVIEW, UNLISTED = SentToReview(work="拆改暗管"), FoundUnlisted(work="更换整段暗管")
ANSWERED = ReviewAnswered(text="可以维修，90 元")
YES = ReviewConsent(cost_accepted=True, repair_agreed=True)
HALVES = (
    ReviewConsent(cost_accepted=True, repair_agreed=False),
    ReviewConsent(cost_accepted=False, repair_agreed=True),
    ReviewConsent(cost_accepted=False, repair_agreed=False),
)
AS_REVIEWED, OTHER = replace(ASSIGNED, item="REVIEWED"), FaultCompared(matches=False, actual_item="W02")
CHECKED = SiteChecked(items=tuple(SiteItem))
UNSOLVED, SOLVED = FeedbackGiven(solved=False), FeedbackGiven(solved=True)
COPY, RETURN, FILED = CustomerCopyGiven(), ReturnRegistered(reference="A-1"), WorkOrderFiled(reference="G-1")


def reviewed(amount: int) -> Reviewed:
    return Reviewed(feasible=True, amount=Decimal(amount))


def agreed(amount: int) -> CostAgreed:
    return CostAgreed(amount=Decimal(amount), agreed_by="住户001", means=Means.TELEPHONE)


def further(fee: int) -> FurtherWorkAgreed:
    return FurtherWorkAgreed(work="换阀门", fee=Decimal(fee), finish_by=on("16:00"), agreed_by="住户001")


def story(*events: AnyEvent) -> Story:
    """A minute between any two, from the call on."""
    told: list[tuple[AnyEvent, datetime]] = [RECEIVED]
    told += [(event, on(f"9:{minute:02}")) for minute, event in enumerate((FormCollected(), *events), start=1)]
    return Story(entries=told)


@pytest.mark.parametrize(
    ("events", "amount"),
    [
        ((ASSIGNED,), None),
        ((ASSIGNED, agreed(100)), 100),
        ((ASSIGNED, agreed(100), agreed(80)), 80),
        ((ASSIGNED, agreed(100), further(60)), 160),
        ((ASSIGNED, agreed(100), further(60), further(30)), 190),
        ((ASSIGNED, further(60)), None),
        ((ASSIGNED, agreed(100), further(60), agreed(170)), 170),
        ((ASSIGNED, agreed(100), further(60), agreed(170), further(5)), 175),
        ((ASSIGNED, agreed(100), Reassigned(repairer=OTHER_REPAIRER.id, reason="请假")), 100),
        ((ASSIGNED, agreed(100), SIGNED, UNSOLVED, ASSIGNED), None),
    ],
)
def test_rep_35_rep_118_what_was_agreed_last_is_all_of_it_and_the_further_work_after_it_comes_on_top(
    events: tuple[AnyEvent, ...], amount: int | None
) -> None:
    assert amount == agreed_amount(story(*events).file)


def test_rep_35_charges_up_to_what_was_agreed_last_are_taken_and_a_fen_more_is_not() -> None:
    begun = story(ASSIGNED, agreed(100), further(60), agreed(170), CHECKED)
    exact, beyond = (WorkFinished(fault=FaultKind.WATER, charges=(charged(amount),)) for amount in ("170.00", "170.01"))

    assert begun.admits(exact, on("11:00"), REPAIRER)
    with pytest.raises(RuleBroken, match="REP-35"):
        begun.admits(beyond, on("11:00"), REPAIRER)


def charged(amount: str) -> ChargeLine:
    return ChargeLine(
        item="W01",
        kind=ChargeKind.LABOUR,
        price_version="LY-2024",
        unit_price=Decimal(amount),
        quantity=Decimal(1),
        amount=Decimal(amount),
    )


@pytest.mark.parametrize(
    ("events", "amounts"),
    [
        ((ASSIGNED, agreed(100)), {}),
        ((REVIEW,), {}),
        ((REVIEW, Reviewed(feasible=False)), {}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED), {"REVIEWED": 90}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED, OTHER), {}),
        ((ASSIGNED, UNLISTED, reviewed(70)), {"REVIEWED": 70}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED, UNLISTED), {}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED, UNLISTED, reviewed(120)), {"REVIEWED": 120}),
        ((ASSIGNED, further(60), further(30)), {"EXTRA": 90}),
        ((ASSIGNED, further(0)), {"EXTRA": 0}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED, further(10)), {"REVIEWED": 90, "EXTRA": 10}),
        ((REVIEW, reviewed(90), ANSWERED, YES, AS_REVIEWED, further(10), SIGNED, UNSOLVED, ASSIGNED), {}),
    ],
)
def test_fee_02_fee_106_off_the_list_is_charged_what_this_round_reviewed_or_agreed_to(
    events: tuple[AnyEvent, ...], amounts: dict[str, int]
) -> None:
    assert amounts == off_the_list(story(*events).file)


def test_fee_02_a_second_review_replaces_the_amount_of_the_first() -> None:
    again = story(REVIEW, reviewed(90), ANSWERED, YES, REVIEW)

    assert reviewed_amount(again.file) is None
    again.then(reviewed(110), on("9:30"))
    assert Decimal(110) == reviewed_amount(again.file)


def test_rep_30_agreed_is_two_times_yes_to_the_last_review() -> None:
    assert not is_agreed(story(REVIEW, reviewed(90), ANSWERED).file)
    assert is_agreed(story(REVIEW, reviewed(90), ANSWERED, YES).file)
    assert not is_agreed(story(REVIEW, reviewed(90), ANSWERED, YES, REVIEW, reviewed(110), ANSWERED).file)
    assert not is_agreed(story(ASSIGNED).file)


@pytest.mark.parametrize("answer", HALVES)
def test_rep_30_one_no_is_no_consent(answer: ReviewConsent) -> None:
    assert not answer.agreed
    assert not is_agreed(story(REVIEW, reviewed(90), ANSWERED, answer).file)


def test_rep_28_a_review_is_open_from_being_asked_for_until_it_is_done_and_not_after_somebody_is_sent() -> None:
    assert not is_under_review(story().file)
    assert is_under_review(story(REVIEW).file)
    assert not is_under_review(story(REVIEW, reviewed(90)).file)
    assert not is_under_review(story(REVIEW, ASSIGNED).file)
    assert is_under_review(story(ASSIGNED, UNLISTED).file)


def reminders(story: Story) -> list[datetime]:
    return [at for at, key, *_ in story.alarms() if key in {row.key for row in PERIODS}]


def test_rep_30_the_residents_answer_is_waited_for_only_before_somebody_is_sent() -> None:
    waiting = story(REVIEW, reviewed(90), ANSWERED)
    on_the_site = story(ASSIGNED, UNLISTED, reviewed(90), ANSWERED)
    impossible = story(REVIEW, Reviewed(feasible=False), ANSWERED)

    assert [on("13:04"), on("9:04", days=1), on("9:04", days=7)] == reminders(waiting)
    assert [] == reminders(on_the_site)
    assert [] == reminders(impossible)


@pytest.mark.parametrize("answer", [YES, *HALVES])
def test_rep_30_nobody_is_reminded_of_an_answer_that_was_given(answer: ReviewConsent) -> None:
    assert [] == reminders(story(REVIEW, reviewed(90), ANSWERED, answer))


def test_rep_30_once_reminded_only_the_later_ones_are_left() -> None:
    waiting = story(REVIEW, reviewed(90), ANSWERED)

    waiting.rings(on("13:04"))

    assert [on("9:04", days=1), on("9:04", days=7)] == reminders(waiting)


@pytest.mark.parametrize("last", [COPY, RETURN, FILED, SOLVED])
def test_rep_47_settled_is_signed_filed_given_and_said_to_be_solved_whichever_comes_last(last: AnyEvent) -> None:
    others = [event for event in (COPY, RETURN, FILED, SOLVED) if event is not last]
    almost = story(ASSIGNED, SIGNED, *others)
    assert not is_settled(almost.file)
    assert GRACE.key not in {key for _, key, *_ in almost.alarms()}

    almost.then(last, on("10:00"))

    assert is_settled(almost.file)
    assert [on("10:00", days=3)] == [at for at, key, *_ in almost.alarms() if key == GRACE.key]


def test_rep_47_the_named_exception_to_the_signature_settles_it_too() -> None:
    assert is_settled(story(ASSIGNED, SignatureExcused(reason="住户外出"), COPY, RETURN, FILED, SOLVED).file)


@pytest.mark.parametrize(
    "after",
    [(UNSOLVED,), (UNSOLVED, ASSIGNED), (UNSOLVED, ASSIGNED, SIGNED), (UNSOLVED, ASSIGNED, SIGNED, SOLVED)],
)
def test_rep_47_reopened_it_is_not_settled_before_all_of_it_is_done_again(after: tuple[AnyEvent, ...]) -> None:
    reopened = story(ASSIGNED, SIGNED, COPY, RETURN, FILED, SOLVED, *after)

    assert not is_settled(reopened.file)
    assert GRACE.key not in {key for _, key, *_ in reopened.alarms()}


def test_rep_47_what_is_only_noted_does_not_lengthen_the_grace_period_and_it_ends_once() -> None:
    settled = story(ASSIGNED, SIGNED, COPY, RETURN, FILED, SOLVED)
    over = on("9:07", days=3)
    assert [over] == [at for at, key, *_ in settled.alarms() if key == GRACE.key]

    settled.then(Noted(text="已回访"), on("15:00", days=1))
    assert [over] == [at for at, key, *_ in settled.alarms() if key == GRACE.key]
    settled.then(PeriodOver(key=GRACE.key), over)

    assert [] == [at for at, key, *_ in settled.alarms() if key == GRACE.key]
