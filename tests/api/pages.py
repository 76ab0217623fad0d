"""One person at the pages of the desk, and what is read from a page."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2

from api.door import COOKIE
from api.tokens import new_session
from tests.api.office import Office

FILLED = {
    "estate": "LY", "building": "1", "room": "101", "household": "住户001", "phone": "19900000001",
    "content": "厨房水龙头\r\n漏水", "fault": "水", "situation": "一般", "wanted": "", "address": "", "channel": "电话",
    "call_started_at": "", "fault_since": "", "drill": "",
}  # fmt: skip


OPENED: list["Desk"] = []
"""Browsers of the running test; they are closed with it."""


class Desk:
    """One person's browser."""

    def __init__(self, office: Office, who: str, cookie: str) -> None:
        self._office = office
        self._http = httpx2.AsyncClient(base_url=str(office.http.base_url), timeout=20)
        self._headers = {"origin": str(office.http.base_url).rstrip("/"), "cookie": f"{COOKIE}={cookie}"}
        self.who = who
        OPENED.append(self)

    async def sees(self, path: str, status: int = 200) -> str:
        answer = await self._http.get(path, headers=self._headers)
        assert status == answer.status_code, answer.text
        return answer.text

    async def sees_paper(self, path: str) -> None:
        assert (await self._http.get(path, headers=self._headers)).content.startswith(b"%PDF")

    async def sends(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx2.Response:
        """What is open in the place of a call has been looked at, and this is another matter."""
        answer = await self.sends_once(path, fields)
        if 'name="join"' not in answer.text:
            return answer
        return await self.sends_once(path, {**fields, "seen": seen_in(answer.text), "join": "another"})

    async def sends_once(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx2.Response:
        """A form to be looked at once more stands under an address of its own."""
        answer = await self._http.post(path, data=dict(fields), headers=self._headers)
        if (place := answer.headers.get("location", "")).startswith("?draft="):
            return await self._http.get(f"{path}{place}", headers=self._headers)
        return answer

    async def sends_raw(self, path: str, body: bytes) -> httpx2.Response:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return await self._http.post(path, content=body, headers=self._headers | kind)

    async def sends_from_elsewhere(self, path: str, fields: Mapping[str, str]) -> httpx2.Response:
        return await self._http.post(
            path, data=dict(fields), headers=self._headers | {"origin": "https://evil.example"}
        )

    async def closes(self) -> None:
        await self._http.aclose()


async def at_desk(office: Office, who: str) -> Desk:
    principal = await office.house.desk.principals.by_id(who)
    assert principal is not None
    return Desk(office, who, new_session(principal, office.settings))


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="(page-[0-9a-f]{32})"', page)
    assert found
    return found[1]


def seen_in(page: str) -> str:
    """Numbers of the cases that it shows open."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def words(page: str) -> str:
    """What stands on the page, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def form_of(page: str, kind: str) -> str:
    """The form in which that event is recorded."""
    found = re.search(rf'<form[^>]*>(?:(?!</form>).)*value="{kind}".*?</form>', page, re.DOTALL)
    assert found, kind
    return found[0]


def options(form: str, name: str) -> list[str]:
    drawn = re.search(rf'<select[^>]*name="{name}".*?</select>', form, re.DOTALL)
    assert drawn
    return re.findall(r"<option[^>]*>([^<]*)</option>", drawn[0])


def total_in(form: str) -> str:
    found = re.search(r'name="total" value="([^"]*)"', form)
    assert found
    return found[1]


def offered(page: str) -> set[str]:
    return set(re.findall(r"<summary>([^<]*)</summary>", page))


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


async def cases_of(office: Office) -> int:
    return int(await office.pool.fetchval("select count(*) from cases"))
