"""REP-10: when the 预计完成时间 may be changed, by whom, and who hears of it."""

from datetime import datetime, timedelta

import pytest

from domain.errors import NotPermitted, RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import ExpectedDoneChanged
from domain.events.repair import FeedbackGiven
from domain.events.work import ArrivedOnSite, CustomerContacted, Paused, PauseReason, Reassigned, Resumed, WorkStarted
from domain.notices import Setting, notices_of
from domain.people import Actor, CaseNo, Role
from domain.rulebook import REPAIR
from domain.rulebook.repair.reading import expected_done
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, on

Told = tuple[tuple[AnyEvent, datetime], ...]
THERE: Told = (RECEIVED, (ASSIGNED, on("9:04")), (ArrivedOnSite(), on("9:20")))
STARTED: Told = (*THERE, (WorkStarted(expected_done=on("11:00")), on("9:30")))
PAUSED: Told = (
    *STARTED,
    (CustomerContacted(text="等配件"), on("9:40")),
    (Paused(waits_for=PauseReason.PARTS, resumes_at=on("15:00")), on("9:41")),
)
TAKEN_OVER: Told = (*STARTED, (Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), on("9:50")))
REOPENED: Told = (*STARTED, (SIGNED, on("9:50")), (FeedbackGiven(solved=False), on("9:55")), (ASSIGNED, on("9:56")))
SECOND = timedelta(seconds=1)


AFTERNOON = on("16:00")


def later(moment: datetime = AFTERNOON, reason: str = "配件晚到") -> ExpectedDoneChanged:
    return ExpectedDoneChanged(expected_done=moment, reason=reason)


@pytest.mark.parametrize(
    ("told", "by"),
    [
        (STARTED, REPAIRER),
        (STARTED, SUPERVISOR),
        (PAUSED, REPAIRER),
        ((*PAUSED, (Resumed(), on("9:45"))), REPAIRER),
        (TAKEN_OVER, OTHER_REPAIRER),
    ],
    ids=["at work", "the supervisor", "while it waits", "after a pause", "taken over"],
)
def test_rep_10_whoever_works_on_it_says_anew_when_it_will_be_done_and_the_last_word_counts(
    told: Told, by: Actor
) -> None:
    story = Story(entries=told)

    story.add(story.admits(later(), on("10:00"), by, awaited=()))

    assert AFTERNOON == expected_done(story.file)


@pytest.mark.parametrize(
    ("told", "by"),
    [(STARTED, OTHER_REPAIRER), (STARTED, FRONT_DESK), (TAKEN_OVER, REPAIRER)],
    ids=["another repairer", "the front desk", "who had it before"],
)
def test_rep_10_nobody_else_does(told: Told, by: Actor) -> None:
    with pytest.raises(NotPermitted):
        Story(entries=told).admits(later(), on("10:00"), by)


@pytest.mark.parametrize(
    ("told", "event", "refused"),
    [
        (THERE, later(), ("event.type", "开始维修之后")),
        ((*STARTED, (SIGNED, on("9:50"))), later(), ("event.type", "住户签字之前")),
        (REOPENED, later(), ("event.type", "开始维修之后")),
        (STARTED, later(on("9:59")), ("event.expected_done", "此刻之后")),
        (STARTED, later(on("10:01", days=366)), ("event.expected_done", "一年之内")),
        (STARTED, later(reason=" "), ("event.reason", "原因")),
    ],
    ids=["not begun", "signed for", "not begun in this round", "past", "too far ahead", "no reason"],
)
def test_rep_10_it_is_changed_only_while_it_is_worked_on_to_a_moment_ahead_and_for_a_reason(
    told: Told, event: AnyEvent, refused: tuple[str, str]
) -> None:
    field, remedy = refused

    with pytest.raises(RuleBroken, match="REP-10") as broken:
        Story(entries=told).admits(event, on("10:00"), REPAIRER)

    assert field == broken.value.field
    assert remedy in broken.value.remedy


@pytest.mark.parametrize(
    ("beyond", "posts"),
    [
        (timedelta(), [Role.FRONT_DESK]),
        (SECOND, [Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR]),
    ],
    ids=["at the limit", "one second beyond it"],
)
def test_rep_10_the_resident_is_told_through_the_front_desk_and_beyond_the_limit_the_supervisor_too(
    beyond: timedelta, posts: list[Role]
) -> None:
    story = Story(entries=STARTED)
    entry = story.then(later(story.duty("REP-17").due.at + beyond), on("10:00"), REPAIRER)

    told = notices_of(
        entry,
        Setting(
            no=CaseNo("REP-20261123-00001"),
            drill=False,
            procedure=REPAIR,
            edition=REPAIR.editions[-1],
            file=story.file,
            docket=story.docket,
        ),
    )

    assert posts == [notice.post for notice in told]
    assert "请转告住户：预计完成时间已改" in told[0].text


def test_rep_10_cases_of_the_edition_before_know_nothing_of_it() -> None:
    assert [False, True] == [edition.knows(ExpectedDoneChanged) for edition in REPAIR.editions]
