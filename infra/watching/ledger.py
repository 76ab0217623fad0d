"""The watcher's questions to PostgreSQL."""

from datetime import date, timedelta

import asyncpg
import structlog

from domain.calendar import years_wanted
from infra.postgres.queries import load
from infra.watching.finding import Finding, Kind
from infra.watching.settings import WatcherSettings

queries = load("watch.sql")
log = structlog.stdlib.get_logger(__name__)


async def findings(
    pool: asyncpg.Pool, settings: WatcherSettings, *, watched_for: timedelta
) -> tuple[set[Kind], list[Finding]]:
    """Everything that is silent or late by the rows alone, and the kinds that were looked at.

    ``watched_for``: how long the watcher is up; who has been quiet for no longer than that may be starting still.
    A question that takes too long is left out of this look; other errors of asyncpg are raised.
    """
    asked: tuple[tuple[Kind, str, tuple[object, ...]], ...] = (
        (Kind.SILENT_PROCESS, "silent_processes", (list(settings.expected), settings.silent_after, watched_for)),
        (Kind.STUCK_COMMAND, "stuck_commands", (settings.unapplied_after,)),
        (Kind.DEAD_LETTER, "dead_letters", ()),
        (Kind.NO_VERDICT, "duties_without_verdict", (settings.verdict_after,)),
        (
            Kind.UNDELIVERED_NOTICE,
            "undelivered_notices",
            (settings.undelivered_after, settings.urgent_undelivered_after),
        ),
        (Kind.UNREACHED_STAFF, "unreached_staff", ()),
        (Kind.UNCOVERED_POST, "uncovered_posts", (settings.roster_ahead,)),
    )
    looked_at: set[Kind] = set()
    found: list[Finding] = []
    async with pool.acquire(timeout=5) as connection:
        for kind, name, arguments in asked:
            try:
                rows = await connection.fetch(queries[name], *arguments)
            except asyncpg.QueryCanceledError:
                log.error("watch.too_slow", question=name)  # noqa: TRY400 - the class says it
                continue
            looked_at.add(kind)
            found += [Finding(kind=kind, subject=row["subject"], text=row["text"]) for row in rows]
    return looked_at, found


async def ask_for_calendar_years(pool: asyncpg.Pool, today: date) -> None:
    """A year whose days off begin to matter that local day and are not loaded is a task, once a year and estate."""
    await pool.execute(queries["ask_for_calendar_years"], list(years_wanted(today)))


async def open_cases(pool: asyncpg.Pool, grace: timedelta) -> set[str]:
    """Numbers of the cases, older than ``grace``, that ought to have a running workflow."""
    return {row["no"] for row in await pool.fetch(queries["open_cases"], grace)}


async def without_open_case(pool: asyncpg.Pool, workflows: set[str], grace: timedelta) -> set[str]:
    return {row["no"] for row in await pool.fetch(queries["without_open_case"], list(workflows), grace)}
