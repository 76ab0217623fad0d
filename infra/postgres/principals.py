"""Who uses the API: principals by key or name, with the posts they hold now in each of their estates."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import asyncpg

from domain.people import Actor, EstateCode, Role, StaffId
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.reference.principals import hash_key
from infra.settings import Settings

KEPT_SECONDS = 1.0
BY_ITSELF = frozenset({Role.FRONT_DESK})
"""What a system records as that names nobody: it takes down what it is told, and decides and signs nothing."""

queries = load("principals.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """``held``: posts by estate; a person's are those of the key that the roster of staff still gives him.

    ``logged_out_at``: a session of the pages that was opened until then is over.
    """

    id: str
    is_person: bool
    name: str
    held: Mapping[EstateCode, frozenset[Role]]
    key_hash: bytes = field(repr=False)
    logged_out_at: datetime | None = None

    @property
    def estates(self) -> frozenset[EstateCode]:
        return frozenset(self.held)

    @property
    def actors(self) -> tuple[Actor, ...]:
        """As whom it acts, in each of its estates."""
        return tuple(actor for estate in self.held if (actor := self.actor(estate)))

    def actor(self, estate: EstateCode) -> Actor | None:
        """As whom the principal acts in the estate; None where it has no business."""
        posts = self.held.get(estate)
        if posts is None:
            return None
        return Actor(id=StaffId(self.id), name=self.name, posts=posts, estates=frozenset({estate}))

    def recorder(self, estate: EstateCode) -> Actor | None:
        """As whom it records what it does itself: a person with every post held, a system with ``BY_ITSELF`` alone."""
        actor = self.actor(estate)
        return actor if actor is None or self.is_person else replace(actor, posts=actor.posts & BY_ITSELF)


class Principals:
    """A key taken back or a post lost counts within a second: so long an answer is kept."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._kept: dict[bytes | str, tuple[float, Principal]] = {}

    async def by_key(self, key: str) -> Principal | None:
        return await self._find("principal_by_key", hash_key(key))

    async def by_id(self, principal: str) -> Principal | None:
        return await self._find("principal_by_id", principal)

    async def log_out(self, principal: str, at: datetime) -> None:
        """End the sessions opened until the moment, here at once, in other processes within a second."""
        async with acquired(self._pool, self._settings) as connection:
            await connection.execute(queries["log_out"], principal, at)
        self.forget()

    def forget(self) -> None:
        """Read everything anew."""
        self._kept.clear()

    async def _find(self, query: str, wanted: bytes | str) -> Principal | None:
        now = time.monotonic()
        kept = self._kept.get(wanted)
        if kept is not None and now < kept[0]:
            return kept[1]
        found = await self._read(query, wanted)
        self._kept = {key: value for key, value in self._kept.items() if now < value[0]}
        if found is not None:
            self._kept[wanted] = (now + KEPT_SECONDS, found)
        return found

    async def _read(self, query: str, wanted: bytes | str) -> Principal | None:
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(queries[query], wanted)
            if row is None:
                return None
            granted = frozenset(Role(post) for post in row["posts"])
            held = {EstateCode(estate): granted for estate in row["estates"]}
            if row["kind"] == "person":
                now = await connection.fetch(queries["posts_held"], row["id"])
                held = {estate: posts for estate, posts in _posts_now(now, granted).items() if estate in held and posts}
        return Principal(
            id=row["id"],
            is_person=row["kind"] == "person",
            name=row["name"],
            held=held,
            key_hash=bytes(row["key_hash"]),
            logged_out_at=row["logged_out_at"],
        )


def _posts_now(rows: Sequence[asyncpg.Record], granted: frozenset[Role]) -> dict[EstateCode, frozenset[Role]]:
    """By estate: what the key grants and the person still holds, and what he fills as a stand-in this minute."""
    return {
        EstateCode(row["estate"]): (granted & frozenset(Role(post) for post in row["posts"]))
        | frozenset(Role(post) for post in row["filled"])
        for row in rows
    }
