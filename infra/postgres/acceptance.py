"""Acceptance: a request is first a row of ``commands``; that commit is what the desk acknowledges."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from domain.admission import Act
from domain.calendar import LOCAL
from domain.errors import CaseClosed, Conflicting, RuleBroken, UnknownCase
from domain.events import ByTheDesk, Opening, RoutineDue
from domain.people import CaseNo, EstateCode
from domain.rulebook.rows import Procedure
from infra.postgres.commands import LEASE_MARGIN, Command, command_of
from infra.postgres.places import case_owner, place_of, place_of_words
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.postgres.rooms import note_room, opened_lately
from infra.sealing import Connection, Erased, Sealer
from infra.settings import Settings
from workflows.messages import OpenCase, RecordAct, TermsOfCase

queries = load("acceptance.sql")


class OpenedMeanwhile(Exception):
    """Somebody has just opened another case of the place, which its opener has not looked at."""


OWN_CHANNEL = "系统"
"""Of a case that nobody called about."""


class KeyTaken(Exception):
    """Somebody else's request with the same key came first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case to be opened. ``acts`` makes what it begins with from the command's id and the moment of acceptance.

    ``after``: of which case, that has ended, it is a later one. ``looked_at``: what is open in its place, as far as its
    opener knows; None where nobody has to look first.
    """

    client: str
    key: str
    body_hash: bytes
    procedure: Procedure
    estate: EstateCode
    building: str
    report: Opening | ByTheDesk
    received_at: datetime
    recorded_by: str
    drill: bool
    terms: TermsOfCase
    acts: Callable[[str, datetime], tuple[Act, ...]]
    after: CaseNo | None = None
    looked_at: frozenset[CaseNo] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Into:
    """The case that another goes into, at which ``stage`` it was found to take callers; empty: not filed yet."""

    no: CaseNo
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    """Something somebody did in a case. ``into``: the case that it goes into with that."""

    client: str
    key: str
    body_hash: bytes
    case_no: CaseNo
    build: Callable[[str, datetime], Act]
    into: Into | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a request came, by the clock of the database, and what its key stands for already."""

    moment: datetime
    before: "Command | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    id: UUID
    kind: str
    case_no: CaseNo
    verb: str
    message: OpenCase | RecordAct
    accepted_at: datetime


class Acceptance:
    """Every method raises what asyncpg raises when the database is away; then nothing is acknowledged."""

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

        Conflicting for a reused key, OpenedMeanwhile for a place that has to be looked at anew.
        ``at``: when it was asked, as ``asked`` tells; by default this moment.
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
        # One opening of a prefix at a time from here on: what the others have opened can be seen.
        count = await connection.fetchval(queries["next_number"], new.procedure.prefix, day)
        if (
            new.looked_at is not None
            and isinstance(new.report, Opening)
            and await opened_lately(
                connection, self._sealer, new.estate, new.report.spot.place, known=new.looked_at, drill=new.drill
            )
        ):
            raise OpenedMeanwhile
        no = CaseNo(f"{new.procedure.prefix}-{day:%Y%m%d}-{count:05d}")
        edition = new.procedure.edition(day).since
        await connection.execute(
            queries["add_case"],
            no,
            new.procedure.prefix,
            new.estate,
            new.building,
            edition,
            channel_of(new.report),
            new.received_at,
            new.drill,
            title_of(new.report),
        )
        if isinstance(new.report, Opening):
            await self._take_down(connection, no, new, new.report)
        if new.after is not None:
            await connection.execute(queries["merge_looked_after"], new.after)
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

    async def _take_down(self, connection: Connection, no: CaseNo, new: NewCase, report: Opening) -> None:
        """What somebody called about: where it is, and his words (CAL-102)."""
        await note_room(connection, self._sealer, no, new.estate, report.spot)
        words = await self._sealer.seal(connection, case_owner(no), place_of_words(no), report.content.encode())
        await connection.execute(queries["add_call"], no, report.channel, new.received_at, new.recorded_by, words)

    async def accept_act(self, new: NewAct, at: datetime | None = None) -> Command:
        """Ours to deliver while its client waits; ``at`` as above.

        UnknownCase if there is no such case, CaseClosed for one that was erased, Conflicting for a reused key,
        RuleBroken for a case that cannot go into the other as they stand.
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
                if new.into is None:
                    return await self._add(connection, new, draft)
                async with connection.transaction():
                    await connection.execute(queries["hold_cases"], [new.case_no, new.into.no])
                    # Who held them before may have brought the very same request, at another process.
                    first = await _asked(connection, new.client, new.key, new.body_hash)
                    if first.before is not None:
                        return first.before
                    await _bind(connection, new.case_no, new.into)
                    return await self._add(connection, new, draft)
            except KeyTaken:
                return await _first_with(connection, new)
            except Erased:
                known = await connection.fetchval(queries["case_exists"], new.case_no)
                raise (CaseClosed if known else UnknownCase) from None

    async def _add(self, connection: Connection, new: NewCase | NewAct, draft: _Draft) -> Command:
        owner = case_owner(draft.case_no)
        # Whoever opens a case makes its key; a case that is there and has none was erased.
        key = await (self._sealer.key if draft.kind == "open" else self._sealer.existing_key)(connection, owner)
        body = key.seal(place_of(draft.id), draft.message.model_dump_json().encode())
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
            command_of(row), ours_until=began + patience.total_seconds(), behind=row["behind"], message=draft.message
        )


async def _bind(connection: Connection, no: CaseNo, into: Into) -> None:
    """Raises RuleBroken where one of the two is going somewhere already, or the other has moved on; both are held."""
    (stands,) = await connection.fetch(queries["merge_stands"], no, into.no)
    if stands["under_way"]:
        raise RuleBroken(
            "REP-13",
            field="event.into",
            remedy="本单或该单正在并入，请稍候核对后再办",
            english="One of the two cases is being merged just now; look at them again in a moment.",
        )
    if not stands["open"]:
        raise RuleBroken(
            "REP-13",
            field="event.into",
            remedy="该单已结案，不能并入；请核对单号",
            english="That case has ended and takes no other in; check the number.",
        )
    if into.stage and stands["stage"] != into.stage:
        raise RuleBroken(
            "REP-13",
            field="event.into",
            remedy="该单刚有进展，请核对后再办",
            english="That case has just moved on; look at it again.",
        )
    await connection.execute(queries["ask_to_merge"], no, into.no)


def channel_of(report: Opening | ByTheDesk) -> str:
    """By which way it came to the desk, as ``cases`` keeps it."""
    return report.channel if isinstance(report, Opening) else OWN_CHANNEL


def title_of(report: Opening | ByTheDesk) -> str:
    """What staff call a case that the desk opens; a call's kind is noted with its room."""
    if isinstance(report, Opening):
        return ""
    return report.title if isinstance(report, RoutineDue) else report.label


async def _asked(connection: Connection, client: str, key: str, body_hash: bytes) -> Asked:
    (row,) = await connection.fetch(queries["asked"], client, key)
    if row["id"] is None:
        return Asked(moment=row["moment"], before=None)
    if bytes(row["body_hash"]) != body_hash:
        raise Conflicting
    return Asked(moment=row["moment"], before=replace(command_of(row), repeated=True))


async def _first_with(connection: Connection, new: NewCase | NewAct) -> Command:
    """What came first with the same key."""
    asked = await _asked(connection, new.client, new.key, new.body_hash)
    if asked.before is None:
        raise LookupError(new.key)
    return asked.before
