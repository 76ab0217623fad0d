"""The workers that carry cases (``python -m workers``)."""

import argparse
import asyncio
from collections.abc import Coroutine, Sequence

import structlog
from temporalio.worker import Worker

from infra import logging
from infra.reference.planned import Planned
from infra.run import beat, run, stop_event
from infra.settings import load_settings
from infra.temporal import connect, prepare_namespace
from workers.patience import open_pool_patiently
from workers.timetable import keep_in_step
from workers.wiring import case_workers
from workflows.visibility import ATTRIBUTES

log = structlog.stdlib.get_logger(__name__)

PROCESS = "worker"
ROLE = "办案员"
LANES = ("cases", "emergencies")


async def main(lanes: Sequence[str]) -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    stop = stop_event()
    pool = await open_pool_patiently(settings, stop)
    if pool is None:
        return
    async with pool:
        client = await connect(settings, role=ROLE)
        await prepare_namespace(client, ATTRIBUTES, retention_days=settings.temporal_retention_days)
        queues = {"cases": settings.queue_cases, "emergencies": settings.queue_emergencies}
        workers = case_workers(client, pool, settings, [queues[lane] for lane in lanes])
        beats = asyncio.create_task(beat(pool, PROCESS))
        log.info("worker.ready", lanes=list(lanes))
        await _work(workers, keep_in_step(client, Planned(pool, settings), settings, stop), stop)
        beats.cancel()
    log.info("worker.stopped")


async def _work(workers: Sequence[Worker], beside: Coroutine[None, None, None], stop: asyncio.Event) -> None:
    """Until ``stop``; what is under way is finished first. A worker that dies takes the process with it.

    So does what is done ``beside`` them.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(beside)
        for worker in workers:
            group.create_task(worker.run())
        await stop.wait()
        for worker in workers:
            group.create_task(worker.shutdown())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m workers",
        description="Carries cases; any number may run at once. Settings: docs/settings.md.",
    )
    parser.add_argument(
        "--lane", action="append", choices=LANES, help="task queue to serve, may be repeated (default: all)"
    )
    run(main(parser.parse_args().lane or LANES))
