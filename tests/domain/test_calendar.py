"""The working calendar against the published one, and the last moment of a limit in working days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import holidays
import pytest

from domain.calendar import LOCAL, CalendarYear, WorkingCalendar, years_wanted
from infra.reference.official import official_years

OFFICIAL = WorkingCalendar(version="test", years=official_years(Path("reference/calendar")))
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def test_every_day_from_2004_to_2026_is_as_the_published_calendar_has_it() -> None:
    wrong = [d for d in days(FIRST, LAST) if OFFICIAL.is_working_day(d) != chinese_calendar.is_workday(d)]

    assert wrong == []


def test_the_next_year_is_wanted_from_the_first_of_december_on() -> None:
    wanted = [
        years_wanted(day) for day in (date(2026, 1, 1), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31))
    ]

    assert [(2026,), (2026,), (2026, 2027), (2026, 2027)] == wanted


def test_a_second_source_agrees_from_2010_on() -> None:
    second = holidays.country_holidays("CN", years=range(2010, 2027))

    wrong = [d for d in days(date(2010, 1, 1), LAST) if OFFICIAL.is_working_day(d) != second.is_working_day(d)]

    assert wrong == []


def test_the_day_after_the_report_is_day_1_and_the_limit_ends_with_its_day() -> None:
    wednesday = datetime(2026, 11, 18, 9, 30, tzinfo=LOCAL)

    reckoned = OFFICIAL.add_working_days(wednesday, 3)

    assert reckoned.due == datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=LOCAL)
    assert not reckoned.provisional


def test_the_local_day_counts_not_the_utc_day() -> None:
    thursday_in_utc = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)

    due = OFFICIAL.add_working_days(thursday_in_utc, 1).due

    assert due.date() == date(2026, 11, 23)


def test_the_national_holiday_is_skipped_and_its_make_up_day_counts() -> None:
    before_the_holiday = datetime(2026, 9, 30, 23, 59, tzinfo=LOCAL)

    due_dates = [OFFICIAL.add_working_days(before_the_holiday, count).due.date() for count in (1, 2, 3)]

    assert due_dates == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]


def test_a_limit_running_into_a_year_that_is_not_loaded_is_provisional_and_guessed_by_weekday() -> None:
    new_years_eve = datetime(2026, 12, 31, 10, 0, tzinfo=LOCAL)

    within = OFFICIAL.add_working_days(new_years_eve - timedelta(days=1), 1)
    beyond = OFFICIAL.add_working_days(new_years_eve, 1)

    assert (within.due.date(), within.provisional) == (date(2026, 12, 31), False)
    assert (beyond.due.date(), beyond.provisional) == (date(2027, 1, 1), True)


def test_a_limit_that_passed_an_unloaded_year_stays_provisional_in_a_loaded_one() -> None:
    gap_in_2027 = WorkingCalendar(years=(CalendarYear(year=2026), CalendarYear(year=2028)))

    reckoned = gap_in_2027.add_working_days(datetime(2027, 12, 30, 10, 0, tzinfo=LOCAL), 2)

    assert (reckoned.due.date(), reckoned.provisional) == (date(2028, 1, 3), True)


def test_no_calendar_at_all_still_gives_a_date() -> None:
    reckoned = WorkingCalendar().add_working_days(datetime(2026, 11, 20, 8, 0, tzinfo=LOCAL), 1)

    assert (reckoned.due.date(), reckoned.provisional) == (date(2026, 11, 23), True)


def test_where_windows_close_the_day_the_limit_ends_with_the_last_window() -> None:
    offices = WorkingCalendar(
        years=(CalendarYear(year=2026),),
        windows=(("09:00", "12:00"), ("13:30", "17:30")),
        closes_with_windows=True,
    )

    assert offices.add_working_days(datetime(2026, 11, 18, 8, 0, tzinfo=LOCAL), 1).due == datetime(
        2026, 11, 19, 17, 30, tzinfo=LOCAL
    )


def test_a_week_without_any_working_day_would_never_end_and_is_refused() -> None:
    with pytest.raises(ValueError, match="weekdays"):
        WorkingCalendar(weekdays=())


@pytest.mark.parametrize(("start", "count"), [(datetime(2026, 1, 1), 1), (datetime(2026, 1, 1, tzinfo=UTC), 0)])  # noqa: DTZ001 - a naive moment is what is refused
def test_a_naive_start_or_no_days_are_refused(start: datetime, count: int) -> None:
    with pytest.raises(ValueError, match="aware start"):
        OFFICIAL.add_working_days(start, count)


def test_a_case_takes_only_the_years_it_can_need() -> None:
    carried = OFFICIAL.from_year(2026)

    assert [year.year for year in carried.years] == [2026]
    assert carried.add_working_days(datetime(2026, 9, 30, tzinfo=LOCAL), 1) == OFFICIAL.add_working_days(
        datetime(2026, 9, 30, tzinfo=LOCAL), 1
    )
