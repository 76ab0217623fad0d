"""Writes reference/calendar/<year>.toml from the chinesecalendar library.

Usage: ``python tests/infra/reference/seed_calendar.py 2027``.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types

FOLDER = Path("reference/calendar")


def year_file(year: int) -> str:
    """The file's text; NotImplementedError when the library does not know the year yet."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=count) for count in range((date(year + 1, 1, 1) - first).days)]
    chinese_calendar.is_workday(days[-1])
    holidays = [day for day in days if day in chinese_calendar.constants.holidays]
    workdays = [day for day in days if day in chinese_calendar.constants.workdays]
    lines = [
        f"# {year} 年节假日与调休上班日，按国务院办公厅通知；由 chinesecalendar 生成",
        f"year = {year}",
        "holidays = [",
        *(
            f"    {day.isoformat()}, # {chinese_calendar.Holiday(chinese_calendar.constants.holidays[day]).chinese}"
            for day in holidays
        ),
        "]",
        "workdays = [",
        *(
            f"    {day.isoformat()}, # 补{chinese_calendar.Holiday(chinese_calendar.constants.workdays[day]).chinese}"
            for day in workdays
        ),
        "]",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for wanted in map(int, sys.argv[1:]):
        (FOLDER / f"{wanted}.toml").write_text(year_file(wanted), encoding="utf-8")
