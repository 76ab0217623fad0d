"""What runs by the calendar as the reference data have it now: plans, the register, and the factor of OV-38."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import asyncpg

from domain.calendar import LOCAL
from domain.events.public import Facility
from domain.people import EstateCode, Role
from domain.routines import Equipment, Plan
from domain.rulebook.open_values import OV_38
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.reference.values import parse_factor
from infra.settings import Settings

queries = load("reference.sql")


class Planned:
    """Every answer is of this moment. Raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings

    async def plans(self) -> list[Plan]:
        """Of every estate."""
        return [_plan(row) for row in await self._rows("plans", None, None)]

    async def plan(self, estate: EstateCode, code: str) -> Plan | None:
        rows = await self._rows("plans", estate, code)
        return _plan(rows[0]) if rows else None

    async def equipment(self, estates: Sequence[str]) -> dict[tuple[str, str], Equipment]:
        """By estate and code."""
        found = {}
        for row in await self._rows("register_of_equipment", list(estates)):
            columns = dict(row)
            estate, kind = columns.pop("estate"), Facility(columns.pop("kind"))
            found[estate, row["code"]] = Equipment(kind=kind, **columns)
        return found

    async def estates(self) -> list[EstateCode]:
        return [EstateCode(row["code"]) for row in await self._rows("known_estates")]

    async def cost_factor(self, estate: EstateCode, at: datetime) -> Decimal:
        """OV-38 as the company has set it by that moment."""
        day = at.astimezone(LOCAL).date()
        rows = [
            row
            for row in await self._rows("open_values_now", estate)
            if row["id"] == OV_38.id and row["effective_from"] <= day
        ]
        latest = max(rows, key=lambda row: row["effective_from"], default=None)
        return parse_factor(latest["value"]) if latest else OV_38.default

    async def _rows(self, name: str, *values: object) -> list[asyncpg.Record]:
        async with acquired(self._pool, self._settings) as connection:
            return await connection.fetch(queries[name], *values)


def _plan(row: asyncpg.Record) -> Plan:
    columns = dict(row)
    return Plan(estate=EstateCode(columns.pop("estate")), post=Role(columns.pop("post")), **columns)
