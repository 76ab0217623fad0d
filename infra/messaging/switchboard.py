"""Opens the channels that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from infra.messaging.bots import DingTalkBot, FeishuBot, WeComBot
from infra.messaging.channel import Channel, ChannelName, Contact
from infra.messaging.http import Line, open_client
from infra.messaging.inbox import Inbox
from infra.messaging.mail import Mail
from infra.messaging.settings import MessagingSettings
from infra.messaging.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchboard:
    """The channels in the company's order; the inbox is not among them, it is where a notice ends otherwise."""

    outward: tuple[Channel, ...]
    inbox: Inbox

    def towards(self, to: Contact, preferred: tuple[ChannelName, ...] = ()) -> tuple[Channel, ...]:
        """The channels that reach this contact, his own order first, the company's rest after it."""
        rank = {name: place for place, name in enumerate(preferred)}
        ordered = sorted(self.outward, key=lambda channel: rank.get(channel.name, len(rank)))
        return tuple(channel for channel in ordered if channel.reaches(to))


@asynccontextmanager
async def open_switchboard(settings: MessagingSettings) -> AsyncIterator[Switchboard]:
    """Each call opens its own client and its own rate limits."""
    async with open_client(timeout=settings.timeout, proxy=settings.proxy) as client:
        line = Line(client, timeout=settings.timeout)
        built: dict[ChannelName, Channel] = {}
        if settings.wecom:
            built[ChannelName.WECOM] = WeComBot(settings.wecom, line)
        if settings.dingtalk:
            built[ChannelName.DINGTALK] = DingTalkBot(settings.dingtalk, line)
        if settings.feishu:
            built[ChannelName.FEISHU] = FeishuBot(settings.feishu, line)
        if settings.webhook:
            built[ChannelName.WEBHOOK] = Webhook(settings.webhook, line)
        if settings.mail:
            built[ChannelName.MAIL] = Mail(settings.mail, timeout=settings.timeout)
        outward = tuple(built[name] for name in settings.order if name in built)
        yield Switchboard(outward=outward, inbox=Inbox())
