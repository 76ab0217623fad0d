"""Signed tokens: a caller's (JWT by the keys of the settings) and the session of the staff pages."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from infra.postgres.principals import Principal
from infra.settings import Settings

ALGORITHM = "HS256"
REQUIRED = ["exp", "iat", "sub", "iss", "aud"]
SESSION = "liyuan-desk-pages"
PREFIX_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """``key``: the beginning of the hash of the API key that opened it; another key ends it, logging out too."""

    principal: str
    key: str
    opened_at: datetime


def subject_of(token: str, settings: Settings) -> str | None:
    """The principal that a caller's token names, or None. What he may do stands in the database, not in it."""
    access = settings.access
    try:
        key = access.token_key(str(jwt.get_unverified_header(token).get("kid", "")))
        if key is None:
            return None
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=access.token_audience,
            issuer=access.token_issuer,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError):
        return None
    if claims["exp"] - claims["iat"] > access.token_longest.total_seconds():
        return None
    return str(claims["sub"])


def new_session(principal: Principal, settings: Settings) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": principal.id,
        "key": principal.key_hash[:PREFIX_BYTES].hex(),
        "iss": SESSION,
        "aud": SESSION,
        "iat": now.timestamp(),  # to the microsecond: one may log in again in the second of logging out
        "exp": now + settings.access.session_length,
    }
    return jwt.encode(claims, _session_key(settings), algorithm=ALGORITHM)


def session_of(cookie: str, settings: Settings) -> Session | None:
    try:
        claims = jwt.decode(
            cookie,
            _session_key(settings),
            algorithms=[ALGORITHM],
            audience=SESSION,
            issuer=SESSION,
            options={"require": [*REQUIRED, "key"]},
        )
    except (jwt.PyJWTError, ValueError):
        return None
    opened_at = datetime.fromtimestamp(claims["iat"], UTC)
    return Session(principal=str(claims["sub"]), key=str(claims["key"]), opened_at=opened_at)


def holds(session: Session, principal: Principal) -> bool:
    """Whether it was opened by the key that the principal has now, and not logged out of since."""
    if principal.logged_out_at is not None and session.opened_at <= principal.logged_out_at:
        return False
    return hmac.compare_digest(session.key, principal.key_hash[:PREFIX_BYTES].hex())


def _session_key(settings: Settings) -> bytes:
    """Derived, so that no further secret has to be kept; a new master key ends all sessions."""
    ring = settings.master_ring()
    return hmac.new(ring.keys[ring.current], b"liyuan desk: sessions of the staff pages", hashlib.sha256).digest()
