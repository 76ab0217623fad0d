"""What runs by the calendar, through the API: a check from its firing to its two repairs, plans, costs."""

import asyncio
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client

from domain.people import EstateCode
from domain.rulebook import PROCEDURES
from infra.temporal import connect
from tests.api.office import Office
from tests.api.pages import at_desk, key_in, words
from workflows.calendar import CostsWorkflow, MonthFired, PlanFired, PlanWorkflow

LY = EstateCode("LY")
CHECKED = {
    "type": "routine_checked",
    "findings": "两处缺陷",
    "defects": [
        {"place": "1栋大堂", "content": "顶灯不亮", "facility": "供电照明", "fault": "设施损坏"},
        {"place": "东门外", "content": "井盖缺失", "facility": "道路井盖", "hazard": "井盖缺失"},
    ],
}


@pytest.fixture(scope="module")
async def client(office: Office) -> Client:
    return await connect(office.settings, role="test")


async def fired(office: Office, client: Client, plan: str, **more: Any) -> str:
    """The number of the case that the plan opens now."""
    message = PlanFired(estate=LY, plan=plan, **more)
    return await client.execute_workflow(
        PlanWorkflow.run, message, id=f"fired-{secrets.token_hex(4)}", task_queue=office.settings.queue_cases
    )


async def closed(office: Office, no: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while (case := (await office.get(f"/v1/cases/{no}")).json())["result"] is None:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    found: dict[str, Any] = case
    return found


async def test_pub_104_a_check_with_two_defects_starts_two_public_repairs(office: Office, client: Client) -> None:
    no = await fired(office, client, "FACILITY-M")
    case = (await office.get(f"/v1/cases/{no}")).json()
    assert ("例行检查", "待检查", ["检查记录"], "公共区域", "系统") == tuple(
        case[name] for name in ("procedure_name", "stage", "waiting_for", "building", "channel")
    )
    plan = await office.pool.fetchrow("select title, post from routines where code = 'FACILITY-M' and estate = 'LY'")
    assert plan
    assert (plan["title"], [plan["post"]]) == (case["about"], case["owing_posts"])

    await office.did(no, CHECKED, "rp-1")

    case = await closed(office, no)
    assert "缺陷已转单" == case["result"]
    named = [event["event"]["case_no"] for event in case["events"] if event["type"] == "referred"]
    repairs = [(await office.get(f"/v1/cases/{one}")).json() for one in named]
    assert ["公共报修", "公共报修"] == [one["procedure_name"] for one in repairs]
    assert ["PUB-101"] == [duty["key"] for duty in repairs[1]["obligations"] if duty["key"] == "PUB-101"]
    listed = (await office.get("/v1/cases", procedure="RTN")).json()["cases"]
    assert [(plan["title"], [])] == [(one["about"], one["owing_posts"]) for one in listed if one["no"] == no]


async def test_what_was_found_is_personal_until_a_purpose_is_given(office: Office, client: Client) -> None:
    no = await fired(office, client, "FACILITY-M")
    await office.did(no, CHECKED, "rp-1")

    def said(case: dict[str, Any]) -> list[object]:
        event = next(one["event"] for one in case["events"] if one["type"] == "routine_checked")
        return [event["findings"], *(defect["content"] for defect in event["defects"])]

    masked, whole = [
        (await office.get(f"/v1/cases/{no}", "en-1", **more)).json() for more in ({}, {"purpose": "监督检查"})
    ]
    assert ["**", "**", "**"] == said(masked)
    assert ["两处缺陷", "顶灯不亮", "井盖缺失"] == said(whole)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"findings": " "}, "event.findings"),
        ({"defects": [{"place": "大堂"}]}, "event.defects.0.content"),
        ({"defects": [{"place": "大堂", "content": "灯", "facility": "飞船"}]}, "event.defects.0.facility"),
        ({"defects": [{"place": "大堂", "content": "灯", "room": "1-101"}]}, "event.defects.0.room"),
    ],
)
async def test_a_record_that_lacks_something_is_refused_by_its_field(
    office: Office, client: Client, change: dict[str, Any], field: str
) -> None:
    no = await fired(office, client, "FACILITY-M")

    refused = await office.does(no, CHECKED | change, "rp-1")

    assert (422, field) == (refused.status_code, refused.json()["field"])


