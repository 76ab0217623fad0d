"""One command that cannot be delivered keeps no other from its case, and no case is taken for another."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage as Stage
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.filing import Filing
from domain.admission import Act
from domain.assigning import Repairer
from domain.case_file import Source
from domain.events import Noted
from domain.events.repair import Channel, FaultKind, RequestReceived, Situation
from domain.filing import Step
from domain.people import CaseNo, EstateCode, StaffId
from domain.rulebook import REPAIR
from domain.rulebook.rows import Procedure
from infra.delivery import OPENING, Delivery, start_case
from infra.postgres.acceptance import Acceptance, NewAct, NewCase
from infra.postgres.commands import Command, Commands
from infra.postgres.places import case_owner
from infra.sealing import Place, Sealer
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from tests.workflows.desk import FRONT_DESK, number_apart
from workers.relay import AT_ONCE, PATIENCE, carry
from workflows import CASES
from workflows.messages import OpenCase, TermsOfCase
from workflows.visibility import ATTRIBUTES

MOMENT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SHORT = timedelta(seconds=0.2)
TAKEN_IN = Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED


@pytest.fixture
def at_temporal(fresh_settings: Settings, temporal_dev: str) -> Settings:
    # A queue of its own, which no worker looks at.
    return fresh_settings.model_copy(
        update={
            "temporal_address": temporal_dev,
            "queue_cases": f"delivery-{secrets.token_hex(4)}",
            "queue_emergencies": f"emergencies-{secrets.token_hex(4)}",
        }
    )


@pytest.fixture
async def client(at_temporal: Settings) -> Client:
    client = await connect(at_temporal, role="test")
    await prepare_namespace(client, ATTRIBUTES, retention_days=1)
    return client


@pytest.fixture
async def commands(fresh_pool: asyncpg.Pool, at_temporal: Settings) -> Commands:
    await fresh_pool.execute("insert into estates values ('LY', '荔园一期')")
    return Commands(fresh_pool, Sealer(at_temporal.master_ring()), at_temporal)


@pytest.fixture
def acceptance(commands: Commands, fresh_pool: asyncpg.Pool, at_temporal: Settings) -> Acceptance:
    return Acceptance(fresh_pool, Sealer(at_temporal.master_ring()), at_temporal)


@pytest.fixture
def delivery(commands: Commands, client: Client, at_temporal: Settings) -> Delivery:
    return Delivery(commands, client, at_temporal)


async def accept(
    acceptance: Acceptance, procedure: Procedure | None = None, situation: Situation = Situation.ORDINARY
) -> Command:
    """A call, acknowledged."""
    request = RequestReceived(
        channel=Channel.TELEPHONE,
        room="1-0101",
        content="厨房漏水",
        phone="19900000001",
        fault=FaultKind.WATER,
        situation=situation,
    )
    return await acceptance.accept_opening(
        NewCase(
            client="test",
            key=secrets.token_hex(8),
            body_hash=b"",
            procedure=procedure or REPAIR,
            estate=EstateCode("LY"),
            building="1栋",
            report=request,
            received_at=MOMENT,
            recorded_by=FRONT_DESK.id,
            drill=False,
            terms=TermsOfCase(),
            acts=lambda command_id, _: (
                Act(
                    command_id=command_id,
                    event=request,
                    by=FRONT_DESK,
                    at=MOMENT,
                    accepted_at=MOMENT,
                    source=Source.API,
                ),
            ),
        )
    )


def noted(no: CaseNo) -> NewAct:
    """Somebody's remark on a case."""
    return NewAct(
        client="test",
        key=secrets.token_hex(8),
        body_hash=b"",
        case_no=no,
        build=lambda command, at: Act(
            command_id=command, event=Noted(text="."), by=FRONT_DESK, at=at, accepted_at=at, source=Source.API
        ),
    )


async def spoil(pool: asyncpg.Pool, settings: Settings, command: Command) -> None:
    """Its message becomes one that no version of ours has written."""
    async with pool.acquire() as connection, connection.transaction():
        place = Place(table="commands", row=str(command.id), column="body")
        body = await Sealer(settings.master_ring()).seal(connection, case_owner(command.case_no), place, b'{"no": 1}')
        await connection.execute("update commands set body = $2 where id = $1", command.id, body)


