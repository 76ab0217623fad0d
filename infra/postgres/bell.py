"""A bell that wakes everyone who waits, and does not forget a ring between two looks."""

import asyncio
from datetime import timedelta


class Bell:
    """Take ``next`` before looking for work, and ``heard`` with it afterwards: a ring in between counts."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        rung, self._event = self._event, asyncio.Event()
        rung.set()

    @property
    def next(self) -> asyncio.Event:
        return self._event

    async def heard(self, event: asyncio.Event, within: timedelta) -> None:
        """Returns at the ring, or after ``within``."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await event.wait()
        except TimeoutError:
            return
