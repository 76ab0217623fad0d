"""Commands on their way: found, taken by one deliverer at a time, and settled."""

import time
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from domain.errors import UnknownCase
from domain.people import CaseNo
from infra.postgres.ledger import ENTRY, entry_place
from infra.postgres.places import case_owner, place_of
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.sealing import Sealer
from infra.settings import Settings
from workflows.messages import Carried, OpenCase, RecordAct

queries = load("commands.sql")
FIRST_PAUSE = timedelta(seconds=1)
LEASE_MARGIN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``state``: accepted, applied, refused or dead. ``repeated``: the request had been acknowledged before.

    ``ours_until``: on the monotonic clock, how long nobody else delivers it. ``behind``: its case lacks others before
    it. ``message``: what is to be delivered, where it is at hand.
    """

    id: UUID
    kind: str
    case_no: CaseNo
    verb: str
    state: str
    outcome: dict[str, Any] | None
    accepted_at: datetime
    seq: int
    attempts: int
    body: bytes = field(repr=False)
    repeated: bool = False
    ours_until: float = field(default=0.0, compare=False)
    behind: bool = field(default=True, compare=False)
    message: OpenCase | RecordAct | None = field(default=None, repr=False, compare=False)

    @property
    def is_ours(self) -> bool:
        return time.monotonic() < self.ours_until

    @property
    def settled(self) -> bool:
        return self.state != "accepted"


COLUMNS = tuple(column.name for column in fields(Command) if column.default is MISSING)


class Commands:
    """Finds, leases and settles. Every method raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings

    async def find(self, command: UUID) -> Command:
        """How the command stands now; LookupError if there is none."""
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(queries["by_id"], command)
        if row is None:
            raise LookupError(command)
        return command_of(row)

    async def waiting_before(self, command: Command) -> list[Command]:
        """What is to be delivered in its case first, in order, itself last."""
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["waiting_before"], command.case_no, command.seq)
        return [command_of(row) for row in rows]

    async def take_due(self, most: int, patience: timedelta) -> list[Command]:
        """Commands due for another try, at most one a case; ours to deliver for ``patience``."""
        lease, began = patience + LEASE_MARGIN, time.monotonic()
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["take_due"], most, lease)
        return [replace(command_of(row), ours_until=began + patience.total_seconds(), behind=False) for row in rows]

    async def claim(self, command: Command, patience: timedelta) -> Command | None:
        """The command, ours to deliver for ``patience``; None while somebody else delivers it, or it has ended."""
        began = time.monotonic()
        async with acquired(self._pool, self._settings) as connection:
            attempts = await connection.fetchval(queries["claim"], command.id, patience + LEASE_MARGIN)
        if attempts is None:
            return None
        return replace(command, attempts=attempts, ours_until=began + patience.total_seconds(), behind=False)

    async def message(self, command: Command) -> OpenCase | RecordAct:
        """What is to be delivered, opened."""
        if command.message is not None:
            return command.message
        async with acquired(self._pool, self._settings) as connection:
            owner = case_owner(command.case_no)
            body = await self._sealer.open(connection, owner, place_of(command.id), command.body)
        return (OpenCase if command.kind == "open" else RecordAct).model_validate_json(body)

    async def opening_as_written(self, no: CaseNo) -> OpenCase:
        """The message that opened the case, carrying all that is in the ledger of it; UnknownCase if there is none."""
        async with acquired(self._pool, self._settings) as connection:
            opened = await connection.fetchrow(queries["opening"], no)
            rows = await connection.fetch(queries["written_of"], no)
            if opened is None:
                raise UnknownCase
            key = await self._sealer.existing_key(connection, case_owner(no))
        opening = OpenCase.model_validate_json(key.open(place_of(opened["id"]), opened["body"]))
        if not rows:
            return opening
        entries = tuple(
            ENTRY.validate_json(key.open(entry_place(no, row["run_id"], row["number"]), row["body"])) for row in rows
        )
        carried = Carried(lineage=rows[-1]["run_id"], digest=rows[-1]["digest"], entries=entries)
        return opening.model_copy(update={"carried": carried, "acts": ()})

    async def open_numbers(self) -> list[CaseNo]:
        """Cases that the ledger shows open."""
        async with acquired(self._pool, self._settings) as connection:
            return [CaseNo(row["case_no"]) for row in await connection.fetch(queries["open_numbers"])]

    async def settle(self, command: Command, state: str, outcome: dict[str, Any]) -> Command:
        """``refused`` or ``dead``, and the command as it stands then.

        What the case has applied stays applied, and what somebody else delivers meanwhile is his to settle. Idempotent.
        """
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["settle"], command.id, state, outcome, command.attempts)
        return await self.find(command.id)

    async def note_fault(self, command: Command, fault: BaseException) -> None:
        """Anybody may try again after a pause, a longer one each time."""
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(
                queries["note_fault"], command.id, type(fault).__name__, FIRST_PAUSE, command.attempts
            )

    async def dead_letters(self) -> list[Command]:
        """What could not be delivered, oldest first; ``outcome`` names the fault."""
        async with acquired(self._pool, self._settings) as connection:
            return [command_of(row) for row in await connection.fetch(queries["dead_letters"])]

    async def revive(self, command: UUID) -> bool:
        """Let a dead letter be delivered again; False if it is none (any more)."""
        async with acquired(self._pool, self._settings) as connection:
            return await connection.fetchval(queries["revive"], command) is not None

    async def under_way(self, no: CaseNo, accepted_until: datetime) -> bool:
        """Port ``CommandBook``."""
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["under_way"], no, accepted_until))

    async def is_closed(self, no: CaseNo) -> bool:
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["is_closed"], no))


def command_of(row: asyncpg.Record) -> Command:
    """A row of ``commands``."""
    return Command(**{name: row[name] for name in COLUMNS})
