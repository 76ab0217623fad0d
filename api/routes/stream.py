"""GET /v1/stream: server-sent events of new entries and notices, as they are written."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.door import Caller, DeskRoute, caller
from api.problems import AWAY
from api.rights import Verb, needs
from api.routes.inbox import addressee
from api.wire.answers import PROBLEMS
from api.wire.text import ISO
from infra.postgres.reader import Row

router = APIRouter(route_class=DeskRoute, tags=["通知"])

POLL = timedelta(seconds=5)
"""How often it looks where no notification is heard."""
OVERLAP = timedelta(seconds=10)
"""What was written by a transaction that took so long to commit is still found; nothing is sent twice for it."""
REPLAY = timedelta(hours=1)
"""The furthest that a reconnecting client is taken back."""
PAGE = 500


@router.get("/v1/stream", response_class=EventSourceResponse, responses=PROBLEMS)
@needs(Verb.FOLLOW)
async def follow(
    asking: Annotated[Caller, Depends(caller)], last_event_id: Annotated[str | None, Header(max_length=40)] = None
) -> AsyncIterator[ServerSentEvent]:
    """``entry`` and ``notice`` events with numbers and labels, nothing personal.

    ``id`` is a moment: with ``Last-Event-ID`` the stream goes on from there, up to an hour back, each thing at
    least once. Take ``no`` and ``number``, or ``id`` of a notice, to tell repetitions. Ends when the desk stops.
    """
    house = asking.house
    now = await house.desk.reader.now()
    since = max(_moment(last_event_id) or now, now - REPLAY)
    yield ServerSentEvent(comment="荔园服务台", retry=3000)
    seen = Seen(since)
    while not house.stopping.is_set():
        rung = house.bell.next
        news = await _news(asking, seen)
        if news is None:
            return
        for event in news:
            yield event
        if not house.stopping.is_set():
            await house.bell.heard(rung, POLL)


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
        self._sent = {key: at for key, at in self._sent.items() if at > self.until - OVERLAP}


async def _news(asking: Caller, seen: Seen) -> Sequence[ServerSentEvent] | None:
    """Nothing while the database is away; None once the key was taken back."""
    desk = asking.house.desk
    try:
        principal = await desk.principals.by_id(asking.principal.id)
        if principal is None or principal.key_hash != asking.principal.key_hash:
            return None
        reader = addressee(principal)
        entries = await desk.reader.new_entries(seen.look_from, reader, PAGE)
        notices = await desk.reader.new_notices(seen.look_from, reader, PAGE)
    except AWAY:
        return []
    found: list[tuple[str, datetime, tuple[object, ...], Row]] = [
        ("entry", row["written_at"], (row["case_no"], row["run_id"], row["number"]), row) for row in entries
    ]
    found += [("notice", row["created_at"], (row["id"],), row) for row in notices]
    news = [
        ServerSentEvent(event=kind, id=at.isoformat(), data=_told(row))
        for kind, at, key, row in sorted(found, key=lambda one: one[1])
        if seen.is_new(key, at)
    ]
    seen.forget()
    return news


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
