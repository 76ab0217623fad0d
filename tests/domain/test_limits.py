"""The kinds of limit: the last moment on time, when a breach is announced, and how staff read it."""

from datetime import UTC, datetime, time, timedelta

import pytest

from domain.calendar import LOCAL, CalendarYear, WorkingCalendar
from domain.case_file import CaseFile
from domain.limits import (
    TICK,
    BeforeDayOfMonth,
    BeforeTimeOfDay,
    ByTimeOfDay,
    Due,
    OpenDuration,
    OpenTime,
    Promised,
    Terms,
    Within,
    WithinOrFromAppointment,
    WorkingDays,
    breach_alarm,
    due_text,
)

EMPTY = CaseFile()
FIVE = time(17, 0)
OPEN_LENGTH = OpenDuration(id="OV-X", default=timedelta(minutes=5), meaning="")
OPEN_CLOCK = OpenTime(id="OV-Y", default=FIVE, meaning="")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def test_within_includes_the_moment_itself_and_does_not_pause_at_night() -> None:
    due = Within(timedelta(hours=2)).due(local("2026-11-23T22:30:00"), EMPTY, Terms())

    assert due == Due(at=local("2026-11-24T00:30:00"))


def test_an_open_length_is_the_companys_own_where_it_has_set_one() -> None:
    start = local("2026-11-23T09:00:00")

    assert Within(OPEN_LENGTH).due(start, EMPTY, Terms()).at == local("2026-11-23T09:05:00")
    own = Terms(durations={"OV-X": timedelta(minutes=8)})
    assert Within(OPEN_LENGTH).due(start, EMPTY, own).at == local("2026-11-23T09:08:00")


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-23T16:59:59.999999", "2026-11-23"),
        ("2026-11-23T17:00:00", "2026-11-24"),
        ("2026-11-23T17:05:00", "2026-11-24"),
        ("2026-11-30T17:00:00", "2026-12-01"),
        ("2026-12-31T23:59:59", "2027-01-01"),
        ("2028-02-28T17:00:00", "2028-02-29"),
        ("2027-02-28T17:00:00", "2027-03-01"),
    ],
)
def test_before_17_00_ends_one_tick_earlier_and_begun_at_17_00_it_is_the_next_days(start: str, day: str) -> None:
    due = BeforeTimeOfDay(OPEN_CLOCK).due(local(start), EMPTY, Terms())

    assert due.at == local(f"{day}T17:00:00") - TICK


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-11-23T16:50:00", "2026-11-23"),
        ("2026-11-23T18:00:00", "2026-11-23"),
        ("2026-11-23T18:00:00.000001", "2026-11-24"),
        ("2028-02-29T18:00:01", "2028-03-01"),
    ],
)
def test_by_18_00_includes_18_00_and_begun_after_it_it_is_the_next_days(start: str, day: str) -> None:
    due = ByTimeOfDay(time(18, 0)).due(local(start), EMPTY, Terms())

    assert due.at == local(f"{day}T18:00:00")


def test_a_time_of_day_is_local_whatever_zone_the_start_is_given_in() -> None:
    start = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    assert BeforeTimeOfDay(FIVE).due(start, EMPTY, Terms()).at == local("2026-11-24T17:00:00") - TICK
    assert ByTimeOfDay(FIVE).due(start, EMPTY, Terms()).at == local("2026-11-24T17:00:00")


def test_an_open_time_of_day_is_the_companys_own_where_it_has_set_one() -> None:
    own = Terms(times={"OV-Y": time(16, 0)})

    due = BeforeTimeOfDay(OPEN_CLOCK).due(local("2026-11-23T16:00:00"), EMPTY, own)

    assert due.at == local("2026-11-24T16:00:00") - TICK


