"""What is read over and over is read from its index, however much has come together: no walk over a whole table."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from infra.postgres.queries import load

ROWS = """
insert into estates values ('LY', '荔园'), ('XY', '另一小区');
insert into cases (no, procedure, estate, building, edition, channel, received_at, created_at)
select format('REP-20250101-%s', lpad(n::text, 5, '0')), 'REP', case when n % 20 = 0 then 'XY' else 'LY' end, '1',
    '2025-01-01', '电话', timestamptz '2025-01-01' + n * interval '1 minute',
    timestamptz '2025-01-01' + n * interval '1 minute'
from generate_series(1, 20000) as n;
insert into case_views
select no, 'run', 9, '阶段', '{}', '{}', n % 500 = 1, n % 2500 = 1, case when n % 500 = 1 then created_at end,
    null, null, now()
from (select *, row_number() over (order by no) as n from cases) as c where n < 20000;
insert into case_rooms (case_no, estate, digest, about)
select no, estate, sha256((n % 500)::text::bytea), '水' from (select *, row_number() over () as n from cases) as c;
insert into commands (id, client, idempotency_key, body_hash, kind, case_no, verb, body, state, settled_at)
select gen_random_uuid(), 'c', no, '', 'open', no, 'RequestReceived', '',
    case when filed then 'applied' else 'accepted' end, case when filed then now() end
from (select no, exists (select from case_views v where v.case_no = no) as filed from cases) as c;
insert into notices (
    case_no, run_id, entry_number, key, rule, level, rung, post, recipient, text, raised_at, created_at
)
select no, 'run', n, 'REP-26', 'REP-26', '提醒', 1, (array['维修人员', '前台客服员'])[n],
    (array['rp-1', 'fd-1'])[n], '文', created_at, created_at
from cases, generate_series(1, 2) as n;
insert into tasks (estate, kind, subject, post, text)
select 'LY', 'notice_unreached', id::text, '客服部主管', '文' from notices limit 10;
analyze
"""
BIG = frozenset({"cases", "case_rooms", "case_views", "commands", "notices"})
THEN = datetime(2025, 1, 10, tzinfo=UTC)
LIST: tuple[Any, ...] = (["LY", "XY"], *[None] * 7, 51, *[None] * 7)
DESKS: tuple[Any, ...] = (["LY", "XY"], ["维修人员", "维修人员"])
ASKED: dict[str, tuple[str, str, tuple[Any, ...], set[str]]] = {
    "a list": ("reader.sql", "cases", LIST, {"cases_listed", "commands_opening"}),
    "a list, further on": (
        "reader.sql",
        "cases",
        (*LIST[:6], THEN, "REP-20250101-00100", *LIST[8:]),
        {"cases_listed", "commands_opening"},
    ),
    "what is late": (
        "reader.sql",
        "cases_late_first",
        (["LY", "XY"], ["REP", "PUB", "RTN"], 200),
        {"case_views_late", "commands_opening"},
    ),
    "an inbox": (
        "reader.sql",
        "inbox",
        ("rp-1", *DESKS, False, False, None, None, 51, None),
        {"notices_to", "notices_at_post"},
    ),
    "an inbox without anything": (
        "reader.sql",
        "inbox",
        ("nobody", ["LY"], ["会计员"], False, True, None, None, 51, None),
        {"notices_to", "notices_at_post"},
    ),
    "an inbox, further on": (
        "reader.sql",
        "inbox",
        ("rp-1", *DESKS, False, False, THEN, UUID(int=1), 51, None),
        {"notices_to", "notices_at_post"},
    ),
    "what is overdue": ("reader.sql", "cases", (*LIST[:3], True, *LIST[4:]), {"case_views_overdue"}),
    "a part of a number": (
        "reader.sql",
        "cases",
        (*LIST[:11], "00042", *LIST[12:]),
        {"cases_listed", "commands_opening"},
    ),
    "a room": ("reader.sql", "cases", (*LIST[:12], [b"0" * 32], *LIST[13:]), {"case_rooms_same"}),
    "what was opened there lately": (
        "rooms.sql",
        "opened_lately",
        ("LY", b"0" * 32, ["REP-20250101-00001"], False),
        {"cases_listed"},
    ),
    "what is being merged": (
        "acceptance.sql",
        "merge_stands",
        ("REP-20250101-00001", "REP-20250101-00002"),
        {"commands_due"},
    ),
    "since a day": ("reader.sql", "cases", (*LIST[:14], THEN, *LIST[15:]), {"cases_listed"}),
    "how many stand where": (
        "reader.sql",
        "open_by_stage",
        (["LY", "XY"], ["REP", "PUB", "RTN"]),
        {"case_views_late", "commands_opening"},
    ),
    "who can be given work": ("register.sql", "repairers", ("LY", THEN, "水"), {"case_views_crew"}),
    "dead letters": ("watch.sql", "dead_letters", (), {"commands_dead"}),
    "people unreached": ("watch.sql", "unreached_staff", (), {"notices_pkey"}),
    "open cases": ("watch.sql", "open_cases", (timedelta(minutes=1),), {"case_views_late", "cases_pkey"}),
}


@pytest.fixture(scope="module")
async def full(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A ledger that has grown for a while."""
    connection = await asyncpg.connect(database)
    await connection.execute(ROWS)
    yield connection
    await connection.close()


@pytest.mark.parametrize("asked", ASKED)
async def test_a_page_is_read_from_its_index(asked: str, full: asyncpg.Connection) -> None:
    file, name, arguments, indexes = ASKED[asked]

    told = await full.fetchval(f"explain (format json) {load(file)[name]}", *arguments)

    steps = list(steps_of(json.loads(told)[0]["Plan"] if isinstance(told, str) else told[0]["Plan"]))
    walked = {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
    assert set() == walked & BIG
    assert indexes <= {step["Index Name"] for step in steps if "Index Name" in step}


async def test_a_case_that_has_filed_nothing_yet_stands_in_every_list(full: asyncpg.Connection) -> None:
    statements = load("reader.sql")
    unfiled = "REP-20250101-20000"

    newest = await full.fetch(statements["cases"], *LIST)
    others = [
        await full.fetch(statements["cases"], *LIST[:place], value, *LIST[place + 1 :])
        for place, value in ((2, False), (3, True), (4, "维修人员"), (9, "阶段"))
    ]
    late = await full.fetch(statements["cases_late_first"], ["LY", "XY"], ["REP", "PUB", "RTN"], 1000)

    assert unfiled == newest[0]["no"]
    assert (None, "", True) == (newest[0]["number"], newest[0]["stage"], newest[0]["open"])
    assert all(unfiled not in {row["no"] for row in rows} for rows in others)
    assert 41 == len(late)
    assert unfiled == late[-1]["no"]
    assert sorted(not row["overdue"] for row in late) == [not row["overdue"] for row in late]


async def test_a_notice_to_somebody_in_a_post_he_holds_is_read_once_and_none_of_another_estate(
    full: asyncpg.Connection,
) -> None:
    inbox = load("reader.sql")["inbox"]

    rows, mine = [
        await full.fetch(inbox, who, ["LY"], ["维修人员"], only, not only, None, None, 200, None)
        for who, only in (("rp-1", False), ("fd-1", True))
    ]

    assert 200 == len({row["id"] for row in rows}) == len(rows)
    assert {"LY"} == {row["estate"] for row in (*rows, *mine)}
    assert sorted(((row["created_at"], row["id"]) for row in rows), reverse=True) == [
        (row["created_at"], row["id"]) for row in rows
    ]
    assert {"前台客服员"} == {row["post"] for row in mine}


def steps_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps_of(below)