async def row(acceptance: Acceptance, command: Command) -> tuple[str, Any, str | None]:
    found = await acceptance._pool.fetchrow("select state, outcome, last_error from commands where id = $1", command.id)
    assert found is not None
    return found["state"], found["outcome"], found["last_error"]


async def runs(client: Client, no: str) -> bool:
    try:
        described = await client.get_workflow_handle(no).describe()
    except RPCError:
        return False
    return described.status is WorkflowExecutionStatus.RUNNING


async def settled(commands: Commands, command: Command) -> bool:
    return (await commands.find(command.id)).settled


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the relay does."""
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110  # it does not tell us
            await asyncio.sleep(0.02)


async def test_a_message_that_nobody_can_read_is_a_dead_letter_and_the_relay_goes_on(
    acceptance: Acceptance,
    commands: Commands,
    client: Client,
    delivery: Delivery,
    fresh_settings: Settings,
) -> None:
    await number_apart(acceptance._pool)
    spoilt, sound = await accept(acceptance), await accept(acceptance)
    await spoil(acceptance._pool, fresh_settings, spoilt)
    await acceptance._pool.execute("update commands set leased_until = '-infinity'")
    stop = asyncio.Event()

    relay = asyncio.create_task(carry(commands, delivery, stop))
    try:
        await until(lambda: runs(client, sound.case_no))
        await until(lambda: settled(commands, spoilt))
    finally:
        relay.cancel()

    assert await row(acceptance, spoilt) == ("dead", {"code": "Unreadable"}, None)
    await client.get_workflow_handle(sound.case_no).terminate()


async def test_cases_that_do_not_answer_keep_no_other_waiting(
    acceptance: Acceptance, commands: Commands, client: Client, delivery: Delivery
) -> None:
    await number_apart(acceptance._pool)
    silent = [await accept(acceptance) for _ in range(AT_ONCE - 1)]  # no worker records their openings
    await acceptance._pool.execute("update commands set leased_until = '-infinity'")
    relay = asyncio.create_task(carry(commands, delivery, asyncio.Event()))
    for one in silent:
        await until(partial(runs, client, one.case_no))

    later = await accept(acceptance)
    await acceptance._pool.execute("update commands set leased_until = '-infinity' where id = $1", later.id)
    async with asyncio.timeout(PATIENCE.total_seconds() / 2):
        await until(lambda: runs(client, later.case_no))

    relay.cancel()
    for one in (*silent, later):
        await client.get_workflow_handle(one.case_no).terminate()


async def test_what_was_not_tried_yet_goes_before_everything_that_did_not_answer(
    acceptance: Acceptance, commands: Commands
) -> None:
    silent = [await accept(acceptance) for _ in range(3 * AT_ONCE)]
    await acceptance._pool.execute("update commands set attempts = 9, next_attempt_at = now() - interval '1 hour'")
    later = await accept(acceptance)
    await acceptance._pool.execute("update commands set leased_until = '-infinity'")

    first = await commands.take_due(1, PATIENCE)

    assert [later.id] == [one.id for one in first]
    assert len(silent) == len(await commands.take_due(100, PATIENCE))


async def test_a_case_of_a_procedure_that_is_not_there_is_a_dead_letter(
    acceptance: Acceptance, delivery: Delivery
) -> None:
    command = await accept(acceptance, replace(REPAIR, prefix="XXX"))

    after = await delivery.deliver(command, SHORT)

    assert (after.state, after.outcome) == ("dead", {"code": "UnknownProcedure"})


@pytest.mark.parametrize("fault", [KeyError("a bug"), RuntimeError("not connected")])
async def test_a_fault_that_nobody_foresaw_is_noted_and_the_command_waits(
    acceptance: Acceptance,
    commands: Commands,
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    command = await accept(acceptance)

    async def planted(_: Command) -> None:
        raise fault

    monkeypatch.setattr(commands, "message", planted)
    await delivery.deliver(command, SHORT)

    assert await row(acceptance, command) == ("accepted", None, type(fault).__name__)


async def test_a_case_that_was_started_before_by_the_same_command_is_ours(
    acceptance: Acceptance, client: Client, delivery: Delivery
) -> None:
    await number_apart(acceptance._pool)
    command = await accept(acceptance)

    await delivery.deliver(command, SHORT)
    await delivery.deliver(command, SHORT)

    assert await row(acceptance, command) == ("accepted", None, None)
    described = await client.get_workflow_handle(command.case_no).describe()
    assert await described.memo_value(OPENING) == str(command.id)
    await client.get_workflow_handle(command.case_no).terminate()


@pytest.mark.parametrize("situation", [Situation.BURST_PIPE, Situation.FLOODING, Situation.ORDINARY])
async def test_rep_104_rep_124_what_cannot_wait_starts_on_the_queue_of_emergencies_and_first_there(
    acceptance: Acceptance, client: Client, delivery: Delivery, at_temporal: Settings, situation: Situation
) -> None:
    await number_apart(acceptance._pool)
    command = await accept(acceptance, situation=situation)

    await delivery.deliver(command, SHORT)

    described = await client.get_workflow_handle(command.case_no).describe()
    ordinary = situation is Situation.ORDINARY
    queue = at_temporal.queue_cases if ordinary else at_temporal.queue_emergencies
    priority = described.raw_description.workflow_execution_info.priority.priority_key
    assert (queue, 0 if ordinary else 1) == (described.task_queue, priority)
    await client.get_workflow_handle(command.case_no).terminate()


async def test_a_case_that_another_command_opened_under_the_number_is_not_taken_for_ours(
    acceptance: Acceptance,
    commands: Commands,
    client: Client,
    delivery: Delivery,
    at_temporal: Settings,
) -> None:
    await number_apart(acceptance._pool)
    command = await accept(acceptance)
    message = await commands.message(command)
    assert isinstance(message, OpenCase)
    other = replace(message.acts[0], command_id="00000000-0000-0000-0000-00000000000b")
    await start_case(client, message.model_copy(update={"acts": (other,)}), at_temporal)

    await delivery.deliver(command, SHORT)

    assert await row(acceptance, command) == ("accepted", None, "OpenedByAnother")
    await client.get_workflow_handle(command.case_no).terminate()


async def test_what_one_delivers_another_leaves_alone(
    acceptance: Acceptance, commands: Commands, client: Client, delivery: Delivery
) -> None:
    await number_apart(acceptance._pool)
    ours = await accept(acceptance)
    theirs = await commands.find(ours.id)

    await delivery.deliver(theirs, SHORT)
    assert not await runs(client, ours.case_no)
    assert [] == await commands.take_due(8, SHORT)

    await delivery.deliver(ours, SHORT)
    assert await runs(client, ours.case_no)
    await client.get_workflow_handle(ours.case_no).terminate()


async def test_what_could_not_be_delivered_is_anybodys_at_once(
    acceptance: Acceptance, commands: Commands, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = await accept(acceptance)

    async def planted(_: Command) -> None:
        raise KeyError

    with monkeypatch.context() as planting:
        planting.setattr(commands, "message", planted)
        await delivery.deliver(command, SHORT)

    taken = await commands.claim(await commands.find(command.id), SHORT)
    assert taken is not None
    assert taken.is_ours


async def test_who_has_lost_a_command_to_another_settles_it_no_more(
    acceptance: Acceptance, commands: Commands, fresh_pool: asyncpg.Pool
) -> None:
    lost = await accept(acceptance)
    await fresh_pool.execute("update commands set leased_until = '-infinity'")
    (taken,) = await commands.take_due(8, SHORT)

    assert "accepted" == (await commands.settle(lost, "refused", {"code": "late"})).state
    assert "refused" == (await commands.settle(taken, "refused", {"code": "right"})).state


async def test_a_command_that_comes_behind_another_waits_for_it(
    acceptance: Acceptance, delivery: Delivery, client: Client
) -> None:
    await number_apart(acceptance._pool)
    opening = await accept(acceptance)
    act = await acceptance.accept_act(noted(opening.case_no))
    assert act.behind

    await delivery.deliver(act, SHORT)  # the opening is another's: neither is sent
    assert not await runs(client, opening.case_no)
    assert ("accepted", None, None) == await row(acceptance, act)


@pytest.fixture
async def stuck(acceptance: Acceptance, client: Client, at_temporal: Settings) -> AsyncIterator[None]:
    """Cases are worked on, and none of them can write to its ledger."""
    await number_apart(acceptance._pool)
    filing = Filing(_NeverWrites(), _Nobody(), Commands(acceptance._pool, acceptance._sealer, at_temporal))
    worker = Worker(
        client,
        task_queue=at_temporal.queue_cases,
        workflows=list(CASES.values()),
        activities=[filing.record, filing.identify, filing.catch_up],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        yield


@pytest.mark.usefixtures("stuck")
async def test_what_a_terminated_case_left_unanswered_waits_and_is_no_dead_letter(
    acceptance: Acceptance, client: Client, delivery: Delivery
) -> None:
    opening = await accept(acceptance)
    await delivery.deliver(opening, SHORT)
    act = await acceptance.accept_act(noted(opening.case_no))

    sent = asyncio.create_task(delivery._carry(act, timedelta(seconds=20)))
    await until(lambda: took_in_an_update(client, opening.case_no))
    await client.get_workflow_handle(opening.case_no).terminate("restored from a backup")
    await sent

    assert ("accepted", None, "WorkflowUpdateFailedError") == await row(acceptance, act)


@pytest.mark.usefixtures("stuck")
async def test_a_case_that_took_an_act_in_and_never_answers_is_not_waited_for_beyond_patience(
    acceptance: Acceptance, client: Client, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = await accept(acceptance)
    await delivery.deliver(opening, SHORT)
    act = await acceptance.accept_act(noted(opening.case_no))
    ask = client.workflow_service.update_workflow_execution

    async def until_taken_in(request: UpdateWorkflowExecutionRequest, **how: Any) -> UpdateWorkflowExecutionResponse:
        """As a server answers whose own patience ends first."""
        request.wait_policy.lifecycle_stage = TAKEN_IN
        return await ask(request, **how)

    monkeypatch.setattr(client.workflow_service, "update_workflow_execution", until_taken_in)
    async with asyncio.timeout(20) as too_long:
        await delivery._carry(act, timedelta(seconds=3))

    assert not too_long.expired()
    assert await took_in_an_update(client, opening.case_no)
    assert ("accepted", None, "WorkflowUpdateRPCTimeoutOrCancelledError") == await row(acceptance, act)
    await client.get_workflow_handle(opening.case_no).terminate()


async def test_a_dead_letter_can_be_delivered_again(
    acceptance: Acceptance, commands: Commands, fresh_pool: asyncpg.Pool
) -> None:
    command = await accept(acceptance)
    await commands.settle(command, "dead", {"code": "Unreadable"})

    assert [command.id] == [dead.id for dead in await commands.dead_letters()]
    assert await commands.revive(command.id)
    assert not await commands.revive(command.id)
    assert [command.id] == [taken.id for taken in await commands.take_due(8, SHORT)]


async def test_a_command_may_be_tried_for_days(acceptance: Acceptance, commands: Commands) -> None:
    command = await accept(acceptance)
    await acceptance._pool.execute("update commands set attempts = 5000")

    await commands.note_fault(replace(command, attempts=5000), TimeoutError())

    assert ("accepted", None, "TimeoutError") == await row(acceptance, command)


class _NeverWrites:
    """A ledger on which every step waits."""

    async def file(self, _step: Step, _names: Sequence[str] = ()) -> None:
        raise ConnectionResetError


class _Nobody:
    async def actor(self, _staff: StaffId, _estate: EstateCode) -> None:
        return None

    async def repairers(self, _estate: EstateCode, _trade: str, _at: datetime) -> Sequence[Repairer]:
        return ()


async def took_in_an_update(client: Client, no: str) -> bool:
    events = client.get_workflow_handle(no).fetch_history_events()
    return any([event.HasField("workflow_execution_update_accepted_event_attributes") async for event in events])
