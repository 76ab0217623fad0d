"""Grants and takes back the keys of the API; a key is shown once, only its hash is kept."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.people import POSTS, Role
from infra.postgres.queries import load
from infra.sealing import Connection

KEY_PREFIX = "lyd_"
CALL_CENTRE = "call-center"

queries = load("reference.sql")


class GrantRefused(Exception):
    """One sentence in Chinese and English with the remedy."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """``staff`` is the id of the person behind it, None for a system."""

    name: str
    posts: frozenset[Role]
    estates: frozenset[str]
    staff: str | None = None

    @property
    def principal(self) -> str:
        """A person acts under the staff id, a system under its name."""
        return self.staff or self.name


def hash_key(key: str) -> bytes:
    """What ``principals.key_hash`` holds. The key has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).digest()


async def grant(connection: Connection, wish: Grant, *, replace: bool = False) -> str:
    """The new key. With ``replace`` it takes the place of a key in use; GrantRefused otherwise.

    A person gets no post that he does not hold in one of the estates.
    """
    await _allowed(connection, wish)
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    kind = "person" if wish.staff else "system"
    posts, estates = sorted(post.value for post in wish.posts), sorted(wish.estates)
    granted = await connection.fetchval(
        queries["put_principal"], wish.principal, kind, wish.name, posts, estates, hash_key(key), replace
    )
    if granted is None:
        raise GrantRefused(
            f"{wish.principal} 已有有效密钥，请先 revoke 或加 --replace",
            f"{wish.principal} already has a key in use; revoke it first or give --replace",
        )
    return key


async def revoke(connection: Connection, principal: str) -> None:
    """GrantRefused when there is no such key in use."""
    if await connection.fetchval(queries["revoke_principal"], principal) is None:
        raise GrantRefused(f"{principal} 没有有效密钥", f"{principal} has no key in use")


async def principals(connection: Connection) -> Sequence[Mapping[str, object]]:
    """Every principal with rights and dates, never a key."""
    return [dict(row) for row in await connection.fetch(queries["principals"])]


async def grant_sample_keys(connection: Connection, estates: Sequence[str] = ("LY",)) -> dict[str, str]:
    """New keys by principal: the call centre's system key with every post, and one for each active member of staff.

    Keys of earlier calls stop working, so the caller keeps what is returned.
    """
    async with connection.transaction():
        call_centre = Grant(name=CALL_CENTRE, posts=POSTS, estates=frozenset(estates))
        keys = {CALL_CENTRE: await grant(connection, call_centre, replace=True)}
        for row in await connection.fetch(queries["staff_rights"], None, list(estates)):
            person = Grant(
                name=row["name"],
                posts=frozenset(Role(post) for post in row["posts"]),
                estates=frozenset(row["estates"]),
                staff=row["id"],
            )
            keys[row["id"]] = await grant(connection, person, replace=True)
    return keys


async def _allowed(connection: Connection, wish: Grant) -> None:
    known = {row["code"] for row in await connection.fetch(queries["known_estates"])}
    strange = sorted(wish.estates - known)
    if strange or not wish.estates:
        raise GrantRefused(f"没有小区 {'、'.join(strange)}，请先载入", f"no estate {', '.join(strange)}; load it first")
    if not wish.posts or wish.posts - POSTS:
        raise GrantRefused("岗位有误", f"posts must be among {'、'.join(sorted(POSTS))}")
    if wish.staff is None:
        return
    row = await connection.fetchrow(queries["staff_rights"], wish.staff, sorted(wish.estates))
    held = frozenset(Role(post) for post in row["posts"]) if row else frozenset()
    missing = "、".join(sorted(wish.posts - held))
    if missing:
        raise GrantRefused(
            f"{wish.staff} 在这些小区没有岗位：{missing}", f"{wish.staff} does not hold there: {missing}"
        )
