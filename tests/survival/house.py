"""A desk of real processes on servers of its own, any of which a test may kill, stop and start again."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
from temporalio.client import Client

from infra.embedded.child import Child, bound_to_us, free_port
from infra.embedded.child import start as start_child
from infra.embedded.desk import PROCESSES
from infra.embedded.first_start import SAMPLE
from infra.embedded.postgres import EmbeddedPostgres, start_postgres
from infra.embedded.readiness import answers_ready, beating
from infra.embedded.temporal import EmbeddedTemporal, start_temporal
from infra.errors import CannotStart
from infra.invariants import Violation, violations
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.reference.principals import grant_sample_keys
from infra.sealing import Sealer
from infra.settings import PREFIX, Settings
from infra.temporal import connect
from tests.workflows.desk import hurry_the_grace

SERVERS = ("postgres", "temporal")
OURS = ("worker", "relay", "notifier", "api")
"""Our processes that the survival tests kill; the watcher has tests of its own."""

FAST = {"max_connections": "200", "synchronous_commit": "on"}
ROOT = Path(__file__).parents[2]


async def until(true: Callable[[], Awaitable[object]], within: float, what: str) -> None:
    """Looks again and again, and fails with ``what`` when time is up."""
    ends = time.monotonic() + within
    while not await true():
        assert time.monotonic() < ends, f"not within {within:.0f} s: {what}"
        await asyncio.sleep(0.1)


@dataclass(kw_only=True)
class House:
    """PostgreSQL, Temporal and our processes, by name; ``kill`` is kill -9."""

    folder: Path
    settings: Settings
    running: dict[str, Child | EmbeddedPostgres | EmbeddedTemporal] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    born: dict[str, float] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def laid_out(cls, **variables: str) -> "House":
        """In a folder and on ports of its own, with these settings besides; nothing runs yet."""
        folder = Path(tempfile.mkdtemp(prefix="liyuan-survival-"))
        folder.chmod(0o711)
        settings = Settings.model_validate(
            {
                "mode": "embedded",
                "data_folder": folder,
                "temporal_address": f"127.0.0.1:{free_port()}",
                "api_port": free_port(),
                **{name.removeprefix(PREFIX).lower(): json.loads(value) for name, value in variables.items()},
            }
        )
        return cls(folder=folder, settings=settings, variables=variables)

    async def open(self) -> None:
        """Start everything, with the sample estate and a key for everybody."""
        for name in SERVERS:
            self.start(name)
        await migrate(self.settings.dsn)
        self._load_sample()
        async with await open_pool(self.settings) as pool, pool.acquire() as connection:
            self.keys = await grant_sample_keys(connection)
            await hurry_the_grace(pool)
        for name in OURS:
            self.start(name)
        await self.until_ready()

    def _load_sample(self) -> None:
        load = [sys.executable, "-m", "infra.reference", "load", str(SAMPLE)]
        subprocess.run(load, check=True, stdout=subprocess.DEVNULL, env=self.environment, cwd=ROOT)

    def close(self) -> None:
        for name in (*reversed(OURS), *reversed(SERVERS)):
            self.stop(name)
        shutil.rmtree(self.folder)

    @property
    def environment(self) -> dict[str, str]:
        own = {
            f"{PREFIX}DATA_FOLDER": str(self.folder),
            f"{PREFIX}TEMPORAL_ADDRESS": self.settings.temporal_address,
            f"{PREFIX}API_PORT": str(self.settings.api_port),
            f"{PREFIX}LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
            **self.variables,
        }
        return {**{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}, **own}

    def start(self, name: str) -> None:
        """A killed server's remains go by themselves within moments; until then it is tried again."""
        ends = time.monotonic() + 20
        while True:
            try:
                self.running[name] = self._started(name)
            except CannotStart:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)
            else:
                return

    def _started(self, name: str) -> Child | EmbeddedPostgres | EmbeddedTemporal:
        if name == "postgres":
            return start_postgres(self.folder, options=FAST)
        if name == "temporal":
            port = int(self.settings.temporal_address.rpartition(":")[2])
            return start_temporal(self.folder, port=port, ui_port=None)
        command = [*bound_to_us(signal.SIGKILL), sys.executable, "-m", PROCESSES[name]]
        log = self.folder / "logs" / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(f".{time.monotonic_ns()}"))
        self.born[name] = time.time()
        return start_child(name, command, log=log, env=self.environment)

    def child(self, name: str) -> Child:
        running = self.running[name]
        return running if isinstance(running, Child) else running.child

    def kill(self, name: str) -> None:
        child = self.child(name)
        child.process.kill()
        child.process.wait()

    def stop(self, name: str) -> None:
        if name in self.running:
            self.running[name].stop()

    def revive(self) -> None:
        """Start whatever is not running."""
        for name in (*SERVERS, *OURS):
            if not self.child(name).running:
                self.start(name)

    async def until_ready(self) -> None:
        """Every process has come up; those that have died are started again, as the desk does."""

        async def ready() -> bool:
            self.revive()
            try:
                beaten = [name for name in OURS if await beating(self.settings.dsn, self.born[name]) & {name}]
                return len(beaten) == len(OURS) and answers_ready(self.settings.api_port)
            except (OSError, asyncpg.PostgresError):
                return False

        await until(ready, 60, "every process is ready")

    async def until_quiet(self, within: float = 60) -> None:
        """Every acknowledged command has ended."""
        async with await open_pool(self.settings) as pool:
            await until(
                lambda: pool.fetchval("select not exists (select from commands where state = 'accepted')"),
                within,
                "every command has ended",
            )

    async def until_told(self, within: float = 60) -> None:
        """Every command has ended, and every notice by then has been sent, or has failed."""
        await self.until_quiet(within)
        async with await open_pool(self.settings) as pool:
            await until(
                lambda: pool.fetchval("select not exists (select from notices where state = 'pending')"),
                within,
                "every notice has been sent",
            )

    async def violations(self, grace: timedelta = timedelta()) -> list[Violation]:
        client = await connect(self.settings, role="test")
        async with await open_pool(self.settings) as pool:
            return await violations(pool, Sealer(self.settings.master_ring()), client, grace=grace)

    async def until_clean(self, within: float = 30) -> None:
        """No invariant is broken. Open cases go on meanwhile: what is just being written is whole a moment later."""
        ends = time.monotonic() + within
        while found := await self.violations():
            assert time.monotonic() < ends, [str(one) for one in found]
            await asyncio.sleep(0.5)

    async def client(self) -> Client:
        return await connect(self.settings, role="test")

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.settings.api_port}", timeout=15)


async def harass(house: House, names: Sequence[str], chance: random.Random, rounds: int) -> None:
    """Kill each once a round, in any order, at any moment; it is down for a while, and comes back before the next."""
    for _ in range(rounds):
        for name in chance.sample(names, len(names)):
            await asyncio.sleep(chance.uniform(0.0, 1.0))
            house.kill(name)
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            await house.until_ready()
