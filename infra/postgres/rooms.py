"""Cases of one room: found by a keyed digest of it, since rooms are sealed."""

import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from domain.events import Event
from domain.events.base import Spot
from domain.people import CaseNo, EstateCode
from infra.postgres.places import case_owner, place_of_words
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.sealing import Connection, DataKey, Erased, Sealer
from infra.settings import Settings

queries = load("rooms.sql")
MOST = 20
MOST_DONE = 3
"""Of a kind in one place, those that ended last: what a call may be about is not the history of the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """Those of a kind that ended with such a result ``within`` a time ``before`` a moment."""

    results: tuple[str, ...]
    kind: str
    before: datetime
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of a room beside those open, and by which events they are ``marked``. ``but``: one known already."""

    results: tuple[str, ...] = ()
    lately: Lately | None = None
    marks: tuple[type[Event], ...] = ()
    but: CaseNo | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCase:
    """``marked_at``: when the last of the events asked for happened in it, None if none did."""

    no: CaseNo
    procedure: str
    received_at: datetime
    about: str
    open: bool
    stage: str
    result: str | None
    marked_at: datetime | None


class Rooms:
    """Raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings

    async def cases(self, estate: EstateCode, room: str, wanted: Wanted) -> list[RoomCase]:
        """Newest first: those open, and those closed so. ``room``: a code, or another spot's place."""
        lately = wanted.lately
        async with acquired(self._pool, self._settings) as connection:
            digests = await digests_of(connection, self._sealer, [estate], room)
            rows = await connection.fetch(
                queries["cases_of_room"],
                estate,
                digests,
                wanted.but,
                wanted.drill,
                wanted.results,
                [event.kind() for event in wanted.marks],
                MOST,
                lately.results if lately else (),
                lately.before - lately.within if lately else None,
                lately.before if lately else None,
                lately.kind if lately else "",
                MOST_DONE,
            )
        return [RoomCase(**row) for row in rows]

    async def words(self, numbers: Sequence[CaseNo]) -> dict[CaseNo, str]:
        """What the first callers said, opened, to be compared and shown to nobody; of what was erased nothing."""
        said: dict[CaseNo, str] = {}
        if not numbers:
            return said
        async with acquired(self._pool, self._settings) as connection:
            for row in await connection.fetch(queries["words_of"], list(numbers)):
                no, words = CaseNo(row["case_no"]), row["words"]
                with suppress(Erased):
                    opened = await self._sealer.open(connection, case_owner(no), place_of_words(no), words)
                    said[no] = opened.decode()
        return said

    async def sought(self, principal: str, estates: Sequence[EstateCode], room: str, *, purpose: str) -> list[bytes]:
        """By what a room of that code is found, one of each estate; once it returns the search is on record."""
        async with acquired(self._pool, self._settings) as connection, connection.transaction():
            digests = [_digest(await self._sealer.key(connection, _owner(estate)), room) for estate in estates]
            await connection.execute(queries["log_rooms"], principal, purpose, digests)
        return digests


async def note_room(connection: Connection, sealer: Sealer, no: CaseNo, estate: EstateCode, where: Spot) -> None:
    """Keep where a case is, in the caller's transaction."""
    key = await sealer.key(connection, _owner(estate))
    await connection.execute(queries["note_room"], no, estate, _digest(key, where.place), where.about)


async def opened_lately(
    connection: Connection, sealer: Sealer, estate: EstateCode, room: str, *, known: Iterable[CaseNo], drill: bool
) -> bool:
    """Whether others than the ``known`` were opened of it in the last minute; asked in the caller's transaction."""
    key = await sealer.key(connection, _owner(estate))
    found: bool = await connection.fetchval(queries["opened_lately"], estate, _digest(key, room), list(known), drill)
    return found


async def digests_of(connection: Connection, sealer: Sealer, estates: Iterable[str], room: str) -> list[bytes]:
    """By what a room of that code is found, one of each estate that has taken a case."""
    digests = []
    for estate in estates:
        with suppress(Erased):
            key = await sealer.existing_key(connection, _owner(EstateCode(estate)))
            digests.append(_digest(key, room))
    return digests


async def is_noted(connection: Connection, sealer: Sealer, no: CaseNo, estate: EstateCode, room: str) -> bool:
    """Whether the case is found by that room, or other place."""
    key = await sealer.existing_key(connection, _owner(estate))
    return bool(await connection.fetchval(queries["is_noted"], no, estate, _digest(key, room)))


def _owner(estate: EstateCode) -> str:
    """Whose data key an estate's digests are made with: a new master key wraps it as it does the others."""
    return f"rooms:{estate}"


def _digest(key: DataKey, room: str) -> bytes:
    return hmac.digest(key.key, room.encode(), "sha256")
