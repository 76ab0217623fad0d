"""Commands: a request is first a row here; that commit is what the desk acknowledges."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.admission import Act
from domain.calendar import LOCAL
from domain.errors import Conflicting, UnknownCase
from domain.events.repair import RequestReceived
from domain.people import CaseNo, EstateCode
from domain.rulebook.rows import Procedure
from infra.postgres.ledger import ENTRY, case_owner, entry_place
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.sealing import Connection, Place, Sealer
from infra.settings import Settings
from workflows.messages import Carried, OpenCase, RecordAct, TermsOfCase

queries = load("commands.sql")
FIRST_PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case to be opened. ``acts`` makes what it begins with from the command's id and the moment of acceptance."""

    client: str
    key: str
    body_hash: bytes
    procedure: Procedure
    estate: EstateCode
    building: str
    channel: str
    received_at: datetime
    recorded_by: str
    words: str
    drill: bool
    terms: TermsOfCase
    acts: Callable[[str, datetime], tuple[Act, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    """Something somebody did in a case."""

    client: str
    key: str
    body_hash: bytes
    case_no: CaseNo
    build: Callable[[str, datetime], Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``state``: accepted, applied, refused or dead. ``repeated``: the request had been acknowledged before."""

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

    @property
    def settled(self) -> bool:
        return self.state != "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    id: UUID
    kind: str
    case_no: CaseNo
    verb: str
    message: OpenCase | RecordAct
    accepted_at: datetime


class Commands:
    """Accepts, finds and settles. Every method raises what asyncpg raises when the database is away."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer, settings: Settings) -> None:
        self._pool = pool
        self._sealer = sealer
        self._settings = settings

    async def accept_opening(self, new: NewCase) -> Command:
        """Number, case, call record and command in one transaction (CAL-102); Conflicting for a reused key."""
        async with acquired(self._pool, self._settings) as connection, connection.transaction():
            if (before := await _before(connection, new)) is not None:
                return before
            accepted_at: datetime = await connection.fetchval("select now()")
            day = accepted_at.astimezone(LOCAL).date()
            count = await connection.fetchval(queries["next_number"], new.procedure.prefix, day)
            no = CaseNo(f"{new.procedure.prefix}-{day:%Y%m%d}-{count:05d}")
            edition = new.procedure.edition(day).since
            await connection.execute(
                queries["add_case"],
                no,
                new.procedure.prefix,
                new.estate,
                new.building,
                edition,
                new.channel,
                new.received_at,
                new.drill,
            )
            words = await self._seal(connection, no, Place(table="calls", row=no, column="words"), new.words.encode())
            await connection.execute(queries["add_call"], no, new.channel, new.received_at, new.recorded_by, words)
            command_id = uuid4()
            message = OpenCase(
                no=no,
                estate=new.estate,
                building=new.building,
                edition=edition,
                drill=new.drill,
                terms=new.terms,
                acts=new.acts(str(command_id), accepted_at),
                page=f"{self._settings.public_url}/cases",
            )
            draft = _Draft(
                id=command_id,
                kind="open",
                case_no=no,
                verb=RequestReceived.kind(),
                message=message,
                accepted_at=accepted_at,
            )
            return await self._add(connection, new, draft)

    async def accept_act(self, new: NewAct) -> Command:
        """UnknownCase if there is no such case; Conflicting for a reused key."""
        async with acquired(self._pool, self._settings) as connection, connection.transaction():
            if (before := await _before(connection, new)) is not None:
                return before
            if not await connection.fetchval(queries["case_exists"], new.case_no):
                raise UnknownCase
            accepted_at: datetime = await connection.fetchval("select now()")
            command_id = uuid4()
            message = RecordAct(act=new.build(str(command_id), accepted_at))
            draft = _Draft(
                id=command_id,
                kind="act",
                case_no=new.case_no,
                verb=message.act.event.type,
                message=message,
                accepted_at=accepted_at,
            )
            return await self._add(connection, new, draft)

    async def find(self, command: UUID) -> Command:
        """How the command stands now; LookupError if there is none."""
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(queries["by_id"], command)
        if row is None:
            raise LookupError(command)
        return _command(row)

    async def waiting_before(self, command: Command) -> list[Command]:
        """What is to be delivered in its case first, in order, itself last."""
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["waiting_before"], command.case_no, command.seq)
        return [_command(row) for row in rows]

    async def take_due(self, most: int) -> list[Command]:
        """Commands due for another try, at most one a case; each is out of others' reach until its next try."""
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["take_due"], most, FIRST_PAUSE)
        return [_command(row) for row in rows]

    async def message(self, command: Command) -> OpenCase | RecordAct:
        """What is to be delivered, opened."""
        async with acquired(self._pool, self._settings) as connection:
            owner = case_owner(command.case_no)
            body = await self._sealer.open(connection, owner, _place(command.id), command.body)
        return (OpenCase if command.kind == "open" else RecordAct).model_validate_json(body)

    async def opening_as_written(self, no: CaseNo) -> OpenCase:
        """The message that opened the case, carrying all that is in the ledger of it; UnknownCase if there is none."""
        async with acquired(self._pool, self._settings) as connection:
            opened = await connection.fetchrow(queries["opening"], no)
            rows = await connection.fetch(queries["written_of"], no)
            if opened is None:
                raise UnknownCase
            key = await self._sealer.existing_key(connection, case_owner(no))
        opening = OpenCase.model_validate_json(key.open(_place(opened["id"]), opened["body"]))
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

    async def settle(self, command: Command, state: str, outcome: dict[str, Any]) -> None:
        """``refused`` or ``dead``; what the case has applied stays applied. Idempotent."""
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["settle"], command.id, state, outcome)

    async def note_fault(self, command: Command, fault: BaseException) -> None:
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["note_fault"], command.id, type(fault).__name__)

    async def under_way(self, no: CaseNo, accepted_until: datetime) -> bool:
        """Port ``CommandBook``."""
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["under_way"], no, accepted_until))

    async def is_closed(self, no: CaseNo) -> bool:
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["is_closed"], no))

    async def _add(self, connection: Connection, new: NewCase | NewAct, draft: _Draft) -> Command:
        body = await self._seal(connection, draft.case_no, _place(draft.id), draft.message.model_dump_json().encode())
        rows = await connection.fetch(
            queries["add_command"],
            draft.id,
            new.client,
            new.key,
            new.body_hash,
            draft.kind,
            draft.case_no,
            draft.verb,
            body,
            draft.accepted_at,
        )
        return _command(rows[0])

    async def _seal(self, connection: Connection, no: CaseNo, place: Place, plaintext: bytes) -> bytes:
        return await self._sealer.seal(connection, case_owner(no), place, plaintext)


async def _before(connection: Connection, new: NewCase | NewAct) -> Command | None:
    """The command this key stands for already. One request with the key is looked at at a time."""
    await connection.execute(queries["hold_key"], new.client, new.key)
    row = await connection.fetchrow(queries["by_key"], new.client, new.key)
    if row is None:
        return None
    if bytes(row["body_hash"]) != new.body_hash:
        raise Conflicting
    return replace(_command(row), repeated=True)


def _place(command: UUID) -> Place:
    return Place(table="commands", row=str(command), column="body")


def _command(row: asyncpg.Record) -> Command:
    return Command(**{column.name: row[column.name] for column in fields(Command) if column.name != "repeated"})
