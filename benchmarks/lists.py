"""A page of a list among very many cases: a ledger that has grown for years, and the API's own questions to it."""

import time

import asyncpg

from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.postgres.reader import Reader
from infra.postgres.records import Filter
from infra.sealing import Sealer
from infra.settings import Settings

ESTATES = ("LY", "XY")
PAGE = 50
FILL = """
insert into estates select code, code from unnest($1::text[]) as code;
insert into cases (no, procedure, estate, building, edition, channel, received_at, created_at)
select format('REP-%s-%s', to_char(date '2020-01-01' + n / 100, 'YYYYMMDD'), lpad((n % 100 + 1)::text, 5, '0')), 'REP',
    ($1::text[])[1 + (n % 20 = 0)::integer], '1', '2020-01-01', '电话', moment, moment
from generate_series(0, $2::integer - 1) as n,
    lateral (select timestamptz '2020-01-01' + n * interval '15 minutes' as moment) as m;
insert into case_views (
    case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, next_due_at, updated_at
)
select no, 'run', 20, case when lives then '待接单' else '已结案' end, case when lives then array['接单'] else '{}' end,
    case when lives then array['维修人员'] else '{}' end, lives, lives and n % 10 = 0,
    case when lives then now() + n % 100 * interval '1 minute' end, now()
from (select no, row_number() over (order by no) as n, random() < 0.02 as lives from cases) as c;
insert into duties (
    case_no, run_id, key, cycle, rule, label, owed_by, started_at, first_due_at, due_at, state, ended_at
)
select case_no, 'run', rule, 1, rule, rule, '维修人员', now(), now(), now(), case when open then 'open' else 'met' end,
    case when not open then now() end
from case_views, unnest(array['REP-26', 'REP-43']) as rule
"""


async def page_times(settings: Settings, dsn: str, *, cases: int, rounds: int) -> list[float]:
    """Seconds of each page: bare, and by what staff narrow the list to. ``dsn``: of an empty database."""
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    for statement in FILL.split(";\n"):
        wanted = (list(ESTATES), cases)[: 2 if "$2" in statement else 1 if "$1" in statement else 0]
        await connection.execute(statement, *wanted)
    await connection.execute("vacuum analyze")
    await connection.close()
    pool = await open_pool(settings, dsn=dsn)
    try:
        return await _asked(Reader(pool, Sealer(settings.master_ring()), settings), rounds)
    finally:
        await pool.close()


async def _asked(reader: Reader, rounds: int) -> list[float]:
    newest = await reader.cases(Filter(estates=ESTATES, limit=1))
    pages = (
        Filter(estates=ESTATES, limit=PAGE + 1),
        Filter(estates=ESTATES[1:], limit=PAGE + 1),
        Filter(estates=ESTATES, after=(newest[0].created_at, newest[0].no), limit=PAGE + 1),
        Filter(estates=ESTATES, open=True, limit=PAGE + 1),
        Filter(estates=ESTATES, overdue=True, limit=PAGE + 1),
        Filter(estates=ESTATES, owes="REP-43", limit=PAGE + 1),
    )
    times = []
    for page in pages * (rounds + 1):
        began = time.perf_counter()
        await reader.cases(page)
        times.append(time.perf_counter() - began)
    return times[len(pages) :]  # each was asked once to warm up
