"""The shared servers answer."""

import asyncpg
from temporalio.client import Client
from temporalio.service import RPCError


async def test_a_module_has_a_migrated_database_in_utc(pool: asyncpg.Pool) -> None:
    applied = await pool.fetchval("select count(*) from migrations")
    zone = await pool.fetchval("select current_setting('timezone')")

    assert applied >= 1
    assert zone == "UTC"


async def test_the_dev_server_lists(temporal_dev: str) -> None:
    client = await Client.connect(temporal_dev)

    assert [case async for case in client.list_workflows("WorkflowId = 'none'")] == []


async def test_the_skipping_server_takes_calls(temporal_skipping: str) -> None:
    client = await Client.connect(temporal_skipping)

    try:
        await client.get_workflow_handle("none").describe()
    except RPCError as answer:
        assert answer.status.name == "NOT_FOUND"  # noqa: PT017 - the answer is the point
