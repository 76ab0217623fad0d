"""Erasing somebody's data for good: what Temporal still tells of a case goes first, then the data key."""

import asyncio
from datetime import timedelta

import asyncpg
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.people import CaseNo
from infra.errors import CannotStart
from infra.sealing import Sealer

CASE = "case:"
GONE_WITHIN = timedelta(seconds=90)
LOOK_SECONDS = 0.1


async def erase(owner: str, pool: asyncpg.Pool, sealer: Sealer, client: Client) -> None:
    """Destroy the data key of ``owner`` (``case:NUMBER``, ``household:ID``, ``staff:ID``); of a case its histories too.

    The key goes last, so that an erasure cut short is finished by asking again. CannotStart for an open case, for an
    owner without a key, and while Temporal does not delete.
    """
    async with pool.acquire() as connection:
        if not await sealer.has_key(connection, owner):
            raise CannotStart(
                f"{owner} has no data key",
                remedy="check the owner, such as case:NUMBER",
                chinese=(f"{owner} 没有数据密钥", "请核对所属，如 case:单号"),
            )
    if owner.startswith(CASE):
        await _forget(client, CaseNo(owner.removeprefix(CASE)))
    async with pool.acquire() as connection:
        await sealer.destroy(connection, owner)


async def _forget(client: Client, no: CaseNo) -> None:
    """Delete every run of the case, and return when the server has none of them."""
    await _refuse_open(client, no)
    runs = [run.run_id async for run in client.list_workflows(f"WorkflowId = '{no}'")]
    for run in runs:
        execution = WorkflowExecution(workflow_id=no, run_id=run)
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        await client.workflow_service.delete_workflow_execution(request)
    ends = asyncio.get_running_loop().time() + GONE_WITHIN.total_seconds()
    for run in runs:
        while await _status(client, no, run) is not None:
            if asyncio.get_running_loop().time() > ends:
                raise CannotStart(
                    f"Temporal has not deleted the history of {no} in time; its data key is still there",
                    remedy="repeat the command",
                    chinese=(f"Temporal 未能及时删除 {no} 的历史，数据密钥尚未销毁", "请重新执行本命令"),
                )
            await asyncio.sleep(LOOK_SECONDS)


async def _refuse_open(client: Client, no: CaseNo) -> None:
    if await _status(client, no) is WorkflowExecutionStatus.RUNNING:
        raise CannotStart(
            f"{no} is open: what people still have to act on cannot be erased",
            remedy="let the case end, or withdraw it, then erase it",
            chinese=(f"{no} 尚未结案，办理中的单据不能清除", "请先办结或撤单，再行清除"),
        )


async def _status(client: Client, no: CaseNo, run: str | None = None) -> WorkflowExecutionStatus | None:
    """Of that run, or of the newest; None if the server has none."""
    try:
        return (await client.get_workflow_handle(no, run_id=run).describe()).status
    except RPCError as answer:
        if answer.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
