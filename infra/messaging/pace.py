"""Our own rate limit a channel, so that the provider's is not run into; urgent messages keep a share to themselves."""

import time
from datetime import timedelta

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter


class Pace:
    """At most ``per_minute`` in any minute, of which routine messages get four fifths. Counts within this process."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._all = RateLimitItemPerMinute(per_minute)
        self._routine = RateLimitItemPerMinute(max(1, per_minute * 4 // 5))

    async def turn(self, *, urgent: bool) -> timedelta | None:
        """Takes a place and answers None, or takes none and answers how long to wait."""
        if not urgent and not await self._limiter.test(self._routine, "routine"):
            return await self._until(self._routine, "routine")
        if not await self._limiter.hit(self._all, "all"):
            return await self._until(self._all, "all")
        if not urgent:
            await self._limiter.hit(self._routine, "routine")
        return None

    async def _until(self, item: RateLimitItemPerMinute, key: str) -> timedelta:
        stats = await self._limiter.get_window_stats(item, key)
        return timedelta(seconds=max(1.0, stats.reset_time - time.time()))