@pytest.mark.parametrize("hour", range(24))
def test_no_day_of_the_year_is_shorter_or_longer_than_the_others(hour: int) -> None:
    for day in range(366):
        start = datetime(2028, 1, 1, hour, 30, tzinfo=LOCAL) + timedelta(days=day)

        assert timedelta() < BeforeTimeOfDay(FIVE).due(start, EMPTY, Terms()).at - start + TICK <= timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "edge"),
    [
        ("2026-11-24T23:59:59.999999", "2026-11-25"),
        ("2026-11-25T00:00:00", "2026-12-25"),
        ("2026-11-30T12:00:00", "2026-12-25"),
        ("2026-12-25T00:00:00", "2027-01-25"),
        ("2026-12-31T23:59:59", "2027-01-25"),
        ("2028-01-31T10:00:00", "2028-02-25"),
        ("2028-02-29T10:00:00", "2028-03-25"),
    ],
)
def test_before_day_25_ends_with_day_24_and_from_day_25_it_is_the_next_months(start: str, edge: str) -> None:
    due = BeforeDayOfMonth(25).due(local(start), EMPTY, Terms())

    assert due.at == local(f"{edge}T00:00:00") - TICK


@pytest.mark.parametrize("day", [0, 29, 31])
def test_a_day_that_some_month_lacks_is_no_day_of_the_month(day: int) -> None:
    with pytest.raises(ValueError, match="every month"):
        BeforeDayOfMonth(day)


def test_working_days_skip_what_the_calendar_of_the_terms_leaves_out() -> None:
    calendar = WorkingCalendar(years=(CalendarYear(year=2026, holidays=("2026-11-25",), workdays=("2026-11-28",)),))

    due = WorkingDays(4).due(local("2026-11-23T09:00:00"), EMPTY, Terms(calendar=calendar))

    end_of_the_day_before = local("2026-11-27T23:59:59.999999")
    assert due == Due(at=local("2026-11-28T23:59:59.999999"), eve=end_of_the_day_before)


def test_the_eve_of_a_limit_of_one_working_day_is_the_day_it_began() -> None:
    start = local("2026-11-23T09:00:00")

    assert WorkingDays(1).due(start, EMPTY, Terms()).eve == start


def test_working_days_in_a_year_that_is_not_loaded_are_provisional() -> None:
    assert WorkingDays(1).due(local("2026-11-23T09:00:00"), EMPTY, Terms()).provisional


def test_a_promise_is_due_at_the_moment_given_or_shifted_from_it_and_without_one_there_is_no_limit() -> None:
    appointed = local("2026-11-23T15:00:00")
    start = local("2026-11-23T09:00:00")

    assert Promised(lambda _: appointed).due(start, EMPTY, Terms()) == Due(at=appointed)
    assert Promised(lambda _: appointed, shift=timedelta(minutes=-5)).due(start, EMPTY, Terms()) == Due(
        at=local("2026-11-23T14:55:00")
    )
    assert Promised(lambda _: None).due(start, EMPTY, Terms()) is None


@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        (None, "2026-11-25T09:00:00"),
        ("2026-11-24T15:00:00", "2026-11-25T09:00:00"),
        ("2026-11-25T09:00:00", "2026-11-25T09:00:00"),
        ("2026-11-25T09:00:01", "2026-11-27T09:00:01"),
    ],
)
def test_a_completion_counts_from_an_appointment_only_where_that_lies_beyond_the_limit(
    agreed: str | None, due: str
) -> None:
    limit = WithinOrFromAppointment(timedelta(hours=48), lambda _: local(agreed) if agreed else None)

    assert limit.due(local("2026-11-23T09:00:00"), EMPTY, Terms()).at == local(due)


@pytest.mark.parametrize(
    ("due", "alarm"),
    [
        ("2026-11-23T09:15:00", "2026-11-23T09:15:01"),
        ("2026-11-23T09:15:00.000001", "2026-11-23T09:15:01"),
        ("2026-11-23T09:15:00.999999", "2026-11-23T09:15:01"),
        ("2026-11-23T16:59:59.999999", "2026-11-23T17:00:00"),
    ],
)
def test_a_breach_is_announced_on_the_first_whole_second_after_the_last_moment(due: str, alarm: str) -> None:
    assert breach_alarm(local(due)) == local(alarm)


@pytest.mark.parametrize(
    ("due", "text"),
    [
        ("2026-11-23T09:15:00", "11-23 09:15"),
        ("2026-11-23T09:15:30", "11-23 09:15:30"),
        ("2026-11-23T16:59:59.999999", "11-23 17:00前"),
        ("2026-12-24T23:59:59.999999", "12-25 00:00前"),
    ],
)
def test_staff_read_the_local_time_and_before_where_the_moment_itself_is_too_late(due: str, text: str) -> None:
    assert due_text(local(due).astimezone(UTC)) == text
