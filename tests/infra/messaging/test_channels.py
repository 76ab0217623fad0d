"""Every HTTP channel against a real receiver: what is a receipt, what is none, and what that means."""

import base64
import hashlib
import hmac
import logging
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from infra.messaging.channel import (
    NOBODY,
    Channel,
    ChannelName,
    Contact,
    Message,
    Receipt,
    Refused,
    TryLater,
    Unanswered,
    Unreached,
)
from infra.messaging.settings import WeComSettings
from infra.messaging.switchboard import Switchboard, open_switchboard
from tests.infra.messaging.conftest import settings_towards
from tests.infra.messaging.receiver import DIE_AT_ONCE, DIE_MIDWAY, DRIBBLE, HANG, Receiver

MESSAGE = Message(key="0190-key", text="REP-20261122-00001 10分钟内到场 截止09:15")
STAFF = Contact(phone="10000000000", wecom="wecom-a", feishu="ou_a")
HTTP = (ChannelName.WECOM, ChannelName.DINGTALK, ChannelName.FEISHU, ChannelName.WEBHOOK)
YES = {
    ChannelName.WECOM: {"errcode": 0, "errmsg": "ok"},
    ChannelName.DINGTALK: {"errcode": 0, "errmsg": "ok"},
    ChannelName.FEISHU: {"code": 0, "msg": "success", "data": {}},
    ChannelName.WEBHOOK: {"code": 0, "receipt": "sms-77"},
}


def channel(switchboard: Switchboard, name: ChannelName) -> Channel:
    return next(known for known in switchboard.outward if known.name is name)


@pytest.mark.parametrize("name", HTTP)
async def test_only_a_real_yes_is_a_receipt(switchboard: Switchboard, receiver: Receiver, name: ChannelName) -> None:
    receiver.script.append((200, YES[name]))

    outcome = await channel(switchboard, name).send(MESSAGE, STAFF)

    assert isinstance(outcome, Receipt)
    assert outcome.id == ("sms-77" if name is ChannelName.WEBHOOK else outcome.id) != ""
    assert MESSAGE.text in receiver.heard[0].body.decode()


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        (ChannelName.WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000"),
        (ChannelName.DINGTALK, {"errcode": 310000, "errmsg": "sign not match"}, "310000"),
        (ChannelName.FEISHU, {"code": 19021, "msg": "sign match fail"}, "19021"),
        (ChannelName.WEBHOOK, {"code": 4, "msg": "bad number"}, "4"),
    ],
)
async def test_a_lying_200_with_an_error_inside_is_refused(
    switchboard: Switchboard, receiver: Receiver, name: ChannelName, answer: object, code: str
) -> None:
    receiver.script.append((200, answer))

    outcome = await channel(switchboard, name).send(MESSAGE, STAFF)

    assert Refused(code=code) == outcome


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        (ChannelName.WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, "45009"),
        (ChannelName.WECOM, {"errcode": -1, "errmsg": "system busy"}, "-1"),
        (ChannelName.DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}, "130101"),
        (ChannelName.DINGTALK, {"errcode": 410100, "errmsg": "send too fast"}, "410100"),
        (ChannelName.FEISHU, {"code": 9499, "msg": "too many request"}, "9499"),
        (ChannelName.FEISHU, {"code": 11232, "msg": "frequency limited"}, "11232"),
    ],
)
async def test_too_fast_means_later_on_the_same_channel(
    switchboard: Switchboard, receiver: Receiver, name: ChannelName, answer: object, code: str
) -> None:
    receiver.script.append((200, answer))

    outcome = await channel(switchboard, name).send(MESSAGE, STAFF)

    assert TryLater(code=code, after=timedelta(seconds=60)) == outcome


@pytest.mark.parametrize("name", HTTP)
async def test_429_waits_as_long_as_it_says(switchboard: Switchboard, receiver: Receiver, name: ChannelName) -> None:
    receiver.headers["retry-after"] = "7"
    receiver.script.append((429, {}))

    outcome = await channel(switchboard, name).send(MESSAGE, STAFF)

    assert TryLater(code="http_429", after=timedelta(seconds=7)) == outcome


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, "<html>login</html>"), Unanswered(code="no_receipt")),
        ((200, ""), Unanswered(code="no_receipt")),
        ((200, "[0]"), Unanswered(code="no_receipt")),
        ((200, {"message": "accepted"}), Unanswered(code="no_receipt")),
        ((200, {"errcode": "0", "code": "0"}), Unanswered(code="no_receipt")),
        ((200, {"errcode": False, "code": False}), Unanswered(code="no_receipt")),
        ((200, "x" * 100_000), Unanswered(code="no_receipt")),
        ((302, ""), Refused(code="http_302")),
        ((403, {"errcode": 0, "code": 0, "receipt": "x"}), Refused(code="http_403")),
        ((503, {"errcode": 0, "code": 0, "receipt": "x"}), Unanswered(code="http_503")),
        (HANG, Unanswered(code="TimeoutError")),
        (DRIBBLE, Unanswered(code="TimeoutError")),
        (DIE_MIDWAY, Unanswered(code="RemoteProtocolError")),
        (DIE_AT_ONCE, Unanswered(code="RemoteProtocolError")),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_whatever_else_comes_back_is_no_receipt(
    switchboard: Switchboard, receiver: Receiver, name: ChannelName, answer: str | tuple[int, object], expected: object
) -> None:
    receiver.script.append(answer)

    outcome = await channel(switchboard, name).send(MESSAGE, STAFF)

    # The client's own read time-out and our whole one are equal; either may speak first.
    assert expected == (Unanswered(code="TimeoutError") if outcome == Unanswered(code="ReadTimeout") else outcome)


