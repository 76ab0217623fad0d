"""Cases are found by what staff know of them, a page at a time, on a page and through the API, closed ones too."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import pytest

from domain.calendar import LOCAL
from domain.rulebook import PROCEDURES
from tests.api.office import Office
from tests.api.test_case import walk
from tests.api.test_lists import every_page
from tests.api.test_pages import Desk, at_desk, words


@pytest.fixture
async def front(office: Office) -> AsyncIterator[Desk]:
    desk = await at_desk(office, "fd-1")
    yield desk
    await desk.closes()


async def found(desk: Desk, **asked: str) -> list[str]:
    """Every case that the search finds, over all its pages."""
    listed: list[str] = []
    path: str | None = f"/cases?{urlencode(asked)}"
    while path:
        page = await desk.sees(path)
        listed += re.findall(r"<td><a href=\"/cases/([^\"]*)\">", page)
        following = re.search(r"href=\"([^\"]*)\">下一页", page)
        path = following[1].replace("&amp;", "&") if following else None
    return listed


async def test_a_case_is_found_by_its_number_and_by_a_part_of_it(office: Office, front: Desk) -> None:
    no, other = await office.call("fd-1"), await office.call("fd-1")

    assert [no] == await found(front, no=no)
    assert [no] == await found(front, no=f" {no.lower()} ")
    assert no in await found(front, no=no[-5:])
    assert other not in await found(front, no=no[-5:])
    assert [no] == await every_page(office, no=no)


async def test_a_closed_case_is_found_by_its_room_and_stage_and_not_among_the_open(office: Office, front: Desk) -> None:
    closed, still = await office.call("fd-1", room="2-204"), await office.call("fd-1", room="2-204")
    other = await office.call("fd-1", room="2-304")
    await walk(office, closed, await office.holder("工程部主管"))

    by_room = await found(front, room="2-204")

    assert [still, closed] == by_room
    assert [other] == await found(front, room="2-304")
    assert [closed] == await found(front, room="2-204", open="false")
    assert [closed] == await found(front, room="2-204", stage="已结案")
    assert [still] == await found(front, room="2-204", open="true")
    assert [still, closed] == await every_page(office, room="2-204")
    assert "2-204" not in words(await front.sees("/cases?room=2-204")).partition("查询 ")[2]


async def test_a_case_is_found_by_its_building_and_the_days_of_its_call(office: Office, front: Desk) -> None:
    no = await office.call("fd-1", room="3-404")
    day = datetime.now(LOCAL).date() - timedelta(days=400)
    began = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=LOCAL)
    await office.pool.execute("update cases set received_at = $2, created_at = $2 where no = $1", no, began)

    then = {"building": "3栋", "opened_from": str(day), "opened_to": str(day)}

    assert [no] == await found(front, **then)
    assert [] == await found(front, **then | {"building": "1栋"})
    assert [] == await found(front, building="3栋", opened_to=str(day - timedelta(days=1)))
    assert no not in await found(front, opened_from=str(day + timedelta(days=1)))
    assert [no] == await every_page(office, opened_from=began.isoformat(), opened_to=began.isoformat())


async def test_more_cases_than_a_page_holds_are_turned_over_without_gap(office: Office, front: Desk) -> None:
    nos = {await office.call("fd-1", room="4-104") for _ in range(3)}

    listed = await found(front, room="4-104", limit="2")

    assert nos == set(listed)
    assert 3 == len(listed)


async def test_only_who_may_know_whose_a_case_is_finds_it_by_the_room(office: Office) -> None:
    no = await office.call("fd-1", room="4-204")
    finance = await at_desk(office, "fi-1")

    page = await finance.sees("/cases?room=4-204", 403)
    answer = await office.get("/v1/cases", "fi-1", room="4-204")

    assert no not in page
    assert "按房号查询" in page
    assert (403, "not_permitted") == (answer.status_code, answer.json()["code"])
    assert 'name="room"' not in await finance.sees("/cases")
    assert [no] == await found(finance, no=no)
    await finance.closes()


async def test_what_cannot_be_searched_for_is_refused_beside_its_field_and_kept(front: Desk) -> None:
    page = await front.sees(f"/cases?{urlencode({'no': '报修<', 'opened_from': '昨天', 'room': '2-204'})}", 422)
    place = await front.sees("/cases?cursor=x", 422)

    assert re.search(r'id="no-wrong">须为单号或其一部分', page)
    assert re.search(r'id="opened_from-wrong">须为', page)
    assert 'value="报修&lt;"' in page
    assert 'value="2-204"' in page
    assert "请用上一页给出的 next" in place


async def test_nobody_finds_the_cases_of_another_estate(office: Office) -> None:
    no = await office.call("fd-1", room="4-304")

    assert [] == (await office.get("/v1/cases", "other-estate", no=no)).json()["cases"]
    assert [] == (await office.get("/v1/cases", "other-estate", room="4-304")).json()["cases"]


async def test_a_late_case_shows_the_moment_that_was_missed_first_and_the_next(office: Office, front: Desk) -> None:
    no = await office.call("fd-1", room="4-404")
    missed = datetime(2026, 3, 4, 9, 15, tzinfo=LOCAL)
    breach = "update duties set state = 'breached', breached_at = due_at, due_at = $2 where case_no = $1 and key = $3"
    await office.pool.execute("update case_views set overdue = true where case_no = $1", no)
    keys = await office.pool.fetch("select key from duties where case_no = $1 and state = 'open' order by key", no)
    await office.pool.execute(breach, no, missed, keys[0]["key"])
    await office.pool.execute(breach, no, missed + timedelta(days=1), keys[1]["key"])

    line = (await office.get("/v1/cases", room="4-404")).json()["cases"][0]
    searched, inbox = await front.sees("/cases?room=4-404"), await front.sees("/inbox")

    assert missed == datetime.fromisoformat(line["missed_due_at"])
    for page in (searched, inbox):
        shown = words(next(row for row in page.split("<tr>") if f">{no}<" in row))
        assert re.search(r"已过 03-04 09:15 ；下一时限 \d\d-\d\d \d\d:\d\d", shown), shown


async def test_the_board_counts_every_stage_of_the_procedure_and_leads_to_its_cases(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    stage = (await office.get(f"/v1/cases/{no}")).json()["stage"]

    page = await front.sees("/board")

    def counted_of(prefix: str) -> dict[str, str]:
        line = rf"<td><a href=\"/cases\?[^\"]*procedure={prefix}[^\"]*\">([^<]*)</a></td><td>(\d+)</td>"
        return dict(re.findall(line, page))

    for prefix, procedure in PROCEDURES.items():
        assert list(procedure.open_stages) == list(counted_of(prefix))
    counted = counted_of("REP")
    open_there = "select count(*) from case_views where open and stage = $1 and case_no like 'REP-%'"
    assert await office.pool.fetchval(open_there, stage) == int(counted[stage]) >= 1
    way = re.search(rf'href="(/cases\?[^"]*stage={quote(stage)}[^"]*)"', page)
    assert way
    assert no in await front.sees(way[1].replace("&amp;", "&"))
