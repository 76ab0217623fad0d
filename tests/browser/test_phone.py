"""The staff pages on a repairer's telephone, 390 px wide, in the real browser: nothing to be looked for at the side."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Office
from tests.browser.supervisor import browsing
from tests.survival.callers import CONSENTED

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTH, HEIGHT = 390, 844
TAKEN = 5
"""Acts of ``CONSENTED`` that ``Office.takes_a_call`` has done already."""
THUMB = 44
"""How high whatever is pressed has to be."""

WIDER = """() => {
    const wide = document.documentElement.scrollWidth;
    const out = [...document.querySelectorAll("body *")]
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1);
    return wide > innerWidth ? [`${wide} px`, ...out.map(one => one.outerHTML.slice(0, 120))] : [];
}"""
LOW = """least => [...document.querySelectorAll("button, .button, summary, select, input")]
    .filter(one => !["checkbox", "hidden"].includes(one.type))
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least)
    .map(one => one.outerHTML.slice(0, 120))"""
UNFOLD = """() => document.querySelectorAll("details").forEach(one => { one.open = true; })"""

STAGES = (5, 6, 8, 10, 11, 12)
"""After how many acts of a repair the page is looked at."""

Enter = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def enter(office: Office) -> AsyncIterator[Enter]:
    """Somebody's telephone, logged in."""
    async with browsing(width=WIDTH, height=HEIGHT) as page:

        async def entered(who: str) -> Page:
            await page.goto(f"{office.settings.public_url}/login")
            await page.locator("input[name=key]").fill(office.keys[who])
            await page.get_by_role("button", name="登录").click()
            await page.wait_for_url("**/inbox")
            return page

        yield entered


async def fits(page: Page) -> None:
    """As it opens, and with everything unfolded."""
    for _ in range(2):
        assert [] == await page.evaluate(WIDER)
        assert [] == await page.evaluate(LOW, THUMB)
        await page.evaluate(UNFOLD)


async def test_the_inbox_fits_and_all_of_a_case_is_read_at_one_press(office: Office, enter: Enter) -> None:
    nos = [await office.takes_a_call() for _ in range(2)]
    phone = await enter("rp-1")
    await fits(phone)
    unread = "select count(*) from notices where recipient = 'rp-1' and acknowledged_at is null and case_no = $1"
    assert 1 < await office.pool.fetchval(unread, nos[0])

    news = phone.locator(".news").filter(has_text=nos[0])
    assert 1 == await news.count()
    await expect(news).to_contain_text("水 · 1栋 · 待到场")
    await news.get_by_role("button", name="本单全部已阅").click()
    await expect(news).to_have_count(0)

    assert 0 == await office.pool.fetchval(unread, nos[0])
    assert 1 < await office.pool.fetchval(unread, nos[1])
    await phone.get_by_role("button", name="全部已阅").first.click()
    await expect(phone.get_by_text("没有未阅的通知")).to_be_visible()
    assert 0 == await office.pool.fetchval(unread, nos[1])


async def test_a_case_fits_at_every_stage_and_what_is_to_be_done_stands_on_the_first_screen(
    office: Office, enter: Enter
) -> None:
    """However much else is open in the same room."""
    *_, no = [await office.takes_a_call() for _ in range(4)]
    phone = await enter("rp-1")
    for number, (who, event) in enumerate(CONSENTED[:12], start=1):
        if number > TAKEN:
            await office.posts(f"/v1/cases/{no}/events", {"by": who, "event": event})
        if number in STAGES:
            await phone.goto(f"{office.settings.public_url}/cases/{no}")
            heading = await phone.get_by_role("heading", name="现在登记").bounding_box()
            assert heading
            assert heading["y"] < HEIGHT
            await fits(phone)


async def test_who_has_to_put_something_right_reads_what_at_one_press(office: Office, enter: Enter) -> None:
    no = await office.takes_a_call()
    for who, event in CONSENTED[TAKEN:12]:
        await office.posts(f"/v1/cases/{no}/events", {"by": who, "event": event})
    phone = await enter("rp-1")
    await phone.goto(f"{office.settings.public_url}/cases/{no}")
    await phone.get_by_label("试用合格").select_option("否")
    await phone.get_by_label("备注").first.fill("接头仍渗水")
    await phone.get_by_role("button", name="登记「试用检查」").click()
    await expect(phone.get_by_text("已登记：试用检查")).to_be_visible()
    await expect(phone.get_by_text("接头仍渗水")).to_have_count(0)

    await phone.get_by_role("button", name="查看须整改之处").click()

    await expect(phone.locator(".next")).to_contain_text("须整改之处：接头仍渗水")
    read = await office.pool.fetch("select principal, purpose from access_log where case_no = $1", no)
    assert [("rp-1", "上门维修")] == [tuple(row) for row in read]
    await fits(phone)


@pytest.mark.parametrize("place", ["/cases", "/board", "/repairs/new", "/public-repairs/new", "/plans"])
async def test_the_other_pages_fit(office: Office, enter: Enter, place: str) -> None:
    no = await office.takes_a_call()
    phone = await enter("fd-1")

    await phone.goto(f"{office.settings.public_url}{place}")

    await fits(phone)
    if place == "/cases":
        line = phone.locator("tr").filter(has_text=no)
        await expect(line).to_contain_text("住户报修：水")
