"""Sealing of sensitive columns: a data key per owner, wrapped by a master key, bound to table, row and column.

SealError
  x Erased          the owner's data key was destroyed, so nothing of his can be read any more
  x Broken          the value was changed, or moved from the column it was sealed for
  x NoMasterKey     the data key is wrapped by a master key that is not in the settings
"""

import json
import os
import time
from collections import OrderedDict
from dataclasses import dataclass, field

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.keys import KEY_BYTES, KeyRing
from infra.packing import packed, unpacked
from infra.postgres.queries import load

UNPACKED, PACKED = b"\x01", b"\x02"
"""The first byte of a sealed value. ``UNPACKED`` is only read: sealed by versions that packed nothing."""

NONCE_BYTES = 12
CACHED_KEYS = 2000
CACHED_SECONDS = 60.0
REWRAP_BATCH = 200

Connection = asyncpg.Connection | PoolConnectionProxy

queries = load("upkeep.sql")


class SealError(Exception):
    """Carries owner and key ids only, never content."""


class Erased(SealError):
    pass


class Broken(SealError):
    pass


class NoMasterKey(SealError):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed value stands; it opens nowhere else. ``row`` is the primary key as text."""

    table: str
    row: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """An owner's unwrapped key, for several values in a row without asking the database each time."""

    owner: str
    key: bytes = field(repr=False)

    def seal(self, place: Place, plaintext: bytes) -> bytes:
        return PACKED + _encrypt(self.key, packed(plaintext), self._bound_to(place, PACKED))

    def open(self, place: Place, sealed: bytes) -> bytes:
        kind = sealed[:1]
        if kind not in (UNPACKED, PACKED):
            raise Broken(f"{place.table}.{place.column} of {self.owner} is not a sealed value")
        try:
            content = _decrypt(self.key, sealed[1:], self._bound_to(place, kind))
        except InvalidTag:
            raise Broken(f"{place.table}.{place.column} of {self.owner} does not open") from None
        plaintext = unpacked(content) if kind == PACKED else content
        if plaintext is None:
            raise Broken(f"{place.table}.{place.column} of {self.owner} is larger than anything we seal")
        return plaintext

    def _bound_to(self, place: Place, kind: bytes) -> bytes:
        bound = json.dumps([self.owner, place.table, place.row, place.column]).encode()
        return bound if kind == UNPACKED else kind + bound


class Sealer:
    """Seals and opens with the data keys of ``data_keys``.

    Unwrapped keys are kept for a minute, so a destroyed key may still open values in this process for that long.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._kept: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()

    @property
    def masters(self) -> tuple[str, ...]:
        """Names of the master keys at hand."""
        return tuple(self._ring.keys)

    async def key(self, connection: Connection, owner: str) -> DataKey:
        """The owner's key, made on first use inside the caller's transaction; idempotent.

        ``owner`` is such as ``case:REP-20261122-00001``, ``household:…``, ``staff:…``.
        """
        found = await self._find(connection, owner)
        if found is None:
            wrapped = self._wrap(owner, os.urandom(KEY_BYTES))
            await connection.execute(queries["add_data_key"], owner, self._ring.current, wrapped)
            found = await self._find(connection, owner)
        if found is None:
            raise Erased(f"the data key of {owner} was destroyed just now")
        return found

    async def existing_key(self, connection: Connection, owner: str) -> DataKey:
        """The owner's key; ``Erased`` if there is none."""
        found = await self._find(connection, owner)
        if found is None:
            raise Erased(f"{owner} has no data key")
        return found

    async def has_key(self, connection: Connection, owner: str) -> bool:
        """Whether anything of this owner can still be read; asks the database."""
        return await connection.fetchrow(queries["data_key"], owner) is not None

    async def seal(self, connection: Connection, owner: str, place: Place, plaintext: bytes) -> bytes:
        return (await self.key(connection, owner)).seal(place, plaintext)

    async def open(self, connection: Connection, owner: str, place: Place, sealed: bytes) -> bytes:
        """The plaintext; ``Erased`` or ``Broken`` otherwise."""
        return (await self.existing_key(connection, owner)).open(place, sealed)

    async def destroy(self, connection: Connection, owner: str) -> bool:
        """Make everything of this owner unreadable for good; False if there was no key (any more)."""
        self._kept.pop(owner, None)
        return await connection.execute(queries["destroy_data_key"], owner) == "DELETE 1"

    async def rewrap(self, pool: asyncpg.Pool) -> int:
        """Put every data key under the current master key and return how many were moved.

        Safe while the desk runs and to repeat; afterwards the other master keys may leave the settings.
        """
        moved = 0
        while True:
            async with pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(queries["keys_under_other_masters"], self._ring.current, REWRAP_BATCH)
                for row in rows:
                    key = self._unwrap(row["owner"], row["master_key_id"], row["wrapped"])
                    wrapped = self._wrap(row["owner"], key)
                    await connection.execute(queries["rewrap_data_key"], row["owner"], self._ring.current, wrapped)
            if not rows:
                return moved
            moved += len(rows)

    async def _find(self, connection: Connection, owner: str) -> DataKey | None:
        kept = self._kept.get(owner)
        if kept is not None and time.monotonic() < kept[0]:
            self._kept.move_to_end(owner)
            return kept[1]
        row = await connection.fetchrow(queries["data_key"], owner)
        if row is None:
            return None
        key = DataKey(owner=owner, key=self._unwrap(owner, row["master_key_id"], row["wrapped"]))
        if row["settled"]:
            # A key made in the transaction we are in is not kept: with a rollback it would never have existed.
            self._kept[owner] = (time.monotonic() + CACHED_SECONDS, key)
            if len(self._kept) > CACHED_KEYS:
                self._kept.popitem(last=False)
        return key

    def _wrap(self, owner: str, key: bytes) -> bytes:
        return _encrypt(self._ring.keys[self._ring.current], key, f"data-key|{owner}".encode())

    def _unwrap(self, owner: str, master: str, wrapped: bytes) -> bytes:
        if master not in self._ring.keys:
            raise NoMasterKey(f"master key {master} is not among LIYUAN_MASTER_KEYS; add it again")
        try:
            return _decrypt(self._ring.keys[master], wrapped, f"data-key|{owner}".encode())
        except InvalidTag:
            raise Broken(f"the data key of {owner} does not open with master key {master}") from None


def _encrypt(key: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES].ljust(NONCE_BYTES, b"\0"), sealed[NONCE_BYTES:], bound_to)
