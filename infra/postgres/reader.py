"""Reads cases, their entries and duties, and what stands in the inboxes; writes who looked and who has read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from domain.ladder import Level
from domain.people import CaseNo, EstateCode, StaffId
from infra.postgres.ledger import ENTRY, entry_place
from infra.postgres.places import case_owner
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.postgres.records import (
    Addressee,
    CaseHead,
    FiledDuty,
    FiledEntry,
    FiledNotice,
    Filter,
    Reading,
    StageCount,
    Told,
)
from infra.sealing import Erased, Sealer
from infra.settings import Settings

queries = load("reader.sql")

NO_CASE = CaseNo("")
Row = Mapping[str, Any]


class Reader:
    """Raises what asyncpg raises when the database is away, TimeoutError when no connection is free."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings

    async def case(self, no: CaseNo) -> CaseHead | None:
        row = await self._row("case", no)
        return CaseHead(**row) if row else None

    async def cases(self, wanted: Filter) -> list[CaseHead]:
        """One page: newest first, by age where the filter asks for what is owed or returned."""
        after = wanted.after or (None, None)
        by_age = (wanted.owes, wanted.returned) if wanted.by_age else ()
        rows = await self._rows(
            "cases_by_age" if wanted.by_age else "cases",
            list(wanted.estates),
            wanted.procedure,
            wanted.open,
            wanted.overdue,
            wanted.waiting_post,
            wanted.due_before,
            *after,
            wanted.limit,
            wanted.stage,
            wanted.waiting_for,
            wanted.no,
            wanted.rooms,
            wanted.building,
            wanted.opened_from,
            wanted.opened_to,
            *by_age,
        )
        return [CaseHead(**row) for row in rows]

    async def cases_late_first(
        self, estates: Sequence[EstateCode], procedures: Sequence[str], limit: int
    ) -> list[CaseHead]:
        """Open ones of those procedures: those that are late, then by what is due next."""
        rows = await self._rows("cases_late_first", list(estates), list(procedures), limit)
        return [CaseHead(**row) for row in rows]

    async def told(self, no: CaseNo) -> list[Told]:
        """Who was told what of the case, in order."""
        return [Told(**row) for row in await self._rows("told", no)]

    async def readings(self, no: CaseNo) -> list[Reading]:
        """Who has read what is personal of it, in order."""
        return [Reading(**row) for row in await self._rows("readings", no)]

    async def open_by_stage(self, estates: Sequence[EstateCode], procedures: Sequence[str]) -> list[StageCount]:
        return [StageCount(**row) for row in await self._rows("open_by_stage", list(estates), list(procedures))]

    async def entries(self, no: CaseNo) -> list[FiledEntry]:
        """Opened: show what is personal only to those who may know it."""
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["entries"], no)
            try:
                key = await self._sealer.existing_key(connection, case_owner(no)) if rows else None
            except Erased:
                key = None
        entries = []
        for row in rows:
            columns = dict(row)
            run, body = columns.pop("run_id"), columns.pop("body")
            place = entry_place(no, run, row["number"])
            opened = ENTRY.validate_json(key.open(place, body)) if key else None
            entries.append(FiledEntry(**columns, entry=opened))
        return entries

    async def duties(self, no: CaseNo) -> list[FiledDuty]:
        return [FiledDuty(**row) for row in await self._rows("duties", no)]

    async def inbox(
        self,
        reader: Addressee,
        *,
        mine: bool,
        unread: bool,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
        levels: Sequence[Level] | None = None,
    ) -> Sequence[Row]:
        """Notices, newest first; ``mine`` leaves out what went to the posts. ``levels``: only of these."""
        estates, posts = reader.pairs
        place = after or (None, None)
        return await self._rows("inbox", reader.id, estates, posts, mine, unread, *place, limit, levels)

    async def notice(self, notice: UUID) -> FiledNotice | None:
        row = await self._row("notice", notice)
        return FiledNotice(**row) if row else None

    async def acknowledge(self, notice: UUID, by: str) -> None:
        """The first acknowledgement counts; idempotent."""
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["acknowledge"], notice, by)

    async def log_access(self, principal: str, no: CaseNo, *, purpose: str, what: str) -> None:
        """Once it returns the reading is on record; only then show anything."""
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["log_access"], principal, no, purpose, what)

    async def log_household(self, principal: str, household: str, *, purpose: str, no: CaseNo | None = None) -> None:
        """The same of a household's own data; ``no``: of the case it is read for, if there is one already."""
        await self.log_access(principal, no or NO_CASE, purpose=purpose, what=f"household:{household}")

    async def now(self) -> datetime:
        async with acquired(self._pool, self._settings) as connection:
            now: datetime = await connection.fetchval(queries["now"])
        return now

    async def new_entries(
        self, after: tuple[datetime, CaseNo, str, int], seen: Sequence[tuple[str, str]], limit: int
    ) -> Sequence[Row]:
        """As they were written; ``after``: moment, case, run and number of the one before.

        ``seen``: estate and procedure of the cases that are the reader's to see.
        """
        estates, procedures = [estate for estate, _ in seen], [procedure for _, procedure in seen]
        return await self._rows("new_entries", *after, estates, procedures, limit)

    async def new_notices(self, after: tuple[datetime, UUID], reader: Addressee, limit: int) -> Sequence[Row]:
        return await self._rows("new_notices", *after, reader.id, *reader.pairs, limit)

    async def open_tasks(self, reader: Addressee, limit: int) -> Sequence[Row]:
        return await self._rows("open_tasks_of", *reader.pairs, limit)

    async def open_alarms(self, estates: Sequence[str], limit: int) -> Sequence[Row]:
        return await self._rows("open_alarms", list(estates), limit)

    async def estate_name(self, estate: EstateCode) -> str:
        row = await self._row("estate_name", estate)
        return str(row["name"]) if row else ""

    async def staff_names(self, staff: Sequence[StaffId]) -> Mapping[str, str]:
        return {row["id"]: row["name"] for row in await self._rows("staff_names", list(staff))}

    async def alive(self) -> None:
        await self._row("alive")

    async def _rows(self, name: str, *values: object) -> list[dict[str, Any]]:
        async with acquired(self._pool, self._settings) as connection:
            return [dict(row) for row in await connection.fetch(queries[name], *values)]

    async def _row(self, name: str, *values: object) -> dict[str, Any] | None:
        rows = await self._rows(name, *values)
        return rows[0] if rows else None
