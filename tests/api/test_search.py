"""Cases are found by what staff know of them, a page at a time, on a page and through the API, closed ones too."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from domain.calendar import LOCAL
from domain.people import Role
from domain.rulebook import PROCEDURES
from infra.postgres.queries import load
from infra.reference.principals import Grant, grant
from tests.api.office import CALL_CENTRE, Office
from tests.api.pages import Desk, at_desk, words
from tests.api.test_case import walk
from tests.api.test_lists import every_page

LOGGED = "select principal, case_no, purpose, what from access_log where what like 'room:%' order by id"


async def found(desk: Desk, **asked: str) -> list[str]:
    """Every case that the search finds, over all its pages."""
    listed: list[str] = []
    path: str | None = f"/cases?{urlencode(asked)}"
    while path:
        page = await desk.sees(path)
        listed += listed_on(page)
        following = re.search(r"href=\"([^\"]*)\">下一页", page)
        path = following[1].replace("&amp;", "&") if following else None
    return listed


def listed_on(page: str) -> list[str]:
    return re.findall(r"<td data-label=\"单号\"><a href=\"/cases/([^\"]*)\">", page)


async def pages_of_room(desk: Desk, room: str, **asked: str) -> list[str]:
    """What the search by a room shows, page by page, each sent by the form that the one before holds."""
    pages: list[str] = []
    sent: dict[str, str] | None = {"purpose": "受理报修", "room": room, **asked}
    while sent is not None:
        answer = await desk.sends("/cases", sent)
        assert 200 == answer.status_code, answer.text
        pages.append(answer.text)
        turns = re.findall(r'<form method="post" action="/cases">(.*?)</form>', answer.text)
        following = [turn for turn in turns if "下一页" in turn]
        sent = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', following[0])) if following else None
    return pages


async def in_room(desk: Desk, room: str, **asked: str) -> list[str]:
    return [no for page in await pages_of_room(desk, room, **asked) for no in listed_on(page)]


async def in_room_by_api(office: Office, room: str, who: str = CALL_CENTRE, **asked: Any) -> list[str]:
    answer = await search(office, who, room=room, purpose="住户查询", **asked)
    assert 200 == answer.status_code, answer.text
    return [case["no"] for case in answer.json()["cases"]]


async def search(office: Office, who: str, **body: Any) -> httpx2.Response:
    """Without a key, which is for writes."""
    bearer = {"Authorization": f"Bearer {office.keys[who]}"}
    return await office.http.post("/v1/cases/search", headers=bearer, json=body)


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

    assert [still, closed] == await in_room(front, "2-204")
    assert [other] == await in_room(front, " 2-304 ")
    assert [closed] == await in_room(front, "2-204", open="false")
    assert [still] == await in_room(front, "2-204", open="true")
    assert [still, closed] == await in_room_by_api(office, "2-204")
    assert [closed] == await in_room_by_api(office, "2-204", open=False)
    assert [closed] == await in_room_by_api(office, "2-204", stage="已结案")
    assert [] == await in_room_by_api(office, "2-204", no=other)


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
    nos = {await office.call("fd-1") for _ in range(3)}

    listed = await found(front, limit="2")

    assert nos <= set(listed)
    assert len(set(listed)) == len(listed)


async def test_a_search_by_room_goes_on_over_its_pages_and_no_address_ever_holds_the_room(
    office: Office, front: Desk
) -> None:
    nos = {await office.call("fd-1", room="4-104") for _ in range(3)}

    pages = await pages_of_room(front, "4-104", limit="2")

    assert [2, 1] == [len(listed_on(page)) for page in pages]
    assert nos == {no for page in pages for no in listed_on(page)}
    addresses = [address for page in pages for address in re.findall(r'(?:href|action)="([^"]*)"', page)]
    assert [] == [address for address in addresses if "4-104" in address or "cursor" in address]
    assert 'value="4-104"' in pages[1], "what was asked for stands in its form still"
    assert "4-104" not in words(pages[1])
    assert "回到第一页" in pages[1]
    assert "回到第一页" not in pages[0]


async def test_a_room_in_an_address_is_refused_by_the_page_and_by_the_api(office: Office, front: Desk) -> None:
    await office.call("fd-1", room="5-304")

    page = await front.sees("/cases?room=5-304", 422)
    answer = await office.get("/v1/cases", "fd-1", room="5-304")

    assert [] == listed_on(page)
    assert (422, "room") == (answer.status_code, answer.json()["field"])
    assert "5-304" not in answer.text


async def test_each_search_by_room_is_on_record_by_the_digest_of_the_room_and_what_it_was_for(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1", room="4-504")
    await office.call("fd-1", room="4-504")
    before = await office.pool.fetch(LOGGED)

    await pages_of_room(front, "4-504", limit="1")
    await in_room_by_api(office, "4-504", "cs-1")
    await in_room_by_api(office, "4-999", "cs-1")

    logged = [tuple(row) for row in (await office.pool.fetch(LOGGED))[len(before) :]]
    digest = await office.pool.fetchval("select encode(digest, 'hex') from case_rooms where case_no = $1", no)
    assert [
        ("fd-1", "", "受理报修", f"room:{digest}"),
        ("fd-1", "", "受理报修", f"room:{digest}"),
        ("cs-1", "", "住户查询", f"room:{digest}"),
    ] == logged[:3]
    assert 4 == len(logged)
    assert f"room:{digest}" != logged[3][3]
    assert "4-504" not in str(logged)


async def test_a_search_that_is_not_permitted_or_malformed_leaves_no_line(office: Office, front: Desk) -> None:
    before = await office.pool.fetchval("select count(*) from access_log")

    answers = [
        await search(office, "fi-1", room="4-504", purpose="回访"),
        await search(office, "fd-1", room="4-504"),
        await search(office, "fd-1", room="4-504", purpose="好奇"),
        await search(office, "fd-1", room="三栋502", purpose="回访"),
        await search(office, "fd-1", room="4-504", purpose="回访", open="true"),
        await search(office, "fd-1", room="4-504", purpose="回访", canary=1),
        await search(office, "fd-1", room="4-504", purpose="回访", cursor="x"),
        await front.sends("/cases", {"room": "4-504"}),
        await front.sends("/cases", {"room": "三栋<", "purpose": "受理报修"}),
    ]

    assert [403, *[422] * 8] == [answer.status_code for answer in answers]
    assert ["purpose", "purpose", "room", "open"] == [answer.json()["field"] for answer in answers[1:5]]
    assert 'id="by-room-room-wrong"' in answers[8].text
    assert 'value="三栋&lt;"' in answers[8].text
    assert before == await office.pool.fetchval("select count(*) from access_log")


async def test_a_search_by_room_is_in_order_and_a_room_in_words_in_the_log_is_found(
    office: Office, front: Desk
) -> None:
    await in_room(front, "4-504")
    strangers = load("invariants.sql")["i52_unmasked_by_a_stranger"]
    insert = "insert into access_log (principal, case_no, purpose, what) values ('fd-1', $1, '受理报修', $2)"
    digest = "a" * 64

    async with office.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        in_order = await connection.fetch(strangers)
        for no, what in (("", "room:4-504"), ("", f"room:{digest} 4-504"), ("REP-20200101-00001", f"room:{digest}")):
            await connection.execute(insert, no, what)
        wrong = await connection.fetch(strangers)
        await transaction.rollback()

    assert [] == in_order
    assert 3 == len(wrong)


async def test_who_works_in_two_estates_searches_both_and_each_is_on_record(office: Office) -> None:
    async with office.pool.acquire() as connection:
        both = Grant(name="both-estates", posts=frozenset({Role.FRONT_DESK}), estates=frozenset({"LY", "XY"}))
        office.keys[both.name] = await grant(connection, both)
    no = await office.call("fd-1", room="3-504")
    before = await office.pool.fetch(LOGGED)

    found_in = [await in_room_by_api(office, "3-504", "both-estates", **asked) for asked in ({}, {"estate": "XY"})]

    logged = [row["what"] for row in (await office.pool.fetch(LOGGED))[len(before) :]]
    assert [[no], []] == found_in
    assert 3 == len(logged)
    assert 2 == len(set(logged))


async def test_the_description_asks_for_no_key_where_nothing_is_written(office: Office) -> None:
    paths = (await office.http.get("/openapi.json")).json()["paths"]

    named = {path: str(one["post"].get("parameters", "")) for path, one in paths.items() if "post" in one}
    assert ["/v1/cases/search"] == [path for path, names in named.items() if "Idempotency-Key" not in names]


async def test_only_who_may_know_whose_a_case_is_finds_it_by_the_room(office: Office) -> None:
    no = await office.call("fd-1", room="4-204")
    finance = await at_desk(office, "fi-1")

    page = await finance.sends("/cases", {"room": "4-204", "purpose": "收费核对"})
    answer = await search(office, "fi-1", room="4-204", purpose="收费核对")

    assert 403 == page.status_code
    assert no not in page.text
    assert "按房号查询" in page.text
    assert (403, "not_permitted") == (answer.status_code, answer.json()["code"])
    assert 'name="room"' not in await finance.sees("/cases")
    assert [no] == await found(finance, no=no)


async def test_what_cannot_be_searched_for_is_refused_beside_its_field_and_kept(front: Desk) -> None:
    page = await front.sees(f"/cases?{urlencode({'no': '报修<', 'opened_from': '昨天', 'building': '2栋'})}", 422)
    place = await front.sees("/cases?cursor=x", 422)

    assert re.search(r'id="no-wrong">须为单号或其一部分', page)
    assert re.search(r'id="opened_from-wrong">须为', page)
    assert 'value="报修&lt;"' in page
    assert '<option value="2栋" selected="">' in page
    assert "请用上一页给出的 next" in place


async def test_nobody_finds_the_cases_of_another_estate(office: Office) -> None:
    no = await office.call("fd-1", room="4-304")

    assert [] == (await office.get("/v1/cases", "other-estate", no=no)).json()["cases"]
    assert [] == await in_room_by_api(office, "4-304", "other-estate")
    assert [] == await in_room_by_api(office, "4-304", "other-estate", estate="LY")


async def test_a_late_case_shows_the_moment_that_was_missed_first_and_the_next(office: Office, front: Desk) -> None:
    no = await office.call("fd-1", room="4-404")
    missed = datetime(2026, 3, 4, 9, 15, tzinfo=LOCAL)
    breach = "update duties set state = 'breached', breached_at = due_at, due_at = $2 where case_no = $1 and key = $3"
    await office.pool.execute("update case_views set overdue = true where case_no = $1", no)
    keys = await office.pool.fetch("select key from duties where case_no = $1 and state = 'open' order by key", no)
    await office.pool.execute(breach, no, missed, keys[0]["key"])
    await office.pool.execute(breach, no, missed + timedelta(days=1), keys[1]["key"])

    line = (await office.get("/v1/cases", no=no)).json()["cases"][0]
    searched, inbox = await front.sees(f"/cases?no={no}"), await front.sees("/inbox")

    assert missed == datetime.fromisoformat(line["missed_due_at"])
    for page in (searched, inbox):
        shown = words(next(row for row in page.split("<tr>") if f">{no}<" in row))
        assert re.search(r"已过 03-04 09:15 ；下一时限 \d\d-\d\d \d\d:\d\d", shown), shown


async def test_the_board_counts_where_cases_stand_and_names_the_other_stages_without_those_past_the_end(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1")
    stage = (await office.get(f"/v1/cases/{no}")).json()["stage"]

    page = await front.sees("/board")

    def counted_of(prefix: str) -> dict[str, str]:
        line = rf"procedure={prefix}[^\"]*\">([^<]*)</a></td><td data-label=\"未结\">(\d+)</td>"
        return dict(re.findall(line, page))

    for prefix, procedure in PROCEDURES.items():
        counted, named = counted_of(prefix), re.findall(rf"procedure={prefix}[^\"]*\">([^<\d]*)</a>", page)
        assert "0" not in counted.values()
        assert set(procedure.open_stages) == set(named)
        assert len(named) == len(set(named))
        assert not {"已撤单", "已并入", "已转类", "已验收", "已报送", "已结案"} & set(named)
    counted = counted_of("REP")
    open_there = "select count(*) from case_views where open and stage = $1 and case_no like 'REP-%'"
    assert await office.pool.fetchval(open_there, stage) == int(counted[stage]) >= 1
    way = re.search(rf'href="(/cases\?[^"]*stage={quote(stage)}[^"]*)"', page)
    assert way
    assert no in await front.sees(way[1].replace("&amp;", "&"))
