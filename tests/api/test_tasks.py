"""What waits for a person, and what is out of order: shown to whom it concerns and to nobody else."""

from tests.api.office import Office
from tests.api.test_notices import browser

TEXT = "工作日历缺 2029 年"


async def test_a_missing_calendar_year_asks_the_post_it_concerns_until_it_is_done(lonely: Office) -> None:
    await lonely.pool.execute("select ask_for_calendar('LY', 2029)")

    asked = (await lonely.get("/v1/tasks", "cs-1")).json()["tasks"]
    desk = (await lonely.get("/v1/tasks", "fd-1")).json()["tasks"]
    elsewhere = (await lonely.get("/v1/tasks", "other-estate")).json()["tasks"]
    async with browser(lonely.settings) as pages:
        await pages.post("/login", data={"key": lonely.keys["cs-1"]})
        page = (await pages.get("/inbox")).text
    await lonely.pool.execute("update tasks set done_at = now() where kind = 'calendar_year'")
    done = (await lonely.get("/v1/tasks", "cs-1")).json()["tasks"]

    assert "2029" in {task["subject"] for task in asked if task["kind"] == "calendar_year"}
    assert {"客服部主管"} == {task["post"] for task in asked}
    assert TEXT in page
    assert [] == desk == elsewhere == done


async def test_supervisors_see_open_alarms_but_none_of_another_estates_case(lonely: Office) -> None:
    await lonely.pool.execute(
        "insert into cases (no, procedure, estate, building, edition, channel, received_at)"
        " values ('REP-20200101-00009', 'REP', 'XY', '1', '2020-01-01', '电话', now())"
    )
    await lonely.pool.execute(
        "insert into alarms (kind, subject, text, cleared_at) values ('silent', 'worker', 'x', null),"
        " ('silent', 'relay', 'x', now()), ('stuck', 'REP-20200101-00009', 'x', null)"
    )

    seen = await lonely.get("/v1/alarms", "en-1")
    refused = await lonely.get("/v1/alarms", "fd-1")

    assert ["worker"] == [alarm["subject"] for alarm in seen.json()["alarms"]]
    assert 403 == refused.status_code
