"""Limits in working days from any moment, against a count of days by somebody else's calendar."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import LOCAL, WorkingCalendar
from domain.case_file import CaseFile
from domain.limits import TICK, Due, Terms, WorkingDays
from infra.reference.official import official_years

OFFICE = WorkingCalendar(version="test", years=tuple(year for year in official_years() if year.year > 2022))
BY_THE_HOURS = WorkingCalendar(
    version="test",
    years=OFFICE.years,
    windows=(("09:00", "12:00"), ("13:30", "17:30")),
    closes_with_windows=True,
)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 15), timezones=st.sampled_from([LOCAL, UTC]))  # noqa: DTZ001 - the zone is drawn
COUNTS = st.integers(1, 25)

repeatable = settings(derandomize=True, deadline=None, max_examples=100)


def last_day(start: datetime, count: int) -> date:
    """Day by day from the one after the start, as one counts on a wall calendar."""
    day = start.astimezone(LOCAL).date()
    while count:
        day += timedelta(days=1)
        count -= bool(chinese_calendar.is_workday(day))
    return day


def due(start: datetime, count: int, calendar: WorkingCalendar = OFFICE) -> Due:
    return WorkingDays(count).due(start, CaseFile(), Terms(calendar=calendar))


@repeatable
@given(STARTS, COUNTS)
def test_a_limit_in_working_days_ends_with_the_day_that_a_wall_calendar_counts_to(start: datetime, count: int) -> None:
    end_of_day = datetime.combine(last_day(start, count) + timedelta(days=1), time(0), LOCAL) - TICK

    reckoned = due(start, count)

    assert (end_of_day, False) == (reckoned.at, reckoned.provisional)


@repeatable
@given(STARTS, COUNTS)
def test_where_the_office_closes_it_ends_at_closing_time_of_that_day(start: datetime, count: int) -> None:
    closing = datetime.combine(last_day(start, count), time(17, 30), LOCAL)

    assert closing == due(start, count, BY_THE_HOURS).at


@repeatable
@given(STARTS, st.integers(2, 25))
def test_the_eve_is_the_working_day_before_the_last(start: datetime, count: int) -> None:
    eve = due(start, count).eve

    assert eve is not None
    assert last_day(start, count - 1) == eve.astimezone(LOCAL).date()


@repeatable
@given(STARTS, COUNTS)
def test_the_years_that_a_case_carries_are_enough_for_its_limits(start: datetime, count: int) -> None:
    carried = OFFICE.from_year(start.astimezone(LOCAL).year)

    assert due(start, count) == due(start, count, carried)
