"""Fixtures of the channel tests: the loopback receiver and a switchboard pointed at it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from infra.messaging.settings import (
    DingTalkSettings,
    FeishuSettings,
    MessagingSettings,
    WebhookSettings,
    WeComSettings,
)
from infra.messaging.switchboard import Switchboard, open_switchboard
from tests.infra.messaging.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


def settings_towards(base: str) -> MessagingSettings:
    return MessagingSettings(
        wecom=WeComSettings(base=base, key=SecretStr("wecom-key-canary")),
        dingtalk=DingTalkSettings(base=base, access_token=SecretStr("ding-token"), secret=SecretStr("SECding")),
        feishu=FeishuSettings(base=base, token=SecretStr("feishu-token"), secret=SecretStr("feishu-secret")),
        webhook=WebhookSettings(url=f"{base}/sms", secret=SecretStr("sixteen-bytes-at-least")),
        timeout=timedelta(seconds=0.5),
    )


@pytest.fixture
async def switchboard(receiver: Receiver) -> AsyncIterator[Switchboard]:
    async with open_switchboard(settings_towards(receiver.base)) as opened:
        yield opened
