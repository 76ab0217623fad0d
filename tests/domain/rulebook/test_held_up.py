"""Nobody is late with what the desk itself does not let him do yet, nor with what was agreed to be later."""

from datetime import datetime
from decimal import Decimal

import pytest

from domain.admission import closed_by, owed_in
from domain.errors import RuleBroken
from domain.events import AnyEvent, Event, ExtensionGranted, Withdrawn
from domain.events.joining import MergedInto
from domain.events.on_site import (
    AcceptanceStated,
    CompletionAgreed,
    FurtherWorkAgreed,
    Payment,
    PaymentStated,
    QuoteAccepted,
    Quoted,
    SurveyCalledFor,
    Surveyed,
    WorkClassified,
    WorkKind,
)
from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ResidentSigned,
    SignatureExcused,
    Situation,
    Urgency,
)
from domain.events.review import ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, CustomerContacted, Paused, PauseReason, Resumed
from domain.people import CaseNo
from domain.rulebook.repair.copies import copy_places
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS
from domain.rulebook.rows import Position
from tests.domain.rulebook.beginnings import ASSIGNED, SIGNED
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, REPAIRER, SUPERVISOR, Story, filled, on, received

COMPLEX, FOUND = SurveyCalledFor(reason="管网不明"), Surveyed(finding="接头渗水")
REGULAR = Assessed(urgency=Urgency.REGULAR)
SIMPLE = WorkClassified(work_kind=WorkKind.SIMPLE)
REVIEW, ANSWERED = SentToReview(work="拆改暗管"), ReviewAnswered(text="可以维修，90 元")
REVIEWED = Reviewed(feasible=True, amount=Decimal(90))
YES = ReviewConsent(cost_accepted=True, repair_agreed=True)
QUOTED, ACCEPTED = Quoted(item="W01", amount=Decimal(80), price_version="v1"), QuoteAccepted(agreed_by="住户")
FURTHER = FurtherWorkAgreed(work="加装", item="W02", fee=Decimal(10), agreed_by="住户", finish_by=on("11:00"))
UNSOLVED = FeedbackGiven(solved=False)
APPOINTED = on("15:00")
GRADED = ((filled(), "9:01"), (REGULAR, "9:02"), (FormCollected(), "9:04"))
SENT = (*GRADED, (ASSIGNED, "9:05"))
AT_WORK = (*SENT, (OrderTaken(), "9:06"))


def call(*told: tuple[AnyEvent, str], situation: Situation = Situation.ORDINARY) -> Story:
    """A call at 9:00, and what followed at these times of the day."""
    return Story(entries=((received(situation), on("9:00")), *((event, on(clock)) for event, clock in told)))


def owed(story: Story) -> set[str]:
    return {duty.key for duty in story.docket.owed}


# REP-27, REP-103, REP-109: an appointment that nobody could be sent to keep.

APPOINTMENT = {"REP-27", "REP-109"}
UNDER_REVIEW = ((filled(APPOINTED), "9:01"), (FormCollected(), "9:04"), (REVIEW, "9:06"), (REVIEWED, "9:10"))
UNDER_A_QUOTE = ((filled(APPOINTED), "9:01"), (FormCollected(), "9:04"), (QUOTED, "9:06"))
UNDER_A_SURVEY = ((filled(APPOINTED), "9:01"), (FormCollected(), "9:04"), (COMPLEX, "9:06"))


@pytest.mark.parametrize(
    ("held_up", "free"),
    [(UNDER_REVIEW, YES), (UNDER_A_QUOTE, ACCEPTED), (UNDER_A_SURVEY, FOUND)],
    ids=["review", "quote", "survey"],
)
def test_rep_27_nobody_is_late_for_a_home_to_which_the_desk_lets_nobody_go(
    held_up: tuple[tuple[AnyEvent, str], ...], free: AnyEvent
) -> None:
    late, early = call(*held_up), call(*held_up)

    late.rings(on("16:00"))
    assert not APPOINTMENT & owed(late)
    assert not [key for key, *_ in late.rings(on("16:00")) if key in APPOINTMENT]

    early.then(free, on("14:00"))
    assert {on("14:55"), on("15:00")} == {early.duty(key).due.at for key in APPOINTMENT}
    late.then(free, on("16:01"))
    assert not APPOINTMENT & owed(late)


def test_rep_27_what_is_free_a_quarter_of_an_hour_before_is_kept_and_later_the_ten_minutes_of_rep_26_hold() -> None:
    kept, near = call(*UNDER_REVIEW), call(*UNDER_REVIEW)

    kept.then(YES, on("14:45"))
    near.then(YES, on("14:45:01"))
    near.then(ASSIGNED, on("14:46"))
    near.then(OrderTaken(), on("14:50"))

    assert APPOINTMENT <= owed(kept)
    assert not APPOINTMENT & owed(near)
    assert on("15:00") == near.duty("REP-26").due.at


