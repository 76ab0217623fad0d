"""What is measured, each arm in turn in the same run: counts, speed and CPU, the time of an act, opening, storage."""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
from temporalio.client import Client, WorkflowExecutionStatus

from benchmarks import clocks
from benchmarks.bare import BareCase
from benchmarks.bare_worker import QUEUE
from benchmarks.lanes import side_by_side
from benchmarks.repair import LONGEST, TEN_ACTS, Door, play
from benchmarks.stage import Stage
from domain.people import CaseNo

ACTS = 10
AT_ONCE = 8
BODY = "an act of the case"
LOOK_SECONDS = 0.02
COUNTED_AFTER = 10.5
"""Seconds after which an idle connection of PostgreSQL has told what it counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Of one closed case, as the server counts them; ``largest`` by the kind of event."""

    events: int
    transitions: int
    size: int
    kinds: dict[str, int]


@dataclass(slots=True, kw_only=True)
class Runs:
    """One arm's rounds: cases a second, and CPU seconds a case by part."""

    rates: list[float] = field(default_factory=list)
    cpu: list[dict[str, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def seconds(self) -> float:
        return statistics.median(sum(parts.values()) for parts in self.cpu)

    def part(self, name: str) -> float:
        return statistics.median(parts.get(name, 0.0) for parts in self.cpu)


@dataclass(kw_only=True)
class Bench:
    stage: Stage
    client: Client
    pool: asyncpg.Pool
    door: Door

    async def bare(self, acts: int = ACTS) -> str:
        handle = await self.client.start_workflow(BareCase.run, acts, id=f"bare-{uuid4()}", task_queue=QUEUE)
        for _ in range(acts):
            await handle.execute_update(BareCase.act, BODY)
        await handle.result()
        return handle.id

    async def history(self, no: str) -> History:
        handle = self.client.get_workflow_handle(no)
        described = await handle.describe()
        while described.status is WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(LOOK_SECONDS)
            described = await handle.describe()
        info = described.raw_description.workflow_execution_info
        kinds: dict[str, int] = {}
        async for event in handle.fetch_history_events():
            name = event.WhichOneof("attributes") or ""
            kinds[name.removesuffix("_event_attributes")] = kinds.get(name.removesuffix("_event_attributes"), 0) + 1
        return History(
            events=info.history_length,
            transitions=info.state_transition_count,
            size=info.history_size_bytes,
            kinds=kinds,
        )

    async def histories(self) -> dict[str, History]:
        """Unloaded, one at a time: B, the desk's case of ten acts, its longest path, and B of as many acts."""
        return {
            "bare": await self.history(await self.bare()),
            "desk": await self.history(await play(self.door, TEN_ACTS)),
            "longest": await self.history(await play(self.door, LONGEST)),
            "bare_longest": await self.history(await self.bare(len(LONGEST))),
        }

    async def rounds(self, rounds: int, cases: int, at_once: int = AT_ONCE) -> dict[str, Runs]:
        """Interleaved: in each round every arm plays so many cases, ``at_once`` side by side."""
        runs = {"bare": Runs(), "desk": Runs()} | ({"transact": Runs()} if self.stage.transact else {})
        for number in range(rounds):
            order = list(runs)[number % len(runs) :] + list(runs)[: number % len(runs)]
            for arm in order:
                groups = self.stage.clocks_of(arm)
                before = clocks.read(groups)
                seconds = await self._round(arm, cases, at_once)
                spent = clocks.spent(before, clocks.read(groups))
                runs[arm].rates.append(cases / seconds)
                runs[arm].cpu.append({part: value / cases for part, value in spent.items()})
        return runs

    async def _round(self, arm: str, cases: int, at_once: int) -> float:
        if arm == "transact":
            assert self.stage.transact is not None  # noqa: S101  # only then is it an arm
            return await asyncio.to_thread(self.stage.transact.run, cases, at_once, ACTS)
        one: Callable[[], Awaitable[str]] = self.bare if arm == "bare" else self._desk_case
        began = time.monotonic()
        await side_by_side((one() for _ in range(cases)), at_once)
        return time.monotonic() - began

    async def _desk_case(self) -> CaseNo:
        return await play(self.door, TEN_ACTS)

    async def acts(self, pairs: int) -> dict[str, list[float]]:
        """Seconds of each act with its record committed, one at a time: an act of B, then one of the desk."""
        taken: dict[str, list[float]] = {"bare": [], "desk": []}
        for _ in range(pairs):
            handle = await self.client.start_workflow(BareCase.run, ACTS, id=f"bare-{uuid4()}", task_queue=QUEUE)
            no = await self.door.open()
            for event, by in TEN_ACTS:
                began = time.perf_counter()
                await handle.execute_update(BareCase.act, BODY)
                taken["bare"].append(time.perf_counter() - began)
                began = time.perf_counter()
                await self.door.act(no, event, by)
                taken["desk"].append(time.perf_counter() - began)
        return taken

    async def openings(self, rounds: int, cases: int) -> "Openings":
        """Worker CPU and memory a case opened, and what the open case takes on disk."""
        pids = {"bare": self.stage.bare.process.pid, "desk": self.stage.worker.process.pid}
        cpu: dict[str, list[float]] = {"bare": [], "desk": []}
        grown = {"bare": 0, "desk": 0}
        disk = 0
        for _ in range(rounds):
            for arm, pid in pids.items():
                before, memory, kept = clocks.cpu_seconds(pid), clocks.resident_bytes(pid), await self._on_disk()
                await self._open(arm, cases)
                cpu[arm].append((clocks.cpu_seconds(pid) - before) / cases)
                grown[arm] += clocks.resident_bytes(pid) - memory
                disk += await self._on_disk() - kept if arm == "desk" else 0
        count = rounds * cases
        return Openings(
            cpu={arm: statistics.median(values) for arm, values in cpu.items()},
            memory={arm: total / count for arm, total in grown.items()},
            disk=disk / count,
        )

    async def _open(self, arm: str, cases: int) -> None:
        if arm == "desk":
            await side_by_side((self.door.open() for _ in range(cases)), AT_ONCE)
            return
        ids = [f"bare-{uuid4()}" for _ in range(cases)]
        starts = (self.client.start_workflow(BareCase.run, ACTS, id=no, task_queue=QUEUE) for no in ids)
        await asyncio.gather(*starts)
        written = "select count(*) from bench_rows where case_no = any($1)"
        while await self.pool.fetchval(written, ids) < cases:  # noqa: ASYNC110  # another process writes
            await asyncio.sleep(LOOK_SECONDS)

    async def _on_disk(self) -> int:
        kept: int = await self.pool.fetchval("select pg_database_size(current_database())")
        path = self.stage.settings.data_folder / "temporal.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as server:
            pages: int = server.execute("pragma page_count").fetchone()[0]
            size: int = server.execute("pragma page_size").fetchone()[0]
        return kept + pages * size

    async def statements(self, cases: int) -> tuple[float, float]:
        """Transactions of PostgreSQL and its CPU milliseconds an act of the desk, opening and closing shared out."""
        commits = "select xact_commit from pg_stat_database where datname = current_database()"
        group = {"postgres": self.stage.clocks_of("desk")["postgres"]}
        await asyncio.sleep(COUNTED_AFTER)
        before, counted = clocks.read(group), await self.pool.fetchval(commits)
        for _ in range(cases):
            await self._desk_case()
        spent = clocks.spent(before, clocks.read(group))["postgres"]
        await asyncio.sleep(COUNTED_AFTER)
        acts = cases * (ACTS + 1)
        return (await self.pool.fetchval(commits) - counted) / acts, spent / acts * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    cpu: dict[str, float]
    memory: dict[str, float]
    disk: float


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
