"""Where ports meet adapters: the workers of this process, put together."""

from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.filing import Filing
from activities.opening import Opening
from infra.delivery import Delivery
from infra.opening import DeskOpener
from infra.postgres.acceptance import Acceptance
from infra.postgres.commands import Commands
from infra.postgres.costs import Costs
from infra.postgres.ledger import PostgresLedger, PostgresRegister
from infra.reference.planned import Planned
from infra.reference.reader import Reference
from infra.sealing import Sealer
from infra.settings import Settings
from workflows import CASES
from workflows.calendar import BY_CALENDAR

GRACE = timedelta(seconds=20)
MOST_TASKS = 16
"""Workflow tasks at once; more would share one interpreter lock and time out together."""

KEPT_CASES = 20_000
"""Open cases kept in memory; one that is not is replayed with its next task."""


def case_worker(client: Client, pool: asyncpg.Pool, settings: Settings, queue: str) -> Worker:
    """A worker for every procedure on one task queue."""
    sealer = Sealer(settings.master_ring())
    commands = Commands(pool, sealer, settings)
    filing = Filing(PostgresLedger(pool, sealer, settings), PostgresRegister(pool, settings), commands)
    opener = DeskOpener(
        Acceptance(pool, sealer, settings),
        Delivery(commands, client, settings),
        Reference(pool, sealer, settings),
        Planned(pool, settings),
    )
    opening = Opening(opener, Costs(pool, settings))
    return Worker(
        client,
        task_queue=queue,
        workflows=[*CASES.values(), *BY_CALENDAR],
        activities=[
            filing.record,
            filing.identify,
            filing.catch_up,
            opening.hand_on,
            opening.open_planned,
            opening.reckon_costs,
        ],
        workflow_runner=UnsandboxedWorkflowRunner(),  # docs/decisions/0011
        max_concurrent_workflow_tasks=MOST_TASKS,
        max_cached_workflows=KEPT_CASES,
        graceful_shutdown_timeout=GRACE,
    )


def case_workers(client: Client, pool: asyncpg.Pool, settings: Settings, queues: Sequence[str]) -> list[Worker]:
    return [case_worker(client, pool, settings, queue) for queue in queues]
