"""Settings of the channels to staff; a channel that is not set is not used."""

from datetime import timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from infra.messaging.channel import ChannelName

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _safe_base(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        message = "must be https (http only on loopback)"
        raise ValueError(message)
    if parts.query or parts.fragment or parts.username:
        message = "must be an address without query, fragment or user"
        raise ValueError(message)
    return address.rstrip("/")


Base = Annotated[str, AfterValidator(_safe_base)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


class WeComSettings(_Frozen):
    """A WeCom (企业微信) group bot. ``per_minute`` is the provider's quota a bot."""

    base: Base = "https://qyapi.weixin.qq.com"
    key: SecretStr
    per_minute: int = Field(default=20, ge=2)


class DingTalkSettings(_Frozen):
    """A DingTalk (钉钉) custom robot with 加签."""

    base: Base = "https://oapi.dingtalk.com"
    access_token: SecretStr
    secret: SecretStr
    per_minute: int = Field(default=20, ge=2)


class FeishuSettings(_Frozen):
    """A Feishu (飞书) custom bot with 签名校验."""

    base: Base = "https://open.feishu.cn"
    token: SecretStr
    secret: SecretStr
    per_minute: int = Field(default=100, ge=2)


class WebhookSettings(_Frozen):
    """A gateway of the company, for SMS; it must answer 2xx with ``{"code": 0, "receipt": "..."}``."""

    url: Base
    secret: SecretStr = Field(min_length=16)
    per_minute: int = Field(default=600, ge=2)


class MailSettings(_Frozen):
    """A mail server. ``security``: tls (from the first byte), starttls, or none (loopback only)."""

    host: str
    port: int = Field(ge=1, le=65535)
    sender: str
    security: Annotated[str, Field(pattern="^(tls|starttls|none)$")] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    subject: str = "荔园服务台通知"

    @model_validator(mode="after")
    def _clear_text_stays_here(self) -> Self:
        if self.security == "none" and self.host not in _LOOPBACK:
            message = "security none is for a mail server on loopback only; use starttls or tls"
            raise ValueError(message)
        return self


class MessagingSettings(_Frozen):
    """``order`` is tried from left to right for whoever has no order of his own; the inbox always comes last."""

    wecom: WeComSettings | None = None
    dingtalk: DingTalkSettings | None = None
    feishu: FeishuSettings | None = None
    webhook: WebhookSettings | None = None
    mail: MailSettings | None = None
    order: tuple[ChannelName, ...] = (
        ChannelName.WECOM,
        ChannelName.DINGTALK,
        ChannelName.FEISHU,
        ChannelName.WEBHOOK,
        ChannelName.MAIL,
    )
    timeout: timedelta = timedelta(seconds=8)
    """The longest one sending may take, connection and answer together."""
    proxy: str | None = None
    """An HTTP proxy for the bots and the webhook; the environment's proxies are not read."""


class DeliverySettings(_Frozen):
    """How the notifier delivers."""

    digest_over: int = Field(default=5, ge=1)
    """So many routine notices pending for one person go out one by one; more become one digest."""
    late_after: timedelta = timedelta(minutes=2)
    """A notice older than this is marked 补发."""
    patience: timedelta = timedelta(minutes=5)
    """How long a routine notice waits for a channel that asks to slow down, before the next channel is used."""
    give_up_after: timedelta = timedelta(hours=24)
    """After this without a receipt a person must tell the recipient."""
    longest_pause: timedelta = timedelta(seconds=60)
    longest_urgent_pause: timedelta = timedelta(seconds=15)
    lanes: int = Field(default=6, ge=1, le=64)
    urgent_lanes: int = Field(default=2, ge=1, le=64)
    """People served at once, and further places kept for emergencies."""
    lease_slack: timedelta = timedelta(seconds=10)
    """A notifier that died gives up its people this long after the longest sending (``messaging.timeout``)."""
    poll: timedelta = timedelta(seconds=2)
    """How often to look without being woken."""
