"""Delivery of commands to their cases: a start or an update, as often as it takes, with one effect."""

import asyncio
import itertools
import logging
from dataclasses import replace
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
from domain.events import AnyEvent
from domain.rulebook import PROCEDURES
from infra.postgres.commands import Command, Commands
from infra.sealing import NoMasterKey, SealError
from infra.settings import Settings
from workflows import CASES
from workflows.doors import refusal_details, update_name
from workflows.messages import OpenCase, RecordAct, Recorded
from workflows.visibility import at_opening, how_to

log = structlog.stdlib.get_logger(__name__)

START_PATIENCE = timedelta(seconds=3)
CUT_SHORT = "AcceptedUpdateCompletedWorkflow"
"""How the server answers for a case that was terminated before it could: whether it took effect, the ledger tells."""
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
LOOK_PAUSES = (0.02, 0.03, 0.05, 0.1)


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
        if command.is_ours and not command.behind:
            return await self._carry(command, patience)
        for waiting in await self._commands.waiting_before(command):
            ours = waiting.id == command.id and command.is_ours
            after = await self._carry(command if ours else waiting, patience)
            if not after.settled:
                break
        return await self._commands.find(command.id)

    async def _carry(self, command: Command, patience: timedelta) -> Command:
        """One deliverer sends a command at a time, lest it be refused to one and applied for another.

        Whatever is wrong with one command, it is noted with it and keeps no other from being delivered.
        """
        taken = command if command.is_ours else await self._commands.claim(command, patience)
        if taken is None:
            return await self._look(command, patience)
        try:
            return await self._send(taken, patience)
        except (SealError, Undeliverable) as fault:
            if not isinstance(fault, PASSING):
                return await self._dead(taken, type(fault).__name__)
            return await self._left(taken, fault, logging.INFO)
        except Exception as fault:  # noqa: BLE001  # it is acknowledged: it waits for a correction, and the watcher tells
            return await self._left(taken, fault, _weight(fault))

    async def _dead(self, command: Command, code: str) -> Command:
        log.critical("delivery.dead", command=str(command.id), case=command.case_no, fault=code)
        return await self._commands.settle(command, "dead", {"code": code})

    async def _left(self, command: Command, fault: Exception, level: int) -> Command:
        await self._commands.note_fault(command, fault)
        kind = type(fault).__name__
        log.log(level, "delivery.unanswered", command=str(command.id), case=command.case_no, fault=kind)
        return command

    async def _send(self, command: Command, patience: timedelta) -> Command:
        try:
            message = await self._commands.message(command)
        except ValidationError:
            raise Unreadable from None  # its text may quote what somebody wrote
        if isinstance(message, OpenCase):
            await self._start(command, message)
            return await self._look(command, patience)
        return await self._update(command, message, patience)

    async def _look(self, command: Command, patience: timedelta) -> Command:
        """Wait a moment for what somebody else brings about: the first record of a case, another's delivery."""
        clock = asyncio.get_running_loop().time
        ends = clock() + patience.total_seconds()
        pauses = itertools.chain(LOOK_PAUSES, itertools.repeat(LOOK_PAUSES[-1]))
        while not (found := await self._commands.find(command.id)).settled and clock() < ends:  # noqa: ASYNC110  # another process
            await asyncio.sleep(next(pauses))
        return found

    async def _start(self, command: Command, opening: OpenCase) -> None:
        try:
            await start_case(self._client, opening, self._settings)
        except WorkflowAlreadyStartedError:
            described = await self._client.get_workflow_handle(opening.no).describe(rpc_timeout=START_PATIENCE)
            if await described.memo_value(OPENING, None) != str(command.id):
                raise OpenedByAnother from None

    async def _update(self, command: Command, message: RecordAct, patience: timedelta) -> Command:
        handle = self._client.get_workflow_handle(command.case_no)
        try:
            async with asyncio.timeout(patience.total_seconds()):  # a timeout of calls does not end the SDK's polling
                recorded = await handle.execute_update(
                    update_name(type(message.act.event)), message, id=str(command.id), result_type=Recorded
                )
        except WorkflowUpdateFailedError as refusal:
            return await self._refused(command, refusal)
        except RPCError as answer:
            if answer.status is not RPCStatusCode.NOT_FOUND or not await self._commands.is_closed(command.case_no):
                raise
            return await self._commands.settle(command, "refused", refusal_details(CaseClosed()))
        # The case answers once its record is committed, and that has settled the command.
        return replace(command, state="applied", outcome=recorded.model_dump())

    async def _refused(self, command: Command, refusal: WorkflowUpdateFailedError) -> Command:
        cause = refusal.cause
        if isinstance(cause, ApplicationError) and cause.type in REFUSALS and cause.details:
            return await self._commands.settle(command, "refused", {**cause.details[0], "code": cause.type})
        kind = cause.type if isinstance(cause, ApplicationError) else None
        if kind == CUT_SHORT:
            raise refusal
        return await self._dead(command, kind or type(cause).__name__)


def _weight(fault: Exception) -> int:
    """How loud the log tells of a fault that leaves its command waiting."""
    if isinstance(fault, (*PASSING, WorkflowUpdateFailedError)):
        return logging.INFO
    if isinstance(fault, OpenedByAnother):
        return logging.CRITICAL
    # What a client raises that was made while Temporal was away, as long as it is; and bugs.
    return logging.WARNING if isinstance(fault, RuntimeError) else logging.ERROR


async def start_case(client: Client, opening: OpenCase, settings: Settings, *, again: bool = False) -> None:
    """Start the case's workflow; WorkflowAlreadyStartedError if it runs, or has run and it is not to be ``again``.

    What cannot wait goes into a queue with places of its own at every worker, and first there. ``UnknownProcedure``.
    """
    procedure = PROCEDURES.get(opening.no.split("-", maxsplit=1)[0])
    if procedure is None:
        raise UnknownProcedure
    cannot_wait = any(procedure.cannot_wait(event) for event in _opened_by(opening))
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
    await client.start_workflow(
        CASES[procedure.prefix].run,
        opening,
        id=opening.no,
        task_queue=settings.queue_emergencies if cannot_wait else settings.queue_cases,
        id_reuse_policy=reuse,
        memo=_memo(opening),
        search_attributes=at_opening(opening.estate, opening.building, drill=opening.drill),
        static_summary=f"{procedure.name} · {opening.building}" + ("【演练】" if opening.drill else ""),
        static_details=how_to(procedure),
        priority=FIRST if cannot_wait else Priority.default,
        rpc_timeout=START_PATIENCE,
    )


def _opened_by(opening: OpenCase) -> list[AnyEvent]:
    """The call and what came with it, also of a case that goes on from the ledger."""
    carried = opening.carried.entries[:1] if opening.carried is not None else ()
    return [*(act.event for act in opening.acts), *(entry.event for entry in carried)]


def _memo(opening: OpenCase) -> dict[str, str]:
    """By which command the case was opened, also where it goes on from the ledger; its first entry keeps that."""
    first = opening.carried.entries[0] if opening.carried is not None else opening.acts[0]
    return {OPENING: first.command_id or ""}