QUOTE = ((filled(), "9:01"), (FormCollected(), "9:04"), (QUOTED, "9:06"), (ACCEPTED, "9:10"))
SURVEY = ((filled(), "9:01"), (COMPLEX, "9:05"), (FOUND, "9:10"))
AGREED = (*UNDER_REVIEW[1:], (ANSWERED, "9:11"), (YES, "9:12"))


@pytest.mark.parametrize("before", [QUOTE, SURVEY, AGREED], ids=["quote", "survey", "review"])
def test_rep_27_rep_103_what_is_promised_once_nothing_stands_in_the_way_is_kept_however_near(
    before: tuple[tuple[AnyEvent, str], ...],
) -> None:
    told, moved = call(*before), call(*before)

    told.then(ArrivalTold(expected=on("9:20")), on("9:13"))
    moved.then(AppointmentMoved(wanted=on("9:24"), reason="住户在家"), on("9:13"))

    assert on("9:20") == told.duty("REP-103").due.at
    assert {on("9:19"), on("9:24")} == {moved.duty(key).due.at for key in APPOINTMENT}


def test_rep_103_an_arrival_told_before_the_review_is_not_owed_during_it() -> None:
    story = call((filled(), "9:01"), (FormCollected(), "9:04"), (ArrivalTold(expected=on("10:00")), "9:05"))
    assert "REP-103" in owed(story)

    story.then(REVIEW, on("9:06"))
    assert "REP-103" not in owed(story)
    story.then(YES, on("9:20"))
    assert on("10:00") == story.duty("REP-103").due.at


# REP-16, REP-17, REP-126 to REP-128: what was agreed to be later.


def test_rep_17_what_is_agreed_with_the_resident_for_later_is_the_limit() -> None:
    friday = on("17:00", days=4)
    story = call((filled(), "9:01"), (REGULAR, "9:05"))
    assert on("9:00", days=2) == story.duty("REP-17").due.at

    story.then(CompletionAgreed(finish_by=friday), on("9:10"))
    assert (friday, on("9:00", days=2)) == (story.duty("REP-17").due.at, story.duty("REP-17").first_due_at)


def test_rep_17_an_earlier_word_does_not_shorten_it() -> None:
    story = call((filled(), "9:01"), (REGULAR, "9:05"), (CompletionAgreed(finish_by=on("12:00")), "9:10"))

    assert on("9:00", days=2) == story.duty("REP-17").due.at
    assert on("12:00") == story.duty("REP-127").due.at


def test_rep_16_what_is_urgent_is_put_off_by_the_manager_alone() -> None:
    urgent = ((filled(), "9:01"), (Assessed(urgency=Urgency.URGENT), "9:05"))
    tomorrow = CompletionAgreed(finish_by=on("12:00", days=1))
    by_the_desk, by_the_manager = call(*urgent), call(*urgent)

    by_the_desk.then(tomorrow, on("9:10"), by=FRONT_DESK)
    by_the_manager.then(tomorrow, on("9:10"), by=CENTRE_MANAGER)

    assert on("11:00") == by_the_desk.duty("REP-16").due.at
    assert on("12:00", days=1) == by_the_manager.duty("REP-16").due.at


@pytest.mark.parametrize(("key", "whole"), [("REP-16", on("17:00")), ("REP-126", on("19:00"))])
def test_rep_16_rep_126_of_what_is_appointed_for_later_too(key: str, whole: datetime) -> None:
    told = ((filled(APPOINTED), "9:01"), (Assessed(urgency=Urgency.URGENT), "9:05"), (SIMPLE, "9:06"))
    tomorrow = CompletionAgreed(finish_by=on("17:00", days=1))
    by_the_desk, by_the_manager = call(*told), call(*told)

    by_the_desk.then(tomorrow, on("9:10"), by=FRONT_DESK)
    by_the_manager.then(tomorrow, on("9:10"), by=CENTRE_MANAGER)

    assert (whole, on("17:00", days=1)) == (by_the_desk.duty(key).due.at, by_the_manager.duty(key).due.at)


def test_rep_16_what_turns_out_to_be_urgent_counts_from_the_call_whatever_was_quoted() -> None:
    story = call(*GRADED, (QUOTED, "9:06"))

    story.then(Assessed(urgency=Urgency.URGENT), on("10:30"))

    assert on("11:00") == story.duty("REP-16").due.at


