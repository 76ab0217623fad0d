"""A watcher that looks when a test asks it to, and rows in which something is wrong."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial

import asyncpg
from temporalio.client import Client

from domain.calendar import LOCAL
from infra.messaging.switchboard import open_switchboard
from infra.settings import Settings
from infra.temporal import connect
from infra.watching.alarms import Crier
from infra.watching.finding import Kind
from infra.watching.settings import WatcherSettings
from tests.infra.messaging.receiver import Receiver
from tests.workers.rows import CASE, RAISED, Rows
from workers.watcher import Watch

NOTHING = WatcherSettings(expected=(), unreconciled_after=timedelta(0), schedule_grace=timedelta(0))
NOWHERE = "127.0.0.1:9"


class Round:
    """Looks on request, with a watch that is up for an hour when the test begins and lives through the whole of it."""

    def __init__(
        self, settings: Settings, pool: asyncpg.Pool, crier: Crier, client: Client, receiver: Receiver
    ) -> None:
        self.pool = pool
        self.now = datetime(2026, 11, 23, 8, tzinfo=LOCAL)
        self._watch = partial(Watch, settings, pool, crier, client)
        self.starts()
        self.now += timedelta(hours=1)
        self.receiver = receiver

    def starts(self) -> None:
        """The watcher comes up, anew from the second time on."""
        self.watcher = self._watch(clock=lambda: self.now)

    async def look(self) -> list[tuple[str, str]]:
        await self.watcher.look()
        rows = await self.pool.fetch("select kind, subject from alarms where cleared_at is null order by kind, subject")
        return [(row["kind"], row["subject"]) for row in rows if row["kind"] != Kind.TEMPORAL_UNREACHABLE]

    @property
    def told(self) -> list[str]:
        texts = [str(heard.json["text"]) for heard in self.receiver.heard]
        return [text for text in texts if Kind.TEMPORAL_UNREACHABLE.label not in text]


async def started(settings: Settings, pool: asyncpg.Pool, receiver: Receiver) -> AsyncIterator[Round]:
    client = await connect(settings, role="test", lazy=True)
    async with open_switchboard(settings.watcher.channels) as switchboard:
        yield Round(settings, pool, Crier(switchboard, settings.watcher), client, receiver)


async def add_case(rows: Rows, no: str = CASE, *, open_: bool = True) -> None:
    await rows.case(no, age="1 hour")
    await rows.pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, updated_at)"
        " values ($1, 'run', 1, '待接单', '{}', '{}', $2, false, now() - interval '1 hour')",
        no,
        open_,
    )


async def add_command(rows: Rows, state: str, age: str) -> None:
    await rows.case()
    await rows.pool.execute(
        "insert into commands (id, client, idempotency_key, body_hash, kind, case_no, verb, body, state, settled_at,"
        " accepted_at) values ('00000000-0000-0000-0000-00000000000a', 'c', 'k', '', 'act', $1, 'OrderTaken', '', $2,"
        " case when $2 <> 'accepted' then now() end, now() - $3::text::interval)",
        CASE,
        state,
        age,
    )


async def add_duty(rows: Rows, due: str, state: str = "open") -> None:
    await add_case(rows)
    await rows.pool.execute(
        "insert into duties (case_no, run_id, key, cycle, rule, label, owed_by, started_at, first_due_at, due_at,"
        " state, breached_at) values ($1, 'run', 'REP-26', 1, 'REP-26', '到场', '维修人员', $2, $2,"
        " now() + $3::text::interval, $4, case when $4 = 'breached' then now() end)",
        CASE,
        RAISED,
        due,
        state,
    )
