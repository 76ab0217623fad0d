"""What cannot wait: from when on each limit of a danger counts, also when the danger is back."""

import pytest

from domain.deadlines import DutyState
from domain.errors import RuleBroken
from domain.events import NoticeAcknowledged
from domain.events.repair import AppointmentMoved, FeedbackGiven, SetOut, Situation
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.notices import Setting, notices_of
from domain.people import Actor, CaseNo, Role
from domain.rulebook.repair.reading import AT_ONCE, IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from tests.domain.rulebook.beginnings import ASSIGNED, SIGNED
from tests.domain.story import FRONT_DESK, REPAIRER, SUPERVISOR, Story, on, received

READ = NoticeAcknowledged(key=AT_ONCE, cycle=0, rung=0)
UNSOLVED = FeedbackGiven(solved=False)


def reported(situation: Situation) -> Story:
    return Story(entries=((received(situation), on("9:00")),))


def back(situation: Situation) -> Story:
    """Repaired and signed for, and reported unsolved at noon."""
    return Story(
        entries=(
            (received(situation), on("9:00")),
            (EngineeringNotified(), on("9:00:30")),
            (ASSIGNED, on("9:02")),
            (SetOut(), on("9:03")),
            (ArrivedOnSite(), on("9:08")),
            (SIGNED, on("10:00")),
            (UNSOLVED, on("12:00")),
        )
    )


def states(story: Story, key: str) -> list[DutyState]:
    return [duty.state for duty in story.docket if duty.key == key]


def test_rep_105_setting_out_counts_from_the_notice_that_an_engineer_has_read_and_no_later_word_moves_it() -> None:
    story = reported(Situation.BURST_PIPE)
    story.then(READ, on("9:00:20"), FRONT_DESK)
    assert [] == states(story, "REP-105")

    story.then(READ, on("9:00:40"), REPAIRER)
    assert on("9:05:40") == story.duty("REP-105").due.at

    story.then(EngineeringNotified(), on("9:02"))
    story.then(READ, on("9:03"), SUPERVISOR)
    story.then(ASSIGNED, on("9:04"))
    assert (1, on("9:05:40")) == (story.duty("REP-105").cycle, story.duty("REP-105").due.at)


def test_rep_105_once_late_or_done_a_later_word_begins_it_no_second_time() -> None:
    late, done = reported(Situation.BURST_PIPE), reported(Situation.BURST_PIPE)
    for story in (late, done):
        story.then(READ, on("9:01"), REPAIRER)
    late.rings(on("9:07"))
    done.then(SetOut(), on("9:04"))

    for story in (late, done):
        story.then(EngineeringNotified(), on("9:08"))

    assert [DutyState.BREACHED] == states(late, "REP-105")
    assert late.duty("REP-105").owed
    assert [DutyState.MET] == states(done, "REP-105")


@pytest.mark.parametrize("situation", sorted(IMMEDIATE_SITUATIONS))
def test_rep_124_a_flooding_that_is_back_has_its_ten_minutes_again(situation: Situation) -> None:
    story = back(situation)
    assert (2, on("12:10")) == (story.duty("REP-124").cycle, story.duty("REP-124").due.at)

    story.rings(on("12:10:01"))
    story.then(ArrivedOnSite(), on("12:11"))

    assert [DutyState.MET, DutyState.BREACHED] == states(story, "REP-124")


@pytest.mark.parametrize("situation", sorted(URGENT_SITUATIONS))
@pytest.mark.parametrize(("event", "by"), [(READ, REPAIRER), (ASSIGNED, SUPERVISOR)], ids=["read", "assigned"])
def test_rep_104_rep_105_a_burst_pipe_that_is_back_is_told_and_set_out_for_again(
    event: NoticeAcknowledged, by: Actor, situation: Situation
) -> None:
    story = back(situation)
    assert (2, on("12:01")) == (story.duty("REP-104").cycle, story.duty("REP-104").due.at)
    assert 1 == story.duty("REP-105").cycle

    story.then(event, on("12:00:30"), by)

    assert [DutyState.MET, DutyState.MET] == states(story, "REP-104")
    assert (2, on("12:05:30")) == (story.duty("REP-105").cycle, story.duty("REP-105").due.at)


def test_rep_47_an_ordinary_repair_that_is_back_is_no_danger() -> None:
    story = back(Situation.ORDINARY)

    assert [] == [key for key in ("REP-104", "REP-105", "REP-124") if states(story, key)]


@pytest.mark.parametrize("situation", sorted(Situation))
def test_rep_104_engineering_hears_at_once_of_a_danger_that_is_back_and_of_no_other(situation: Situation) -> None:
    story = back(situation)
    (entry,) = story.file.after(story.file.last_number - 1)
    setting = Setting(
        no=CaseNo("REP-20261123-00001"),
        drill=False,
        procedure=story.procedure,
        edition=story.procedure.editions[-1],
        file=story.file,
        docket=story.docket,
    )

    told = {notice.post for notice in notices_of(entry, setting) if notice.key == AT_ONCE and notice.urgent}

    assert told == (set() if situation is Situation.ORDINARY else {Role.ENGINEERING})


def test_rep_125_the_time_appointed_for_a_flooding_that_is_back_lies_within_its_new_ten_minutes() -> None:
    story = back(Situation.FLOODING)
    soon, later = (AppointmentMoved(wanted=on(at), reason="住户要求") for at in ("12:10", "12:10:01"))

    assert story.admits(soon, on("12:01"), FRONT_DESK)
    with pytest.raises(RuleBroken, match="REP-125"):
        story.admits(later, on("12:01"), FRONT_DESK)
