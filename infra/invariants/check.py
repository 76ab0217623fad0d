"""The one function that looks at every invariant: for tests, for nightly runs, and for whoever doubts."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
from temporalio.client import Client

from infra.invariants.derived import derived_again
from infra.invariants.filed import PATIENCE, FiledCase, queries, read_case
from infra.invariants.histories import history_agrees, workflows_agree
from infra.invariants.plain import reckoned_plainly
from infra.invariants.rooms import found_by_room
from infra.invariants.violation import Violation
from infra.invariants.words import spelt
from infra.sealing import Connection, Sealer

NUMBER = re.compile(r"i(\d\d)_(\w+)")
GRACE = timedelta(minutes=1)


async def violations(
    pool: asyncpg.Pool, sealer: Sealer, client: Client | None = None, *, grace: timedelta = GRACE
) -> list[Violation]:
    """Everything that is broken; empty is clean. Reads one snapshot of the database and changes nothing.

    Without ``client`` the histories are left out. What is younger than ``grace`` may still be under way: a command
    without an end, a duty without a verdict, a case without its workflow.
    """
    found: list[Violation] = []
    cases: list[FiledCase] = []
    seen_at = datetime.now(UTC)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout = '10min'")
        await connection.execute("set local idle_in_transaction_session_timeout = 0")
        found += await _told_by_rows(connection, seen_at - grace)
        found += await _keys_at_hand(connection, sealer)
        for head in await connection.fetch(queries["cases_to_check"], timeout=PATIENCE):
            read = await read_case(connection, sealer, head)
            if isinstance(read, list):
                found += read
                continue
            found += [*derived_again(read), *reckoned_plainly(read), *await spelt(read)] if read.run_id else []
            found += [violation async for violation in found_by_room(connection, sealer, read)]
            cases.append(read)
    if client is not None:
        found += await workflows_agree(client, pool, grace)
        for case in cases:
            found += await history_agrees(client, case, seen_at - grace)
    return found


async def _told_by_rows(connection: Connection, before: datetime) -> list[Violation]:
    found = []
    for name, statement in queries.items():
        number = NUMBER.fullmatch(name)
        if number is None:
            continue
        arguments = (before,) if "$1" in statement else ()
        rows = await connection.fetch(statement, *arguments, timeout=PATIENCE)
        invariant = f"{number[1]} {number[2].replace('_', ' ')}"
        found += [Violation(invariant=invariant, subject=row["subject"], text=row["text"]) for row in rows]
    return found


async def _keys_at_hand(connection: Connection, sealer: Sealer) -> list[Violation]:
    """56: no data key is wrapped by a master key that was taken out of use before everything was rewrapped."""
    rows = await connection.fetch(queries["wrapped_by_others"], list(sealer.masters), timeout=PATIENCE)
    return [Violation(invariant="56 retired key", subject=row["owner"], text=row["master_key_id"]) for row in rows]
