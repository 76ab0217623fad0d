"""``python -m benchmarks``: figures of goals.md in a minute; ``--crowd``: of many cases too; ``--long``: all."""

import argparse
import asyncio
import os
import sys
import time
from datetime import UTC, datetime

import asyncpg
from temporalio.client import Client

from benchmarks import rows
from benchmarks.figures import Figure, table
from benchmarks.lists import page_times
from benchmarks.long_life import long_life
from benchmarks.measures import Bench, History, Openings, Runs, percentile
from benchmarks.repair import LONGEST, Door
from benchmarks.stage import Stage, staged
from benchmarks.storm import Storm, storm
from domain.rulebook.open_values import OV_901
from infra.postgres.pool import open_pool
from infra.reference.principals import CALL_CENTRE, grant_sample_keys
from infra.run import leave

KB = 1024
LISTS = "lists"
SHORT = {"rounds": 3, "cases": 6, "pairs": 3, "opening_rounds": 2, "openings": 20, "statements": 2, "listed": 0,
         "deadlines": 0, "messages": 0}  # fmt: skip
CROWD = SHORT | {"deadlines": 200, "messages": 40}
LONG = {"rounds": 9, "cases": 16, "pairs": 30, "opening_rounds": 4, "openings": 100, "statements": 10,
        "listed": 100_000, "deadlines": 10_000, "messages": 200}  # fmt: skip

