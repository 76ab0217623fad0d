"""Who is erased can be read nowhere any more: not in the ledger, not in Temporal."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.errors import CaseClosed
from domain.people import CaseNo
from infra.erasure import erase
from infra.errors import CannotStart
from infra.postgres.acceptance import Acceptance
from infra.sealing import Erased, Place, Sealer
from infra.settings import Settings
from infra.temporal import connect
from tests.infra.sample_workflow import Sample, Word
from tests.infra.test_delivery import noted

PLACE = Place(table="calls", row="1", column="words")


@pytest.fixture
async def client(fresh_settings: Settings, temporal_dev: str) -> Client:
    return await connect(fresh_settings.model_copy(update={"temporal_address": temporal_dev}), role="test")


@pytest.fixture
async def queue(client: Client) -> AsyncIterator[str]:
    name = f"erasure-{secrets.token_hex(4)}"
    async with Worker(client, task_queue=name, workflows=[Sample], workflow_runner=UnsandboxedWorkflowRunner()):
        yield name


@pytest.fixture
def sealer(fresh_settings: Settings) -> Sealer:
    return Sealer(fresh_settings.master_ring())


async def sealed(pool: asyncpg.Pool, sealer: Sealer, owner: str) -> bytes:
    async with pool.acquire() as connection:
        return await sealer.seal(connection, owner, PLACE, "张先生".encode())


async def filed(pool: asyncpg.Pool, no: str, *, open: bool, run: str = "") -> None:  # noqa: A002  # as the column
    """The case in the ledger."""
    await pool.execute("insert into estates values ('LY', '荔园一期') on conflict do nothing")
    await pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at, drill)"
        " values ($1, 'REP', 'LY', '1栋', '2026-01-01', '电话', now(), false)",
        no,
    )
    await pool.execute(
        "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, updated_at)"
        " values ($1, $2, 1, '', '{}', '{}', $3, false, now())",
        no,
        run,
        open,
    )


async def lived(client: Client, queue: str, no: str) -> None:
    """One run from start to end."""
    handle = await client.start_workflow(
        Sample.run,
        Word(text="张先生"),
        id=no,
        task_queue=queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    await handle.execute_update("结束", Word(), result_type=int)
    assert ["张先生"] == await handle.result()


async def test_a_closed_case_is_gone_from_the_ledger_and_all_its_runs_from_temporal(
    client: Client, queue: str, fresh_pool: asyncpg.Pool, sealer: Sealer
) -> None:
    no = f"REP-20261122-{10_000 + secrets.randbelow(80_000)}"
    words = await sealed(fresh_pool, sealer, f"case:{no}")
    await filed(fresh_pool, no, open=False)
    for _ in range(2):
        await lived(client, queue, no)
    listed = f"WorkflowId = '{no}'"
    async with asyncio.timeout(20):
        while len([run async for run in client.list_workflows(listed)]) < 2:  # noqa: ASYNC110  # the server lists late
            await asyncio.sleep(0.05)

    await erase(f"case:{no}", fresh_pool, sealer, client)

    async with fresh_pool.acquire() as connection:
        with pytest.raises(Erased):
            await sealer.open(connection, f"case:{no}", PLACE, words)
    with pytest.raises(RPCError, match="not found"):
        await client.get_workflow_handle(no).describe()
    assert not [run async for run in client.list_workflows(listed)]


@pytest.mark.parametrize("runs", [True, False])
async def test_an_open_case_is_left_as_it_is_whatever_temporal_knows_of_it(
    client: Client, queue: str, fresh_pool: asyncpg.Pool, sealer: Sealer, *, runs: bool
) -> None:
    no = f"REP-20261122-{10_000 + secrets.randbelow(80_000)}"
    words = await sealed(fresh_pool, sealer, f"case:{no}")
    await filed(fresh_pool, no, open=True)
    handle = await client.start_workflow(Sample.run, Word(text="张先生"), id=no, task_queue=queue)
    if not runs:
        await handle.terminate()

    with pytest.raises(CannotStart, match="尚未结案"):
        await erase(f"case:{no}", fresh_pool, sealer, client)

    async with fresh_pool.acquire() as connection:
        assert "张先生" == (await sealer.open(connection, f"case:{no}", PLACE, words)).decode()
    if runs:
        assert WorkflowExecutionStatus.RUNNING is (await handle.describe()).status
        await handle.terminate()


async def test_an_erased_case_takes_no_more_acts_and_gets_no_other_key(
    client: Client, fresh_pool: asyncpg.Pool, sealer: Sealer, fresh_settings: Settings
) -> None:
    no = CaseNo(f"REP-20261122-{10_000 + secrets.randbelow(80_000)}")
    await sealed(fresh_pool, sealer, f"case:{no}")
    await filed(fresh_pool, no, open=False)
    await erase(f"case:{no}", fresh_pool, sealer, client)
    await erase(f"case:{no}", fresh_pool, sealer, client)  # whoever was cut short asks again

    with pytest.raises(CaseClosed):
        await Acceptance(fresh_pool, Sealer(fresh_settings.master_ring()), fresh_settings).accept_act(noted(no))
    with pytest.raises(Erased):
        await sealed(fresh_pool, Sealer(fresh_settings.master_ring()), f"case:{no}")
    assert 0 == await fresh_pool.fetchval("select count(*) from data_keys")


async def test_an_owner_without_a_key_is_told_plainly(client: Client, fresh_pool: asyncpg.Pool, sealer: Sealer) -> None:
    with pytest.raises(CannotStart, match="没有数据密钥"):
        await erase("household:nobody", fresh_pool, sealer, client)
