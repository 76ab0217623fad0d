"""What the tests of notifier and watcher take: a receiver, rows, and a watcher that looks on request."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr

from infra.messaging.settings import MessagingSettings, WebhookSettings
from infra.settings import Settings
from infra.watching.settings import WatcherSettings
from tests.infra.messaging.receiver import Receiver, receiving
from tests.workers.rows import Rows
from tests.workers.watching import NOTHING, NOWHERE, Round, started


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
def rows(fresh_pool: asyncpg.Pool, fresh_settings: Settings) -> Rows:
    return Rows(fresh_pool, fresh_settings)


@pytest.fixture
def chosen(receiver: Receiver) -> WatcherSettings:
    """Watches what each test adds; tells by a webhook of its own."""
    receiver.otherwise = (200, {"code": 0, "receipt": "sms-1"})
    webhook = WebhookSettings(url=f"{receiver.base}/watch", secret=SecretStr("sixteen-bytes-at-least"))
    channels = MessagingSettings(webhook=webhook, timeout=timedelta(seconds=1))
    return NOTHING.model_copy(update={"channels": channels, "phone": "10000000000", "repeat_after": timedelta(0)})


@pytest.fixture
async def round_without_temporal(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, chosen: WatcherSettings, receiver: Receiver
) -> AsyncIterator[Round]:
    update = {"watcher": chosen.model_copy(update={"expected": ("relay",)}), "temporal_address": NOWHERE}
    await fresh_pool.execute("insert into heartbeats (process, host) values ('relay', 'a')")
    async for opened in started(fresh_settings.model_copy(update=update), fresh_pool, receiver):
        yield opened
