"""The inbox and the board: what is late stands first, and notices are their readers'."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from tests.api.office import Office
from tests.api.pages import Desk, at_desk, words


@asynccontextmanager
async def nothing_else_open(office: Office, *numbers: str) -> AsyncIterator[None]:
    """The page lists the most pressing alone, and what other tests left open may be more pressing."""
    away = await office.pool.fetch(
        "update case_views set open = false where open and case_no <> all($1) returning case_no", numbers
    )
    try:
        yield
    finally:
        left = [row["case_no"] for row in away]
        await office.pool.execute(
            "update case_views set open = true where case_no = any($1) and closed_at is null", left
        )


async def test_late_cases_stand_first_and_say_so_and_a_number_stands_once(office: Office, front: Desk) -> None:
    first, second, third = [await office.call("fd-1") for _ in range(3)]
    await office.pool.execute("update case_views set overdue = true where case_no = $1", first)
    soon, later = datetime.now(UTC) + timedelta(seconds=30), datetime.now(UTC) + timedelta(hours=9)
    await office.pool.execute("update case_views set next_due_at = $2 where case_no = $1", second, later)
    await office.pool.execute("update case_views set next_due_at = $2 where case_no = $1", third, soon)

    async with nothing_else_open(office, first, second, third):
        page = await front.sees("/inbox")

    cases = page.partition("未结单据")[2]
    assert cases.index(first) < cases.index(third) < cases.index(second)
    line = next(row for row in cases.split("<tr>") if first in row)
    assert '<strong class="late">超时</strong>' in line
    assert '<td data-label="小区">荔园小区</td>' in line
    assert '<td data-label="事项">住户报修：水</td>' in line
    assert 1 == words(line).count(first)


async def test_a_notice_tells_its_number_once_as_the_way_to_the_case(office: Office) -> None:
    no = await office.call("fd-1")
    desk = await at_desk(office, "en-1")

    page = await desk.sees("/inbox?of_posts=true")

    news = [part for part in page.partition("未结单据")[0].split("<section") if no in part]
    assert [1] == [words(part).count(no) for part in news]
    assert f'<a href="/cases/{no}">{no}</a> · 水 · 1栋 · ' in news[0]


async def test_the_board_calls_an_estate_by_its_name(front: Desk) -> None:
    assert "荔园小区" in words(await front.sees("/board"))


async def test_who_has_read_a_notice_is_named(office: Office) -> None:
    no = await office.call("fd-1")
    desk = await at_desk(office, "en-1")
    name = await office.pool.fetchval("select name from staff where id = 'fd-1'")
    await office.pool.execute(
        "update notices set state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'fd-1'"
        " where case_no = $1",
        no,
    )

    assert f"{name} 已阅" in await desk.sees("/inbox?of_posts=true")


async def test_an_inbox_shows_what_went_to_oneself_and_a_colleagues_only_when_asked(office: Office) -> None:
    no = await office.call("fd-1")
    notice = await office.pool.fetchval("select id from notices where case_no = $1 limit 1", no)
    await office.pool.execute(
        "update notices set post = '维修人员', recipient = case when id = $2 then 'rp-3' else id::text end"
        " where case_no = $1",
        no,
        notice,
    )
    colleague, addressee = await at_desk(office, "rp-1"), await at_desk(office, "rp-3")

    assert no not in (await colleague.sees("/inbox")).partition("未结单据")[0]
    assert no in (await colleague.sees("/inbox?of_posts=true")).partition("未结单据")[0]
    assert no in (await addressee.sees("/inbox")).partition("未结单据")[0]
    others = await colleague.sees("/inbox?of_posts=true")
    assert str(notice) not in others
    assert re.search("发给[^，]*维修丙[^，]*，待其已阅", words(others))
    assert str(notice) in await addressee.sees("/inbox")
