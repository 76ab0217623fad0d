"""The moments of a ladder: the reminders of the rules' own texts, the breach, what climbs and what repeats."""

from datetime import datetime, time, timedelta

import pytest

from domain.ladder import Again, Breach, Climb, Remind, Rung, Timing, Warn, WarnOnTheEve
from domain.limits import TICK
from domain.people import Role
from tests.domain.rulebook.beginnings import BEGINNINGS
from tests.domain.rulebook.public_beginnings import PUBLIC_BEGINNINGS
from tests.domain.story import on

TELL = (Role.REPAIRER,)


def timing(start: datetime, due: datetime, reached: dict[int, datetime] | None = None) -> Timing:
    return Timing(started_at=start, due_at=due, reached=reached or {})


@pytest.mark.parametrize(
    ("rung", "moment"),
    [
        (Warn(tell=TELL), on("9:08")),
        (Warn(tell=TELL, before=timedelta(minutes=3)), on("9:07")),
        (Warn(tell=TELL, clock=time(9, 9)), on("9:09")),
        (WarnOnTheEve(tell=TELL, clock=time(9, 0)), on("9:00", days=-1)),
        (Remind(tell=TELL, after=timedelta(minutes=7)), on("9:07")),
        (Breach(tell=TELL), on("9:10:01")),
        (Climb(tell=TELL, after=timedelta(minutes=15)), on("9:25:01")),
        (Again(tell=TELL, every=timedelta(days=1)), on("9:10:01", days=1)),
    ],
)
def test_the_moment_of_a_rung_of_ten_minutes(rung: Rung, moment: datetime) -> None:
    assert rung.moment(timing(on("9:00"), on("9:10"))) == moment


def test_a_warning_by_the_clock_stands_on_the_day_of_the_due_moment() -> None:
    warn = Warn(tell=TELL, clock=time(16, 30))

    assert warn.moment(timing(on("17:05"), on("17:00", days=1) - TICK)) == on("16:30", days=1)


def test_a_warning_on_the_eve_stands_on_the_working_day_before_the_last() -> None:
    warn = WarnOnTheEve(tell=TELL, clock=time(9, 0))
    over_a_weekend = Timing(
        started_at=on("9:00", days=2), due_at=on("0:00", days=8) - TICK, reached={}, eve=on("23:59", days=4)
    )

    assert warn.moment(over_a_weekend) == on("9:00", days=4)


def test_a_repetition_counts_from_the_last_time_since_the_breach() -> None:
    again = Again(tell=TELL, every=timedelta(days=1))
    reached = {0: on("9:08"), 1: on("9:10:01"), 2: on("9:10:01", days=1)}

    assert again.moment(timing(on("9:00"), on("9:10"), reached)) == on("9:10:01", days=2)


def test_a_repetition_that_was_raised_late_keeps_its_time_of_day_and_catches_up_with_none_that_was_missed() -> None:
    again = Again(tell=TELL, every=timedelta(days=1))
    reached = {1: on("9:10:01") + TICK, 2: on("20:00", days=3)}

    assert again.moment(timing(on("9:00"), on("9:10"), reached)) == on("9:10:01", days=4)


@pytest.mark.parametrize(
    ("key", "moment"),
    [
        ("REP-21", on("9:01:36")),
        ("REP-24", on("9:02:24")),
        ("REP-25", on("9:07")),
        ("REP-14", on("9:24")),
        ("REP-15", on("9:48")),
        ("REP-16", on("10:36")),
        ("REP-17", on("23:24", days=1)),
        ("REP-26", on("9:13")),
        ("REP-27", on("14:30")),
        ("REP-124", on("9:07")),
        ("REP-39", on("16:30")),
        ("REP-43/第二联", on("16:30")),
        ("REP-43/第三联", on("16:30", days=1)),
        ("PUB-01", on("9:08")),
        ("PUB-04", on("9:14")),
        ("PUB-05", on("9:22")),
        ("PUB-101", on("9:07")),
        ("PUB-102", on("12:20")),
        ("PUB-103", on("9:00", days=2)),
    ],
)
def test_the_reminder_comes_when_the_rule_says(key: str, moment: datetime) -> None:
    alarm = {**BEGINNINGS, **PUBLIC_BEGINNINGS}[key].story().duty(key).next_alarm()

    assert alarm == (0, moment)
