"""The notifier on a real database and a real receiver: nothing lost, nothing sent by two at once."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr

from domain.events import RungReached
from domain.events.repair import Situation
from infra.messaging.contacts import SealedContacts
from infra.messaging.postman import Postman
from infra.messaging.settings import DeliverySettings, FeishuSettings, MessagingSettings, WebhookSettings, WeComSettings
from infra.messaging.switchboard import open_switchboard
from infra.postgres.outbox import Outbox
from infra.sealing import Sealer
from infra.settings import Settings
from tests.domain.story import Story, on, received
from tests.domain.test_notices import told_of
from tests.infra.messaging.receiver import HANG, Receiver
from tests.workers.rows import Rows
from workers.notifier import deliver

PHONE = "10000000000"
QUICK = DeliverySettings(lease_slack=timedelta(milliseconds=200), poll=timedelta(milliseconds=50))
SECRET = "sixteen-bytes-at-least"


@pytest.fixture(autouse=True)
def answers_like_a_gateway(receiver: Receiver) -> None:
    receiver.otherwise = (200, {"code": 0, "receipt": "sms-1", "errcode": 0})


def webhook(base: str) -> WebhookSettings:
    return WebhookSettings(url=f"{base}/sms", secret=SecretStr(SECRET))


def messaging(receiver: Receiver) -> MessagingSettings:
    return MessagingSettings(webhook=webhook(receiver.base), timeout=timedelta(seconds=1))


@asynccontextmanager
async def postman(rows: Rows, channels: MessagingSettings, chosen: DeliverySettings = QUICK) -> AsyncIterator[Postman]:
    outbox = Outbox(rows.pool, lease=channels.timeout + chosen.lease_slack)
    async with open_switchboard(channels) as switchboard:
        contacts = SealedContacts(rows.pool, outbox, Sealer(rows.settings.master_ring()))
        yield Postman(outbox, switchboard, contacts, chosen)


async def carry_all(carrier: Postman) -> None:
    await carrier.tidy()
    while await carrier.once():
        pass


def texts(receiver: Receiver) -> list[object]:
    return [heard.json.get("text") for heard in receiver.heard]


async def test_a_receipt_settles_the_notice_and_stands_in_its_deliveries(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    notice = await rows.notice("repair-a", "10分钟内到场")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert await rows.states() == {"10分钟内到场": "sent"}
    assert await rows.attempts(notice) == [("webhook", "sms-1", None)]
    assert receiver.heard[0].json == {"id": str(notice), "to": PHONE, "text": "10分钟内到场", "urgent": False}


async def test_a_killed_notifier_leads_to_a_second_send_with_the_same_key(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    notice = await rows.notice("repair-a", "10分钟内到场", urgent=True)
    receiver.gate = asyncio.Event()
    killed = await process(rows.settings, receiver)
    await receiver.hears(1)

    killed.kill()
    await killed.wait()
    receiver.gate.set()
    second = await process(rows.settings, receiver)
    await receiver.hears(2)
    second.terminate()

    assert await second.wait() == 0
    assert [heard.headers["x-desk-id"] for heard in receiver.heard] == [str(notice)] * 2
    assert await rows.states() == {"10分钟内到场": "sent"}
    assert await rows.attempts(notice) == [("webhook", None, None), ("webhook", "sms-1", None)]


async def process(settings: Settings, receiver: Receiver) -> asyncio.subprocess.Process:
    channels = {"webhook": {"url": f"{receiver.base}/sms", "secret": SECRET}, "timeout": 3}
    settings_of_it = {
        "LIYUAN_DATA_FOLDER": str(settings.data_folder),
        "LIYUAN_POSTGRES_DSN": settings.dsn,
        "LIYUAN_MESSAGING": json.dumps(channels),
        "LIYUAN_NOTIFIER": json.dumps({"lease_slack": 0.2, "poll": 0.1}),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.notifier", env={"PATH": os.environ["PATH"], **settings_of_it}
    )


async def test_a_dead_channel_and_a_lying_one_fall_back_to_the_next(
    rows: Rows, receiver: Receiver, unused_tcp_port: int
) -> None:
    await rows.staff("repair-a", phone=PHONE)
    notice = await rows.notice("repair-a", "10分钟内到场")
    receiver.script.append((200, {"code": 19021, "msg": "sign match fail"}))
    channels = MessagingSettings(
        wecom=WeComSettings(base=f"http://127.0.0.1:{unused_tcp_port}", key=SecretStr("k")),
        feishu=FeishuSettings(base=receiver.base, token=SecretStr("t"), secret=SecretStr("s")),
        webhook=webhook(receiver.base),
    )

    async with postman(rows, channels) as carrier:
        await carry_all(carrier)

    assert await rows.attempts(notice) == [
        ("wecom", None, "ConnectError"),
        ("feishu", None, "19021"),
        ("webhook", "sms-1", None),
    ]
    assert await rows.states() == {"10分钟内到场": "sent"}


async def test_his_own_order_of_channels_comes_before_the_company_s(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    await rows.pool.execute("insert into staff_channels values ('repair-a', 1, 'webhook')")
    notice = await rows.notice("repair-a", "10分钟内到场")
    channels = MessagingSettings(
        wecom=WeComSettings(base=receiver.base, key=SecretStr("k")), webhook=webhook(receiver.base)
    )

    async with postman(rows, channels) as carrier:
        await carry_all(carrier)

    assert await rows.attempts(notice) == [("webhook", "sms-1", None)]


async def test_what_every_channel_refuses_stays_in_the_inbox_and_becomes_a_task(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    notice = await rows.notice("repair-a", "10分钟内到场", urgent=True)
    receiver.otherwise = (200, {"code": 4})

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert await rows.states() == {"10分钟内到场": "failed"}
    assert await rows.attempts(notice) == [("webhook", None, "4"), ("inbox", f"inbox:{notice}", "4")]
    task = await rows.pool.fetchrow("select kind, subject, post, text from tasks")
    assert task is not None
    assert tuple(task) == (
        "notice_unreached",
        str(notice),
        "客服部主管",
        "单号 REP-20261122-00001 致维修人员的提醒通知未能送达其本人，请当面或电话告知（紧急）",
    )


@pytest.mark.parametrize("broken", ["nobody", "left", "erased"])
async def test_a_recipient_who_cannot_be_reached_at_all_becomes_a_task(
    rows: Rows, receiver: Receiver, broken: str
) -> None:
    if broken != "nobody":
        await rows.staff("repair-a", phone=PHONE)
    if broken == "left":
        await rows.pool.execute("update staff set active = false")
    if broken == "erased":
        await rows.pool.execute("delete from data_keys where owner = 'staff:repair-a'")
    notice = await rows.notice("repair-a", "10分钟内到场")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert await rows.states() == {"10分钟内到场": "failed"}
    assert await rows.pool.fetchval("select subject from tasks") == str(notice)
    assert receiver.heard == []


async def test_while_the_only_channel_is_away_notices_wait_and_none_is_lost(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    for number in range(3):
        await rows.notice("repair-a", f"第{number}条", number=number + 1)
    receiver.otherwise = (503, "")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)
        away = (await rows.states(), len(receiver.heard))
        receiver.otherwise = (200, {"code": 0, "receipt": "sms-2"})
        await rows.pool.execute("update notice_lanes set next_attempt_at = now()")
        await carry_all(carrier)

    assert away == ({"第0条": "pending", "第1条": "pending", "第2条": "pending"}, 1)
    assert texts(receiver) == ["第0条", "第0条", "第1条", "第2条"]
    assert set((await rows.states()).values()) == {"sent"}


async def test_a_channel_that_asks_to_slow_down_is_waited_for_and_an_emergency_takes_the_next(
    rows: Rows, receiver: Receiver
) -> None:
    await rows.staff("repair-a", phone=PHONE)
    routine = await rows.notice("repair-a", "17:00前返单")
    urgent = await rows.notice("repair-a", "紧急到场", number=2, urgent=True)
    receiver.script.extend(
        [(200, {"errcode": 45009}), (200, {"code": 0, "receipt": "sms-9"}), (200, {"errcode": 45009})]
    )
    channels = MessagingSettings(
        wecom=WeComSettings(base=receiver.base, key=SecretStr("k")), webhook=webhook(receiver.base)
    )

    async with postman(rows, channels) as carrier:
        await carry_all(carrier)

    assert await rows.attempts(urgent) == [("wecom", None, "45009"), ("webhook", "sms-9", None)]
    assert await rows.attempts(routine) == [("wecom", None, "45009")]
    assert await rows.states() == {"17:00前返单": "pending", "紧急到场": "sent"}
    wait = await rows.pool.fetchval("select next_attempt_at - now() from notice_lanes where not urgent")
    assert timedelta(seconds=55) < wait <= timedelta(seconds=60)


async def test_two_notifiers_share_the_work_and_never_send_one_notice_twice(rows: Rows, receiver: Receiver) -> None:
    for person in range(12):
        await rows.staff(f"repair-{person}", phone=PHONE)
        for number in range(3):
            await rows.notice(f"repair-{person}", f"{person}/{number}", number=number + 1)
    unhurried = messaging(receiver).model_copy(update={"timeout": timedelta(seconds=60)})
    both = rows.settings.model_copy(update={"messaging": unhurried, "notifier": QUICK})
    receiver.gate = asyncio.Event()
    stop = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(deliver(both, rows.pool, stop))
        await receiver.hears(12)
        receiver.gate.set()
        await receiver.hears(36)
        stop.set()

    assert len({heard.headers["x-desk-id"] for heard in receiver.heard}) == len(receiver.heard) == 36
    assert receiver.most_inside == 12
    for person in range(12):
        mine = [text for text in texts(receiver) if str(text).startswith(f"{person}/")]
        assert mine == [f"{person}/{number}" for number in range(3)]
    assert set((await rows.states()).values()) == {"sent"}


async def test_many_routine_notices_after_an_outage_become_one_digest_in_order(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    for number in range(6):
        await rows.notice("repair-a", f"REP-{number} 到场", number=number + 1, age=f"{60 - number} minutes")
    await rows.notice("repair-a", "紧急到场", number=9, urgent=True)

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    lines = [f"{number + 1}. 【补发】REP-{number} 到场" for number in range(6)]
    assert texts(receiver) == ["紧急到场", "\n".join(["【补发汇总】共6条，请到收件箱确认", *lines])]
    assert set((await rows.states()).values()) == {"sent"}
    receipts = await rows.pool.fetch("select distinct receipt from deliveries d join notices n on n.id = d.notice_id")
    assert [row["receipt"] for row in receipts] == ["sms-1"]


async def test_rep_124_the_reminder_of_a_flooding_goes_alone_and_before_the_digest_of_the_rest(
    rows: Rows, receiver: Receiver
) -> None:
    await rows.staff("repair-a", phone=PHONE)
    for number in range(6):
        await rows.notice("repair-a", f"REP-{number} 到场", number=number + 1, age=f"{60 - number} minutes")
    flooded = Story(entries=[(received(Situation.FLOODING), on("9:00"))])
    reminder = told_of(flooded, RungReached(key="REP-124", cycle=1, rung=0), "9:07")
    for number, notice in enumerate(reminder, start=9):
        await rows.notice("repair-a", notice.text, number=number, urgent=notice.urgent, age="1 second")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert {notice.text for notice in reminder} == set(texts(receiver)[:-1])
    assert "补发汇总】共6条" in str(texts(receiver)[-1])


async def test_after_six_hours_emergencies_come_first_and_each_person_gets_one_digest_of_everything(
    rows: Rows, receiver: Receiver
) -> None:
    for person in range(30):
        await rows.staff(f"repair-{person}", phone=PHONE)
        for number in range(10):
            await rows.notice(
                f"repair-{person}", f"{person}/{number}", number=number + 1, age=f"{360 - number} minutes"
            )
    for person in range(5):
        await rows.notice(f"repair-{person}", f"紧急{person}", number=20, age="1 second", urgent=True)
    unhurried = messaging(receiver).model_copy(update={"timeout": timedelta(seconds=60)})
    settings = rows.settings.model_copy(update={"messaging": unhurried, "notifier": QUICK})
    stop, emergencies = asyncio.Event(), {f"紧急{n}" for n in range(5)}
    receiver.gate = asyncio.Event()  # nobody who carries anything comes back for more while it is shut

    async with asyncio.TaskGroup() as group:
        group.create_task(deliver(settings, rows.pool, stop))
        async with asyncio.timeout(10), receiver.arrival:
            await receiver.arrival.wait_for(lambda: emergencies <= set(texts(receiver)))
        before = len(receiver.heard)
        receiver.gate.set()
        await receiver.hears(35)
        stop.set()

    assert len(receiver.heard) == 35
    assert before <= QUICK.lanes + QUICK.urgent_lanes
    for person in range(30):
        (digest,) = [str(text) for text in texts(receiver) if f"】{person}/0\n" in str(text)]
        assert digest.splitlines()[1:] == [f"{n + 1}. 【补发】{person}/{n}" for n in range(10)]
    assert set((await rows.states()).values()) == {"sent"}


async def test_a_digest_that_may_have_arrived_is_repeated_as_it_was_and_later_notices_do_not_join(
    rows: Rows, receiver: Receiver
) -> None:
    await rows.staff("repair-a", phone=PHONE)
    for number in range(6):
        await rows.notice("repair-a", f"旧{number}", number=number + 1)
    receiver.script.append(HANG)

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)
        await rows.notice("repair-a", "新", number=7)
        await rows.pool.execute("update notice_lanes set next_attempt_at = now()")
        await carry_all(carrier)

    first, repeated, fresh = receiver.heard
    assert first.headers["x-desk-id"] == repeated.headers["x-desk-id"] != fresh.headers["x-desk-id"]
    assert first.json["text"] == repeated.json["text"]
    assert fresh.json["text"] == "新"


async def test_a_digest_that_certainly_did_not_arrive_takes_in_what_came_since(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    for number in range(6):
        await rows.notice("repair-a", f"旧{number}", number=number + 1)
    receiver.script.append((429, ""))

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)
        await rows.notice("repair-a", "新", number=7)
        await rows.pool.execute("update notice_lanes set next_attempt_at = now()")
        await carry_all(carrier)

    assert len(receiver.heard) == 2
    assert "共7条" in str(receiver.heard[1].json["text"])


async def test_an_emergency_is_not_kept_waiting_by_people_whose_channel_hangs(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    await rows.staff("repair-b", phone=PHONE)
    await rows.notice("repair-a", "routine")
    receiver.gate = asyncio.Event()
    one = DeliverySettings(lanes=1, urgent_lanes=1, poll=timedelta(hours=1))
    settings = rows.settings.model_copy(
        update={
            "messaging": messaging(receiver).model_copy(update={"timeout": timedelta(seconds=60)}),
            "notifier": one,
        }
    )
    stop = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(deliver(settings, rows.pool, stop))
        await receiver.hears(1)
        await rows.notice("repair-b", "emergency", urgent=True)
        await receiver.hears(2)
        still_hanging = receiver.now_inside
        receiver.gate.set()
        stop.set()

    assert texts(receiver) == ["routine", "emergency"]
    assert still_hanging == 2
    assert set((await rows.states()).values()) == {"sent"}


async def test_an_acknowledged_notice_is_not_sent(rows: Rows, receiver: Receiver) -> None:
    await rows.staff("repair-a", phone=PHONE)
    await rows.notice("repair-a", "已确认")
    await rows.pool.execute("update notices set state = 'acknowledged'")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert receiver.heard == []


async def test_the_inbox_is_the_delivery_for_an_empty_post_and_for_people_without_channels(
    rows: Rows, receiver: Receiver
) -> None:
    await rows.staff("repair-a")
    to_post = await rows.notice("", "致岗位")
    to_person = await rows.notice("repair-a", "致本人")

    async with postman(rows, messaging(receiver)) as carrier:
        await carry_all(carrier)

    assert set((await rows.states()).values()) == {"sent"}
    assert await rows.attempts(to_post) == [("inbox", f"inbox:{to_post}", None)]
    assert await rows.attempts(to_person) == [("inbox", f"inbox:{to_person}", None)]
    assert receiver.heard == []


async def test_a_lost_lease_sends_nothing_more(rows: Rows, fresh_pool: asyncpg.Pool) -> None:
    await rows.staff("repair-a", phone=PHONE)
    await rows.notice("repair-a", "10分钟内到场")
    slow, other = (Outbox(fresh_pool, lease=timedelta(seconds=30)) for _ in range(2))
    await slow.open_lanes()
    lane = await slow.claim_lane(urgent_only=False)
    assert lane is not None
    waiting = await slow.waiting(lane)
    held = await other.claim_lane(urgent_only=False)

    await fresh_pool.execute("update notice_lanes set leased_until = now() - interval '1 second'")
    taken = await other.claim_lane(urgent_only=False)
    too_late = await slow.begin(lane, waiting, "webhook")

    assert (held, taken, too_late) == (None, lane, None)
    assert await fresh_pool.fetchval("select count(*) from deliveries") == 0
