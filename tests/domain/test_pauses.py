"""Pauses of the work against a counter that goes minute by minute and knows nothing of due moments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.deadlines import DutyState, Obligation
from domain.events import Noted
from domain.events.repair import RequestReceived, ResidentSigned
from domain.events.work import Paused, PauseReason, Resumed
from domain.ladder import Breach, Warn
from domain.limits import Within
from domain.pauses import stood_still
from domain.people import Role
from tests.domain.story import Story, on, received

MINUTE = timedelta(minutes=1)
START = on("9:00")
PAUSED = Paused(waits_for=PauseReason.PARTS, resumes_at=on("9:00", days=1))
SEQUENCES = 10_000


def row(length: int, budget: int | None) -> Obligation:
    return Obligation(
        rule="REP-17",
        label="完成",
        owed_by=Role.REPAIRER,
        counts_from=(RequestReceived,),
        met_by=(ResidentSigned,),
        limit=Within(length * MINUTE),
        ladder=(Warn(tell=(Role.REPAIRER,)), Breach(tell=(Role.ENGINEERING_SUPERVISOR,))),
        pausable=None if budget is None else budget * MINUTE,
    )


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def told(length: int, budget: int | None, turns: Sequence[int]) -> Story:
    """Paused and resumed in turn at those minutes; what falls due between is raised."""
    story = Story(rows=(row(length, budget),), entries=[(received(), START)])
    for number, minute in enumerate(turns):
        story.rings(at(minute))
        story.then(Resumed() if number % 2 else PAUSED, at(minute))
    return story


def counted(length: int, budget: int, turns: Sequence[int]) -> int:
    """The last minute in time: paused ones do not run until the budget is used up, a pause in the very last one too."""
    minute = ran = 0
    while True:
        paused = sum(turn <= minute for turn in turns) % 2 == 1
        if paused and budget > 0:
            budget -= 1
        elif ran == length:
            return minute
        else:
            ran += 1
        minute += 1


def test_ten_thousand_ways_to_pause_come_to_what_a_counter_of_minutes_counts() -> None:
    chance = Random(9)  # noqa: S311  # chance, no secret
    for _ in range(SEQUENCES):
        length, budget = chance.randint(1, 40), chance.randint(0, 30)
        turns = sorted(chance.sample(range(1, 90), chance.randint(0, 8)))

        duty = told(length, budget, turns).duty("REP-17")

        expected = at(counted(length, budget, turns))
        assert expected == (duty.breached_at or duty.due.at), (length, budget, turns)
        assert duty.first_due_at == at(length)


@pytest.mark.parametrize(("turns", "due"), [((10, 20), 70), ((10, 20, 30, 45), 85), ((10, 50), 90), ((10,), 90)])
def test_a_limit_moves_by_its_pauses_up_to_what_there_is_to_be_had(turns: Sequence[int], due: int) -> None:
    assert at(due) == told(60, 30, turns).duty("REP-17").due.at


def test_a_limit_that_may_not_be_paused_runs_on() -> None:
    story = told(60, None, (10, 50))

    story.rings(at(61))

    assert (story.duty("REP-17").state, story.duty("REP-17").breached_at) == (DutyState.BREACHED, at(60))


def test_what_was_breached_before_stays_breached_however_long_the_pause_that_follows() -> None:
    story = told(60, 30, (70, 90))

    assert (story.duty("REP-17").state, story.duty("REP-17").breached_at) == (DutyState.BREACHED, at(60))


def test_met_in_the_last_moment_of_the_moved_limit_it_is_in_time_and_a_second_later_late() -> None:
    in_time, late = (told(60, 30, (10, 20)) for _ in range(2))

    in_time.then(ResidentSigned(signer="住户", signature="纸"), at(70))
    late.then(ResidentSigned(signer="住户", signature="纸"), at(70) + timedelta(seconds=1))

    assert [DutyState.MET, DutyState.BREACHED] == [story.duty("REP-17").state for story in (in_time, late)]


def test_a_pause_before_the_limit_began_counts_only_from_there_on() -> None:
    story = told(60, 30, (10, 25))
    story.then(Noted(text="."), at(30))

    assert 5 * MINUTE == stood_still(story.file, at(20), 30 * MINUTE, at(80))
    assert timedelta() == stood_still(story.file, at(26), 30 * MINUTE, at(86))


def test_a_pause_that_begins_after_the_limit_has_run_out_does_not_move_it_also_where_the_limit_is_heard_of_later() -> (
    None
):
    limit = replace(row(60, 300), only_if=lambda file: file.has(Noted))
    story = Story(rows=(limit,), entries=[(received(), START), (PAUSED, at(70)), (Resumed(), at(90))])

    story.then(Noted(text="."), at(95))

    assert at(60) == story.duty("REP-17").due.at
