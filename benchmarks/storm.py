"""Very many deadlines in one second: how fast they fire, and how long acts and emergencies wait meanwhile."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
from temporalio.client import Client

from benchmarks.bare import BareDeadline
from benchmarks.bare_worker import QUEUE
from benchmarks.lanes import side_by_side
from benchmarks.repair import FRONT_DESK, Door
from domain.deadlines import Obligation
from domain.events import Noted
from domain.events.repair import Situation
from domain.fullness import MOST_REMARKS
from domain.ladder import OV_05_SHARE
from domain.limits import Within
from domain.people import CaseNo
from domain.rulebook.open_values import BACKDATING
from domain.rulebook.repair.obligations import FORM_FILLED, REGULAR_RESPONSE

AT_ONCE = 8
BYSTANDERS, QUIET_ACTS = 4, 10
BETWEEN_ALARMS = 0.2
LOOK_SECONDS = 0.1
LONGEST = 1_800.0
OPENED_A_SECOND = 10
STARTED_A_SECOND = 50
MARGIN = timedelta(seconds=8)
FIRED = """
select count(*) as fired, extract(epoch from max(written_at))::float8 as last from entries
where type = 'rung_reached' and rule = $2 and written_at >= $1 and case_no = any($3)
"""
BARE_FIRED = """
select count(*) as fired, extract(epoch from max(at))::float8 as last from bench_rows where case_no = any($1)
"""
ALARMED = "select extract(epoch from min(created_at))::float8 from notices where case_no = $1"


@dataclass(kw_only=True)
class Storm:
    """``rates``: deadlines a second by arm. Seconds of acts before and during it, and of emergencies until told."""

    rates: dict[str, float] = field(default_factory=dict)
    quiet: list[float] = field(default_factory=list)
    acts: list[float] = field(default_factory=list)
    alarms: list[float] = field(default_factory=list)


class NeverFired(Exception):
    """Some of the deadlines did not ring in half an hour."""


async def storm(client: Client, pool: asyncpg.Pool, door: Door, cases: int) -> Storm:
    """So many bare timers in one second, then so many reminders of the desk's; its cases stay open behind them."""
    seen = Storm()
    seen.rates["bare"] = await _bare(client, pool, cases)
    ring, row = _first_ring(cases)
    begun = ring - _reminded_after(row)
    numbers = await side_by_side((door.open(call_started_at=begun.isoformat()) for _ in range(cases)), AT_ONCE)
    bystanders = [await door.open() for _ in range(BYSTANDERS)]
    for no in bystanders:
        seen.quiet += [await _act(door, no) for _ in range(QUIET_ACTS)]
    if (left := ring.timestamp() - time.time()) <= 0:
        raise NeverFired(f"opening {cases} cases took {-left:.0f} s longer than there was")
    await asyncio.sleep(left)
    over = asyncio.Event()
    meanwhile = [asyncio.create_task(_act_until(over, door, no, seen)) for no in bystanders]
    meanwhile.append(asyncio.create_task(_alarm_until(over, pool, door, seen)))
    last = await _last(pool, FIRED, cases, ring, row.rule, numbers)
    over.set()
    await asyncio.gather(*meanwhile)
    seen.rates["desk"] = cases / (last - ring.timestamp())
    return seen


def _first_ring(cases: int) -> tuple[datetime, Obligation]:
    """The soonest reminder that so many calls of the same moment, written down one after another, come before."""
    opened = datetime.now(UTC) + MARGIN + timedelta(seconds=cases / OPENED_A_SECOND)
    for row in (FORM_FILLED, REGULAR_RESPONSE):
        earliest = datetime.now(UTC) - BACKDATING + MARGIN + _reminded_after(row)
        ring = max(opened, earliest)
        if ring <= datetime.now(UTC) + _reminded_after(row):
            return ring, row
    raise NeverFired(f"{cases} cases cannot be opened before a reminder of the first hour")


def _reminded_after(row: Obligation) -> timedelta:
    assert isinstance(row.limit, Within)  # noqa: S101  # both rows are
    assert isinstance(row.limit.length, timedelta)  # noqa: S101
    return row.limit.length * OV_05_SHARE


async def _bare(client: Client, pool: asyncpg.Pool, cases: int) -> float:
    ring = datetime.now(UTC) + MARGIN + timedelta(seconds=cases / STARTED_A_SECOND)
    ids = [f"deadline-{uuid4()}" for _ in range(cases)]
    starts = (client.start_workflow(BareDeadline.run, ring.timestamp(), id=no, task_queue=QUEUE) for no in ids)
    await side_by_side(starts, AT_ONCE)
    return cases / (await _last(pool, BARE_FIRED, cases, ids) - ring.timestamp())


async def _last(pool: asyncpg.Pool, query: str, wanted: int, *values: object) -> float:
    """When the last of them was written, in seconds of the epoch."""
    ends = time.monotonic() + LONGEST
    while True:
        [(fired, last)] = await pool.fetch(query, *values)
        if fired >= wanted:
            return float(last)
        if time.monotonic() > ends:
            raise NeverFired(f"{fired} of {wanted}")
        await asyncio.sleep(LOOK_SECONDS)


async def _act_until(over: asyncio.Event, door: Door, no: CaseNo, seen: Storm) -> None:
    for _ in range(MOST_REMARKS - QUIET_ACTS):
        seen.acts.append(await _act(door, no))
        if over.is_set():
            return


async def _alarm_until(over: asyncio.Event, pool: asyncpg.Pool, door: Door, seen: Storm) -> None:
    """Seconds from the call of an emergency until whoever must come is told in the outbox."""
    while not over.is_set():
        began = time.time()
        no = await door.open(situation=Situation.FLOODING.value)
        seen.alarms.append(await pool.fetchval(ALARMED, no) - began)
        await asyncio.sleep(BETWEEN_ALARMS)


async def _act(door: Door, no: CaseNo) -> float:
    began = time.perf_counter()
    await door.act(no, Noted(text="备注"), FRONT_DESK)
    return time.perf_counter() - began
