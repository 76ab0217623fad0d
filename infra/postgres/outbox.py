"""The outbox as the notifier sees it: lanes under leases, attempts, receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg

from domain.people import Role
from infra.postgres.queries import load

queries = load("outbox.sql")

TOPIC = "notices"
"""PostgreSQL notifies on it whenever notices were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The pending notices of one person and urgency. ``failures``: passes in a row in which nobody took anything."""

    recipient: str
    urgent: bool
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pending notice. ``age`` is the time since it was written, by the database's clock."""

    id: UUID
    case_no: str
    text: str
    late: bool
    age: timedelta
    digest: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is about to be sent over one channel: notice ids, each with the number of its attempt."""

    notices: tuple[UUID, ...]
    numbers: tuple[int, ...]


class Outbox:
    """Every method is one statement. Raises asyncpg's errors; each may be repeated."""

    def __init__(self, pool: asyncpg.Pool, *, lease: timedelta, acquire_timeout: float = 1.0) -> None:
        self._pool = pool
        self._holder = uuid4()
        self._lease = lease
        self._wait = acquire_timeout

    async def settle_post_inboxes(self) -> int:
        """Delivers what goes to a post's own inbox; how many."""
        return len(await self._fetch("settle_post_inboxes"))

    async def open_lanes(self) -> int:
        """How many new ones."""
        return len(await self._fetch("open_lanes"))

    async def claim_lane(self, *, urgent_only: bool) -> Lane | None:
        rows = await self._fetch("claim_lane", self._holder, self._lease, urgent_only)
        return Lane(**rows[0]) if rows else None

    async def waiting(self, lane: Lane) -> list[Waiting]:
        """In the order in which they must go out; 500 at most."""
        rows = await self._fetch("waiting_in_lane", lane.recipient, lane.urgent)
        return [Waiting(**row) for row in rows]

    async def form_digest(self, digest: UUID, notices: Sequence[Waiting]) -> list[Waiting]:
        await self._fetch("form_digest", digest, [notice.id for notice in notices])
        return [replace(notice, digest=digest) for notice in notices]

    async def dissolve_digest(self, digest: UUID) -> None:
        """Does nothing when somebody may have received it."""
        await self._fetch("dissolve_digest", digest)

    async def begin(self, lane: Lane, notices: Sequence[Waiting], channel: str) -> Attempt | None:
        """Extends the lease; None when the lane was lost or nothing is pending any more (acknowledged meanwhile)."""
        ids = [notice.id for notice in notices]
        rows = await self._fetch("begin_attempts", self._holder, lane.recipient, lane.urgent, self._lease, ids, channel)
        if not rows:
            return None
        return Attempt(notices=tuple(row["notice_id"] for row in rows), numbers=tuple(row["attempt"] for row in rows))

    async def end(self, attempt: Attempt, *, receipt: str | None, error: str | None) -> None:
        """A receipt settles the notices, even if the lane has passed to another notifier meanwhile."""
        await self._fetch("end_attempts", attempt.notices, attempt.numbers, receipt, error)

    async def hand_to_person(self, notices: Sequence[Waiting], *, error: str) -> None:
        """Leaves them in the inbox as failed, with a task for 客服部主管 each."""
        ids = [notice.id for notice in notices]
        await self._fetch("hand_to_person", ids, error, Role.CUSTOMER_SERVICE_SUPERVISOR)

    async def release(self, lane: Lane, *, after: timedelta, failures: int) -> None:
        await self._fetch("release_lane", self._holder, lane.recipient, lane.urgent, after, failures)

    async def contact(self, staff: str) -> asyncpg.Record | None:
        """Sealed; None if there is no such active person."""
        rows = await self._fetch("contact", staff)
        return rows[0] if rows else None

    async def _fetch(self, name: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._pool.acquire(timeout=self._wait) as connection:
            return await connection.fetch(queries[name], *arguments)
