"""GET /v1/stream: server-sent events of new entries and notices, as they are written."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.door import Caller, DeskRoute, caller
from api.problems import AWAY
from api.rights import Verb, listed, needs
from api.routes.inbox import addressee
from api.wire.answers import PROBLEMS
from api.wire.text import ISO
from domain.events import RungReached
from domain.people import CaseNo
from domain.rulebook import PROCEDURES
from infra.postgres.reader import Reader, Row
from infra.postgres.records import Addressee

router = APIRouter(route_class=DeskRoute, tags=["通知"])

POLL = timedelta(seconds=5)
"""How often it looks where no notification is heard."""
OVERLAP = timedelta(seconds=10)
"""What was written by a transaction that took so long to commit is still found; nothing is sent twice for it."""
REPLAY = timedelta(hours=1)
"""The furthest that a reconnecting client is taken back."""
PAGE = 500


@router.get("/v1/stream", summary="实时动态（SSE）", response_class=EventSourceResponse, responses=PROBLEMS)
@needs(Verb.FOLLOW)
async def follow(
    asking: Annotated[Caller, Depends(caller)], last_event_id: Annotated[str | None, Header(max_length=40)] = None
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events ``entry`` and ``notice`` with numbers and labels, nothing personal.

    ``id`` is a moment: with ``Last-Event-ID`` the stream goes on from there, up to an hour back, each thing at
    least once. Take ``no`` and ``number``, or ``id`` of a notice, to tell repetitions. Ends when the desk stops.
    """
    house = asking.house
    now = await house.desk.reader.now()
    left = _moment(last_event_id)
    since = max(left - OVERLAP, now - REPLAY) if left else now
    yield ServerSentEvent(comment="荔园服务台", retry=3000)
    seen = Seen(since)
    while not house.stopping.is_set():
        rung = house.bell.next
        with suppress(*AWAY):  # the next look goes on from what was sent
            reader = await _reader(asking)
            if reader is None:
                return
            async for event in _news(asking.house.desk.reader, reader, seen):
                yield event
        if not house.stopping.is_set():
            await house.bell.heard(rung, POLL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing to tell; ``key`` tells it from every other."""

    kind: str
    at: datetime
    key: tuple[object, ...]
    row: Row


class Seen:
    """How far a stream has come, and what of the overlap it has sent already."""

    def __init__(self, since: datetime) -> None:
        self.first = since
        self.until = since
        self._sent: dict[tuple[object, ...], datetime] = {}

    @property
    def look_from(self) -> datetime:
        return max(self.first, self.until - OVERLAP)

    def is_new(self, key: tuple[object, ...], at: datetime) -> bool:
        if key in self._sent:
            return False
        self._sent[key] = at
        self.until = max(self.until, at)
        return True

    def forget(self) -> None:
        """What no look finds again."""
        self._sent = {key: at for key, at in self._sent.items() if at >= self.look_from}


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Whose notices, and the estates and procedures of whose cases he may know which there are (PRV-106)."""

    addressee: Addressee
    cases: Sequence[tuple[str, str]]


async def _reader(asking: Caller) -> Follower | None:
    """None once the key was taken back."""
    principal = await asking.house.desk.principals.by_id(asking.principal.id)
    if principal is None or principal.key_hash != asking.principal.key_hash:
        return None
    cases = [(estate, one) for actor in principal.actors for estate in actor.estates for one in listed([actor])]
    return Follower(addressee=addressee(principal), cases=cases)


async def _news(records: Reader, reader: Follower, seen: Seen) -> AsyncIterator[ServerSentEvent]:
    """In the order they were written, so that the id of the last one sent is how far the stream has come."""
    entries = _entries(records, reader.cases, seen.look_from)
    notices = _notices(records, reader.addressee, seen.look_from)
    entry, notice = await anext(entries, None), await anext(notices, None)
    while entry or notice:
        if notice is None or (entry and entry.at <= notice.at):
            found, entry = entry, await anext(entries, None)
        else:
            found, notice = notice, await anext(notices, None)
        if found and seen.is_new(found.key, found.at):
            yield ServerSentEvent(event=found.kind, id=found.at.isoformat(), data=_told(found.row))
    seen.forget()


async def _entries(records: Reader, cases: Sequence[tuple[str, str]], since: datetime) -> AsyncIterator[Found]:
    after = (since, CaseNo(""), "", 0)
    while True:
        page = await records.new_entries(after, cases, PAGE)
        for row in page:
            after = (row["written_at"], row["case_no"], row["run_id"], row["number"])
            yield Found(kind="entry", at=row["written_at"], key=after[1:], row=_named(row))
        if len(page) < PAGE:
            return


async def _notices(records: Reader, reader: Addressee, since: datetime) -> AsyncIterator[Found]:
    after = (since, UUID(int=0))
    while True:
        page = await records.new_notices(after, reader, PAGE)
        for row in page:
            after = (row["created_at"], row["id"])
            yield Found(kind="notice", at=row["created_at"], key=after[1:], row=row)
        if len(page) < PAGE:
            return


def _named(row: Row) -> Row:
    """An entry with the name that staff call it by; a rung's says how grave it was."""
    told = {name: row[name] for name in ("case_no", "estate", "number", "type", "label", "rule", "at", "written_at")}
    if row["key"] is None:
        return told
    rung = RungReached(key=row["key"], cycle=row["cycle"], rung=row["rung"])
    return told | {"label": PROCEDURES[row["procedure"]].edition(row["edition"]).name_of(rung)}


def _told(row: Row) -> dict[str, Any]:
    told = {"no": row["case_no"], **row}
    return {name: value for name, value in told.items() if name not in {"case_no", "run_id"}}


def _moment(text: str | None) -> datetime | None:
    if text is None or not ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
