"""What the list of cases is narrowed to, and how it goes on over its pages."""

from typing import Any

import pytest

from tests.api.office import Office


async def test_what_is_owed_is_listed_oldest_first_over_pages_without_gap(office: Office) -> None:
    nos = [await office.call() for _ in range(3)]
    await office.pool.execute("update cases set received_at = '2020-01-01T00:00:00Z' where no = $1", nos[2])
    filed = "select key from duties where case_no = $1 and state = 'open' order by key limit 1"
    key = await office.pool.fetchval(filed, nos[0])
    await office.pool.execute("update duties set state = 'met', ended_at = now() where case_no = $1", nos[1])

    listed = await every_page(office, owes=key)

    assert nos[2] == listed[0]
    assert len(set(listed)) == len(listed)
    assert nos[0] in listed
    assert nos[1] not in listed


async def test_forms_issued_and_not_returned_are_listed_and_nothing_else(office: Office) -> None:
    issued, returned, without = await office.call(), await office.call(), await office.call(form=None)
    await office.pool.execute(
        "insert into entries (case_no, run_id, number, type, label, at, recorded_at, by_id, by_posts, source, body,"
        " digest) select case_no, 'other', number, 'return_registered', '返单登记', at, recorded_at, by_id, by_posts,"
        " source, body, digest from entries where case_no = $1 and number = 1",
        returned,
    )

    out = set(await every_page(office, returned=False, open=True))
    back = set(await every_page(office, returned=True))

    assert issued in out
    assert not {returned, without} & out
    assert returned in back
    assert not {issued, without} & back


async def test_stage_and_what_is_awaited_narrow_the_list(office: Office) -> None:
    no = await office.call()
    line = (await office.get(f"/v1/cases/{no}")).json()

    same = await every_page(office, stage=line["stage"], waiting_for=line["waiting_for"][0])
    other = await every_page(office, stage="待返单")
    awaited = await every_page(office, waiting_for="没有的事项")

    assert no in same
    assert no not in other
    assert {"待返单"} >= {(await office.get(f"/v1/cases/{one}")).json()["stage"] for one in other}
    assert [] == awaited


async def test_a_case_is_listed_with_what_it_is_about_and_who_owes_something_not_all_who_may_act(
    office: Office,
) -> None:
    no = await office.call()

    line, before = await line_of(office, no), (await office.get(f"/v1/cases/{no}")).json()
    most_pressing = before["owing_posts"][0]
    await office.pool.execute(
        "update duties set state = 'met', ended_at = now() where case_no = $1 and owed_by = $2", no, most_pressing
    )
    after = await line_of(office, no)

    assert ("水", before["owing_posts"]) == (line["about"], line["owing_posts"])
    assert {duty["owed_by"] for duty in before["obligations"] if duty["owed"]} == set(line["owing_posts"])
    assert set(line["owing_posts"]) < set(line["waiting_posts"])
    assert line["owing_posts"] == [most_pressing, *after["owing_posts"]]


@pytest.mark.parametrize("wrong", [{"owes": "x"}, {"owes": "REP-43' or true"}, {"returned": "maybe"}, {"stage": ""}])
async def test_a_filter_that_means_nothing_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    answer = await office.get("/v1/cases", **wrong)

    assert 422 == answer.status_code
    assert next(iter(wrong)) == answer.json()["field"]


async def line_of(office: Office, no: str) -> dict[str, Any]:
    (line,) = (await office.get("/v1/cases", no=no)).json()["cases"]
    found: dict[str, Any] = line
    return found


async def every_page(office: Office, **filters: Any) -> list[str]:
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await office.get("/v1/cases", limit=2, **filters, **cursor)).json()
        listed += [case["no"] for case in page["cases"]]
        if page["next"] is None:
            return listed
        cursor = {"cursor": page["next"]}
