"""Erasing somebody's data for good: what Temporal still tells of a case goes first, then the data key."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHistoryEventFilterType
from temporalio.service import RPCError, RPCStatusCode

from domain.people import CaseNo
from infra.errors import CannotStart
from infra.postgres.places import case_owner
from infra.postgres.queries import load
from infra.sealing import Connection, Sealer

queries = load("upkeep.sql")

CASE = case_owner(CaseNo(""))
PATIENCE = timedelta(seconds=10)
GONE_WITHIN = timedelta(seconds=90)
LOOK_SECONDS = 0.1


async def erase(owner: str, pool: asyncpg.Pool, sealer: Sealer, client: Client) -> None:
    """Destroy the data key of ``owner`` (``case:NUMBER``, ``household:ID``, ``staff:ID``); of a case its histories too.

    The key goes last, and asking again finishes an erasure that was cut short. CannotStart for a case that is open, for
    an owner without a key, and while Temporal does not delete.
    """
    no = CaseNo(owner.removeprefix(CASE)) if owner.startswith(CASE) else None
    async with pool.acquire() as connection:
        await _refuse_unknown(connection, sealer, owner)
        if no is not None:
            await _refuse_open(connection, no)
            written = [row["run_id"] for row in await connection.fetch(queries["lineages"], no)]
    if no is not None:
        await _forget(client, no, written)
    async with pool.acquire() as connection, connection.transaction():
        if no is not None:
            await _refuse_open(connection, no)
        await sealer.destroy(connection, owner)


async def _refuse_unknown(connection: Connection, sealer: Sealer, owner: str) -> None:
    if await sealer.has_key(connection, owner) or await connection.fetchval(queries["was_erased"], owner):
        return
    raise CannotStart(
        f"{owner} has no data key",
        remedy="check the owner, such as case:NUMBER",
        chinese=(f"{owner} 没有数据密钥", "请核对所属，如 case:单号"),
    )


async def _refuse_open(connection: Connection, no: CaseNo) -> None:
    """By the ledger: Temporal may have lost a case that is open, or not have begun it."""
    if await connection.fetchval(queries["open_to_acts"], no):
        raise CannotStart(
            f"{no} is open: what people still have to act on cannot be erased",
            remedy="let the case end, or withdraw it, then erase it",
            chinese=(f"{no} 尚未结案，办理中的单据不能清除", "请先办结或撤单，再行清除"),
        )


async def _forget(client: Client, no: CaseNo, written: list[str]) -> None:
    """Delete every run of the case, and return when the server has none of them."""
    runs = await _runs(client, no, written)
    for run in runs:
        execution = WorkflowExecution(workflow_id=no, run_id=run)
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        await client.workflow_service.delete_workflow_execution(request, timeout=PATIENCE)
    ends = asyncio.get_running_loop().time() + GONE_WITHIN.total_seconds()
    for run in runs:
        while await _find(client, no, run) is not None:
            if asyncio.get_running_loop().time() > ends:
                raise CannotStart(
                    f"Temporal has not deleted the history of {no} in time; its data key is still there",
                    remedy="repeat the command",
                    chinese=(f"Temporal 未能及时删除 {no} 的历史，数据密钥尚未销毁", "请重新执行本命令"),
                )
            await asyncio.sleep(LOOK_SECONDS)


async def _runs(client: Client, no: CaseNo, written: list[str]) -> list[str]:
    """Those that the server lists (late), that the ledger knows, the newest, and all these go on from or to."""
    waiting: list[str | None] = [None, *written]
    waiting += [run.run_id async for run in client.list_workflows(f"WorkflowId = '{no}'", rpc_timeout=PATIENCE)]
    found: dict[str, None] = {}
    while waiting:
        run = await _find(client, no, waiting.pop())
        if run is not None and run not in found:
            found[run] = None
            waiting += [beside async for beside in _beside(client, no, run)]
    return list(found)


async def _beside(client: Client, no: CaseNo, run: str) -> AsyncIterator[str]:
    """The run before it in its chain, and the one after it."""
    handle = client.get_workflow_handle(no, run_id=run)
    async for event in handle.fetch_history_events(page_size=1, rpc_timeout=PATIENCE):
        yield event.workflow_execution_started_event_attributes.continued_execution_run_id
        break
    last = handle.fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT, rpc_timeout=PATIENCE
    )
    async for event in last:
        yield event.workflow_execution_continued_as_new_event_attributes.new_execution_run_id


async def _find(client: Client, no: CaseNo, run: str | None) -> str | None:
    """The run, or the newest; None if the server has none such."""
    try:
        return (await client.get_workflow_handle(no, run_id=run).describe(rpc_timeout=PATIENCE)).run_id
    except RPCError as answer:
        if answer.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            raise
        return None
