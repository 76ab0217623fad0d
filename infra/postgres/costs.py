"""FEE-01: what repairs cost, month by month: reckoned once by one statement, read by whoever may."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import asyncpg

from domain.calendar import LOCAL
from domain.limits import TICK
from domain.people import CaseNo, EstateCode
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.reference.planned import Planned
from infra.settings import Settings

queries = load("costs.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """A kind of fault: the month itself, and the twelve months that end with it. CNY, ``mean`` unrounded."""

    fault: str
    month_orders: int
    month_total: Decimal
    orders: int
    total: Decimal
    mean: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFlag:
    """An order of the month above the factor times the ``mean`` of its kind."""

    case_no: CaseNo
    fault: str
    amount: Decimal
    mean: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """A month, as it was reckoned at ``made_at`` and stays."""

    estate: EstateCode
    month: date
    factor: Decimal
    made_at: datetime
    lines: tuple[CostLine, ...]
    flags: tuple[CostFlag, ...]


class Costs:
    """Port ``CostBook``. Raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._planned = Planned(pool, settings)

    async def reckon(self, estate: EstateCode, month: date) -> int:
        factor = await self._planned.cost_factor(estate, _end_of(month))
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["reckon"], estate, month, factor)
            return int(await connection.fetchval(queries["flagged"], estate, month))

    async def report(self, estate: EstateCode, month: date) -> CostReport | None:
        """None for a month that is not reckoned."""
        async with acquired(self._pool, self._settings) as connection:
            head = await connection.fetchrow(queries["report"], estate, month)
            if head is None:
                return None
            lines = await connection.fetch(queries["lines"], estate, month)
            flags = await connection.fetch(queries["flags"], estate, month)
        return CostReport(
            estate=estate,
            month=month,
            factor=head["factor"],
            made_at=head["made_at"],
            lines=tuple(CostLine(**row) for row in lines),
            flags=tuple(CostFlag(**row) for row in flags),
        )

    async def months(self, estate: EstateCode) -> list[date]:
        """Those that are reckoned, the latest first, two years of them at most."""
        async with acquired(self._pool, self._settings) as connection:
            return [row["month"] for row in await connection.fetch(queries["months"], estate)]


def _end_of(month: date) -> datetime:
    """Its last moment: the settings of that day hold."""
    following = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(following, time(), LOCAL) - TICK