@pytest.mark.parametrize(
    ("agreed", "due"),
    [(None, on("9:00", days=5)), (on("12:00", days=3), on("12:00", days=3)), (on("8:00", days=3), on("9:00", days=5))],
    ids=["none agreed", "agreed", "before the appointment"],
)
def test_rep_17_beyond_an_appointment_it_is_the_completion_agreed_or_as_long_from_there(
    agreed: datetime | None, due: datetime
) -> None:
    story = call((filled(on("9:00", days=3)), "9:01"), (REGULAR, "9:05"))
    if agreed is not None:
        story.then(CompletionAgreed(finish_by=agreed), on("9:06"))

    assert due == story.duty("REP-17").due.at


def test_rep_118_what_was_agreed_for_further_work_holds_for_all_of_it() -> None:
    story = call(*AT_WORK, (SIMPLE, "9:07"), (ArrivedOnSite(), "9:10"))

    for clock in ("11:00", "15:00"):
        story.then(
            FurtherWorkAgreed(work="加装", item="W02", fee=Decimal(10), agreed_by="住户", finish_by=on(clock)),
            on("9:20"),
        )

    assert {on("15:00")} == {story.duty(key).due.at for key in ("REP-118", "REP-126")}


# FEE-13: while the resident thinks about a quote.


def test_rep_130_rep_17_nobody_is_late_while_the_resident_thinks_about_a_quote() -> None:
    story = call(*GRADED, (SIMPLE, "9:05"), (QUOTED, "9:06"))
    assert not {"REP-130", "REP-25", "REP-17", "REP-126"} & owed(story)

    story.then(ACCEPTED, on("11:00", days=1))

    assert on("11:30", days=1) == story.duty("REP-130").due.at
    assert on("11:00", days=3) == story.duty("REP-17").due.at


def test_fee_13_a_quote_at_work_stops_no_clock() -> None:
    story = call(*SENT)

    story.then(QUOTED, on("9:30"))
    story.then(ACCEPTED, on("10:30"))

    assert on("9:00", days=2) == story.duty("REP-17").due.at


def test_fee_13_what_waits_for_its_price_is_refused_for_that_and_not_for_want_of_a_limit() -> None:
    story = call(*GRADED, (QUOTED, "9:06"))

    with pytest.raises(RuleBroken) as refusal:
        story.admits(ASSIGNED, on("9:10"), SUPERVISOR)
    assert "FEE-13" == refusal.value.rule


# REP-28, REP-29: the fifteen minutes of a review.

FIFTEEN = ("REP-28", "REP-29")


@pytest.mark.parametrize(
    ("before", "due"),
    [
        ((), "9:19"),
        (((COMPLEX, "9:05"), (FOUND, "11:30"), (REGULAR, "11:35")), "11:45"),
        (((PaymentStated(payment=Payment.PAID), "9:05"), (QUOTED, "9:06"), (ACCEPTED, "9:40")), "9:55"),
    ],
    ids=["order in hand", "survey", "price"],
)
def test_rep_28_the_fifteen_minutes_count_from_when_nothing_stood_in_the_way(
    before: tuple[tuple[AnyEvent, str], ...], due: str
) -> None:
    story = call((filled(), "9:01"), (FormCollected(), "9:04"), *before)

    story.then(REVIEW, story.file.last_at or on("9:06"))

    assert {on(due)} == {story.duty(key).due.at for key in FIFTEEN}


def test_rep_28_of_a_case_that_is_reopened_they_count_from_the_survey_too() -> None:
    story = call(*SENT, (SIGNED, "10:00"))
    for event, clock in ((UNSOLVED, "11:00"), (COMPLEX, "11:01"), (FOUND, "14:00"), (REVIEW, "14:02")):
        story.then(event, on(clock))

    assert {on("14:15")} == {story.duty(key).due.at for key in FIFTEEN}


# REP-104, REP-105, REP-124: dangers.


@pytest.mark.parametrize("situation", [one for one in Situation if one is not Situation.ORDINARY])
def test_rep_104_rep_105_every_danger_has_its_minute_and_the_clock_of_setting_out(situation: Situation) -> None:
    story = call(situation=situation)
    assert "REP-104" in owed(story)

    story.then(ASSIGNED, on("9:01"))
    assert on("9:06") == story.duty("REP-105").due.at
    assert ("REP-124" in owed(story)) == (situation in IMMEDIATE_SITUATIONS)


