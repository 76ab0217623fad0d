"""What a supervisor sees and sends in the real Web UI of a real server, and what comes of it in PostgreSQL."""

import json
from datetime import timedelta

import pytest

from domain.calendar import LOCAL
from infra.web_ui import saved_queries
from tests.browser.conftest import Office
from tests.browser.supervisor import Supervisor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_the_case_page_tells_in_chinese_where_the_case_stands(office: Office, supervisor: Supervisor) -> None:
    no = await office.takes_a_call()
    due_at = await office.pool.fetchval("select due_at from duties where case_no = $1 and rule = 'REP-26'", no)
    due = f"{due_at.astimezone(LOCAL):%m-%d %H:%M:%S}"

    await supervisor.opens(no)

    await supervisor.sees(f"REP-26 接单后到场 截止 {due} · 临期提醒")  # the timer's summary in the timeline
    await supervisor.sees("登记入册 • 接单")  # the activity's
    await supervisor.sees('"teams"')  # the sealed input, decoded for who may
    details = await supervisor.reads_details()
    assert "待到场" in details
    assert "等待：出发、到场（维修人员、工程部主管）" in details
    assert f"REP-26 接单后到场 截止 {due} · 维修人员 rp-1" in details
    assert "住户报修 · 1栋" in details
    assert "住户001" not in details
    assert "漏水" not in details


async def test_every_saved_query_is_one_that_temporal_understands(office: Office, supervisor: Supervisor) -> None:
    no = await office.takes_a_call()
    asked = {one.name: one.query for one in saved_queries("LY", ["1栋"])}

    for name in ("等维修人员", "待到场", "1栋", "全部未结"):
        await supervisor.lists(asked[name], expecting=no)

    for query in asked.values():
        answer = await supervisor.page.request.get(
            f"{office.settings.web_ui_url}/api/v1/namespaces/default/workflows", params={"query": query}
        )
        assert answer.ok, query


@pytest.mark.parametrize(
    ("update", "argument", "label"),
    [
        ("【主管】催办", '{"by": "cs-1", "text": "住户已等两小时"}', "催办"),
        ("【主管】备注", '{"by": "en-1", "text": "已与住户电话确认"}', "备注"),
        ("【主管】改派", '{"by": "en-1", "repairer": "rp-2", "text": "原维修人员请假"}', "改派"),
    ],
)
async def test_what_is_sent_from_the_form_stands_in_the_ledger_as_sent_from_there(
    office: Office, supervisor: Supervisor, update: str, argument: str, label: str
) -> None:
    no = await office.takes_a_call()
    await supervisor.opens(no)

    status = await supervisor.sends(update, argument)

    assert status == 200
    row = await office.pool.fetchrow("select source, by_id from entries where case_no = $1 and label = $2", no, label)
    assert row is not None
    assert (row["source"], row["by_id"]) == ("web_ui", argument.split('"')[3])


async def test_an_extension_from_the_form_moves_the_due_time_and_keeps_the_first(
    office: Office, supervisor: Supervisor
) -> None:
    no = await office.takes_a_call(situation="水浸")
    first = await office.pool.fetchval("select due_at from duties where case_no = $1 and rule = 'REP-124'", no)
    until = first + timedelta(minutes=20)
    await supervisor.opens(no)

    status = await supervisor.sends(
        "【主管】批准延期", json.dumps({"by": "cm-1", "key": "REP-124", "until": until.isoformat(), "text": "配件在途"})
    )

    assert status == 200
    duty = await office.pool.fetchrow("select * from duties where case_no = $1 and rule = 'REP-124'", no)
    assert duty is not None
    assert (duty["first_due_at"], duty["due_at"]) == (first, until)


async def test_urging_from_the_form_tells_everybody_who_owes_something(office: Office, supervisor: Supervisor) -> None:
    no = await office.takes_a_call()
    await supervisor.opens(no)

    await supervisor.sends("【主管】催办", '{"by": "cs-1"}')

    told = await office.pool.fetch("select distinct post from notices where case_no = $1 and level = '催办'", no)
    assert {"维修人员"} == {row["post"] for row in told}


async def test_what_the_desk_records_cannot_be_sent_from_the_form(office: Office, supervisor: Supervisor) -> None:
    no = await office.takes_a_call()
    before = await office.pool.fetchval("select count(*) from entries where case_no = $1", no)
    await supervisor.opens(no)
    form = await supervisor.fills("到场", '{"act": {"by": {"id": "rp-1"}, "event": {"type": "arrived_on_site"}}}')

    async with supervisor.page.expect_response(lambda answer: answer.url.count("/codec/encode") > 0) as answered:
        await form.get_by_role("button", name="Submit").click()

    assert (await answered.value).status == 422
    assert before == await office.pool.fetchval("select count(*) from entries where case_no = $1", no)


async def test_the_board_leads_from_the_staff_pages_to_the_cases(office: Office, supervisor: Supervisor) -> None:
    no = await office.takes_a_call()
    page = supervisor.page
    await page.goto(f"{office.settings.public_url}/login")
    await page.locator("input[name=key]").fill(office.keys["cs-1"])
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("link", name="主管看板").click()

    await page.get_by_role("link", name="等维修人员").click()

    await supervisor.sees(no)
