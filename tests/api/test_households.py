"""Whoever lives in a room need not be typed: the form of a call takes the name from the estate's list, on record."""

import re

import pytest

from infra.postgres.queries import load
from tests.api.office import CALL, Office
from tests.api.pages import FILLED, Desk, at_desk, cases_of, form_of, key_in

EMPTY_ROOM = "1-503"
LOGGED = "select principal, case_no, purpose, what from access_log where what like 'household:%' order by id"


async def test_a_form_without_a_name_is_in_the_name_of_the_rooms_household(office: Office) -> None:
    before = await office.pool.fetch(LOGGED)
    no = await office.call("fd-1", room="1-102", form={"wanted": "尽快"})
    logged = await office.pool.fetch(LOGGED)
    other = await office.call("fd-1", room="1-102", form={"household": "租客"})
    without = await office.call("fd-1", room="1-102", form=None)

    names = [
        [
            entry["event"]["household"]
            for entry in (await office.get(f"/v1/cases/{one}", "fd-1", purpose="回访")).json()["events"]
            if entry["type"] == "form_filled"
        ]
        for one in (no, other, without)
    ]
    assert [["住户002"], ["租客"], []] == names
    assert [("fd-1", "", "受理报修", "household:LY-H002")] == [tuple(row) for row in logged[len(before) :]]


async def test_a_form_without_a_name_for_a_room_where_nobody_is_known_to_live_is_refused(office: Office) -> None:
    before = await cases_of(office)

    answer = await office.post("/v1/repairs", CALL | {"room": EMPTY_ROOM, "form": {}}, "fd-1")

    assert (422, "form.household") == (answer.status_code, answer.json()["field"])
    assert "请填写住户名称" in answer.json()["remedy"]
    assert before == await cases_of(office)


async def test_the_clerk_has_the_household_filled_in_and_that_reading_is_on_record(office: Office, front: Desk) -> None:
    page = await front.sees("/repairs/new")
    typed = FILLED | {"key": key_in(page), "household": "", "phone": "", "content": "漏水<", "room": "103"}
    before = await office.pool.fetch(LOGGED)

    answer = await front.sends("/repairs/new/household", typed)

    assert 'formaction="/repairs/new/household" formnovalidate=""' in page
    assert "住户0" not in page
    assert 200 == answer.status_code
    assert value_of(answer.text, "household") == "住户003"
    assert re.fullmatch(r"1990000\d{4}", value_of(answer.text, "phone"))
    assert "漏水&lt;</textarea>" in answer.text
    assert typed["key"] == key_in(answer.text)
    logged = await office.pool.fetch(LOGGED)
    assert [("fd-1", "", "受理报修", "household:LY-H003")] == [tuple(row) for row in logged[len(before) :]]


async def test_a_reading_of_a_household_is_in_order_without_a_case_and_of_none_that_there_is_not(
    office: Office, front: Desk
) -> None:
    await front.sends("/repairs/new/household", FILLED | {"household": ""})
    strangers = load("invariants.sql")["i52_unmasked_by_a_stranger"]
    insert = "insert into access_log (principal, case_no, purpose, what) values ('fd-1', '', '受理报修', $1)"

    async with office.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        in_order = await connection.fetch(strangers)
        await connection.execute(insert, "household:LY-H999")
        found = await connection.fetch(strangers)
        await transaction.rollback()

    assert [] == in_order
    assert [" fd-1"] == [row["text"] for row in found]


async def test_on_the_page_a_form_is_filled_in_only_under_a_name_that_the_clerk_has_seen(
    office: Office, front: Desk
) -> None:
    before = await cases_of(office)

    answer = await front.sends("/repairs/new", FILLED | {"household": "", "address": "1栋102", "room": "1-102"})

    assert 422 == answer.status_code
    assert "请填写住户名称" in answer.text
    assert before == await cases_of(office)


async def test_what_was_typed_is_not_replaced_by_the_households(front: Desk) -> None:
    typed = FILLED | {"household": "租客", "phone": "8001", "room": "103"}

    answer = await front.sends("/repairs/new/household", typed)

    assert ("租客", "8001") == (value_of(answer.text, "household"), value_of(answer.text, "phone"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"room": "503"}, "room"), ({"room": ""}, "room"), ({"estate": "XY"}, "estate"), ({"estate": ""}, "estate")],
)
async def test_nobody_is_shown_for_a_room_without_a_household_nor_of_another_estate(
    office: Office, front: Desk, changed: dict[str, str], field: str
) -> None:
    before = await office.pool.fetch(LOGGED)

    answer = await front.sends("/repairs/new/household", FILLED | {"household": ""} | changed)

    assert 422 == answer.status_code
    assert f'id="{field}-wrong"' in answer.text
    assert "" == value_of(answer.text, "household")
    assert before == await office.pool.fetch(LOGGED)


async def test_a_repairer_is_told_of_no_household(office: Office) -> None:
    repairer = await at_desk(office, "rp-1")

    answer = await repairer.sends("/repairs/new/household", FILLED | {"household": ""})

    assert 403 == answer.status_code
    assert "住户001" not in answer.text


async def test_a_form_filled_in_later_has_the_household_once_the_case_is_read_for_a_purpose(
    office: Office, front: Desk
) -> None:
    no = await office.call("fd-1", room="1-104", form=None, phone="8001")
    masked = form_of(await front.sees(f"/cases/{no}"), "form_filled")
    before = await office.pool.fetch(LOGGED)

    full = form_of((await front.sends(f"/cases/{no}/full", {"purpose": "联系住户"})).text, "form_filled")

    assert "" == value_of(masked, "household")
    assert ("住户004", "8001", "1栋104") == tuple(value_of(full, name) for name in ("household", "phone", "address"))
    logged = await office.pool.fetch(LOGGED)
    assert [("fd-1", no, "联系住户", "household:LY-H004")] == [tuple(row) for row in logged[len(before) :]]


def value_of(form: str, name: str) -> str:
    drawn = re.search(rf'<input[^>]*name="{name}"[^>]*>', form)
    assert drawn
    said = re.search(r'value="([^"]*)"', drawn[0])
    return said[1] if said else ""
