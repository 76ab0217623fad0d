"""The watcher: notices what has fallen silent and tells by its own path (``python -m workers.watcher``)."""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg
import structlog
from prometheus_client import CollectorRegistry, Gauge, start_http_server
from temporalio.client import Client
from temporalio.service import RPCError

from domain.calendar import LOCAL
from infra import logging, temporal
from infra.messaging.switchboard import open_switchboard
from infra.run import beat, run, stop_event
from infra.settings import Settings, load_settings
from infra.watching import census, ledger
from infra.watching.alarms import Alarm, Alarms, Crier
from infra.watching.finding import Finding, Kind
from workers.patience import open_pool_patiently

log = structlog.stdlib.get_logger(__name__)

PROCESS = "watcher"
BLIND_AFTER = 2
"""So many looks in a row must fail before the other side counts as away: a restart is no alarm."""
TEMPORAL_SECONDS = 25.0
PASSING = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


Clock = Callable[[], datetime]
"""The time in the zone of the project."""


def local_time() -> datetime:
    return datetime.now(LOCAL)


class Watch:
    """Looks at the ledger and at Temporal, each without the other; tells once of each finding until it is over."""

    def __init__(
        self, settings: Settings, pool: asyncpg.Pool, crier: Crier, client: Client, *, clock: Clock = local_time
    ) -> None:
        self._clock = clock
        self._up_since = clock()
        self._settings = settings
        self._chosen = settings.watcher
        self._pool = pool
        self._alarms = Alarms(pool)
        self._crier = crier
        self._client = client
        self._failed: dict[Kind, int] = defaultdict(int)
        self._told_of_database = False
        self.registry = CollectorRegistry()
        self._open = Gauge("liyuan_alarms_open", "Open alarms.", ["kind"], registry=self.registry)
        self._looked = Gauge(
            "liyuan_watch_last_look_seconds", "When the ledger was last looked at.", registry=self.registry
        )

    async def look(self) -> None:
        """One round; never raises for what is away."""
        try:
            up_for = self._clock() - self._up_since
            await self._alarms.settle(*await ledger.findings(self._pool, self._chosen, watched_for=up_for))
            await ledger.ask_for_calendar_years(self._pool, self._clock().date())
            self._failed[Kind.DATABASE_UNREACHABLE] = 0
            self._told_of_database = False
            await self._tell()
            await self._look_at_temporal()
            await self._tell()
            await self._count()
        except PASSING as fault:
            await self._database_away(fault)

    async def _look_at_temporal(self) -> None:
        grace, chosen = self._chosen.unreconciled_after, self._chosen
        if not await self._ask(census.KINDS, lambda: census.findings(self._client, self._pool, grace=grace)):
            return
        await self._ask(
            frozenset({Kind.MISSED_SCHEDULE}),
            lambda: census.schedule_findings(
                self._client, self._pool, expected=chosen.schedules, grace=chosen.schedule_grace
            ),
        )

    async def _ask(self, kinds: frozenset[Kind], question: Callable[[], Awaitable[list[Finding] | None]]) -> bool:
        """Whether Temporal answered; alarms of ``kinds`` stay as they are while it does not."""
        away = Kind.TEMPORAL_UNREACHABLE
        try:
            async with asyncio.timeout(TEMPORAL_SECONDS):
                found = await question()
        except (RPCError, RuntimeError, TimeoutError) as fault:
            self._failed[away] += 1
            log.warning("watch.temporal_away", error=type(fault).__name__)
            if self._failed[away] >= BLIND_AFTER:
                await self._alarms.settle((away,), [Finding(kind=away, subject="temporal", text=type(fault).__name__)])
            return False
        self._failed[away] = 0
        await self._alarms.settle((away, *kinds) if found is not None else (away,), found or [])
        return True

    async def _tell(self) -> None:
        together: dict[Kind, list[Alarm]] = defaultdict(list)
        for alarm in await self._alarms.untold(self._chosen):
            together[alarm.kind].append(alarm)
        for kind, alarms in together.items():
            told = await self._crier.tell(kind, [alarm.text or alarm.subject for alarm in alarms], str(alarms[0].id))
            if told:
                await self._alarms.told(alarms, *told)

    async def _count(self) -> None:
        counts = await self._alarms.counts()
        for kind in Kind:
            self._open.labels(kind).set(counts.get(kind, 0))
        self._looked.set_to_current_time()

    async def _database_away(self, fault: Exception) -> None:
        """Told without a row, for there is nowhere to write it."""
        away = Kind.DATABASE_UNREACHABLE
        self._failed[away] += 1
        log.error("watch.database_away", error=type(fault).__name__, looks=self._failed[away])
        self._open.labels(away).set(1)
        if self._failed[away] >= BLIND_AFTER and not self._told_of_database:
            self._told_of_database = await self._crier.tell_of_database(fault)


async def main() -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    await watch(settings, stop_event())


async def watch(settings: Settings, stop: asyncio.Event) -> None:
    """Looks every ``every`` until ``stop`` is set; started before PostgreSQL, it tells that PostgreSQL is missing."""
    chosen = settings.watcher
    async with open_switchboard(chosen.channels) as switchboard:
        crier = Crier(switchboard, chosen)
        log.info("watcher.ready", channels=[channel.name for channel in switchboard.outward])
        pool = await open_pool_patiently(settings, stop, after=chosen.every * BLIND_AFTER, tell=crier.tell_of_database)
        if pool is not None:
            async with pool:
                client = await temporal.connect(settings, role="守望", lazy=True)
                await _rounds(Watch(settings, pool, crier, client), pool, settings, stop)
    log.info("watcher.stopped")


async def _rounds(watcher: Watch, pool: asyncpg.Pool, settings: Settings, stop: asyncio.Event) -> None:
    chosen = settings.watcher
    if chosen.metrics_port:
        start_http_server(chosen.metrics_port, addr="127.0.0.1", registry=watcher.registry)
    async with asyncio.TaskGroup() as group:
        heart = group.create_task(beat(pool, PROCESS), name="heartbeat")
        while not stop.is_set():
            await watcher.look()
            try:
                async with asyncio.timeout(chosen.every.total_seconds()):
                    await stop.wait()
            except TimeoutError:
                continue
        heart.cancel()


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m workers.watcher",
        description="Notices silent processes, stuck or lost cases, missed deadlines. Settings: docs/notices.md.",
    ).parse_args()
    run(main())
