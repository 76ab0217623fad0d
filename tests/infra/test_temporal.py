"""Cases on the real Temporal: payloads sealed, strangers' payloads refused, the namespace prepared."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import SearchAttributeIndexedValueType as Kind
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression
from temporalio.worker import Worker

from infra.errors import CannotStart
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from tests.infra.sample_workflow import Sample, Word

PERSONAL = "张三 13800138000 3栋1502"


@pytest.fixture(scope="module")
def temporal_settings(settings: Settings, temporal_dev: str) -> Settings:
    return settings.model_copy(update={"temporal_address": temporal_dev})


@pytest.fixture(scope="module")
async def client(temporal_settings: Settings) -> Client:
    return await connect(temporal_settings, role="样例")


@pytest.fixture
async def case(client: Client) -> AsyncIterator[WorkflowHandle[Sample, list[str]]]:
    queue = f"sample-{secrets.token_hex(4)}"
    async with Worker(client, task_queue=queue, workflows=[Sample]):
        handle = await client.start_workflow(Sample.run, Word(text=PERSONAL), id=queue, task_queue=queue)
        yield handle
        await handle.execute_update("结束", Word(), result_type=int)
        await handle.result()


async def test_nothing_personal_stands_in_the_history(client: Client, case: WorkflowHandle[Sample, list[str]]) -> None:
    remarked = await case.execute_update("备注", Word(text=PERSONAL), result_type=int)

    history = await case.fetch_history()
    stored = b"".join(event.SerializeToString() for event in history.events)

    assert remarked == 2
    assert "张三".encode() not in stored
    assert b"13800138000" not in stored
    assert stored.count(b"binary/encrypted") >= 3
    assert f"样例@{socket.gethostname()}".encode() in stored


async def test_what_is_sealed_is_not_compressed_again_on_the_way(client: Client) -> None:
    assert client.service_client.config.grpc_compression is GrpcCompression.NONE


async def test_an_update_sent_in_clear_is_refused_and_the_case_goes_on(
    temporal_dev: str, case: WorkflowHandle[Sample, list[str]]
) -> None:
    stranger = await Client.connect(temporal_dev, data_converter=pydantic_data_converter)

    with pytest.raises(WorkflowUpdateFailedError):
        await stranger.get_workflow_handle(case.id).execute_update("备注", {"text": "x"})

    assert await case.execute_update("备注", Word(text="y"), result_type=int) == 2


async def test_preparing_twice_and_by_several_at_once_registers_once(client: Client) -> None:
    name = f"Stage{secrets.token_hex(4)}"
    wanted = {name: Kind.KEYWORD, f"{name}Due": Kind.DATETIME}

    await asyncio.gather(*(prepare_namespace(client, wanted, retention_days=400) for _ in range(4)))
    await prepare_namespace(client, wanted, retention_days=400)

    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    about = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert listed.custom_attributes[name] == Kind.KEYWORD.value
    assert listed.custom_attributes[f"{name}Due"] == Kind.DATETIME.value
    assert about.config.workflow_execution_retention_ttl.ToTimedelta().days == 400


async def test_an_attribute_of_another_type_is_named(client: Client) -> None:
    name = f"Stage{secrets.token_hex(4)}"
    await prepare_namespace(client, {name: Kind.KEYWORD}, retention_days=400)

    with pytest.raises(CannotStart, match=f"{name} exists in Temporal with another type"):
        await prepare_namespace(client, {name: Kind.INT}, retention_days=400)


async def test_a_namespace_that_does_not_exist_is_named(temporal_settings: Settings) -> None:
    away = await connect(temporal_settings.model_copy(update={"temporal_namespace": "nowhere"}), role="样例")

    with pytest.raises(CannotStart, match="namespace nowhere does not exist"):
        await prepare_namespace(away, {}, retention_days=1)


async def test_what_the_skipping_server_lacks_is_left_out(settings: Settings, temporal_skipping: str) -> None:
    client = await connect(settings.model_copy(update={"temporal_address": temporal_skipping}), role="样例")

    await prepare_namespace(client, {"Stage": Kind.KEYWORD}, retention_days=400)
    await prepare_namespace(client, {"Stage": Kind.KEYWORD}, retention_days=400)

    handle = await client.start_workflow(Sample.run, Word(), id=f"s-{secrets.token_hex(4)}", task_queue="nobody")
    await handle.terminate()


async def test_it_tries_until_temporal_is_there(temporal_settings: Settings, temporal_dev: str) -> None:
    refused = 0
    host, port = temporal_dev.split(":")

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal refused
        if refused < 2:
            refused += 1
        else:
            their_reader, their_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(_pump(reader, their_writer), _pump(their_reader, writer))
        writer.close()

    async with await asyncio.start_server(late, "127.0.0.1") as door:
        address = f"127.0.0.1:{door.sockets[0].getsockname()[1]}"
        client = await connect(temporal_settings.model_copy(update={"temporal_address": address}), role="样例")

        assert await client.service_client.check_health()
        assert refused == 2


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65536):
        writer.write(part)
        await writer.drain()
    writer.close()
