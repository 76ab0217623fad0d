"""Reads the reference data of an estate: prices, settings, calendar, rooms, households, staff, duty."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import asyncpg

from domain.calendar import LOCAL, WorkingCalendar
from domain.limits import Terms
from domain.people import EstateCode, Role, StaffId
from domain.pricing import PriceBook
from domain.rulebook.open_values import DURATIONS, STARTS, TIMES
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.reference.loaded import Loaded, OperatingProcedure, SinceLastLoad
from infra.reference.sealed import open_row
from infra.reference.values import parse_clock, parse_duration
from infra.sealing import Sealer
from infra.settings import Settings

queries = load("reference.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    code: str
    building: str
    building_name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """In clear: show it only to those who may know, and log the reading."""

    id: str
    room: str
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """Something a person has to do; ``created_at`` is aware."""

    kind: str
    subject: str
    post: str
    text: str
    created_at: datetime


class Reference:
    """Every answer is of this moment; an unknown estate has empty ones. TimeoutError when no connection is free."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings
        self._loads = SinceLastLoad()

    async def price_book(self, estate: EstateCode) -> PriceBook:
        return (await self._loaded(estate)).prices

    async def open_values(self, estate: EstateCode, at: datetime) -> Mapping[str, str]:
        """What the company has set, in force at the aware moment; what is not set has its default in the rulebook."""
        return (await self._loaded(estate)).settings_on(_local_day(at))

    async def calendar(self, estate: EstateCode) -> WorkingCalendar:
        """A calendar that knows no year, so that every date is provisional, for an estate that has loaded none."""
        return (await self._loaded(estate)).calendar

    async def operating_procedure(self, estate: EstateCode, kind: str) -> OperatingProcedure | None:
        """By which a fault or facility of that kind is repaired (REP-115)."""
        return (await self._loaded(estate)).procedures.get(kind)

    async def teams(self, estate: EstateCode) -> Mapping[str, str]:
        """The team proposed for each kind of fault (REP-05)."""
        return (await self._loaded(estate)).teams

    async def team_names(self, estate: EstateCode) -> tuple[str, ...]:
        return tuple(sorted((await self._loaded(estate)).members))

    async def members(self, estate: EstateCode) -> Mapping[str, frozenset[StaffId]]:
        """Who is in each team."""
        return (await self._loaded(estate)).members

    async def terms(self, estate: EstateCode, at: datetime) -> Terms:
        """What a case opened at the aware moment carries: settings, teams and the calendar from that year on."""
        loaded, day = await self._loaded(estate), _local_day(at)
        values = loaded.settings_on(day)
        durations: dict[str, timedelta] = {
            row.id: parse_duration(values[row.id]) for row in DURATIONS if row.id in values
        }
        times: dict[str, time] = {row.id: parse_clock(values[row.id]) for row in TIMES if row.id in values}
        return Terms(
            durations=durations,
            times=times,
            starts={row.id: values[row.id] for row in STARTS if row.id in values},
            teams=loaded.teams,
            calendar=loaded.calendar.from_year(day.year),
        )

    async def buildings(self, estate: EstateCode) -> Mapping[str, str]:
        """The names by code."""
        return {row["code"]: row["name"] for row in await self._rows("buildings_now", estate)}

    async def room(self, estate: EstateCode, code: str) -> Room | None:
        rows = await self._rows("room", estate, code)
        return Room(**rows[0]) if rows else None

    async def room_codes(self, estate: EstateCode) -> list[str]:
        return sorted(row["code"] for row in await self._rows("rooms_now", estate))

    async def household(self, estate: EstateCode, room: str) -> Household | None:
        """The household that lives in the room, opened."""
        async with self._acquired() as connection:
            row = await connection.fetchrow(queries["household_of_room"], estate, room)
            if row is None:
                return None
            sealed = (row["room"], row["name"], row["phone"])
            _, name, phone = await open_row(connection, self._sealer, "households", row["id"], sealed)
        return Household(id=row["id"], room=room, name=_text(name), phone=_text(phone))

    async def holders(self, estate: EstateCode, post: Role) -> Mapping[StaffId, str]:
        """The names of those who hold the post, by id, on duty or not."""
        rows = await self._rows("holders", estate, post.value)
        return {StaffId(row["id"]): row["name"] for row in rows}

    async def on_duty(self, estate: EstateCode, post: Role, at: datetime) -> list[StaffId]:
        """By id, stand-ins if nobody of the post is there; empty when nobody is at all."""
        rows = await self._rows("on_duty", estate, post.value, at)
        return [StaffId(row["staff"]) for row in rows]

    async def open_tasks(self, estate: EstateCode) -> list[OpenTask]:
        return [OpenTask(**row) for row in await self._rows("open_tasks", estate)]

    async def _loaded(self, estate: EstateCode) -> Loaded:
        async with self._acquired() as connection:
            return await self._loads.of(connection, estate)

    def _acquired(self) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
        return acquired(self._pool, self._settings)

    async def _rows(self, name: str, *values: object) -> list[asyncpg.Record]:
        async with self._acquired() as connection:
            return await connection.fetch(queries[name], *values)


def _local_day(at: datetime) -> date:
    return at.astimezone(LOCAL).date()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
