"""Commands: a request is first a row here; that commit is what the desk acknowledges."""

import time
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.admission import Act
from domain.calendar import LOCAL
from domain.errors import Conflicting, UnknownCase
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
LEASE_MARGIN = timedelta(seconds=2)


class KeyTaken(Exception):
    """Somebody else's request with the same key came first."""


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
class Asked:
    """When a request came, by the clock of the database, and what its key stands for already."""

    moment: datetime
    before: "Command | None"


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

    async def asked(self, client: str, key: str, body_hash: bytes) -> Asked:
        """Conflicting for a key that stands for another request."""
        async with acquired(self._pool, self._settings) as connection:
            return await _asked(connection, client, key, body_hash)

    async def accept_opening(self, new: NewCase, at: datetime | None = None) -> Command:
        """Number, case, call record and command in one transaction (CAL-102); ours to deliver while its client waits.

        Conflicting for a reused key. ``at``: when it was asked, as ``asked`` tells; by default this moment.
        """
        async with acquired(self._pool, self._settings) as connection:
            if at is None:
                asked = await _asked(connection, new.client, new.key, new.body_hash)
                if asked.before is not None:
                    return asked.before
                at = asked.moment
            try:
                async with connection.transaction():
                    return await self._open(connection, new, at)
            except KeyTaken:
                return await _first_with(connection, new)

    async def _open(self, connection: Connection, new: NewCase, at: datetime) -> Command:
        day = at.astimezone(LOCAL).date()
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
            acts=new.acts(str(command_id), at),
            page=f"{self._settings.public_url}/cases",
        )
        draft = _Draft(
            id=command_id,
            kind="open",
            case_no=no,
            verb=message.acts[0].event.type,
            message=message,
            accepted_at=at,
        )
        return await self._add(connection, new, draft)

    async def accept_act(self, new: NewAct, at: datetime | None = None) -> Command:
        """Ours to deliver while its client waits. UnknownCase if there is no such case; Conflicting for a reused key.
        ``at``: when it was asked, as ``asked`` tells; by default this moment.
        """
        async with acquired(self._pool, self._settings) as connection:
            if at is None:
                asked = await _asked(connection, new.client, new.key, new.body_hash)
                if asked.before is not None:
                    return asked.before
                at = asked.moment
            command_id = uuid4()
            message = RecordAct(act=new.build(str(command_id), at))
            draft = _Draft(
                id=command_id,
                kind="act",
                case_no=new.case_no,
                verb=message.act.event.type,
                message=message,
                accepted_at=at,
            )
            try:
                return await self._add(connection, new, draft)
            except KeyTaken:
                return await _first_with(connection, new)
            except asyncpg.ForeignKeyViolationError:
                raise UnknownCase from None

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

    async def take_due(self, most: int, patience: timedelta) -> list[Command]:
        """Commands due for another try, at most one a case; ours to deliver for ``patience``."""
        lease, began = patience + LEASE_MARGIN, time.monotonic()
        async with acquired(self._pool, self._settings) as connection:
            rows = await connection.fetch(queries["take_due"], most, lease)
        return [replace(_command(row), ours_until=began + patience.total_seconds(), behind=False) for row in rows]

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

    async def under_way(self, no: CaseNo, accepted_until: datetime) -> bool:
        """Port ``CommandBook``."""
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["under_way"], no, accepted_until))

    async def is_closed(self, no: CaseNo) -> bool:
        async with acquired(self._pool, self._settings) as connection:
            return bool(await connection.fetchval(queries["is_closed"], no))

    async def _add(self, connection: Connection, new: NewCase | NewAct, draft: _Draft) -> Command:
        body = await self._seal(connection, draft.case_no, _place(draft.id), draft.message.model_dump_json().encode())
        patience, began = self._settings.access.answer_patience, time.monotonic()
        row = await connection.fetchrow(
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
            patience + LEASE_MARGIN,
        )
        if row is None:
            raise KeyTaken
        return replace(
            _command(row), ours_until=began + patience.total_seconds(), behind=row["behind"], message=draft.message
        )

    async def _seal(self, connection: Connection, no: CaseNo, place: Place, plaintext: bytes) -> bytes:
        return await self._sealer.seal(connection, case_owner(no), place, plaintext)


async def _asked(connection: Connection, client: str, key: str, body_hash: bytes) -> Asked:
    (row,) = await connection.fetch(queries["asked"], client, key)
    if row["id"] is None:
        return Asked(moment=row["moment"], before=None)
    if bytes(row["body_hash"]) != body_hash:
        raise Conflicting
    return Asked(moment=row["moment"], before=replace(_command(row), repeated=True))


async def _first_with(connection: Connection, new: NewCase | NewAct) -> Command:
    """What came first with the same key."""
    asked = await _asked(connection, new.client, new.key, new.body_hash)
    if asked.before is None:
        raise LookupError(new.key)
    return asked.before


def _place(command: UUID) -> Place:
    return Place(table="commands", row=str(command), column="body")


def _command(row: asyncpg.Record) -> Command:
    return Command(**{name: row[name] for name in COLUMNS})
