"""The process behind the routes: opens the desk as soon as PostgreSQL answers, beats, listens, and stops promptly."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram

from api.desk import Desk
from api.drafts import Drafts
from api.problems import AWAY
from domain.errors import Unavailable
from infra.errors import CannotStart
from infra.postgres.bell import Bell
from infra.postgres.commands import Command
from infra.postgres.listen import listen
from infra.run import beat
from infra.settings import Settings

log = structlog.stdlib.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
OUT_OF_REACH: tuple[type[Exception], ...] = (*AWAY, asyncpg.PostgresError)
"""While there is no pool yet: a database that is just being restored, or a password being changed, passes too."""
TOPICS = ("liyuan_cases", "notices")


class Figures:
    """What /metrics tells, in a registry of our own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "liyuan_http_requests_total", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "liyuan_http_request_seconds", "Time to the first byte of the answer.", ["route"], registry=self.registry
        )
        self.commands = Counter(
            "liyuan_commands_total", "Writes acknowledged, by how they stood then.", ["state"], registry=self.registry
        )


class Rates:
    """How often one caller may ask; counted in this process."""

    def __init__(self, settings: Settings) -> None:
        access = settings.access
        self.system, self.person, self.failures = (
            parse(rate) for rate in (access.rate_system, access.rate_person, access.rate_failures)
        )
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def hit(self, rate: RateLimitItem, *who: str) -> int:
        """0, or how many seconds to wait."""
        if await self._limiter.hit(rate, *who):
            return 0
        stats = await self._limiter.get_window_stats(rate, *who)
        return max(1, int(stats.reset_time - time.time()) + 1)


class House:
    """``desk`` raises Unavailable until PostgreSQL is there. ``stopping`` ends the streams."""

    def __init__(self, settings: Settings, open_desk: Callable[[], Awaitable[Desk]]) -> None:
        self.settings = settings
        self.figures = Figures()
        self.rates = Rates(settings)
        self.bell = Bell()
        self.drafts = Drafts()
        self.stopping = asyncio.Event()
        self.under_way: dict[tuple[str, str, bytes], asyncio.Task[Command]] = {}
        self._open_desk = open_desk
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            raise Unavailable
        return self._desk

    def stop(self) -> None:
        """End the streams now, so that the server can stop."""
        self.stopping.set()
        self.bell.ring()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._keep_open(), name="desk")]
        tasks += [asyncio.create_task(listen(self.settings.dsn, topic, self.bell.ring), name=topic) for topic in TOPICS]
        try:
            yield
        finally:
            self.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._desk is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(5):
                        await self._desk.pool.close()

    async def _keep_open(self) -> None:
        pause = FIRST_PAUSE
        while self._desk is None:
            try:
                self._desk = await self._open_desk()
            except OUT_OF_REACH as fault:
                log.warning("database.unreachable", error=type(fault).__name__, again_in_seconds=pause)
            except CannotStart as fault:
                log.critical("database.unfit", problem=fault.problem)
            if self._desk is None:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        log.info("desk.open")
        await beat(self._desk.pool, "api")
