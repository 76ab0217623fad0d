"""Every program leaves with its answer, flushed, and stops when asked."""

import asyncio
import signal

import asyncpg
import pytest

from infra.run import beat
from tests.infra.programs import ended, start

ANSWERS = """
import sys
from infra.logging import configure
from infra.run import run
configure()
async def main():
    sys.stdout.write("done")
    {}
run(main())
"""


@pytest.mark.parametrize(
    ("last_line", "code"),
    [("return None", 0), ("return 7", 7), ("sys.exit(3)", 3), ("sys.exit('why')", 1), ("raise ValueError('x')", 1)],
)
async def test_a_program_leaves_with_its_answer_and_all_its_output(last_line: str, code: int) -> None:
    left, out, _ = await ended(start(ANSWERS.format(last_line)))

    assert (left, out) == (code, "done")


async def test_what_a_program_has_imported_is_never_looked_through_for_garbage() -> None:
    left, _, _ = await ended(start(ANSWERS.format("import gc; return 0 if gc.get_freeze_count() > 10_000 else 1")))

    assert left == 0


async def test_what_keeps_it_from_starting_is_said_without_a_traceback() -> None:
    refusal = (
        "from infra.errors import CannotStart; "
        "raise CannotStart('port taken', remedy='use another', chinese=('端口被占用', '另换一个'))"
    )

    left, _, err = await ended(start(ANSWERS.format(refusal)))

    assert left == 2
    assert err == "端口被占用\n  办法：另换一个\nport taken\n  Remedy: use another\n"


STOPS = """
import asyncio
from infra.logging import configure
from infra.run import run, stop_event
configure()
async def main():
    stop = stop_event()
    print("ready", flush=True)
    await stop.wait()
    print("tidied", flush=True)
    {}
    return 4
run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_it_tidy_up(number: signal.Signals) -> None:
    process = start(STOPS.format("pass"))
    assert process.stdout is not None
    await asyncio.to_thread(process.stdout.readline)

    process.send_signal(number)

    left, out, _ = await ended(process)
    assert (left, out) == (4, "tidied\n")


async def test_a_second_signal_leaves_at_once() -> None:
    process = start(STOPS.format("await asyncio.Event().wait()"))
    assert process.stdout is not None
    await asyncio.to_thread(process.stdout.readline)
    process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(process.stdout.readline)

    process.send_signal(signal.SIGTERM)

    left, _, _ = await ended(process)
    assert left == 130


class Counted:
    """What a process says of itself, and whether it has been asked often enough."""

    def __init__(self, times: int) -> None:
        self.asked = 0
        self.times = times
        self.enough = asyncio.Event()

    def __call__(self) -> dict[str, object]:
        self.asked += 1
        if self.asked > self.times:
            self.enough.set()
        return {"asked": self.asked}


async def test_a_heartbeat_is_one_row_that_stays_fresh(fresh_pool: asyncpg.Pool) -> None:
    counted = Counted(3)

    beating = asyncio.create_task(beat(fresh_pool, "relay", every=0.02, detail=counted))
    async with asyncio.timeout(10):
        await counted.enough.wait()
    beating.cancel()

    rows = await fresh_pool.fetch("select process, (detail->>'asked')::int as asked from heartbeats")
    assert [row["process"] for row in rows] == ["relay"]
    assert rows[0]["asked"] >= 3


async def test_a_heart_goes_on_beating_after_the_database_failed(fresh_pool: asyncpg.Pool) -> None:
    failing, back = Counted(2), Counted(1)
    await fresh_pool.execute("alter table heartbeats rename to away")
    say = failing

    def asked() -> dict[str, object]:
        return say()

    beating = asyncio.create_task(beat(fresh_pool, "relay", every=0.02, detail=asked))
    async with asyncio.timeout(10):
        await failing.enough.wait()

        await fresh_pool.execute("alter table away rename to heartbeats")
        say = back

        await back.enough.wait()
    beating.cancel()
    assert await fresh_pool.fetchval("select count(*) from heartbeats") == 1
