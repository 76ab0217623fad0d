"""Key rings: named 32 byte keys, one of them current; in embedded mode made on first use and kept in a file."""

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

KEY_BYTES = 32
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
FEWEST_DISTINCT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Keys by name. New values are sealed with ``current``; the others only open older ones."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)


def decode_key(text: str) -> bytes:
    """The key behind base64 text. ValueError, without the text, if it is not 32 bytes or looks like a placeholder."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("a key must be base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key must be {KEY_BYTES} bytes, not {len(key)}")
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    if len(set(key)) < FEWEST_DISTINCT or len(steps) == 1:
        raise ValueError("this is a placeholder key, not a random one")
    return key


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def kept_key(path: Path) -> dict[str, str]:
    """The ring in ``path``, made with mode 0600 if there is none; several processes may ask at once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"embedded-1": new_key()}, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    ring: dict[str, str] = json.loads(path.read_text())
    return ring
