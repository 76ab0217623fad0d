"""The group bots of WeCom, DingTalk and Feishu, which answer HTTP 200 also when they did nothing."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

from infra.messaging.channel import (
    ChannelName,
    Contact,
    Failure,
    Message,
    Outcome,
    Receipt,
    Refused,
    TryLater,
    Unanswered,
    clipped,
)
from infra.messaging.http import Answer, Line
from infra.messaging.pace import Pace
from infra.messaging.settings import DingTalkSettings, FeishuSettings, WeComSettings

_WAIT = timedelta(seconds=60)
"""After a provider said that we are too fast: its window is a minute."""

WECOM_BUSY = frozenset({-1, 45009, 45033})
DINGTALK_BUSY = frozenset({-1, 90018, 90030, 130101, 130102, 410100})
FEISHU_BUSY = frozenset({9499, 11232, 11233, 11247, 99991400})


class WeComBot:
    """Text of 2,048 bytes at most. Gives no message id: the receipt is its errcode 0."""

    name = ChannelName.WECOM

    def __init__(self, settings: WeComSettings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self._pace = Pace(settings.per_minute)

    def reaches(self, to: Contact) -> bool:  # noqa: ARG002 - a group is there for everyone; the contact is only named
        return True

    async def send(self, message: Message, to: Contact) -> Outcome:
        if wait := await self._pace.turn(urgent=message.urgent):
            return TryLater(code="own_limit", after=wait)
        text: dict[str, object] = {"content": clipped(message.text, 2048)}
        if to.wecom:
            text["mentioned_list"] = [to.wecom]
        elif to.phone:
            text["mentioned_mobile_list"] = [to.phone]
        answer = await self._line.post(
            f"{self._settings.base}/cgi-bin/webhook/send",
            _json({"msgtype": "text", "text": text}),
            params={"key": self._settings.key.get_secret_value()},
        )
        return _read(answer, names=("errcode",), busy=WECOM_BUSY)


class DingTalkBot:
    """Signed with HMAC-SHA256 over the time in milliseconds; DingTalk refuses a clock more than an hour off."""

    name = ChannelName.DINGTALK

    def __init__(self, settings: DingTalkSettings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self._pace = Pace(settings.per_minute)

    def reaches(self, to: Contact) -> bool:  # noqa: ARG002 - a group is there for everyone; the contact is only named
        return True

    async def send(self, message: Message, to: Contact) -> Outcome:
        if wait := await self._pace.turn(urgent=message.urgent):
            return TryLater(code="own_limit", after=wait)
        moment = str(time.time_ns() // 1_000_000)
        secret = self._settings.secret.get_secret_value()
        at = {"atUserIds": [to.dingtalk]} if to.dingtalk else {"atMobiles": [to.phone] if to.phone else []}
        answer = await self._line.post(
            f"{self._settings.base}/robot/send",
            _json({"msgtype": "text", "text": {"content": clipped(message.text, 15_000)}, "at": at}),
            params={
                "access_token": self._settings.access_token.get_secret_value(),
                "timestamp": moment,
                "sign": _signature(secret.encode(), f"{moment}\n{secret}".encode()),
            },
        )
        return _read(answer, names=("errcode",), busy=DINGTALK_BUSY)


class FeishuBot:
    """Signed with time and secret as the key of an empty text, as Feishu wants it. Only an open_id can be named."""

    name = ChannelName.FEISHU

    def __init__(self, settings: FeishuSettings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self._pace = Pace(settings.per_minute)

    def reaches(self, to: Contact) -> bool:  # noqa: ARG002 - a group is there for everyone; the contact is only named
        return True

    async def send(self, message: Message, to: Contact) -> Outcome:
        if wait := await self._pace.turn(urgent=message.urgent):
            return TryLater(code="own_limit", after=wait)
        moment = str(int(time.time()))
        key = f"{moment}\n{self._settings.secret.get_secret_value()}".encode()
        text = clipped(message.text, 15_000).replace("<", "＜")
        if to.feishu:
            text = f'<at user_id="{to.feishu}"></at> {text}'
        answer = await self._line.post(
            f"{self._settings.base}/open-apis/bot/v2/hook/{self._settings.token.get_secret_value()}",
            _json(
                {"timestamp": moment, "sign": _signature(key, b""), "msg_type": "text", "content": {"text": text}},
            ),
        )
        return _read(answer, names=("code", "StatusCode"), busy=FEISHU_BUSY)


def _json(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _signature(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()


def _read(answer: Answer | Failure, *, names: tuple[str, ...], busy: frozenset[int]) -> Outcome:
    """The first of the named fields that is there decides; an answer without any is no receipt."""
    if not isinstance(answer, Answer):
        return answer
    code = next((answer.fields[name] for name in names if name in answer.fields), None)
    if not isinstance(code, int) or isinstance(code, bool):
        return Unanswered(code="no_receipt")
    if code in busy:
        return TryLater(code=str(code), after=_WAIT)
    return Receipt(id=f"{names[0]}=0") if code == 0 else Refused(code=str(code))
