"""``make screenshots``: plays the demonstration and photographs what supervisors and staff see, for the README."""

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx2
from playwright.async_api import Page

from infra.embedded.child import free_port
from infra.embedded.folder import KEYS_FILE
from tests.browser.supervisor import COLUMNS, Supervisor, browsing

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LAST_LINE = "Ctrl-C 结束"
URGING = '{"by": "cs-1", "text": "住户已等两小时"}'
COLUMNS_KEY = "namespace-workflow-table-columns"
LARGEST = 200 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A demonstration that has been played and stands open. ``keys``: API keys by principal."""

    process: subprocess.Popen[str]
    api: str
    web_ui: str
    keys: dict[str, str]
    breached: str
    closed: str

    @classmethod
    def start(cls, folder: Path) -> Self:
        api, web_ui, temporal = free_port(), free_port(), free_port()
        own = {
            "LIYUAN_API_PORT": str(api),
            "LIYUAN_TEMPORAL_UI_PORT": str(web_ui),
            "LIYUAN_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
        }
        command = [sys.executable, "-m", "infra.demo", "--pace", "0", "--folder", str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.PIPE, text=True)
        said = ""
        for line in process.stdout or ():
            said += line
            sys.stdout.write(line)
            if LAST_LINE in line:
                break
        numbers = re.findall(r"/workflows/(REP-[0-9-]+)", said)
        if not numbers:
            raise SystemExit("the demonstration did not come to its end: see above")
        kept = folder.joinpath("liyuan-demo", KEYS_FILE).read_text().splitlines()
        return cls(
            process=process,
            api=f"http://127.0.0.1:{api}",
            web_ui=f"http://127.0.0.1:{web_ui}",
            keys=dict(line.split("\t") for line in kept),
            breached=numbers[0],
            closed=numbers[-1],
        )

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()


async def take(demo: Demonstration) -> None:
    async with browsing(width=1400, height=860) as page:
        supervisor = Supervisor(page, demo.web_ui)
        await _web_ui(supervisor, page, demo)
        await _staff_pages(page, demo)
        await _form(demo)


async def _web_ui(supervisor: Supervisor, page: Page, demo: Demonstration) -> None:
    labels = ", ".join(f'{{"label": "{name}"}}' for name in COLUMNS)
    await page.add_init_script(f"localStorage.setItem('{COLUMNS_KEY}', '{{\"default\": [{labels}]}}')")
    await supervisor.lists("WorkflowType='住户报修'", expecting=demo.breached)
    await _photograph(page, "list")
    await supervisor.opens(demo.closed)  # the Web UI draws an open one to our now, which wound clocks are ahead of
    await supervisor.sees("REP-44 主管确认联单")
    await page.get_by_role("heading", name="Timeline").evaluate("heading => heading.scrollIntoView()")
    await _photograph(page, "timeline")
    await supervisor.opens(demo.breached)
    await supervisor.reads_details()
    await _photograph(page, "details")
    await supervisor.opens(demo.breached)
    form = await supervisor.fills("【主管】催办", URGING)
    await form.get_by_test_id("update-select-button").click()
    await _photograph(page, "update")


async def _staff_pages(page: Page, demo: Demonstration) -> None:
    await page.set_viewport_size({"width": 1200, "height": 760})
    await page.goto(f"{demo.api}/login")
    await page.locator("input[name=key]").fill(demo.keys["en-1"])
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("heading", name="未结单据").wait_for()
    await _photograph(page, "inbox")
    await page.set_viewport_size({"width": 1000, "height": 1010})
    await page.goto(f"{demo.api}/board")
    await page.get_by_role("link", name="谁超时").first.wait_for()
    await _photograph(page, "board")


async def _form(demo: Demonstration) -> None:
    """The first page of the printed 《维修单》, drawn from the PDF by poppler."""
    async with httpx2.AsyncClient(base_url=demo.api, timeout=60) as http:
        key = {"Authorization": f"Bearer {demo.keys['call-center']}"}
        answer = await http.post(
            f"/v1/cases/{demo.closed}/forms/repair-order", headers=key | {"Idempotency-Key": "screenshot-of-the-form"}
        )
        answer.raise_for_status()
    drawn = await asyncio.create_subprocess_exec(
        "pdftoppm", "-png", "-r", "80", "-f", "1", "-singlefile", "-", str(HERE / "form"), stdin=asyncio.subprocess.PIPE
    )
    await drawn.communicate(answer.content)
    _weigh(HERE / "form.png")


async def _photograph(page: Page, name: str) -> None:
    path = HERE / f"{name}.png"
    await page.screenshot(path=path, animations="disabled")
    _weigh(path)


def _weigh(path: Path) -> None:
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{path.name} has {size} bytes: make the window smaller")
    sys.stdout.write(f"{path.name}: {size // 1024} KB\n")


def main() -> None:
    argparse.ArgumentParser(prog="desk.py screenshots", description=__doc__).parse_args()
    if not shutil.which("pdftoppm"):
        raise SystemExit("pdftoppm is missing: apt-get install poppler-utils (as root)")
    with tempfile.TemporaryDirectory(prefix="liyuan-screenshots-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's service user passes through
        demo = Demonstration.start(Path(folder))
        try:
            asyncio.run(take(demo))
        finally:
            demo.stop()


if __name__ == "__main__":
    main()
