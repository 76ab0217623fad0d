"""What only a load changes: prices, settings, calendar, teams; read once, and again after the next load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from domain.calendar import CalendarYear, WorkingCalendar
from domain.people import EstateCode, StaffId
from domain.pricing import PriceBook, PriceItem, PriceList
from infra.postgres.queries import load
from infra.sealing import Connection

queries = load("reference.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingProcedure:
    """``reference``: its number in the company's files, or an http(s) address."""

    title: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Of one estate. ``settings``: each value the company has ever set, by its id and the local day it counts from.

    ``procedures``: the 维修操作规程 of a kind of fault or of facility (REP-115).
    ``teams``: the one proposed for each kind of fault; ``members``: who is in each.
    """

    prices: PriceBook
    settings: Mapping[tuple[str, date], str]
    calendar: WorkingCalendar
    procedures: Mapping[str, OperatingProcedure]
    teams: Mapping[str, str]
    members: Mapping[str, frozenset[StaffId]]

    def settings_on(self, day: date) -> Mapping[str, str]:
        begun = sorted(since for since in self.settings if since[1] <= day)
        return {name: self.settings[name, since] for name, since in begun}


class SinceLastLoad:
    """Which load was the last is asked each time, so that the next answer after a load is of that load."""

    def __init__(self) -> None:
        self._kept: dict[EstateCode, tuple[asyncpg.Record | None, Loaded]] = {}

    async def of(self, connection: Connection, estate: EstateCode) -> Loaded:
        """An estate that was never loaded has nothing of all this."""
        kept = self._kept.get(estate)
        if kept is not None and kept[0] == await connection.fetchrow(queries["last_load"], estate):
            return kept[1]
        async with connection.transaction(isolation="repeatable_read"):
            last = await connection.fetchrow(queries["last_load"], estate)
            loaded = await _read(connection, estate)
        self._kept[estate] = (last, loaded)
        return loaded


async def _read(connection: Connection, estate: EstateCode) -> Loaded:
    procedures, proposed, teams, values = [
        await connection.fetch(queries[f"{table}_now"], estate)
        for table in ("operating_procedures", "fault_teams", "teams", "open_values")
    ]
    return Loaded(
        prices=await _prices(connection, estate),
        settings={(row["id"], row["effective_from"]): row["value"] for row in values},
        calendar=await _calendar(connection, estate),
        procedures={
            row["kind"]: OperatingProcedure(title=row["title"], reference=row["reference"]) for row in procedures
        },
        teams={row["fault_kind"]: row["team"] for row in proposed},
        members={row["name"]: frozenset(map(StaffId, row["members"])) for row in teams},
    )


async def _prices(connection: Connection, estate: EstateCode) -> PriceBook:
    versions = await connection.fetch(queries["price_versions_now"], estate)
    items: dict[str, list[PriceItem]] = {row["version"]: [] for row in versions}
    for row in await connection.fetch(queries["price_items_now"], estate):
        columns = dict(row)
        items[columns.pop("version")].append(PriceItem(**columns))
    return PriceBook(
        versions=tuple(
            PriceList(version=row["version"], effective_from=row["effective_from"], items=tuple(items[row["version"]]))
            for row in versions
        )
    )


async def _calendar(connection: Connection, estate: EstateCode) -> WorkingCalendar:
    """One that knows no year, so that every date is provisional, for an estate that has loaded none."""
    row = await connection.fetchrow(queries["calendars_now"], estate)
    if row is None:
        return WorkingCalendar()
    years = await connection.fetch(queries["calendar_years_now"], estate)
    return WorkingCalendar(
        version=row["version"],
        years=tuple(
            CalendarYear(
                year=year["year"], holidays=_iso_dates(year["holidays"]), workdays=_iso_dates(year["workdays"])
            )
            for year in years
        ),
        weekdays=tuple(row["weekdays"]),
        windows=tuple(_window(text) for text in row["windows"]),
        closes_with_windows=row["closes_with_windows"],
    )


def _iso_dates(days: Sequence[date]) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)


def _window(text: str) -> tuple[str, str]:
    start, _, end = text.partition("-")
    return start, end