async def test_somebody_of_another_post_is_refused(office: Office, client: Client) -> None:
    no = await fired(office, client, "HYGIENE-W")

    for who in ("rp-1", "fi-1"):
        refused = await office.does(no, {"type": "routine_checked", "findings": "无"}, who)
        assert refused.status_code in {403, 409}, who


async def test_pub_107_a_check_with_one_defect_starts_one_cleaning_task(office: Office, client: Client) -> None:
    no = await fired(office, client, "HYGIENE-W")
    page = await office.get(f"/v1/cases/{no}", "fd-1")
    assert "待检查" == page.json()["stage"]

    await office.did(
        no,
        {"type": "routine_checked", "findings": "一处", "defects": [{"place": "3栋楼道", "content": "有垃圾"}]},
        "fd-1",
    )

    case = await closed(office, no)
    (task,) = [event["event"]["case_no"] for event in case["events"] if event["type"] == "referred"]
    masked, repairer = [(await office.get(f"/v1/cases/{task}", who)).json() for who in ("cl-1", "rp-1")]
    for hidden in (masked, repairer):
        assert {("**", "**")} == {(one["event"]["where"], one["event"]["task"]) for one in hidden["events"][:1]}
    assert 403 == (await office.get(f"/v1/cases/{task}", "rp-1", purpose="清理现场")).status_code
    seen = (await office.get(f"/v1/cases/{task}", "cl-1", purpose="清理现场")).json()
    asked = seen["events"][0]["event"]
    assert (no, "3栋楼道", "有垃圾") == (asked["check"], asked["where"], asked["task"])
    await office.did(task, {"type": "cleaning_done"}, "cl-1")
    await office.did(task, {"type": "cleaning_passed"}, "fd-1")
    assert "已清理" == (await closed(office, task))["result"]


async def test_a_drill_of_a_plan_is_marked_and_hands_on_drills(office: Office, client: Client) -> None:
    no = await fired(office, client, "FACILITY-M", drill=True, moment=datetime.now(UTC))
    await office.did(no, CHECKED, "rp-1")

    case = await closed(office, no)

    assert case["drill"]
    for event in case["events"]:
        if event["type"] == "referred":
            assert (await office.get(f"/v1/cases/{event['event']['case_no']}")).json()["drill"]


async def test_the_plans_and_the_register_are_shown(office: Office) -> None:
    found = (await office.get("/v1/plans", "rp-1")).json()

    assert ["LIFT-1", "PUMP-1"] == [one["code"] for one in found["equipment"]]
    plan = next(one for one in found["plans"] if one["code"] == "LIFT-1-M")
    assert ("PUB-105", "每月15日 09:00", "工程部", "1栋电梯机房", 172800.0) == tuple(
        plan[name] for name in ("rule", "when", "post", "place", "allowed_seconds")
    )
    assert {"equipment": [], "plans": []} == (await office.get("/v1/plans", "other-estate")).json()


async def test_fee_01_a_month_is_reckoned_told_and_read(office: Office, client: Client) -> None:
    message = MonthFired(estate=LY, month=date(2026, 10, 1))

    async def fire() -> str:
        name = f"costs-{secrets.token_hex(4)}"
        return await client.execute_workflow(
            CostsWorkflow.run, message, id=name, task_queue=office.settings.queue_cases
        )

    numbers = {await fire(), await fire()}

    (no,) = numbers
    assert "已报送" == (await closed(office, no))["result"]
    told = await office.pool.fetch("select post from notices where case_no = $1", no)
    assert {"工程部主管", "公司经理"} == {row["post"] for row in told}
    (report,) = (await office.get("/v1/reports/costs", "en-1", month="2026-10")).json()["reports"]
    assert ("LY", "2026-10", "2") == tuple(report[name] for name in ("estate", "month", "factor"))
    assert {"reports": []} == (await office.get("/v1/reports/costs", "en-1", month="2020-01")).json()


