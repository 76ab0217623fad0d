"""The docket: what opens, meets, moves, replaces and lays aside a duty, and what a breach leaves for good."""

from datetime import datetime, timedelta

import pytest

from domain.deadlines import DutyState
from domain.events import CaseEnded, ExtensionGranted, Noted, NoticeAcknowledged
from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    CopiesSentBack,
    CopyReturned,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ResidentSigned,
    Situation,
    Urgency,
)
from domain.events.work import ArrivedOnSite, Reassigned
from domain.limits import TICK
from tests.domain.story import OTHER_REPAIRER, REPAIRER, Story, filled, on, received

ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")
SIGNED = ResidentSigned(signer="住户", signature="s-1")
TODAY_17, TOMORROW_17 = on("17:00") - TICK, on("17:00", days=1) - TICK


def call(situation: Situation = Situation.ORDINARY) -> Story:
    return Story(entries=[(received(situation), on("9:00"))])


def grade(story: Story, urgency: Urgency, at: datetime) -> None:
    story.then(Assessed(urgency=urgency), at)


def called_for(wanted: datetime | None) -> Story:
    """Called at 9:00, assigned at 9:04; as soon as possible unless a time is given."""
    story = call()
    story.then(filled(wanted or "尽快"), on("9:01"))
    story.then(ASSIGNED, on("9:04"))
    return story


def taken(wanted: datetime | None = None) -> Story:
    """The same, taken at 9:05."""
    story = called_for(wanted)
    story.then(OrderTaken(), on("9:05"))
    return story


def move(story: Story, to: datetime, at: datetime) -> None:
    story.then(AppointmentMoved(wanted=to, reason="住户有事"), at)


# REP-03: grading and regrading.


def test_a_request_that_nobody_grades_is_owed_as_a_regular_one() -> None:
    assert {duty.key for duty in call().docket.owed} == {
        "REP-21",
        "REP-24",
        "REP-15",
        "REP-17",
        "REP-128",
        "REP-130",
    }


def test_a_regrade_keeps_the_time_elapsed_and_lays_the_former_duties_aside() -> None:
    story = call()
    grade(story, Urgency.LOW, on("9:02"))

    grade(story, Urgency.URGENT, on("9:20"))

    assert (story.duty("REP-14").started_at, story.duty("REP-14").due.at) == (on("9:00"), on("9:30"))
    assert story.duty("REP-03/响应").state is DutyState.SUPERSEDED
    assert story.duty("REP-03/完成").state is DutyState.SUPERSEDED


def test_a_regrade_to_a_limit_that_has_passed_is_a_breach_that_is_told_at_once() -> None:
    story = call()
    grade(story, Urgency.LOW, on("9:02"))
    grade(story, Urgency.URGENT, on("10:00"))

    rung = story.rings(on("10:00"))

    assert [(key, number) for key, number, _ in rung if key == "REP-14"] == [("REP-14", 1)]
    assert story.duty("REP-14").breached_at == on("9:30")


def test_regraded_and_back_the_former_duty_is_owed_again_with_its_own_due_moment() -> None:
    story = call()
    grade(story, Urgency.REGULAR, on("9:02"))
    grade(story, Urgency.LOW, on("9:10"))

    grade(story, Urgency.REGULAR, on("9:20"))

    duty = story.duty("REP-15")
    assert (duty.cycle, duty.state, duty.due.at) == (2, DutyState.OPEN, on("10:00"))


def test_regrading_neither_clears_a_breach_nor_ends_it_for_one_that_is_graded_back() -> None:
    story = call()
    grade(story, Urgency.REGULAR, on("9:02"))
    story.rings(on("10:00:01"))

    grade(story, Urgency.LOW, on("10:05"))
    aside = story.duty("REP-15")
    grade(story, Urgency.REGULAR, on("10:10"))

    assert (aside.state, aside.owed) == (DutyState.BREACHED, False)
    duty = story.duty("REP-15")
    assert (duty.cycle, duty.state, duty.owed, duty.breached_at) == (1, DutyState.BREACHED, True, on("10:00"))