def test_rep_124_no_danger_waits_for_a_survey_before_somebody_is_there() -> None:
    story = call((filled(), "9:01"), situation=Situation.FLOODING)

    with pytest.raises(RuleBroken) as refusal:
        story.admits(COMPLEX, on("9:02"), SUPERVISOR)
    assert "REP-124" == refusal.value.rule

    for event, clock in ((REGULAR, "9:03"), (FormCollected(), "9:04"), (ASSIGNED, "9:04"), (ArrivedOnSite(), "9:08")):
        story.then(event, on(clock))
    assert story.admits(COMPLEX, on("9:10"), SUPERVISOR)


# REP-09: no pause outlives the signature.


@pytest.mark.parametrize("event", [AcceptanceStated, ResidentSigned, SignatureExcused])
def test_rep_09_what_is_paused_goes_on_before_it_is_accepted_or_signed(event: type[Event]) -> None:
    story = call(*AT_WORK, (CustomerContacted(text="已说明"), "9:30"))
    story.then(Paused(waits_for=PauseReason.RESIDENT, resumes_at=on("15:00")), on("9:31"))
    assert "REP-09" in shut(story, event)

    story.then(Resumed(), on("9:41"))
    assert "REP-09" not in shut(story, event)


def shut(story: Story, event: type[Event]) -> list[str]:
    """The rules that refuse such an event now."""
    position = Position(by=REPAIRER, at=on("9:50"), file=story.file, owed=owed_in(story.docket))
    return [gate.rule for gate in closed_by(event, position, story.procedure.editions[-1])]


# REP-37 to REP-39: a refusal is explained, signed and filed.


@pytest.mark.parametrize(
    "event",
    [Withdrawn(reason="住户撤单"), MergedInto(into=CaseNo("REP-20261123-00001"), reason="同一件事")],
    ids=["withdrawn", "merged"],
)
def test_rep_39_what_the_resident_refused_is_neither_withdrawn_nor_merged(event: AnyEvent) -> None:
    story = call(*SENT)
    assert story.admits(event, on("9:10"), FRONT_DESK)
    story.then(ConsentRefused(reminded=True), on("9:20"))

    with pytest.raises(RuleBroken) as refusal:
        story.admits(event, on("9:30"), FRONT_DESK)
    assert "REP-39" == refusal.value.rule


# REP-129: an extension is minded like any other limit.


def test_rep_129_what_is_extended_after_its_reminder_has_one_before_the_new_moment() -> None:
    story = call((filled(), "9:01"), (SIMPLE, "9:02"), (REGULAR, "9:03"))
    reminded = story.duty("REP-126")
    story.rings(on("12:30"))
    assert reminded.due.at == on("13:00")

    story.then(ExtensionGranted(key="REP-126", until=on("18:00"), reason="配件在途"), on("12:40"), by=CENTRE_MANAGER)
    rungs = [(rung, at) for key, rung, at in story.rings(on("18:00:01")) if key == "REP-126"]

    assert [0, 1] == [rung for rung, _ in rungs]
    assert on("12:40") < rungs[0][1] <= on("18:00")


def test_rep_129_an_extension_gives_way_to_a_later_appointment_and_to_no_earlier_one() -> None:
    story = call((filled(), "9:01"), (SIMPLE, "9:02"), (REGULAR, "9:03"))
    story.then(ExtensionGranted(key="REP-126", until=on("18:00"), reason="配件在途"), on("9:30"), by=CENTRE_MANAGER)

    story.then(AppointmentMoved(wanted=on("10:00"), reason="住户在家"), on("9:40"))
    assert on("18:00") == story.duty("REP-126").due.at
    story.then(AppointmentMoved(wanted=on("10:00", days=1), reason="住户外出"), on("10:00"))
    assert on("14:00", days=1) == story.duty("REP-126").due.at


# REP-42: the customer's copy.


def test_rep_42_the_customers_copy_stays_with_him_when_the_order_goes_out_again() -> None:
    story = call(*AT_WORK)
    for event in (SIGNED, CustomerCopyGiven(), UNSOLVED, ASSIGNED, OrderTaken()):
        story.then(event, on("10:00"))

    holders = {place.copy: place.holder for place in copy_places(story.file)}
    assert ("客户", "维修人员", "维修人员") == (holders[1], holders[2], holders[3])


def test_rep_48_the_copies_are_handed_on_whether_or_not_the_order_is_filed() -> None:
    story = call(*AT_WORK)
    for event, clock in ((SIGNED, "15:00"), (CopyReturned(copy=2), "16:30"), (CopyReturned(copy=3), "16:30")):
        story.then(event, on(clock))
    story.then(CopiesConfirmed(), on("17:00"))

    assert story.admits(CopiesHandedOn(), on("17:10"), SUPERVISOR)
    assert (on("18:00"), on("15:00", days=1)) == (story.duty("REP-48").due.at, story.duty("REP-122").due.at)
