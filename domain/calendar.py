"""The working calendar: which days count, and when a limit in working days ends."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
"""The zone of every shift, cut-off and calendar day of the project."""

DECEMBER = 12

_LAST_INSTANT = time(23, 59, 59, 999999)


def years_wanted(today: date) -> tuple[int, ...]:
    """The years whose days off an estate should know that local day: this one, and the next from 1 December on.

    The official notice of a year comes in the November before; a duty that needs a year earlier asks for it itself.
    """
    return (today.year, today.year + 1) if today.month == DECEMBER else (today.year,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """What one year departs from the weekly pattern in; dates are ISO (``2026-10-10``).

    ``workdays`` are the make-up working days (调休).
    """

    year: int
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """``due`` is the last moment on time; ``provisional`` means that a year it stands on is not loaded."""

    due: datetime
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Versioned working days of an estate; small enough to travel in a case's opening message.

    ``weekdays`` are ISO (Monday is 1). ``windows`` are the working hours of a working day as
    ``("09:00", "12:00")``, in order; with ``closes_with_windows`` a limit in working days ends
    with the last of them, otherwise with the day (OV-112, OV-128).
    """

    version: str = ""
    years: tuple[CalendarYear, ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    windows: tuple[tuple[str, str], ...] = ()
    closes_with_windows: bool = False

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("weekdays: a week needs at least one working day")

    def knows(self, year: int) -> bool:
        return self._year(year) is not None

    def is_working_day(self, day: date) -> bool:
        """In a year that is not loaded, the weekly pattern alone decides: a guess, see ``knows``."""
        year = self._year(day.year)
        if year is not None:
            iso = day.isoformat()
            if iso in year.workdays:
                return True
            if iso in year.holidays:
                return False
        return day.isoweekday() in self.weekdays

    def add_working_days(self, start: datetime, count: int) -> Reckoned:
        """When ``count`` working days after ``start`` end; the day after the start is day 1 (OV-112).

        ``start`` must be aware and ``count`` at least 1, otherwise ValueError.
        """
        if start.tzinfo is None or count < 1:
            raise ValueError("an aware start and at least one working day are needed")
        day = start.astimezone(LOCAL).date()
        provisional = False
        remaining = count
        while remaining:
            day += timedelta(days=1)
            provisional = provisional or not self.knows(day.year)
            remaining -= self.is_working_day(day)
        return Reckoned(due=self._last_moment(day), provisional=provisional)

    def from_year(self, year: int) -> Self:
        """The same calendar without the years before ``year``: what a case opened in that year needs."""
        return replace(self, years=tuple(known for known in self.years if known.year >= year))

    def _year(self, year: int) -> CalendarYear | None:
        return next((known for known in self.years if known.year == year), None)

    def _last_moment(self, day: date) -> datetime:
        closing = _LAST_INSTANT
        if self.closes_with_windows and self.windows:
            closing = max(time.fromisoformat(end) for _, end in self.windows)
        return datetime.combine(day, closing, tzinfo=LOCAL)