def test_what_has_been_met_is_not_owed_again_by_a_regrade() -> None:
    story = taken()
    grade(story, Urgency.REGULAR, on("9:06"))
    grade(story, Urgency.URGENT, on("9:40"))

    grade(story, Urgency.REGULAR, on("9:50"))

    assert (story.duty("REP-15").state, story.duty("REP-14").state) == (DutyState.MET, DutyState.MET)
    assert story.duty("REP-15").ended_at == on("9:05")


# REP-27, REP-26: appointments.


def test_a_moved_appointment_moves_the_due_moment_and_keeps_the_first() -> None:
    story = taken(on("15:00"))
    assert story.duty("REP-27").due.at == on("14:55")

    move(story, on("16:00"), on("14:00"))

    duty = story.duty("REP-27")
    assert (duty.cycle, duty.state) == (1, DutyState.OPEN)
    assert (duty.due.at, duty.first_due_at) == (on("15:55"), on("14:55"))


def test_the_repairer_is_reminded_anew_of_a_moved_appointment() -> None:
    story = taken(on("15:00"))
    story.rings(on("14:30"))

    move(story, on("16:00"), on("14:40"))

    assert [rung for rung in story.rings(on("15:54")) if rung[0] == "REP-27"] == [("REP-27", 0, on("15:30"))]


def test_moved_to_a_time_near_by_a_reminder_that_would_lie_in_the_past_is_left_out() -> None:
    story = taken(on("16:00"))

    move(story, on("15:10"), on("14:50"))

    assert story.duty("REP-27").next_alarm() == (1, on("15:05:01"))


def test_moved_after_the_breach_the_breach_stays_and_a_new_cycle_begins() -> None:
    story = taken(on("15:00"))
    story.rings(on("14:55:01"))

    move(story, on("16:00"), on("15:10"))

    first, second = story.duty("REP-27", 1), story.duty("REP-27", 2)
    assert (first.state, first.breached_at, first.owed) == (DutyState.BREACHED, on("14:55"), False)
    assert (second.state, second.due.at) == (DutyState.OPEN, on("15:55"))


def test_moved_too_late_it_is_a_breach_even_where_the_watch_had_not_rung() -> None:
    story = taken(on("15:00"))

    move(story, on("16:00"), on("14:55") + TICK)

    assert story.duty("REP-27", 1).breached_at == on("14:55")
    assert story.duty("REP-27", 2).due.at == on("15:55")


def test_moved_at_the_due_moment_itself_it_is_no_breach() -> None:
    story = taken(on("15:00"))

    move(story, on("16:00"), on("14:55"))

    assert story.duty("REP-27").state is DutyState.OPEN
    assert story.docket.find("REP-27", 2) is None


def test_an_appointment_in_place_of_as_soon_as_possible_lays_the_ten_minutes_aside() -> None:
    story = taken()

    move(story, on("15:00"), on("9:10"))

    assert story.duty("REP-26").state is DutyState.SUPERSEDED
    assert story.duty("REP-27").due.at == on("14:55")


def test_as_soon_as_possible_in_place_of_an_appointment_gives_ten_minutes_from_then() -> None:
    story = taken(on("15:00"))

    story.then(AppointmentMoved(wanted="尽快", reason="住户提前到家"), on("10:00"))

    assert story.duty("REP-27").state is DutyState.SUPERSEDED
    assert (story.duty("REP-26").state, story.duty("REP-26").due.at) == (DutyState.OPEN, on("10:10"))


def test_as_soon_as_possible_before_somebody_has_the_order_starts_no_clock() -> None:
    story = call()
    story.then(filled(on("15:00")), on("9:01"))

    story.then(AppointmentMoved(wanted="尽快", reason="住户提前到家"), on("9:10"))
    assert story.docket.find("REP-26") is None

    story.then(ASSIGNED, on("9:20"))
    story.then(OrderTaken(), on("9:25"))
    assert story.duty("REP-26").due.at == on("9:35")


def test_rep_27_an_appointment_within_a_quarter_of_an_hour_of_the_taking_has_the_ten_minutes_beside_it() -> None:
    story = called_for(on("15:00"))

    story.then(OrderTaken(), on("14:45") + TICK)

    assert (story.duty("REP-26").state, story.duty("REP-26").due.at) == (DutyState.OPEN, on("14:55") + TICK)
    assert story.duty("REP-27").due.at == on("14:55")


