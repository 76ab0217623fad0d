"""REP-26, REP-27, REP-103: what an appointment, its moving and another repairer do to the clock of the way."""

from datetime import datetime, timedelta

import pytest

from domain.deadlines import DutyState
from domain.events.repair import AppointmentMoved, ArrivalTold, OrderTaken, Urgency
from domain.events.work import Reassigned
from domain.limits import TICK
from tests.domain.calls import call, called_for, grade, move, taken
from tests.domain.rulebook.beginnings import ASSIGNED
from tests.domain.story import OTHER_REPAIRER, REPAIRER, filled, on

# Moved.


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


# Near by.


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


# Somebody else, or another time told.


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
