"""How the watcher tells: once, by whatever channel is left, and also where database or Temporal are away."""

import asyncio
import json
import os
import sys
from datetime import timedelta

import httpx2
from pydantic import SecretStr

from infra.messaging.settings import WeComSettings
from infra.settings import Settings
from infra.watching.alarms import wording
from infra.watching.finding import Kind
from infra.watching.settings import WatcherSettings
from tests.infra.messaging.receiver import Receiver
from tests.workers.rows import CASE, Rows
from tests.workers.watching import NOWHERE, Round, add_case, add_command, add_duty, started
from workers.watcher import watch

TOLD_BY_PROCESS = (Kind.SILENT_PROCESS, Kind.DEAD_LETTER, Kind.TEMPORAL_UNREACHABLE)


async def test_an_alarm_that_no_channel_took_is_told_again_until_one_does(
    round_without_temporal: Round, rows: Rows, receiver: Receiver
) -> None:
    await add_command(rows, "dead", "0")
    receiver.script.extend([(200, {"code": 5})] * 2)

    await round_without_temporal.look()
    untold = await rows.pool.fetchval("select told_at from alarms where kind = 'dead_letter'")
    await round_without_temporal.look()

    assert untold is None
    told = await rows.pool.fetchval("select channel || ' ' || receipt from alarms where kind = 'dead_letter'")
    assert told == "webhook sms-1"


async def test_many_findings_are_one_message() -> None:
    said = wording(Kind.STUCK_COMMAND, [f"单号 {number}" for number in range(12)])

    assert said.splitlines()[0] == "【系统报警】已受理未执行，共12项"
    assert said.splitlines()[-1] == "另有2项，见报警列表"


async def test_one_question_too_slow_for_the_database_hides_no_other_and_clears_nothing(
    round_without_temporal: Round, rows: Rows
) -> None:
    await add_command(rows, "dead", "0")
    await add_duty(rows, "-61 seconds")
    await round_without_temporal.look()
    await rows.pool.execute("delete from heartbeats")
    await rows.pool.execute("alter table duties rename to kept")
    await rows.pool.execute(
        "create view duties as"
        " select k.* from kept k, (select pg_sleep(60) as slept offset 0) s where s.slept is not null"
    )

    found = await round_without_temporal.look()

    assert [kind for kind, _ in found] == ["dead_letter", "no_verdict", "silent_process"]


async def test_temporal_away_is_told_after_two_looks_and_case_alarms_stay(
    round_without_temporal: Round, rows: Rows, receiver: Receiver
) -> None:
    await add_case(rows)
    await rows.pool.execute("insert into alarms (kind, subject, text) values ('parked_case', $1, 't')", CASE)

    await round_without_temporal.look()
    after_one = await rows.pool.fetchval("select count(*) from alarms where kind = 'temporal_unreachable'")
    found = await round_without_temporal.look()

    assert after_one == 0
    assert ("parked_case", CASE) in found
    assert 1 == sum(Kind.TEMPORAL_UNREACHABLE.label in str(heard.json["text"]) for heard in receiver.heard)


async def test_a_database_that_is_away_is_told_once_by_the_watcher_s_own_path(
    round_without_temporal: Round, receiver: Receiver
) -> None:
    await round_without_temporal.pool.close()

    for _ in range(4):
        await round_without_temporal.watcher.look()

    assert [Kind.DATABASE_UNREACHABLE.label in text for text in round_without_temporal.told] == [True]
    assert receiver.heard[0].path == "/watch"


async def test_started_before_the_database_it_tells_and_stops_on_request(
    fresh_settings: Settings, chosen: WatcherSettings, receiver: Receiver
) -> None:
    settings = fresh_settings.model_copy(
        update={
            "postgres_dsn": SecretStr("postgresql://nobody@127.0.0.1:9/none"),
            "watcher": chosen.model_copy(update={"every": timedelta(milliseconds=50)}),
        }
    )
    stop = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(watch(settings, stop))
        await receiver.hears(1)
        stop.set()

    assert Kind.DATABASE_UNREACHABLE.label in str(receiver.heard[0].json["text"])


async def test_its_first_channel_dead_it_uses_the_second(
    rows: Rows, chosen: WatcherSettings, receiver: Receiver, unused_tcp_port: int
) -> None:
    dead = WeComSettings(base=f"http://127.0.0.1:{unused_tcp_port}", key=SecretStr("k"))
    both = chosen.model_copy(update={"channels": chosen.channels.model_copy(update={"wecom": dead})})
    await add_command(rows, "dead", "0")

    update = {"watcher": both, "temporal_address": NOWHERE}
    async for opened in started(rows.settings.model_copy(update=update), rows.pool, receiver):
        await opened.look()

    assert [row["channel"] for row in await rows.pool.fetch("select channel from alarms")] == ["webhook"]


async def test_the_process_tells_of_a_silence_shows_its_gauges_and_stops_on_request(
    rows: Rows, chosen: WatcherSettings, receiver: Receiver, unused_tcp_port: int
) -> None:
    await add_command(rows, "dead", "0")
    own = {
        "every": 0.2,
        "metrics_port": unused_tcp_port,
        "phone": "10000000000",
        "channels": {"webhook": {"url": f"{receiver.base}/watch", "secret": "sixteen-bytes-at-least"}},
        "expected": ["relay"],
        "silent_after": 0.5,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.watcher",
        env={
            "PATH": os.environ["PATH"],
            "LIYUAN_DATA_FOLDER": str(rows.settings.data_folder),
            "LIYUAN_POSTGRES_DSN": rows.settings.dsn,
            "LIYUAN_TEMPORAL_ADDRESS": NOWHERE,
            "LIYUAN_WATCHER": json.dumps(own),
        },
    )

    await receiver.hears(3)
    async with httpx2.AsyncClient(trust_env=False) as client:
        gauges = (await client.get(f"http://127.0.0.1:{unused_tcp_port}/metrics")).text
    child.terminate()

    assert await child.wait() == 0
    labels = [str(heard.json["text"]).partition("，")[0] for heard in receiver.heard]
    assert set(labels) == {f"【系统报警】{k.label.partition('，')[0]}" for k in TOLD_BY_PROCESS}
    assert 'liyuan_alarms_open{kind="dead_letter"} 1.0' in gauges
    assert 'liyuan_alarms_open{kind="silent_process"} 1.0' in gauges
    assert await rows.pool.fetchval("select count(*) from heartbeats where process = 'watcher'") == 1
