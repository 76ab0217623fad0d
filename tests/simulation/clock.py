"""The clock of a simulated month: what is to happen at which moment, in one order for all."""

import heapq
from collections.abc import Callable
from datetime import datetime

Doing = Callable[[], None]


class Clock:
    """``now`` is the moment of what is happening; of one moment, what was planned first comes first."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._planned: list[tuple[datetime, int, Doing]] = []
        self._count = 0

    def at(self, moment: datetime, do: Doing) -> None:
        """Do it then; what lies behind us, now."""
        self._count += 1
        heapq.heappush(self._planned, (max(moment, self.now), self._count, do))

    def run(self, until: datetime) -> None:
        while self._planned and self._planned[0][0] <= until:
            self.now, _, do = heapq.heappop(self._planned)
            do()
        self.now = until
