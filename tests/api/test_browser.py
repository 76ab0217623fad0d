"""The pages and the description in a real browser: no script refused, nothing fetched from elsewhere."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from tests.api.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture
async def window() -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield await chromium.new_page()
        await chromium.close()


async def test_the_description_is_drawn_from_our_own_files(lonely: Office, window: Page) -> None:
    complaints: list[str] = []
    fetched: list[str] = []
    window.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    window.on("request", lambda request: fetched.append(request.url))
    base = f"http://127.0.0.1:{lonely.settings.api_port}"

    await window.goto(f"{base}/docs")
    await window.get_by_text("/v1/repairs").first.wait_for()

    assert [] == complaints
    assert all(url.startswith((base, "data:")) for url in fetched)


async def test_a_person_logs_in_reads_a_notice_and_looks_at_the_case(office: Office, window: Page) -> None:
    no = await office.call("fd-1")

    await window.goto(f"http://127.0.0.1:{office.settings.api_port}/inbox")
    await window.fill("input[name=key]", office.keys["es-1"] if "es-1" in office.keys else office.keys["call-center"])
    await window.get_by_role("button", name="登录").click()
    await window.get_by_role("link", name=no).first.click()

    await window.get_by_role("cell", name="通知工程部领单").first.wait_for()
    assert f"/cases/{no}" in window.url


async def test_the_front_desk_takes_a_call_by_double_click_and_records_what_comes_next(
    office: Office, window: Page, room: str
) -> None:
    building, number = room.split("-")
    complaints: list[str] = []
    window.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    before = await office.pool.fetchval("select count(*) from cases")
    await window.goto(f"http://127.0.0.1:{office.settings.api_port}/inbox")
    await window.fill("input[name=key]", office.keys["fd-1"])
    await window.get_by_role("button", name="登录").click()

    await window.get_by_role("link", name="登记报修").click()
    await window.get_by_label("楼栋").select_option(building)
    await window.get_by_label("房号").fill(number)  # what is open in a room would be shown first
    await window.get_by_label("住户名称").fill("住户001")
    await window.get_by_label("电话", exact=False).first.fill("19900000001")
    await window.get_by_label("报修内容").fill("厨房水龙头漏水")
    await window.get_by_label("故障类型").select_option("水")
    await window.get_by_role("button", name="登记报修").dblclick()
    await window.get_by_role("heading", name="REP-").wait_for()
    await window.get_by_role("button", name="登记「通知工程部」").click()
    await window.get_by_text("已登记：通知工程部").wait_for()
    await window.get_by_role("cell", name="通知工程部", exact=True).first.wait_for()

    assert before + 1 == await office.pool.fetchval("select count(*) from cases")
    assert 0 == await window.get_by_role("button", name="登记「通知工程部」").count()
    assert [] == complaints