async def test_nobody_listening_is_certainly_not_delivered(unused_tcp_port: int) -> None:
    async with open_switchboard(settings_towards(f"http://127.0.0.1:{unused_tcp_port}")) as switchboard:
        outcomes = [await each.send(MESSAGE, STAFF) for each in switchboard.outward]

    assert [Unreached(code="ConnectError")] * 4 == outcomes


async def test_wecom_names_the_person_by_account_else_by_phone(switchboard: Switchboard, receiver: Receiver) -> None:
    bot = channel(switchboard, ChannelName.WECOM)

    await bot.send(MESSAGE, STAFF)
    await bot.send(MESSAGE, Contact(phone="10000000000"))
    await bot.send(MESSAGE, NOBODY)

    assert [heard.query["key"] for heard in receiver.heard] == ["wecom-key-canary"] * 3
    assert [
        {"content": MESSAGE.text, "mentioned_list": ["wecom-a"]},
        {"content": MESSAGE.text, "mentioned_mobile_list": ["10000000000"]},
        {"content": MESSAGE.text},
    ] == [heard.json["text"] for heard in receiver.heard]


async def test_dingtalk_signs_milliseconds_and_secret(switchboard: Switchboard, receiver: Receiver) -> None:
    await channel(switchboard, ChannelName.DINGTALK).send(MESSAGE, STAFF)

    query = receiver.heard[0].query
    expected = hmac.digest(b"SECding", f"{query['timestamp']}\nSECding".encode(), "sha256")
    assert base64.b64encode(expected).decode() == query["sign"]
    assert (query["access_token"], len(query["timestamp"])) == ("ding-token", 13)
    assert receiver.heard[0].json["at"] == {"atMobiles": ["10000000000"]}


async def test_feishu_signs_nothing_with_seconds_and_secret_as_key(
    switchboard: Switchboard, receiver: Receiver
) -> None:
    await channel(switchboard, ChannelName.FEISHU).send(Message(key="k", text="<at user_id='all'>"), STAFF)

    sent = receiver.heard[0].json
    expected = hmac.digest(f"{sent['timestamp']}\nfeishu-secret".encode(), b"", "sha256")
    assert receiver.heard[0].path == "/open-apis/bot/v2/hook/feishu-token"
    assert base64.b64encode(expected).decode() == sent["sign"]
    assert sent["content"] == {"text": "<at user_id=\"ou_a\"></at> ＜at user_id='all'>"}


async def test_the_webhook_signs_time_id_and_body_and_keeps_its_id(
    switchboard: Switchboard, receiver: Receiver
) -> None:
    webhook = channel(switchboard, ChannelName.WEBHOOK)

    await webhook.send(MESSAGE, STAFF)
    await webhook.send(MESSAGE, STAFF)

    for heard in receiver.heard:
        signed = f"{heard.headers['x-desk-timestamp']}.0190-key.".encode() + heard.body
        expected = hmac.new(b"sixteen-bytes-at-least", signed, hashlib.sha256).hexdigest()
        assert expected == heard.headers["x-desk-signature"]
        assert "0190-key" == heard.headers["x-desk-id"] == heard.json["id"]
    assert not webhook.reaches(NOBODY)


async def test_the_21st_message_in_a_minute_is_not_even_tried(switchboard: Switchboard, receiver: Receiver) -> None:
    bot = channel(switchboard, ChannelName.WECOM)
    urgent = Message(key="k", text="t", urgent=True)

    routine = [await bot.send(MESSAGE, STAFF) for _ in range(17)]
    emergencies = [await bot.send(urgent, STAFF) for _ in range(5)]

    assert all(isinstance(outcome, Receipt) for outcome in routine[:16] + emergencies[:4])
    for held_back in (routine[16], emergencies[4]):
        assert isinstance(held_back, TryLater)
        assert (held_back.code, timedelta(0) < held_back.after <= timedelta(seconds=61)) == ("own_limit", True)
    assert len(receiver.heard) == 20


async def test_keys_and_phones_stay_out_of_logs_and_reprs(
    switchboard: Switchboard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    for each in switchboard.outward:
        await each.send(MESSAGE, STAFF)

    said = caplog.text + repr(STAFF) + repr(settings_towards("http://localhost:1"))
    assert [word for word in ("wecom-key-canary", "ding-token", "SECding", "10000000000") if word in said] == []


@pytest.mark.parametrize(
    "base", ["http://qyapi.example", "https://a.example/?key=1", "https://u:p@a.example", "ftp://x"]
)
def test_an_unsafe_base_address_is_refused(base: str) -> None:
    with pytest.raises(ValidationError, match="must be"):
        WeComSettings(base=base, key=SecretStr("k"))
