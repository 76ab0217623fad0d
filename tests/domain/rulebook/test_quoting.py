"""CMP-11, FEE-12, FEE-13: when the price holds up whoever is to be sent, and whose clock stands still meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from domain.admission import closed_by, owed_in
from domain.errors import RuleBroken
from domain.events import AnyEvent, PeriodOver
from domain.events.joining import Matter, ToldApart
from domain.events.on_site import Payment, PaymentStated, QuoteAccepted, Quoted
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import Assessed, FeedbackGiven, FormCollected, Situation, Urgency
from domain.events.review import ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.limits import Terms
from domain.people import Role
from domain.rulebook.rows import Position
from tests.domain.rulebook.beginnings import ASSIGNED, SIGNED
from tests.domain.story import FRONT_DESK, SUPERVISOR, Story, on, received
from tests.domain.test_notices import told_of

PAID, FREE = PaymentStated(payment=Payment.PAID), PaymentStated(payment=Payment.FREE)
QUOTED = Quoted(item="W01", amount=Decimal(80), price_version="v1")
ACCEPTED = QuoteAccepted(agreed_by="住户")
REVIEW: tuple[AnyEvent, ...] = (
    SentToReview(work="拆改暗管"),
    Reviewed(feasible=True, amount=Decimal(90)),
    ReviewAnswered(text="可以维修，90 元"),
    ReviewConsent(cost_accepted=True, repair_agreed=True),
)
URGENT, REGULAR = Assessed(urgency=Urgency.URGENT), Assessed(urgency=Urgency.REGULAR)
DANGERS = [situation for situation in Situation if situation is not Situation.ORDINARY]


def story(*events: AnyEvent, situation: Situation = Situation.ORDINARY) -> Story:
    """A minute between any two, from the call on; the order is in hand at 9:01."""
    told = Story(entries=((received(situation), on("9:00")), (FormCollected(), on("9:01"))))
    for minute, event in enumerate(events, start=2):
        told.then(event, on(f"9:{minute:02}"))
    return told


def may_be_sent(told: Story) -> bool:
    """Whether the gates let somebody be assigned; else it is this one that does not."""
    position = Position(by=SUPERVISOR, at=on("9:30"), file=told.file, owed=owed_in(told.docket))
    shut = [gate.rule for gate in closed_by(type(ASSIGNED), position, told.procedure.editions[-1])]
    assert shut in ([], ["FEE-13"])
    return not shut


def test_fee_13_who_is_sent_is_sent_for_what_was_quoted_until_something_else_is() -> None:
    other = replace(ASSIGNED, item="W02")
    told = story(QUOTED, ACCEPTED, REGULAR)

    with pytest.raises(RuleBroken) as refusal:
        told.admits(other, on("9:30"), SUPERVISOR)

    assert ("FEE-13", "event.item") == (refusal.value.rule, refusal.value.field)
    told.admits(ASSIGNED, on("9:30"), SUPERVISOR)
    for event in (replace(QUOTED, item="W02"), ACCEPTED):
        told.then(event, on("9:31"))
    told.admits(other, on("9:32"), SUPERVISOR)


@pytest.mark.parametrize(
    "told",
    [story(QUOTED, situation=Situation.FLOODING), story(QUOTED, FREE), story(QUOTED, ACCEPTED, FREE)],
    ids=["danger", "free", "free after all"],
)
def test_fee_13_what_nobody_agreed_to_pay_binds_nobody(told: Story) -> None:
    assert told.admits(replace(ASSIGNED, item="W02"), on("9:30"), SUPERVISOR)


@pytest.mark.parametrize(
    "events",
    [(PAID,), (PAID, QUOTED), (QUOTED,), (PAID, QUOTED, ACCEPTED, QUOTED), (FREE, PAID), (PAID, URGENT, REGULAR)],
    ids=["paid", "quoted", "only quoted", "quoted anew", "paid after all", "not urgent after all"],
)
def test_fee_13_what_the_customer_pays_for_is_not_assigned_before_he_accepted(events: tuple[AnyEvent, ...]) -> None:
    told = story(*events)

    assert not may_be_sent(told)
    assert "REP-25" not in {duty.key for duty in told.docket.owed}


@pytest.mark.parametrize(
    "events",
    [
        (),
        (FREE,),
        (PAID, QUOTED, ACCEPTED),
        (QUOTED, ACCEPTED, PAID),
        (PAID, FREE),
        (QUOTED, FREE),
        (PAID, *REVIEW),
        (PAID, URGENT),
    ],
    ids=["unsaid", "free", "accepted", "accepted before", "free after all", "quoted, free", "reviewed", "urgent"],
)
def test_fee_13_what_is_free_accepted_or_urgent_is_assigned_within_its_five_minutes(
    events: tuple[AnyEvent, ...],
) -> None:
    told = story(*events)

    assert may_be_sent(told)
    assert "REP-25" in {duty.key for duty in told.docket.owed}


@pytest.mark.parametrize("situation", DANGERS)
def test_fee_13_no_danger_waits_for_a_price(situation: Situation) -> None:
    assert may_be_sent(story(PAID, QUOTED, situation=situation))


def test_fee_12_nothing_is_accepted_that_was_not_quoted_and_nothing_twice() -> None:
    for told in (story(PAID), story(PAID, QUOTED, ACCEPTED)):
        with pytest.raises(RuleBroken, match="FEE-12"):
            told.admits(ACCEPTED, on("9:30"), FRONT_DESK)

    assert story(PAID, QUOTED).admits(ACCEPTED, on("9:30"), FRONT_DESK)


def test_rep_25_nobody_is_late_while_the_customer_thinks_and_the_five_minutes_count_from_his_yes() -> None:
    told = story(PAID, QUOTED)
    told.rings(on("9:40"))
    assert told.duty("REP-25").breached_at is None

    told.then(ACCEPTED, on("9:45"))

    assert on("9:50") == told.duty("REP-25").due.at
    assert told.duty("REP-25").owed
    assert [("REP-25", 0, on("9:49"))] == [rung for rung in told.rings(on("9:49")) if rung[0] == "REP-25"]
    told.then(ASSIGNED, on("9:50"))
    assert "met" == told.duty("REP-25").state


@pytest.mark.parametrize(("event", "due"), [(FREE, "9:45"), (URGENT, "9:45")], ids=["free", "urgent"])
def test_rep_25_they_count_from_whatever_else_lets_somebody_be_sent(event: AnyEvent, due: str) -> None:
    told = story(PAID)

    told.then(event, on("9:40"))

    assert on(due) == told.duty("REP-25").due.at


def test_rep_25_neither_a_price_settled_before_the_order_is_in_hand_nor_a_mere_word_moves_it() -> None:
    told = Story(entries=((received(), on("9:00")), (PAID, on("9:01")), (QUOTED, on("9:02")), (ACCEPTED, on("9:03"))))
    told.then(FormCollected(), on("9:04"))
    told.then(FREE, on("9:06"))

    assert on("9:09") == told.duty("REP-25").due.at


def test_rep_25_late_before_the_price_came_up_stays_late() -> None:
    told = story()
    told.rings(on("9:07"))

    told.then(PAID, on("9:08"))

    assert on("9:06") == told.duty("REP-25").breached_at


def test_rep_47_what_was_not_repaired_for_good_is_done_again_without_asking_for_a_price() -> None:
    told = story(PAID, QUOTED, ACCEPTED, ASSIGNED, QUOTED, SIGNED)

    told.then(FeedbackGiven(solved=False), on("9:20"))

    assert may_be_sent(told)
    assert on("9:25") == told.duty("REP-25").due.at


REMINDERS = ("FEE-13/首次提醒", "FEE-13/再次提醒")


def reminders(told: Story) -> list[datetime]:
    return sorted(at for at, key, *_ in told.alarms() if key in REMINDERS)


def test_ov_40_the_front_desk_is_reminded_of_a_quote_that_is_not_answered_as_the_company_has_set() -> None:
    set_so = Terms(durations={"OV-40-1": timedelta(hours=2)})
    told = story(QUOTED)
    theirs = Story(terms=set_so, entries=((received(), on("9:00")), (QUOTED, on("9:02"))))

    assert [on("13:02"), on("9:02", days=1)] == reminders(told)
    assert [on("11:02"), on("9:02", days=1)] == reminders(theirs)
    over = PeriodOver(key=REMINDERS[0])
    heard = [(one.post, one.rule) for one in told_of(told, over, "13:02") if one.rule == "FEE-13"]
    assert [(Role.FRONT_DESK, "FEE-13")] == heard
    told.rings(on("13:02"))
    assert [on("9:02", days=1)] == reminders(told)


@pytest.mark.parametrize("answer", [ACCEPTED, FREE, ASSIGNED])
def test_ov_40_nobody_is_reminded_of_a_quote_that_is_answered_or_lets_somebody_go(answer: AnyEvent) -> None:
    told = story(QUOTED)

    told.then(answer, on("9:30"))

    assert [] == reminders(told)


HANDED = HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00", days=9), reason="在保")
BACK = OthersReported(settled=False, text="不在保修范围")


def refused(told: Story, event: AnyEvent) -> str:
    with pytest.raises(RuleBroken) as refusal:
        told.admits(event, on("9:50"), FRONT_DESK)
    return refusal.value.rule


@pytest.mark.parametrize("before", [(QUOTED,), (ASSIGNED, QUOTED)], ids=["before", "at work"])
def test_fee_13_no_quote_waits_while_others_have_it_and_it_is_quoted_anew_when_it_comes_back(
    before: tuple[AnyEvent, ...],
) -> None:
    told = story(*before, HANDED)
    assert [] == reminders(told)
    assert {"WAR-01"} == {duty.key for duty in told.docket.owed if duty.row.rule in {"WAR-01", "FEE-13"}}
    assert ["WAR-01", "WAR-01"] == [refused(told, QUOTED), refused(told, ACCEPTED)]

    told.then(BACK, on("9:40"))
    assert [] == reminders(told)
    assert "FEE-12" == refused(told, ACCEPTED)
    assert told.admits(QUOTED, on("9:50"), FRONT_DESK)


def test_fee_13_a_price_that_was_accepted_holds_when_others_give_it_back() -> None:
    told = story(QUOTED, ACCEPTED, HANDED, BACK)

    assert may_be_sent(told)
    with pytest.raises(RuleBroken, match="FEE-13"):
        told.admits(replace(ASSIGNED, item="W02"), on("9:30"), SUPERVISOR)


@pytest.mark.parametrize("so_far", [1, 3, 4], ids=["under review", "answered", "agreed"])
def test_rep_31_what_is_sent_to_review_has_its_price_from_there(so_far: int) -> None:
    told = story(QUOTED, *REVIEW[:so_far])

    assert [] == reminders(told)
    assert "FEE-13/住户答复" not in {duty.key for duty in told.docket.owed}
    assert ["REP-31", "REP-31"] == [refused(told, QUOTED), refused(told, ACCEPTED)]


def test_cal_109_what_is_no_repair_any_more_has_no_price_to_accept() -> None:
    told = story(QUOTED, ToldApart(matter=Matter.COMPLAINT))

    assert "CAL-109" == refused(told, ACCEPTED)


def test_fee_12_the_quote_of_a_round_before_is_accepted_no_more() -> None:
    told = story(ASSIGNED, QUOTED, SIGNED, FeedbackGiven(solved=False), PAID)

    assert "FEE-12" == refused(told, ACCEPTED)


def test_cmp_11_once_it_is_signed_for_nothing_is_said_of_payment_any_more() -> None:
    told = story(ASSIGNED, SIGNED)

    for event in (PAID, QUOTED):
        with pytest.raises(RuleBroken, match="FEE-12"):
            told.admits(event, on("9:30"), FRONT_DESK)
