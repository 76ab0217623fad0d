"""The way to Temporal: one client a process, sealed payloads, and a namespace with what the desk needs."""

import asyncio
import logging
import socket
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from functools import cache

import structlog
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from infra.errors import CannotStart
from infra.payloads import data_converter
from infra.settings import Settings

ASK_SECONDS = timedelta(seconds=10)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0

log = structlog.stdlib.get_logger(__name__)


async def connect(settings: Settings, *, role: str, lazy: bool = False) -> Client:
    """The client of this process; ``role`` (such as 客服台) and the host stand on every event in the Web UI.

    Tries until Temporal answers, unless ``lazy``: then it connects with the first call (no worker can use it).
    """
    pause = FIRST_PAUSE
    while True:
        try:
            client = await Client.connect(
                **_target(settings),
                data_converter=data_converter(settings.codec_ring()),
                identity=f"{role}@{socket.gethostname()}",
                grpc_compression=GrpcCompression.NONE,  # what is sealed does not shrink
                runtime=runtime(settings.temporal_metrics_port),
                lazy=lazy,
            )
            return _with_clocks_to_wind(client) if settings.temporal_time_skipping else client
        except RuntimeError as fault:
            # The SDK's only error for an address that does not answer.
            log.warning("temporal.unreachable", error=type(fault).__name__, again_in_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _with_clocks_to_wind(client: Client) -> Client:
    """Marks each case it starts as one whose clock may be wound, and leaves the clock going as ours does."""
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False)).client


def _target(settings: Settings) -> ClientConnectConfig:
    if settings.temporal_profile is not None:
        return ClientConfig.load_client_connect_config(settings.temporal_profile)
    return ClientConnectConfig(target_host=settings.temporal_address, namespace=settings.temporal_namespace)


@cache
def runtime(metrics_port: int) -> Runtime:
    """The one runtime of this process; its logs go through ours, its metrics (0: none) to 127.0.0.1."""
    return Runtime(
        telemetry=TelemetryConfig(
            metrics=PrometheusConfig(bind_address=f"127.0.0.1:{metrics_port}") if metrics_port else None,
            logging=LoggingConfig(
                filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
                forwarding=LogForwardingConfig(
                    logger=logging.getLogger("temporal.core"), append_log_fields_to_message=False
                ),
            ),
        )
    )


async def prepare_namespace(
    client: Client, attributes: Mapping[str, SearchAttributeIndexedValueType], *, retention_days: int
) -> None:
    """Register the search attributes that are missing and set the retention; repeatable, several processes at once.

    What a server lacks (the time-skipping test server) is skipped with a logged notice. ``CannotStart`` if an
    attribute exists with another type, or the namespace does not exist.
    """
    await _unless_lacking("search_attributes", client, _add_attributes(client, attributes))
    await _unless_lacking("retention", client, _set_retention(client, timedelta(days=retention_days)))


async def _unless_lacking(what: str, client: Client, step: Coroutine[None, None, None]) -> None:
    try:
        await step
    except RPCError as answer:
        if answer.status is RPCStatusCode.UNIMPLEMENTED:
            log.info("temporal.lacks", what=what)
        elif answer.status is RPCStatusCode.NOT_FOUND:
            raise CannotStart(
                f"the Temporal namespace {client.namespace} does not exist",
                remedy=f"create it: temporal operator namespace create --namespace {client.namespace}",
                chinese=(
                    f"Temporal 里没有命名空间 {client.namespace}",
                    f"建立它：temporal operator namespace create --namespace {client.namespace}",
                ),
            ) from None
        else:
            raise


async def _add_attributes(client: Client, wanted: Mapping[str, SearchAttributeIndexedValueType]) -> None:
    known = await _attributes(client)
    for name, kind in wanted.items():
        if name in known and known[name] != kind:
            raise CannotStart(
                f"the search attribute {name} exists in Temporal with another type",
                remedy=f"remove it first: temporal operator search-attribute remove --name {name}",
                chinese=(
                    f"Temporal 里已有另一种类型的检索项 {name}",
                    f"先删去它：temporal operator search-attribute remove --name {name}",
                ),
            )
    missing = {name: kind for name, kind in wanted.items() if name not in known}
    if not missing:
        return
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for name, kind in missing.items():
        request.search_attributes[name] = int(kind)  # type: ignore[assignment]  # the enum has the protocol's numbers
    try:
        await client.operator_service.add_search_attributes(request, timeout=ASK_SECONDS)
    except RPCError as answer:
        # Another process may have been first, with all of them or with some.
        if (
            answer.status is not RPCStatusCode.ALREADY_EXISTS
            and not missing.keys() <= (await _attributes(client)).keys()
        ):
            raise
    log.info("temporal.search_attributes", added=sorted(missing))


async def _attributes(client: Client) -> dict[str, int]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        listed = await client.operator_service.list_search_attributes(request, timeout=ASK_SECONDS)
    except RPCError as answer:
        # The time-skipping test server takes attributes but cannot list them.
        if answer.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        log.info("temporal.lacks", what="list_search_attributes")
        return {}
    return dict(listed.custom_attributes)


async def _set_retention(client: Client, retention: timedelta) -> None:
    wanted = Duration()
    wanted.FromTimedelta(retention)
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    now = await client.workflow_service.describe_namespace(asked, timeout=ASK_SECONDS)
    if now.config.workflow_execution_retention_ttl.ToTimedelta() == retention:
        return
    config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
    request = UpdateNamespaceRequest(namespace=client.namespace, config=config)
    await client.workflow_service.update_namespace(request, timeout=ASK_SECONDS)
    log.info("temporal.retention", days=retention.days)
