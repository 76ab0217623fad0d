"""The watcher's questions to Temporal, held against the ledger."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from infra.watching import ledger
from infra.watching.finding import Finding, Kind

log = structlog.stdlib.get_logger(__name__)

CASE_NO = re.compile(r"[A-Z]{2,4}-\d{8}-\d{5}")
ASK = timedelta(seconds=10)
MOST_DESCRIBED = 50
KINDS = frozenset({Kind.CASE_WITHOUT_WORKFLOW, Kind.WORKFLOW_WITHOUT_CASE, Kind.PARKED_CASE})
"""What ``findings`` looks at."""

_ENDED = {
    WorkflowExecutionStatus.TERMINATED: "流程被强行终止",
    WorkflowExecutionStatus.FAILED: "流程失败",
    WorkflowExecutionStatus.TIMED_OUT: "流程超时中止",
    WorkflowExecutionStatus.CANCELED: "流程被取消",
    WorkflowExecutionStatus.COMPLETED: "流程已结束而案件未结",
}


async def findings(client: Client, pool: asyncpg.Pool, *, grace: timedelta) -> list[Finding] | None:
    """Open case if and only if running workflow; None where the server cannot list. Raises ``RPCError``.

    Listing lags behind by seconds, so a case that seems to lack its workflow is asked for by its number.
    """
    try:
        running = await _listed(client, "ExecutionStatus = 'Running'")
        parked = await _listed(client, "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'")
    except RPCError as answer:
        if answer.status is RPCStatusCode.UNIMPLEMENTED:
            log.info("temporal.lacks", what="listing")
            return None
        raise
    expected = await ledger.open_cases(pool, grace)
    orphans = await ledger.without_open_case(pool, running - expected, grace)
    found = [
        Finding(kind=Kind.CASE_WITHOUT_WORKFLOW, subject=no, text=f"单号 {no}，{reason}")
        for no, reason in (await _stopped(client, sorted(expected - running))).items()
    ]
    for kind, numbers in ((Kind.WORKFLOW_WITHOUT_CASE, orphans), (Kind.PARKED_CASE, parked)):
        found += [Finding(kind=kind, subject=no, text=f"单号 {no}") for no in sorted(numbers)]
    return found


async def _listed(client: Client, query: str) -> set[str]:
    return {
        execution.id
        async for execution in client.list_workflows(query, rpc_timeout=ASK)
        if CASE_NO.fullmatch(execution.id)
    }


async def _stopped(client: Client, numbers: list[str]) -> dict[str, str]:
    stopped = dict.fromkeys(numbers[MOST_DESCRIBED:], "流程不在运行")
    for no in numbers[:MOST_DESCRIBED]:
        try:
            description = await client.get_workflow_handle(no).describe(rpc_timeout=ASK)
        except RPCError as answer:
            if answer.status is not RPCStatusCode.NOT_FOUND:
                raise
            stopped[no] = "流程不存在"
            continue
        if description.status is not WorkflowExecutionStatus.RUNNING:
            stopped[no] = _ENDED.get(description.status, "流程不在运行") if description.status else "流程不在运行"
    return stopped


async def schedule_findings(
    client: Client, pool: asyncpg.Pool, *, expected: tuple[str, ...], grace: timedelta
) -> list[Finding] | None:
    """Schedules that are gone, paused, or let their expected moment pass; None where the server has none.

    The expected moment is kept in PostgreSQL, so that a run missed while nobody looked is found as well.
    """
    marks = {row["schedule"]: row["expected_at"] for row in await pool.fetch(ledger.queries["schedule_marks"])}
    late, coming = dict.fromkeys(expected, "定时任务不存在"), dict[str, datetime]()
    try:
        async for schedule in await client.list_schedules(rpc_timeout=ASK):
            late.pop(schedule.id, None)
            if schedule.schedule and schedule.schedule.state.paused:
                late[schedule.id] = "定时任务被暂停"
            if schedule.info is None:
                continue
            mark = marks.get(schedule.id)
            done = any(mark and action.scheduled_at >= mark for action in schedule.info.recent_actions)
            now = datetime.now(UTC)
            if mark and not done and mark <= now:
                if now > mark + grace:
                    late[schedule.id] = f"应于 {mark:%m-%d %H:%M} UTC 执行"
            elif schedule.info.next_action_times:
                coming[schedule.id] = schedule.info.next_action_times[0]
    except RPCError as answer:
        if answer.status is RPCStatusCode.UNIMPLEMENTED:
            log.info("temporal.lacks", what="schedules")
            return None
        raise
    await pool.execute(ledger.queries["mark_schedules"], list(coming), list(coming.values()))
    return [
        Finding(kind=Kind.MISSED_SCHEDULE, subject=name, text=f"{name}，{reason}")
        for name, reason in sorted(late.items())
    ]
