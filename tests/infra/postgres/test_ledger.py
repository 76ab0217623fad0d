"""A step stands in the ledger once, and nothing else is ever taken for it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.case_file import Entry, Source
from domain.events import Noted
from domain.events.joining import MergedInto, MergeTaken
from domain.filing import CaseView, Step, digest
from domain.passing import PassedOn
from domain.people import CLOCKWORK, CaseNo, EstateCode
from infra.postgres.ledger import Contradicted, PostgresLedger, Unconnected
from infra.sealing import Sealer
from infra.settings import Settings

NO = CaseNo("REP-20261122-00001")
MOMENT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
async def ledger(fresh_pool: asyncpg.Pool, fresh_settings: Settings) -> PostgresLedger:
    await fresh_pool.execute("insert into estates values ('LY', '荔园一期')")
    await fresh_pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ($1, 'REP', 'LY', '3', '2026-01-01', '电话', $2)",
        NO,
        MOMENT,
    )
    return PostgresLedger(fresh_pool, Sealer(fresh_settings.master_ring()), fresh_settings)


def step(*texts: str, first: int = 1) -> Step:
    """Remarks under the numbers from ``first`` on."""
    entries = tuple(
        Entry(
            number=number,
            event=Noted(text=text),
            at=MOMENT,
            recorded_at=MOMENT,
            by=CLOCKWORK,
            source=Source.SYSTEM,
        )
        for number, text in enumerate(texts, start=first)
    )
    view = CaseView(
        number=entries[-1].number,
        stage=texts[-1],
        waiting_for=(),
        waiting_posts=(),
        open=True,
        overdue=False,
        next_due_at=None,
        closed_at=None,
        result=None,
        updated_at=MOMENT,
    )
    return Step(
        no=NO,
        estate=EstateCode("LY"),
        lineage="run",
        entries=entries,
        digests=tuple(digest("", entry) for entry in entries),
        duties=(),
        notices=(),
        charges=(),
        copies=(),
        view=view,
    )


OTHER = CaseNo("REP-20261122-00002")


def merging(*, first: int = 1) -> Step:
    """The end of the case as a part of the other one, which is to hear of it."""
    taken = MergeTaken(merged=NO, callers=())
    passed = PassedOn(to=OTHER, event=taken, by=CLOCKWORK, at=MOMENT)
    end = step("甲", first=first)
    merged = replace(end.entries[0], event=MergedInto(into=OTHER, reason="同一处"))
    return replace(end, entries=(merged,), digests=(digest("", merged),), passed_on=(passed,))


@pytest.fixture
async def beside(fresh_pool: asyncpg.Pool, fresh_settings: Settings, ledger: PostgresLedger) -> PostgresLedger:
    """The ledger with the other case in it."""
    await fresh_pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ($1, 'REP', 'LY', '3', '2026-11-01', '电话', $2)",
        OTHER,
        MOMENT,
    )
    async with fresh_pool.acquire() as connection:
        await Sealer(fresh_settings.master_ring()).key(connection, f"case:{OTHER}")
    return ledger


async def test_what_is_passed_on_is_written_with_its_step_once_and_where_the_step_is_refused_not_at_all(
    beside: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    await beside.file(step("甲"))
    with pytest.raises(Contradicted):
        await beside.file(merging())
    before = await fresh_pool.fetchval("select count(*) from commands")

    await asyncio.gather(*(beside.file(merging(first=2)) for _ in range(5)))

    rows = await fresh_pool.fetch("select case_no, client, verb, state from commands")
    assert (0, [(OTHER, f"case:{NO}", "merge_taken", "accepted")]) == (before, [tuple(row) for row in rows])
    links = await fresh_pool.fetch("select case_no, kind, other_no, filed from case_links")
    assert [(NO, "merged_into", OTHER, True)] == [tuple(row) for row in links]


async def standing(pool: asyncpg.Pool) -> list[tuple[int, str]]:
    rows = await pool.fetch("select number, encode(digest, 'hex') as digest from entries order by number")
    return [(row["number"], row["digest"]) for row in rows]


async def test_a_step_sent_again_changes_nothing_however_many_send_it(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    sent = step("甲", "乙")

    await asyncio.gather(*(ledger.file(sent) for _ in range(5)))
    await ledger.file(sent)

    assert await standing(fresh_pool) == [(1, sent.digests[0]), (2, sent.digests[1])]


async def test_a_step_that_grew_since_it_was_first_sent_adds_what_is_new(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    await ledger.file(step("甲"))

    await ledger.file(step("甲", "乙"))

    assert [number for number, _ in await standing(fresh_pool)] == [1, 2]
    assert await fresh_pool.fetchval("select stage from case_views") == "乙"


async def test_another_entry_under_a_number_that_is_taken_is_refused_and_nothing_of_its_step_is_written(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    first = step("甲")
    await ledger.file(first)

    with pytest.raises(Contradicted) as refused:
        await ledger.file(step("别的", "乙"))

    assert refused.value.numbers == [1]
    assert "别的" not in str(refused.value)
    assert await standing(fresh_pool) == [(1, first.digests[0])]
    assert await fresh_pool.fetchval("select stage from case_views") == "甲"


async def test_a_step_whose_entry_before_is_missing_is_refused_and_nothing_of_it_is_written(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    first = step("甲")
    await ledger.file(first)

    with pytest.raises(Unconnected) as refused:
        await ledger.file(step("丙", first=3))
    await ledger.file(step("乙", first=2))
    await ledger.file(step("丙", first=3))

    assert refused.value.numbers == [3]
    assert [number for number, _ in await standing(fresh_pool)] == [1, 2, 3]


async def test_of_two_that_write_another_entry_at_the_same_moment_only_one_is_told_that_it_is_written(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    rivals = [step("甲"), step("别的")]

    told = await asyncio.gather(*(ledger.file(rival) for rival in rivals), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in told) == ["Contradicted", "NoneType"]
    assert await standing(fresh_pool) == [(1, rivals[told.index(None)].digests[0])]


async def test_the_same_entry_of_another_run_is_not_in_the_way(
    ledger: PostgresLedger, fresh_pool: asyncpg.Pool
) -> None:
    await ledger.file(step("甲"))

    await ledger.file(replace(step("别的"), lineage="reset"))

    assert len(await standing(fresh_pool)) == 2
