"""Fixtures of the notifier's and the watcher's tests."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from infra.settings import Settings
from tests.infra.messaging.receiver import Receiver, receiving
from tests.workers.rows import Rows


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
def rows(fresh_pool: asyncpg.Pool, fresh_settings: Settings) -> Rows:
    return Rows(fresh_pool, fresh_settings)
