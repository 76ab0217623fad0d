"""The worker of the bare case, with the defaults of the SDK (``python -m benchmarks.bare_worker ADDRESS DSN``)."""

import sys

import asyncpg
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.bare import BareCase, BareDeadline
from benchmarks.rows import WRITE
from infra.run import run, stop_event

QUEUE = "bare"
READY = "ready"


class Rows:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @activity.defn(name="bare_record")
    async def record(self, case_no: str, number: int, body: str) -> None:
        await self._pool.execute(WRITE, case_no, number, body)


async def main(address: str, dsn: str) -> None:
    stop = stop_event()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10) as pool:
        client = await Client.connect(address)
        rows = Rows(pool)
        async with Worker(client, task_queue=QUEUE, workflows=[BareCase, BareDeadline], activities=[rows.record]):
            sys.stdout.write(f"{READY}\n")
            sys.stdout.flush()
            await stop.wait()


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2]))
