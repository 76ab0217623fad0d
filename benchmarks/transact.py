"""The same case on DBOS Transact, one step an act (``python -m benchmarks.transact URL``).

Each line read is a command ``run CASES AT_ONCE ACTS``; the answer is one JSON line with the seconds it took. The
caller of an act is woken in the process itself, the cheapest answer there is.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from dbos import DBOS, DBOSConfig, SetWorkflowID

from benchmarks.rows import WRITE
from infra.run import leave

DEADLINE_SECONDS = 3600.0
TOPIC = "act"
STATEMENT = WRITE.replace("$1", "%s").replace("$2", "%s").replace("$3", "%s")

answers: dict[tuple[str, int], threading.Event] = {}
local = threading.local()
dsn = ""


def connection() -> psycopg.Connection[tuple[object, ...]]:
    """One a thread, as a pool would give it."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(dsn, autocommit=True)
    kept: psycopg.Connection[tuple[object, ...]] = local.connection
    return kept


@DBOS.step()
def record(case_no: str, number: int, body: str) -> None:
    connection().execute(STATEMENT, (case_no, number, body))


@DBOS.workflow()
def case(case_no: str, acts: int) -> int:
    record(case_no, 0, "intake")
    for number in range(1, acts + 1):
        body = DBOS.recv(TOPIC, timeout_seconds=DEADLINE_SECONDS)
        record(case_no, number, body)
        answers[case_no, number].set()
    record(case_no, acts + 1, "close")
    return acts


def play(case_no: str, acts: int) -> None:
    for number in range(1, acts + 1):
        answers[case_no, number] = threading.Event()
    with SetWorkflowID(case_no):
        handle = DBOS.start_workflow(case, case_no, acts)
    for number in range(1, acts + 1):
        DBOS.send(case_no, "an act of the case", TOPIC)
        answers.pop((case_no, number)) if answers[case_no, number].wait(60) else sys.exit("an act was not answered")
    handle.get_result()


def main(url: str) -> None:
    global dsn  # noqa: PLW0603  # set once, before any thread runs
    dsn = url
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url.replace("postgresql://", "postgresql+psycopg://", 1),
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    say({"ready": True})
    count = 0
    for line in sys.stdin:
        _, cases, at_once, acts = line.split()
        began = time.monotonic()
        with ThreadPoolExecutor(int(at_once)) as lanes:
            numbers = [f"dbos-{count + n}" for n in range(int(cases))]
            list(lanes.map(play, numbers, [int(acts)] * len(numbers)))
        count += int(cases)
        say({"seconds": time.monotonic() - began})


def say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
    leave(0)
