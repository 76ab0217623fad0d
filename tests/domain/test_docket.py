"""The docket: what opens, meets, replaces and lays aside a duty, and what a breach leaves for good."""

from datetime import timedelta

from domain.deadlines import DutyState
from domain.events import CaseEnded, ExtensionGranted, Noted, NoticeAcknowledged
from domain.events.repair import (
    CopiesSentBack,
    CopyReturned,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    Situation,
    Urgency,
)
from domain.events.work import ArrivedOnSite
from domain.limits import TICK
from tests.domain.calls import call, grade, taken
from tests.domain.rulebook.beginnings import ASSIGNED, SIGNED
from tests.domain.story import filled, on

TODAY_17, TOMORROW_17 = on("17:00") - TICK, on("17:00", days=1) - TICK


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
