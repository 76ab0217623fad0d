"""Cases that one case is bound to: it went into one, took one in, came after one or out of one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from domain.people import CaseNo
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.settings import Settings

queries = load("links.sql")


class Kind(StrEnum):
    """What the other case is to this one; the value is what staff read."""

    WENT_INTO = "并入的单"
    TAKEN_IN = "并入本单的单"
    BEFORE = "前单"
    LATER = "后续单"
    WENT_WRONGLY = "误并入的单"
    TAKEN_WRONGLY = "曾并入、已拆出的单"
    OUT_OF = "拆自的单"
    TAKEN_OUT = "拆出另立的单"


KINDS = {
    ("merged_into", True): Kind.WENT_INTO,
    ("merged_into", False): Kind.TAKEN_IN,
    ("came_after", True): Kind.BEFORE,
    ("came_after", False): Kind.LATER,
    ("merged_wrongly", True): Kind.WENT_WRONGLY,
    ("merged_wrongly", False): Kind.TAKEN_WRONGLY,
    ("taken_out", True): Kind.OUT_OF,
    ("taken_out", False): Kind.TAKEN_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCase:
    no: CaseNo
    kind: Kind
    received_at: datetime
    open: bool
    stage: str
    result: str | None


class Links:
    """Raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings

    async def of(self, no: CaseNo) -> list[LinkedCase]:
        """In the order of their calls."""
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["of_case"], no)
        return [_linked(dict(row)) for row in rows]


def _linked(row: dict[str, object]) -> LinkedCase:
    kind = KINDS[str(row.pop("entry")), bool(row.pop("own"))]
    return LinkedCase(kind=kind, **row)  # type: ignore[arg-type]  # the columns of the statement
