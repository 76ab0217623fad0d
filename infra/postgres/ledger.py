"""The ledger on PostgreSQL: a step of a case is one statement, written once however often it is sent."""

import base64
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import structlog
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from domain.assigning import Repairer
from domain.case_file import Entry
from domain.events import AnyEvent, PeriodOver, RungReached
from domain.events.joining import CameAfter, MergedInto
from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, Role, StaffId
from infra.postgres.passing import commands_of
from infra.postgres.places import case_owner
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.sealing import Connection, DataKey, Place, Sealer
from infra.settings import Settings

queries = load("ledger.sql")
known = load("register.sql")
ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)
NOTHING = "SELECT 0"

log = structlog.stdlib.get_logger(__name__)


class Unfit(Exception):
    """The step does not fit to what stands in the ledger under these numbers; it is not written."""

    def __init__(self, no: CaseNo, lineage: str, numbers: list[int]) -> None:
        super().__init__(f"{no}/{lineage}: {', '.join(map(str, numbers))}")
        self.numbers = numbers


class Contradicted(Unfit):
    """Something else stands there: two runs went on with the same lineage, or Temporal is behind the ledger."""


class Unconnected(Unfit):
    """What comes before is missing: the ledger is behind Temporal (an old backup of it)."""


def entry_place(no: CaseNo, lineage: str, number: int) -> Place:
    return Place(table="entries", row=f"{no}/{lineage}/{number}", column="body")


class PostgresLedger:
    """Port ``Ledger``."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings

    async def file(self, step: Step) -> None:
        """All of it or nothing; what stands there already, with the same digests, is left as it is.

        ``Contradicted`` where an entry stands there with another digest, ``Unconnected`` where the one before is
        missing: nothing is written.
        """
        async with acquired(self._pool, self._settings) as connection:
            key = await self._sealer.key(connection, case_owner(step.no))
            try:
                await self._write(connection, step, key)
            except (asyncpg.RestrictViolationError, asyncpg.UniqueViolationError):
                await _refuse_contradiction(connection, step)
                raise

    async def _write(self, connection: Connection, step: Step, key: DataKey) -> None:
        written = await connection.execute(
            queries["file_step"],
            step.no,
            step.lineage,
            step.estate,
            [_entry_row(step, entry, digest, key) for entry, digest in zip(step.entries, step.digests, strict=True)],
            to_jsonable_python(step.duties),
            to_jsonable_python(step.notices),
            [
                {"entry_number": row.entry_number, "line": row.line, **to_jsonable_python(row.charge)}
                for row in step.charges
            ],
            to_jsonable_python(step.copies),
            to_jsonable_python(step.view),
            await commands_of(connection, self._sealer, step),
        )
        if written == NOTHING:
            await _refuse_gap(connection, step)


async def _refuse_gap(connection: Connection, step: Step) -> None:
    """Raise Unconnected unless all of it stands there already."""
    numbers = [entry.number for entry in step.entries]
    rows = await connection.fetch(queries["digests_of"], step.no, step.lineage, numbers)
    if missing := sorted({*numbers} - {row["number"] for row in rows}):
        log.critical("ledger.unconnected", case=step.no, lineage=step.lineage, numbers=missing)
        raise Unconnected(step.no, step.lineage, missing)


async def _refuse_contradiction(connection: Connection, step: Step) -> None:
    """Raise Contradicted with the numbers under which something else stands; return if there are none."""
    given = {entry.number: digest for entry, digest in zip(step.entries, step.digests, strict=True)}
    rows = await connection.fetch(queries["digests_of"], step.no, step.lineage, list(given))
    stored = {row["number"]: row["digest"] for row in rows}
    if wrong := [number for number, digest in given.items() if stored.get(number, digest) != digest]:
        log.critical("ledger.contradicted", case=step.no, lineage=step.lineage, numbers=wrong)
        raise Contradicted(step.no, step.lineage, wrong)


def _entry_row(step: Step, entry: Entry, digest: str, key: DataKey) -> dict[str, object]:
    sealed = key.seal(entry_place(step.no, step.lineage, entry.number), ENTRY.dump_json(entry))
    return {
        "number": entry.number,
        "type": entry.event.type,
        "label": entry.event.label,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "by_id": entry.by.id,
        "by_posts": sorted(entry.by.posts),
        "source": entry.source,
        "backdated": entry.backdated,
        "command_id": entry.command_id,
        "rule": entry.event.key.split("/")[0] if isinstance(entry.event, RungReached | PeriodOver) else None,
        "body": base64.b64encode(sealed).decode(),
        "digest": digest,
        "other": _other_case(entry.event),
    }


def _other_case(event: AnyEvent) -> CaseNo | None:
    """Which case it binds this one to."""
    match event:
        case MergedInto(into=other) | CameAfter(after=other):
            return other
    return None


class PostgresRegister:
    """Port ``StaffRegister``."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings

    async def actor(self, staff: StaffId, estate: EstateCode) -> Actor | None:
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(queries["actor"], staff, estate)
        if row is None:
            return None
        return Actor(
            id=StaffId(row["id"]),
            name=row["name"],
            posts=frozenset(Role(post) for post in row["posts"]),
            estates=frozenset({estate}),
        )

    async def repairers(self, estate: EstateCode, trade: str, at: datetime) -> Sequence[Repairer]:
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(known["repairers"], estate, at, trade)
        return [Repairer(**row) for row in rows]
