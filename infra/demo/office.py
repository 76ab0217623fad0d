"""The call centre's side of the demonstration: a small client of our own HTTP API."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

import httpx2

ATTEMPTS = 40
PAUSE_SECONDS = 0.25
ACCEPTED = 202
BUSY = 503


class WentWrong(Exception):
    """The API refused, or the case did not come to what was to be seen; the day ends here."""


class Office:
    """Raises WentWrong. ``key`` is the call centre's, so that it records for every member of staff."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def call(self, repair: Mapping[str, object]) -> str:
        """The number that the call got."""
        answer = await self._post("/v1/repairs", repair)
        return str(answer["no"])

    async def record(self, no: str, by: str, at: datetime, event: Mapping[str, object]) -> None:
        await self._post(f"/v1/cases/{no}/events", {"by": by, "at": at.isoformat(), "event": event})

    async def case(self, no: str) -> dict[str, Any]:
        return await self._get(f"/v1/cases/{no}")

    async def notices(self) -> list[dict[str, Any]]:
        """Everything that any post was told, newest first."""
        told: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self._get("/v1/inbox", {"limit": "200"} | ({"cursor": cursor} if cursor else {}))
            told += page["notices"]
            cursor = page["next"]
        return told

    async def until(self, no: str, holds: Callable[[Mapping[str, Any]], bool], what: str) -> dict[str, Any]:
        """The case once it holds: what falls due is written a moment after its clock was wound."""
        for _ in range(ATTEMPTS):
            case = await self.case(no)
            if holds(case):
                return case
            await asyncio.sleep(PAUSE_SECONDS)
        raise WentWrong(f"{no} 未出现应有的情况，演示到此为止，单据保留可查\n{no}: {what} did not come")

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = await self._http.get(path, params=query)
        if answer.is_error:
            raise WentWrong(f"GET {path}: {answer.status_code} {answer.text}")
        read: dict[str, Any] = answer.json()
        return read

    async def _post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Asks again with the same key while it is only accepted: the case has not answered yet."""
        key = {"Idempotency-Key": secrets.token_hex(16)}
        for _ in range(ATTEMPTS):
            answer = await self._http.post(path, json=dict(body), headers=key)
            if answer.status_code not in (ACCEPTED, BUSY):
                break
            await asyncio.sleep(PAUSE_SECONDS)
        if answer.is_error or answer.status_code == ACCEPTED:
            raise WentWrong(f"POST {path}: {answer.status_code} {answer.text}")
        read: dict[str, Any] = answer.json()
        return read