def test_rep_27_a_quarter_of_an_hour_away_the_five_minutes_before_it_stand_alone() -> None:
    story = called_for(on("15:00"))

    story.then(OrderTaken(), on("14:45"))

    assert story.docket.find("REP-26") is None
    assert story.duty("REP-27").due.at == on("14:55")


def test_rep_27_moved_to_a_time_near_by_the_ten_minutes_count_from_the_moving() -> None:
    story = taken(on("16:00"))

    move(story, on("15:10"), on("14:55:01"))

    assert (story.duty("REP-26").state, story.duty("REP-26").due.at) == (DutyState.OPEN, on("15:05:01"))
    assert story.duty("REP-27").due.at == on("15:05")


def test_rep_27_moved_away_again_the_ten_minutes_are_laid_aside() -> None:
    story = taken(on("16:00"))
    move(story, on("15:10"), on("15:00"))

    move(story, on("17:00"), on("15:02"))

    assert story.duty("REP-26").state is DutyState.SUPERSEDED
    assert story.duty("REP-27").due.at == on("16:55")


@pytest.mark.parametrize(
    ("agreed_at", "due"),
    [
        (on("14:54:59"), on("14:55")),
        (on("14:55"), on("15:00")),
        (on("14:58"), on("15:00")),
    ],
)
def test_rep_27_agreed_when_its_five_minutes_have_begun_it_is_due_at_the_time_itself(
    agreed_at: datetime, due: datetime
) -> None:
    filled_so = call()
    filled_so.then(filled(on("15:00")), agreed_at)
    moved_so = taken(on("18:00"))
    move(moved_so, on("15:00"), agreed_at)

    for story in (filled_so, moved_so):
        duty = story.duty("REP-27")
        assert (duty.state, duty.due.at) == (DutyState.OPEN, due)
        assert [cycle.state for cycle in story.docket if cycle.key == "REP-27"] == [DutyState.OPEN]
        story.rings(due)
        assert story.duty("REP-27").state is DutyState.OPEN
        story.rings(due + timedelta(seconds=1))
        assert story.duty("REP-27").breached_at == due


def test_reassigned_the_clock_of_the_former_order_lapses_and_the_next_taking_starts_anew() -> None:
    story = taken()

    story.then(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), on("9:08"))
    assert story.duty("REP-26").state is DutyState.SUPERSEDED

    story.then(OrderTaken(), on("9:12"), OTHER_REPAIRER)
    duty = story.duty("REP-26")
    assert (duty.cycle, duty.due.at, duty.owed_by_id) == (2, on("9:22"), OTHER_REPAIRER.id)


def test_reassigned_too_late_the_breach_of_the_former_order_stays() -> None:
    story = taken()

    story.then(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), on("9:15:01"))

    assert story.duty("REP-26", 1).breached_at == on("9:15")


def test_an_open_duty_follows_the_order_to_whoever_has_it() -> None:
    story = taken()
    grade(story, Urgency.REGULAR, on("9:06"))
    assert story.duty("REP-17").owed_by_id == REPAIRER.id

    story.then(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), on("9:08"))

    assert story.duty("REP-17").owed_by_id == OTHER_REPAIRER.id


def test_told_anew_when_the_repairer_comes_the_former_promise_is_replaced() -> None:
    story = call()
    story.then(ArrivalTold(expected=on("10:00")), on("9:01"))

    story.then(ArrivalTold(expected=on("11:00")), on("9:50"))

    assert (story.duty("REP-103").cycle, story.duty("REP-103").due.at) == (1, on("11:00"))
    assert story.rings(on("10:30"))[-1][0] != "REP-103"


# Late is judged by when the thing happened.


def test_done_in_time_but_told_late_is_met_where_the_watch_had_not_rung() -> None:
    story = taken()
    story.then(Noted(text="."), on("9:20"))

    story.then(ArrivedOnSite(), on("9:14"))

    duty = story.duty("REP-26")
    assert (duty.state, duty.ended_at) == (DutyState.MET, on("9:14"))


def test_done_in_time_but_told_after_the_watch_rang_the_breach_stays() -> None:
    story = taken()
    story.rings(on("9:15:01"))

    story.then(ArrivedOnSite(), on("9:14"))

    duty = story.duty("REP-26")
    assert (duty.state, duty.owed) == (DutyState.BREACHED, False)