SHORT_GRACE = "insert into open_values values ('LY', $1, (now() at time zone 'Asia/Shanghai')::date, 'PT1S')"
"""REP-47: a repair that is done is closed a second later, not days."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def measure(stage: Stage, size: dict[str, int]) -> list[Figure]:
    """Every figure of this run; warmed up first."""
    settings = stage.settings
    pool = await open_pool(settings)
    try:
        bench = Bench(
            stage=stage,
            client=await Client.connect(settings.temporal_address),
            pool=pool,
            door=await _door(stage, pool),
        )
        histories = await bench.histories()
        _say_events(histories)
        await bench.rounds(1, 4)
        runs = await bench.rounds(size["rounds"], size["cases"])
        _say_parts(runs)
        acts = await bench.acts(size["pairs"])
        openings = await bench.openings(size["opening_rounds"], size["openings"])
        transactions, milliseconds = await bench.statements(size["statements"])
        crowd = await _crowd(bench, size["deadlines"])
    finally:
        await pool.close()
    return [
        *_of_histories(histories),
        *_of_runs(runs),
        *_of_acts(acts),
        *_of_openings(openings),
        *_of_transact(runs),
        *_of_starts(stage),
        *crowd,
        *await _of_lists(stage, size["listed"]),
        Figure(goal=13, what="PostgreSQL CPU an act", value=milliseconds, unit="ms", must=0.6),
        Figure(goal=13, what="transactions an act, command included", value=transactions, unit=""),
    ]


async def _door(stage: Stage, pool: asyncpg.Pool) -> Door:
    async with pool.acquire() as connection:
        keys = await grant_sample_keys(connection)
        await connection.execute(SHORT_GRACE, OV_901.id)
    return Door(stage.settings.api_port, keys[CALL_CENTRE])


def _of_histories(histories: dict[str, History]) -> list[Figure]:
    desk, bare = histories["desk"], histories["bare"]
    longest, bare_longest = histories["longest"], histories["bare_longest"]
    acts = f"{len(LONGEST)} acts"
    long = f"longest path, {acts}: {longest.events} (B of {acts} {bare_longest.events})"
    moves = f"{acts}: {longest.transitions} (B {bare_longest.transitions})"
    size = f"{acts}: {longest.size / KB:.1f} (B {bare_longest.size / KB:.1f})"
    return [
        Figure(goal=1, what="events of a case", value=desk.events, unit="", must=155, aim=100,
               note=f"B {bare.events}; {long}"),
        Figure(goal=1, what="state transitions", value=desk.transitions, unit="", must=54, aim=20,
               note=f"B {bare.transitions}; {moves}"),
        Figure(goal=2, what="history", value=desk.size / KB, unit="KB", must=42, aim=25,
               note=f"B {bare.size / KB:.1f}; {size}"),
    ]  # fmt: skip


def _of_runs(runs: dict[str, Runs]) -> list[Figure]:
    desk, bare = runs["desk"], runs["bare"]
    return [
        Figure(goal=3, what="CPU a case", value=desk.seconds / bare.seconds, unit="B", must=1.3, aim=0.8,
               note=f"{desk.seconds * 1000:.0f} ms against {bare.seconds * 1000:.0f} ms"),
        Figure(goal=4, what="cases a second, 8 at once", value=desk.rate / bare.rate, unit="B", must=0.8, aim=1.3,
               more_is_better=True, note=f"{desk.rate:.2f}/s against {bare.rate:.2f}/s"),
    ]  # fmt: skip


def _of_acts(acts: dict[str, list[float]]) -> list[Figure]:
    figures = []
    for share, must, aim in ((0.5, 1.25, 0.7), (0.99, 1.5, 1.0)):
        desk, bare = percentile(acts["desk"], share), percentile(acts["bare"], share)
        note = f"{desk * 1000:.0f} ms against {bare * 1000:.0f} ms, over HTTP"
        what = f"act answered, p{share * 100:.0f} of {len(acts['desk'])}"
        figures.append(Figure(goal=5, what=what, value=desk / bare, unit="B", must=must, aim=aim, note=note))
    return figures


def _of_openings(openings: Openings) -> list[Figure]:
    desk, bare = openings.cpu["desk"], openings.cpu["bare"]
    memory = openings.memory["desk"] / KB
    return [
        Figure(goal=6, what="opening a case, worker CPU", value=desk / bare, unit="x", must=1.5, aim=1.0,
               note=f"{desk * 1000:.1f} ms against {bare * 1000:.1f} ms"),
        Figure(goal=7, what="memory a cached open case", value=memory, unit="KB", must=260, aim=100,
               note=f"B {openings.memory['bare'] / KB:.0f}"),
        Figure(goal=7, what="disk an open case", value=openings.disk / KB, unit="KB", must=36, aim=25),
    ]  # fmt: skip


def _of_transact(runs: dict[str, Runs]) -> list[Figure]:
    if "transact" not in runs:
        say("goal 11 left out: dbos is not installed; pip install --require-hashes -r requirements-bench.lock")
        return []
    desk, transact = runs["desk"], runs["transact"]
    note = f"DBOS {transact.seconds * 1000:.0f} ms a case, {transact.rate:.2f} cases/s"
    value = desk.seconds / transact.seconds
    return [Figure(goal=11, what="CPU against DBOS Transact", value=value, unit="x", must=1.2, aim=0.8, note=note)]


def _of_starts(stage: Stage) -> list[Figure]:
    worker, api = stage.ready_after["worker"], stage.ready_after["api"]
    return [
        Figure(goal=12, what="worker process to polling", value=worker, unit="s", must=2, aim=1.4),
        Figure(goal=12, what="API process to ready", value=api, unit="s", must=1.7, aim=1.2),
    ]


async def _crowd(bench: Bench, deadlines: int) -> list[Figure]:
    return _of_storm(await storm(bench.client, bench.pool, bench.door, deadlines), deadlines) if deadlines else []


def _of_storm(seen: Storm, deadlines: int) -> list[Figure]:
    desk, bare = seen.rates["desk"], seen.rates["bare"]
    quiet, acts = percentile(seen.quiet, 0.5), percentile(seen.acts, 0.99)
    return [
        Figure(goal=8, what=f"deadlines fired a second, {deadlines:,} at once", value=desk / bare, unit="B", must=0.8,
               more_is_better=True, note=f"{desk:.1f}/s against {bare:.1f}/s"),
        Figure(goal=8, what=f"acts meanwhile, p99 of {len(seen.acts)}", value=acts / quiet, unit="x quiet p50", must=10,
               note=f"{acts * 1000:.0f} ms, {quiet * 1000:.0f} ms before"),
        Figure(goal=9, what=f"emergency told meanwhile, p99 of {len(seen.alarms)}", value=percentile(seen.alarms, 0.99),
               unit="s", must=10, aim=3, note=f"p50 {percentile(seen.alarms, 0.5):.2f} s"),
    ]  # fmt: skip


async def live_long(stage: Stage, messages: int) -> list[Figure]:
    """On a server of its own, whose clocks can be wound."""
    pool = await open_pool(stage.settings)
    try:
        client, door = await Client.connect(stage.settings.temporal_address), await _door(stage, pool)
        life = await long_life(client, door, messages)
    finally:
        await pool.close()
    note = f"{len(life.events)} run{'s' * (len(life.events) > 1)}: {', '.join(map(str, life.events))} events"
    return [
        Figure(goal=14, what=f"events a run, {life.messages} messages in {life.days:.0f} days", value=max(life.events),
               unit="", must=1999, note=note)
    ]  # fmt: skip


async def _of_lists(stage: Stage, cases: int) -> list[Figure]:
    """Goal 17, in a database of its own: filling it takes longer than all the rest of a short run."""
    if not cases:
        return []
    await rows.prepare(stage.settings.dsn, also_make=LISTS)
    times = await page_times(stage.settings, stage.postgres.dsn(LISTS), cases=cases, rounds=30)
    p50, p99 = (percentile(times, share) * 1000 for share in (0.5, 0.99))
    return [
        Figure(goal=17, what=f"page of 50 among {cases:,} cases, p99 of {len(times)}", value=p99, unit="ms", must=50,
               note=f"p50 {p50:.1f} ms"),
    ]  # fmt: skip


def _of_second_start(stage: Stage) -> list[Figure]:
    return [
        Figure(goal=12, what="second start of the whole desk", value=stage.second_start(), unit="s", must=15, aim=8)
    ]


def _say_events(histories: dict[str, History]) -> None:
    for arm in ("bare", "desk", "longest"):
        kinds = sorted(histories[arm].kinds.items(), key=lambda item: -item[1])
        say(f"{arm} events: " + ", ".join(f"{name} {count}" for name, count in kinds))


def _say_parts(runs: dict[str, Runs]) -> None:
    for arm, run in runs.items():
        parts = ", ".join(f"{part} {run.part(part) * 1000:.0f}" for part in run.cpu[0])
        say(f"{arm} CPU a case, ms: {parts}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--crowd", action="store_const", dest="size", const=CROWD, help="goals 8, 9 and 14 too: 3 min")
    sizes.add_argument("--long", action="store_const", dest="size", const=LONG, help="all, with more rounds and cases")
    size = parser.parse_args().size or SHORT
    began = time.monotonic()
    with staged() as stage:
        say(f"ready after {time.monotonic() - began:.1f} s")
        figures = asyncio.run(measure(stage, size))
        figures += _of_second_start(stage)
    if size["messages"]:
        with staged(with_transact=False, time_skipping=True) as stage:
            figures += asyncio.run(live_long(stage, size["messages"]))
    day = datetime.now(UTC).date()
    say(f"\n{day}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {time.monotonic() - began:.0f} s\n")
    say(table(figures))
    return 0


if __name__ == "__main__":
    leave(main())
