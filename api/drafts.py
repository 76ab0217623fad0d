"""Forms to be looked at once more before they are sent: what a caller said stands in no address and on no disk."""

import secrets
import time
from collections.abc import Callable

KEPT_SECONDS = 3600.0
MOST = 500
"""Of all people together; the oldest gives way."""


class Drafts:
    """In this process only: after a restart a form is empty again. Shown to nobody but whose it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float, object]] = {}

    def keep(self, whose: str, draft: object) -> str:
        """The name under which it is found."""
        now = self._clock()
        fresh = [(name, one) for name, one in self._kept.items() if now - one[1] < KEPT_SECONDS]
        self._kept = dict(fresh[-MOST + 1 :])
        name = secrets.token_hex(16)
        self._kept[name] = (whose, now, draft)
        return name

    def of(self, whose: str, name: str) -> object | None:
        """As often as it is asked for; None for what is gone, or another's."""
        owner, kept_at, draft = self._kept.get(name, ("", 0.0, None))
        return draft if owner == whose and self._clock() - kept_at < KEPT_SECONDS else None