def test_what_begins_a_duty_may_be_told_after_what_meets_it() -> None:
    story = call()
    story.then(ArrivedOnSite(), on("9:12"))

    grade(story, Urgency.URGENT, on("9:40"))

    assert (story.duty("REP-14").state, story.duty("REP-14").ended_at) == (DutyState.MET, on("9:12"))


# REP-129.


def test_an_extension_moves_the_due_moment_and_keeps_the_first() -> None:
    story = call(Situation.FLOODING)

    story.then(ExtensionGranted(key="REP-124", until=on("9:40"), reason="配件在途"), on("9:10"))

    duty = story.duty("REP-124")
    assert (duty.due.at, duty.first_due_at, duty.extended) == (on("9:40"), on("9:10"), True)
    assert [rung for rung in story.rings(on("9:40:01")) if rung[0] == "REP-124"][-1] == ("REP-124", 1, on("9:40:01"))


def test_an_extended_duty_is_not_moved_back_by_what_comes_after() -> None:
    story = call(Situation.FLOODING)
    story.then(ExtensionGranted(key="REP-124", until=on("9:40"), reason="配件在途"), on("9:05"))

    story.then(filled(), on("9:06"))

    assert story.duty("REP-124").due.at == on("9:40")


# The ladder.


def test_read_in_time_a_breach_climbs_no_further() -> None:
    silent, read = taken(), taken()
    for story in (silent, read):
        story.rings(on("9:15:01"))

    read.then(NoticeAcknowledged(key="REP-26", cycle=1, rung=1), on("9:20"))

    later = on("10:00")
    assert [rung for rung in silent.rings(later) if rung[0] == "REP-26"] == [("REP-26", 2, on("9:30:01"))]
    assert [rung for rung in read.rings(later) if rung[0] == "REP-26"] == []


def test_a_reminder_that_was_read_does_not_silence_the_breach() -> None:
    story = taken()
    story.rings(on("9:13"))

    story.then(NoticeAcknowledged(key="REP-26", cycle=1, rung=0), on("9:14"))

    assert [number for key, number, _ in story.rings(on("10:00")) if key == "REP-26"] == [1, 2]


def test_what_has_not_been_said_cannot_have_been_read() -> None:
    story = taken()

    story.then(NoticeAcknowledged(key="REP-26", cycle=1, rung=1), on("9:06"))
    story.then(NoticeAcknowledged(key="REP-99", cycle=1, rung=1), on("9:06"))

    assert not story.duty("REP-26").acknowledged


def test_copies_not_returned_are_told_of_every_day_until_they_are() -> None:
    story = call()
    story.then(SIGNED, on("15:00"))
    story.then(CopyReturned(copy=3), on("16:00"))

    rung = [(number, moment) for key, number, moment in story.rings(on("18:00", days=3)) if key == "REP-43/第二联"]

    assert rung == [
        (0, on("16:30")),
        (1, on("17:00")),
        (2, on("17:00", days=1)),
        (3, on("17:00", days=2)),
        (4, on("17:00", days=3)),
    ]
    story.then(CopyReturned(copy=2), on("19:00", days=3))
    assert [rung for rung in story.rings(on("18:00", days=9)) if rung[0] == "REP-43/第二联"] == []


def test_after_an_outage_the_missed_rungs_come_in_order_and_each_once() -> None:
    story = taken()

    rung = [(number, moment) for key, number, moment in story.rings(on("12:00"), late=True) if key == "REP-26"]

    assert rung == [(0, on("9:13")), (1, on("9:15:01")), (2, on("9:30:01"))]


def test_a_reminder_whose_moment_was_past_when_the_duty_began_is_left_out() -> None:
    story = call()

    story.then(SIGNED, on("16:45"))

    assert story.duty("REP-43/第二联").next_alarm() == (1, on("17:00"))


# REP-43, REP-44: the copies.


def test_one_copy_back_leaves_the_other_owed() -> None:
    story = call()
    story.then(SIGNED, on("15:00"))

    story.then(CopyReturned(copy=2), on("16:59:59"))
    story.rings(on("17:00"))

    assert story.duty("REP-43/第二联").state is DutyState.MET
    assert (story.duty("REP-43/第三联").state, story.duty("REP-43/第三联").breached_at) == (
        DutyState.BREACHED,
        TODAY_17,
    )
    assert story.docket.find("REP-44") is None


