"""Delivery of commands to their cases: a start or an update, as often as it takes, with one effect."""

import asyncio
import itertools
import logging
from datetime import timedelta

import asyncpg
import structlog
from pydantic import ValidationError
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
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    OSError,
    NoMasterKey,  # it can be given back
)
"""Faults that say nothing of the command: it stays accepted and is tried again."""

OPENING = "opening"
"""In the memo of a case's workflow: the id of the command that opened it."""
LOOK_PAUSES = (0.01, 0.02, 0.03, 0.05, 0.1)


class Undeliverable(Exception):
    """No other try can succeed; carries nothing of the command."""


class Unreadable(Undeliverable):
    """Its message is not one that this version knows."""


class UnknownProcedure(Undeliverable):
    """Its case is of a procedure that this version does not have."""


class OpenedByAnother(Exception):
    """Under the case's number runs what another command opened: Temporal is older or younger than the ledger."""


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
        """Whatever is wrong with one command, it is noted with it and keeps no other from being delivered."""
        try:
            await self._send(command, patience)
        except PASSING as fault:
            await self._left(command, fault, logging.INFO)
        except (SealError, Undeliverable) as fault:
            await self._commands.settle(command, "dead", {"code": type(fault).__name__})
            log.critical("delivery.dead", command=str(command.id), case=command.case_no, fault=type(fault).__name__)
        except OpenedByAnother as fault:
            await self._left(command, fault, logging.CRITICAL)
        except RuntimeError as fault:
            # What a client raises that was made while Temporal was away, as long as it is; and bugs.
            await self._left(command, fault, logging.WARNING)
        except Exception as fault:  # noqa: BLE001  # it is acknowledged: it waits for a correction, and the watcher tells
            await self._left(command, fault, logging.ERROR)

    async def _left(self, command: Command, fault: Exception, level: int) -> None:
        await self._commands.note_fault(command, fault)
        kind = type(fault).__name__
        log.log(level, "delivery.unanswered", command=str(command.id), case=command.case_no, fault=kind)

    async def _send(self, command: Command, patience: timedelta) -> None:
        try:
            message = await self._commands.message(command)
        except ValidationError:
            raise Unreadable from None  # its text may quote what somebody wrote
        if isinstance(message, OpenCase):
            await self._start(command, message)
            await self._look(command, patience)
        else:
            await self._update(command, message, patience)

    async def _look(self, command: Command, patience: timedelta) -> None:
        """Wait a moment for the first record of a case that has just been started."""
        clock = asyncio.get_running_loop().time
        ends = clock() + patience.total_seconds()
        pauses = itertools.chain(LOOK_PAUSES, itertools.repeat(LOOK_PAUSES[-1]))
        while not (await self._commands.find(command.id)).settled and clock() < ends:  # noqa: ASYNC110  # another process
            await asyncio.sleep(next(pauses))

    async def _start(self, command: Command, opening: OpenCase) -> None:
        try:
            await start_case(self._client, opening, self._settings)
        except WorkflowAlreadyStartedError:
            described = await self._client.get_workflow_handle(opening.no).describe(rpc_timeout=START_PATIENCE)
            if await described.memo_value(OPENING, None) != str(command.id):
                raise OpenedByAnother from None

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

    What cannot wait goes before everything else that a worker has to do. ``UnknownProcedure``.
    """
    procedure = PROCEDURES.get(opening.no.split("-", maxsplit=1)[0])
    if procedure is None:
        raise UnknownProcedure
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    await client.start_workflow(
        CASES[procedure.prefix].run,
        opening,
        id=opening.no,
        task_queue=settings.queue_cases,
        id_reuse_policy=reuse,
        memo=_memo(opening),
        search_attributes=at_opening(opening.estate, opening.building, drill=opening.drill),
        static_summary=f"{procedure.name} · {opening.building}" + ("【演练】" if opening.drill else ""),
        static_details=HOW_TO,
        priority=FIRST if any(procedure.cannot_wait(act.event) for act in opening.acts) else Priority.default,
        rpc_timeout=START_PATIENCE,
    )


def _memo(opening: OpenCase) -> dict[str, str]:
    """By which command the case was opened, also where it goes on from the ledger; its first entry keeps that."""
    first = opening.carried.entries[0] if opening.carried is not None else opening.acts[0]
    return {OPENING: first.command_id or ""}
