"""A supervisor at the Temporal Web UI, in headless Chromium; waits for what is to be seen, never for a time."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from playwright.async_api import Locator, Page, async_playwright, expect

PATIENCE_MS = 60_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
COLUMNS = (
    "Status", "Workflow ID", "DeskStage", "DeskOverdue", "DeskWaitingFor", "DeskWaitingPosts", "DeskBuilding",
    "DeskNextDue",
)  # fmt: skip
"""The columns that docs/主管看板.md proposes; the Web UI keeps them in the browser."""


class Supervisor:
    """``web_ui`` and ``namespace`` say where cases stand; ``page`` is the open tab."""

    def __init__(self, page: Page, web_ui: str, namespace: str = "default") -> None:
        self.page = page
        self._cases = f"{web_ui}/namespaces/{namespace}/workflows"

    async def lists(self, query: str, *, expecting: str) -> None:
        """Open the list under a saved query, until that case stands in it."""
        await self.page.goto(f"{self._cases}?query={quote(query, safe='')}")
        await expect(self.page.get_by_role("link", name=expecting).first).to_be_visible()

    async def opens(self, no: str) -> None:
        """The page of the case, at its timeline."""
        await self.page.goto(f"{self._cases}/{no}")
        await self.page.wait_for_url("**/timeline")
        await expect(self.page.get_by_role("heading", name=no)).to_be_visible()

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def reads_details(self) -> str:
        """Summary, details and current details; the Web UI draws each in a frame of its own."""
        await self.page.get_by_text("User Metadata").click()
        frames = self.page.locator("iframe")
        await expect(frames.last.content_frame.get_by_text("本单全部记录")).to_be_visible()
        return "\n".join([await frame.content_frame.locator("body").inner_text() for frame in await frames.all()])

    async def fills(self, update: str, argument: str) -> Locator:
        """The update's form, filled; the form closes over what was typed before it can be sent."""
        await self.page.get_by_role("button", name="More Actions").click()
        await self.page.get_by_role("menuitem", name="Send an Update").click()
        form = self.page.locator("dialog[open], [role=dialog]").filter(has_text="Update ID").filter(visible=True)
        await form.get_by_test_id("update-select-button").click()
        await form.get_by_role("option").filter(has_text=update).first.click()
        editor = form.locator(".cm-content")
        await editor.click()
        await self.page.keyboard.insert_text(argument)
        await editor.evaluate("editor => editor.blur()")
        await expect(form.locator(".cm-line").nth(1)).to_be_visible()  # it sets the JSON out in lines
        return form

    async def sends(self, update: str, argument: str) -> int:
        """Submit the form; the HTTP status that the Web UI's server answered with."""
        form = await self.fills(update, argument)
        async with self.page.expect_response(lambda answer: "/update/" in answer.url) as answered:
            await form.get_by_role("button", name="Submit").click()
        return (await answered.value).status


def chromium() -> str:
    """Where the browser is; LookupError where there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise LookupError("Chromium is missing")
    return found


@asynccontextmanager
async def browsing(*, width: int = 1400, height: int = 1000) -> AsyncIterator[Page]:
    """A tab of a fresh browser, its clock in China."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = await browser.new_page(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        page.set_default_timeout(PATIENCE_MS)
        yield page
        await browser.close()