async def test_fee_01_costs_are_for_supervisors_and_the_month_is_a_month(office: Office) -> None:
    assert 403 == (await office.get("/v1/reports/costs", "rp-1", month="2026-10")).status_code
    refused = await office.get("/v1/reports/costs", "en-1", month="2026-13")
    assert (422, "month") == (refused.status_code, refused.json()["field"])


async def test_the_planned_moment_stands_in_the_case_and_the_time_allowed_counts_from_it(
    office: Office, client: Client
) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)

    no = await fired(office, client, "LIFT-1-M", moment=moment)

    case = (await office.get(f"/v1/cases/{no}")).json()
    (duty,) = case["obligations"]
    assert moment + timedelta(days=2) == datetime.fromisoformat(duty["due_at"])
    assert "1栋" == case["building"]


async def test_a_check_is_recorded_on_its_page_with_its_defects(office: Office, client: Client) -> None:
    no = await fired(office, client, "FACILITY-M")
    repairer = await at_desk(office, "rp-1")
    page = await repairer.sees(f"/cases/{no}")
    assert "公共设施月度检查" in words(page)
    fields = {
        "key": key_in(page),
        "type": "routine_checked",
        "findings": "一处缺陷",
        "defects_place": "1栋大堂",
        "defects_content": "顶灯不亮",
        "defects_facility": "供电照明",
        "defects_fault": "",
        "defects_hazard": "",
    }

    answer = await repairer.sends(f"/cases/{no}/events", fields)

    assert 303 == answer.status_code, answer.text
    case = await closed(office, no)
    assert "缺陷已转单" == case["result"]
    seen = words(await repairer.sees(f"/cases/{no}"))
    assert "转入单号" in seen


async def test_the_plans_and_the_costs_have_pages_and_the_costs_are_not_for_everybody(office: Office) -> None:
    supervisor, repairer = await at_desk(office, "en-1"), await at_desk(office, "rp-1")

    plans = words(await repairer.sees("/plans"))
    costs = words(await supervisor.sees("/reports/costs"))

    assert "每月15日 09:00" in plans
    assert "2天" in plans
    assert "维修成本分析" in costs
    assert "/reports/costs" in await supervisor.sees("/board")
    assert "/reports/costs" not in await repairer.sees("/board")
    await repairer.sees("/reports/costs", 403)
    await supervisor.sees("/reports/costs?month=x", 422)


async def test_prv_106_who_cleans_sees_routines_and_nothing_of_what_residents_report(
    office: Office, client: Client
) -> None:
    planned, repair = await fired(office, client, "HYGIENE-W"), await office.call()

    listed = [(await office.get("/v1/cases", "cl-1", **more)).json()["cases"] for more in ({}, {"procedure": "REP"})]

    assert planned in {one["no"] for one in listed[0]}
    assert {"例行检查"} == {one["procedure_name"] for one in listed[0]}
    assert [] == listed[1]
    assert 200 == (await office.get(f"/v1/cases/{planned}", "cl-1")).status_code
    for more in ({}, {"purpose": "清理现场"}):
        assert 404 == (await office.get(f"/v1/cases/{repair}", "cl-1", **more)).status_code
    cleaner = await at_desk(office, "cl-1")
    inbox, board = await cleaner.sees("/inbox"), await cleaner.sees("/board")
    assert f"/cases/{planned}" in inbox
    assert "/cases/REP-" not in inbox
    assert "住户报修：没有未结单" in board
    planned_at = (await office.get(f"/v1/cases/{planned}", "cl-1")).json()["events"][0]["event"]["where"]
    assert "**" != planned_at


@pytest.mark.parametrize("prefix", PROCEDURES)
async def test_the_page_of_a_closed_case_can_be_read_by_whoever_opens_cases(
    office: Office, client: Client, prefix: str
) -> None:
    match prefix:
        case "REP":
            no = await office.call()
        case "PUB":
            no = await office.reports()
        case _:
            no = await fired(office, client, "HYGIENE-W")
    done = {"type": "routine_checked", "findings": "无"} if prefix == "RTN" else {"type": "withdrawn", "reason": "误报"}
    await office.did(no, done, "fd-1")
    await closed(office, no)
    front = await at_desk(office, "fd-1")

    page = await front.sees(f"/cases/{no}")

    assert (prefix != "RTN") is ("立后续单" in page)
