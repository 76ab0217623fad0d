"""The invariants are looked at for real: whatever is spoilt in the rows is found, by its number."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.client import WorkflowHistory

from infra.case_history import unanswered
from infra.invariants import Violation, violations
from infra.sealing import Sealer
from tests.survival.callers import CONSENTED, Callers
from tests.survival.house import House

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"

SPOILT = {
    "01 applied but not filed": ("entries", "delete from entries where case_no = $1 and number = 4"),
    "01 filed but not applied": (
        "commands",
        "update commands set state = 'refused' where case_no = $1 and verb = 'assigned'",
    ),
    "03 command without end": (
        "commands",
        "update commands set state = 'accepted', settled_at = null where case_no = $1 and verb = 'assigned'",
    ),
    "03 refused without reason": (
        "commands",
        "update commands set state = 'refused', outcome = '{}' where case_no = $1 and verb = 'assigned'",
    ),
    "04 case without call": ("calls", "delete from calls where case_no = $1"),
    "04 gap in numbers": ("case_counters", "update case_counters set last = last + 1 where $1 <> ''"),
    "04 room": ("case_rooms", "update case_rooms set digest = sha256('1-102'::bytea) where case_no = $1"),
    "05 lost": (
        "entries",
        "delete from entries where case_no = $1 and number = (select max(number) from entries where case_no = $1)",
    ),
    "05 view": ("case_views", "update case_views set stage = '待派工' where case_no = $1"),
    "05 copies": ("form_copies", "update form_copies set holder = '客户' where case_no = $1"),
    "06 columns": ("entries", "update entries set at = at - interval '1 hour' where case_no = $1 and number = 5"),
    "06 digest": ("entries", "update entries set digest = reverse(digest) where case_no = $1 and number = 5"),
    "06 gap in file": ("entries", "delete from entries where case_no = $1 and number = 4"),
    "06 sealed": ("entries", "update entries set body = reverse(body) where case_no = $1 and number = 5"),
    "10 ended before it began": (
        "duties",
        "update duties set ended_at = started_at - interval '1 second' where case_no = $1 and state = 'met'",
    ),
    "10 owed in closed case": (
        "duties",
        "update duties set state = 'open', ended_at = null, ended_by = null where case_no = $1 and state = 'met'",
    ),
    "10 duty ended twice or not": ("duties", "update duties set ended_by = null where case_no = $1 and state = 'met'"),
    "11 duties": ("duties", "delete from duties where case_no = $1 and key = 'REP-26'"),
    "11 plainly": ("duties", "update duties set first_due_at = due_at + interval '1 hour' where case_no = $1"),
    "15 owed by nobody": (
        "duties",
        (
            "update duties set owed_by = '夜班', owed_by_id = null, state = 'open', ended_at = null, ended_by = null"
            " where case_no = $1 and state = 'met'"
        ),
    ),
    "15 told to nobody": ("notices", "update notices set recipient = '' where case_no = $1 and post = '前台客服员'"),
    "25 urgent alert waits": (
        "notices",
        (
            "update notices set urgent = true, state = 'pending', next_attempt_at = 'infinity', created_at = 'epoch'"
            " where case_no = $1"
        ),
    ),
    "30 sent without receipt": (
        "deliveries",
        "delete from deliveries where notice_id in (select id from notices where case_no = $1)",
    ),
    "32 notices": ("notices", "update notices set text = text || '。' where case_no = $1"),
    "40 charges": ("charges", "delete from charges where case_no = $1"),
    "52 unmasked without purpose": (
        "access_log",
        "insert into access_log (principal, case_no, purpose, what) values ('fd-1', $1, ' ', 'case')",
    ),
    "52 unmasked by a stranger": (
        "access_log",
        "insert into access_log (principal, case_no, purpose, what) values ('nobody', $1, '回访', 'case')",
    ),
    "56 retired key": ("data_keys", "update data_keys set master_key_id = 'gone' where owner = 'case:' || $1"),
    "51 unknown building": ("cases", "update cases set building = '99' where no = $1"),
}

OF_CASE = {
    "cases": "no = $1",
    "case_counters": "$1 <> ''",
    "data_keys": "owner = 'case:' || $1",
    "deliveries": "notice_id in (select id from notices where case_no = $1)",
}
"""Which rows of a table are spoilt, where it has no case number."""


@pytest.fixture(scope="module")
async def closed(standing: House) -> str:
    """A case from the call to the filed form, its notices delivered."""
    async with standing.http() as http:
        return await Callers(house=standing, http=http).carry(CONSENTED)


@pytest.mark.parametrize("invariant", SPOILT)
async def test_a_spoilt_row_is_found(house: House, pool: asyncpg.Pool, closed: str, invariant: str) -> None:
    table, statement = SPOILT[invariant]
    client = await house.client() if invariant == "05 lost" else None
    sealer = Sealer(house.settings.master_ring())

    async with _kept(house, table, closed) as connection:
        await connection.execute(statement, closed)
        found = await violations(pool, sealer, client, grace=timedelta())

    assert invariant in {one.invariant for one in found}


async def test_a_guard_that_is_switched_off_is_found(house: House, pool: asyncpg.Pool) -> None:
    await pool.execute("alter table entries disable trigger entries_append_only")

    found = await violations(pool, Sealer(house.settings.master_ring()))

    await pool.execute("alter table entries enable trigger entries_append_only")
    assert ["entries_append_only"] == [one.subject for one in found if one.invariant == "06 unguarded"]


async def test_a_transaction_that_nobody_ends_is_found(house: House, pool: asyncpg.Pool) -> None:
    connection = await asyncpg.connect(house.settings.dsn)
    await connection.execute("begin")
    await connection.execute("select 1")
    pid = await connection.fetchval("select pg_backend_pid()")

    at_once = await violations(pool, Sealer(house.settings.master_ring()), grace=timedelta())
    later = await violations(pool, Sealer(house.settings.master_ring()), grace=timedelta(seconds=-10))

    await connection.close()
    idle = Violation(invariant="63 idle in transaction", subject=str(pid), text="")
    assert idle not in at_once
    assert idle in later


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("REP-*/filed.json")), ids=lambda path: path.parent.name)
def test_an_update_that_a_run_took_in_and_never_answered_is_found(path: Path) -> None:
    events = list(WorkflowHistory.from_json("filed", path.read_text()).events)
    answers = [event for event in events if event.HasField("workflow_execution_update_completed_event_attributes")]

    assert [] == unanswered(events)
    assert 1 == len(unanswered([event for event in events if event is not answers[0]]))


@asynccontextmanager
async def _kept(house: House, table: str, no: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection on which nothing is guarded; afterwards the table is as it was.

    Only rows of the closed case are put back: clocks of open cases beside it go on writing.
    """
    of_case = OF_CASE.get(table, "case_no = $1")
    connection = await asyncpg.connect(house.settings.dsn)
    try:
        await connection.execute("set session_replication_role = replica")
        kept = await connection.fetch(f"select t from {table} t where {of_case}", no)  # noqa: S608  # names of ours
        yield connection
    finally:
        async with connection.transaction():
            await connection.execute(f"delete from {table} where {of_case}", no)  # noqa: S608  # likewise
            await connection.executemany(
                f"insert into {table} overriding system value select ($1::{table}).*",  # likewise
                [(tuple(row["t"]),) for row in kept],
            )
        await connection.close()