def test_sent_back_both_copies_are_owed_anew_and_the_confirmation_is_done() -> None:
    story = call()
    story.then(SIGNED, on("15:00"))
    story.then(CopyReturned(copy=2), on("16:00"))
    story.then(CopyReturned(copy=3), on("16:00"))

    story.then(CopiesSentBack(reason="缺签名"), on("17:30"))

    assert story.duty("REP-44").state is DutyState.MET
    for key in ("REP-43/第二联", "REP-43/第三联"):
        assert (story.duty(key).cycle, story.duty(key).due.at) == (2, TOMORROW_17)
    story.then(CopyReturned(copy=2), on("9:00", days=1))
    assert story.docket.find("REP-44", 2) is None
    story.then(CopyReturned(copy=3), on("9:05", days=1))
    assert story.duty("REP-44", 2).due.at == on("18:00", days=1)


# REP-47: reopened by feedback.


def test_reopened_the_resident_is_owed_everything_anew_and_the_first_round_stays_as_it_was() -> None:
    story = taken()
    grade(story, Urgency.REGULAR, on("9:06"))
    story.then(ArrivedOnSite(), on("9:12"))
    story.then(SIGNED, on("10:00"))

    story.then(FeedbackGiven(solved=False), on("14:00"))

    dues = {duty.key: (duty.cycle, duty.due.at) for duty in story.docket.owed if duty.key in ("REP-15", "REP-17")}
    assert dues == {"REP-15": (2, on("15:00")), "REP-17": (2, on("14:00", days=2))}
    assert story.duty("REP-25").due.at == on("14:05")
    assert story.duty("REP-17", 1).state is DutyState.MET
    story.then(ASSIGNED, on("14:04"))
    story.then(OrderTaken(), on("14:10"))
    assert (story.duty("REP-26").cycle, story.duty("REP-26").due.at) == (2, on("14:20"))


def test_the_appointment_of_the_first_round_binds_nobody_in_the_second() -> None:
    story = taken(on("15:00"))
    story.then(ArrivedOnSite(), on("14:50"))
    story.then(SIGNED, on("15:30"))
    story.then(FeedbackGiven(solved=False), on("16:00"))
    assert story.docket.find("REP-26") is None

    story.then(ASSIGNED, on("16:04"))
    story.then(OrderTaken(), on("16:10"))

    assert (story.duty("REP-26").state, story.duty("REP-26").due.at) == (DutyState.OPEN, on("16:20"))


def test_feedback_that_it_is_solved_starts_nothing() -> None:
    story = call()
    story.then(FormCollected(), on("9:03"))
    story.then(ASSIGNED, on("9:04"))
    grade(story, Urgency.REGULAR, on("9:06"))
    story.then(SIGNED, on("10:00"))

    story.then(FeedbackGiven(solved=True), on("14:00"))

    assert (story.duty("REP-25").cycle, story.duty("REP-17").cycle) == (1, 1)


# The end.


def test_the_end_keeps_what_was_breached_and_closes_what_is_open() -> None:
    story = taken()
    story.rings(on("9:15:01"))
    grade(story, Urgency.REGULAR, on("9:16"))

    story.then(CaseEnded(result="已撤单"), on("9:20"))

    assert (story.duty("REP-26").state, story.duty("REP-26").ended_at) == (DutyState.BREACHED, on("9:20"))
    assert story.duty("REP-17").state is DutyState.SUPERSEDED
    assert story.docket.owed == ()


def test_after_the_end_nothing_begins() -> None:
    story = call()
    story.then(CaseEnded(result="已撤单"), on("9:01"))

    story.then(SIGNED, on("9:02"))

    assert story.docket.find("REP-11") is None


def test_what_is_owed_stands_in_the_order_of_its_due_moments() -> None:
    story = call(Situation.BURST_PIPE)

    assert [duty.key for duty in story.docket.owed] == [
        "REP-104",
        "REP-21",
        "REP-24",
        "REP-130",
        "REP-15",
        "REP-17",
        "REP-128",
    ]
    minutes = [1, 2, 3, 30, 60, 48 * 60]
    assert [duty.due.at - on("9:00") for duty in story.docket.owed][:-1] == [timedelta(minutes=n) for n in minutes]
