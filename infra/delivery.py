"""Delivery of commands to their cases: a start or an update, as often as it takes, with one effect."""

import asyncio
import contextlib
import itertools
from datetime import timedelta

import asyncpg
import structlog
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import CaseClosed, DeskError
from domain.rulebook import PROCEDURES
from infra.postgres.commands import Command, Commands
from infra.sealing import NoMasterKey, SealError
from infra.settings import Settings
from workflows import CASES
from workflows.doors import refusal_details, update_name
from workflows.messages import OpenCase, RecordAct, Recorded
from workflows.visibility import HOW_TO, at_opening

log = structlog.stdlib.get_logger(__name__)

START_PATIENCE = timedelta(seconds=3)
REFUSALS = {kind.code for kind in DeskError.__subclasses__()}
FIRST = Priority(priority_key=1)
PASSING = (
    WorkflowUpdateRPCTimeoutOrCancelledError,
    RPCError,
    RuntimeError,  # what a client raises that was made while Temporal was away, as long as it is
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    OSError,
    NoMasterKey,  # it can be given back
)
"""Faults that say nothing of the command: it stays accepted and is tried again."""

LOOK_PAUSES = (0.01, 0.02, 0.03, 0.05, 0.1)


class Delivery:
    """Used by the API at once and by the relay later; both at the same time do no harm."""

    def __init__(self, commands: Commands, client: Client, settings: Settings) -> None:
        self._commands = commands
        self._client = client
        self._settings = settings

    async def deliver(self, command: Command, patience: timedelta) -> Command:
        """Deliver it, and before it what its case still lacks, in order; the command as it stands then.

        No answer within ``patience`` means unknown, never failed: the command stays accepted and is tried again.
        """
        for waiting in await self._commands.waiting_before(command):
            await self._try(waiting, patience)
            if not (await self._commands.find(waiting.id)).settled:
                break
        return await self._commands.find(command.id)

    async def _try(self, command: Command, patience: timedelta) -> None:
        try:
            message = await self._commands.message(command)
            if isinstance(message, OpenCase):
                await self._start(message)
                await self._look(command, patience)
            else:
                await self._update(command, message, patience)
        except PASSING as fault:
            await self._commands.note_fault(command, fault)
            log.info("delivery.unanswered", command=str(command.id), case=command.case_no, fault=type(fault).__name__)
        except SealError as fault:
            await self._commands.settle(command, "dead", {"code": type(fault).__name__})
            log.critical("delivery.dead", command=str(command.id), case=command.case_no, fault=type(fault).__name__)

    async def _look(self, command: Command, patience: timedelta) -> None:
        """Wait a moment for the first record of a case that has just been started."""
        clock = asyncio.get_running_loop().time
        ends = clock() + patience.total_seconds()
        pauses = itertools.chain(LOOK_PAUSES, itertools.repeat(LOOK_PAUSES[-1]))
        while not (await self._commands.find(command.id)).settled and clock() < ends:  # noqa: ASYNC110  # another process
            await asyncio.sleep(next(pauses))

    async def _start(self, opening: OpenCase) -> None:
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await start_case(self._client, opening, self._settings)

    async def _update(self, command: Command, message: RecordAct, patience: timedelta) -> None:
        handle = self._client.get_workflow_handle(command.case_no)
        try:
            await handle.execute_update(
                update_name(type(message.act.event)),
                message,
                id=str(command.id),
                result_type=Recorded,
                rpc_timeout=patience,
            )
        except WorkflowUpdateFailedError as refusal:
            await self._refused(command, refusal)
        except RPCError as answer:
            if answer.status is not RPCStatusCode.NOT_FOUND or not await self._commands.is_closed(command.case_no):
                raise
            await self._commands.settle(command, "refused", refusal_details(CaseClosed()))

    async def _refused(self, command: Command, refusal: WorkflowUpdateFailedError) -> None:
        cause = refusal.cause
        if isinstance(cause, ApplicationError) and cause.type in REFUSALS and cause.details:
            await self._commands.settle(command, "refused", {**cause.details[0], "code": cause.type})
            return
        kind = cause.type if isinstance(cause, ApplicationError) else type(cause).__name__
        await self._commands.settle(command, "dead", {"code": kind})
        log.error("delivery.dead", command=str(command.id), case=command.case_no, fault=kind)


async def start_case(client: Client, opening: OpenCase, settings: Settings, *, again: bool = False) -> None:
    """Start the case's workflow; WorkflowAlreadyStartedError if it runs, or has run and it is not to be ``again``.

    What cannot wait goes before everything else that a worker has to do.
    """
    procedure = PROCEDURES[opening.no.split("-", maxsplit=1)[0]]
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    await client.start_workflow(
        CASES[procedure.prefix].run,
        opening,
        id=opening.no,
        task_queue=settings.queue_cases,
        id_reuse_policy=reuse,
        search_attributes=at_opening(opening.estate, opening.building, drill=opening.drill),
        static_summary=f"{procedure.name} · {opening.building}" + ("【演练】" if opening.drill else ""),
        static_details=HOW_TO,
        priority=FIRST if any(procedure.cannot_wait(act.event) for act in opening.acts) else Priority.default,
        rpc_timeout=START_PATIENCE,
    )
