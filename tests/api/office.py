"""What the API's tests talk through: a client, everybody's keys, and the database behind."""

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx2

from api.house import House
from infra.sealing import Place, Sealer
from infra.settings import Settings

CALL_CENTRE = "call-center"
CALL = {
    "estate": "LY",
    "room": "1-101",
    "channel": "电话",
    "content": "厨房水龙头漏水",
    "phone": "19900000001",
    "fault": "水",
    "form": {"household": "住户001", "wanted": "尽快"},
}


REPORT = {
    "estate": "LY",
    "building": "1",
    "place": "1栋大堂",
    "channel": "巡查",
    "facility": "供电照明",
    "fault": "设施异常",
    "content": "顶灯不亮",
    "reporter": "巡查员甲",
}

FREE_ROOMS = (
    f"{building}-{floor}0{door}"
    for building, doors in (("6", range(1, 5)), ("5", range(1, 3)), ("4", range(1, 4)), ("3", range(1, 4)))
    for floor in range(1, 6)
    for door in doors
)
"""Those that no test calls from by their number; each is given away once."""

OPENINGS = frozenset({"/v1/repairs", "/v1/public-repairs"})


def fresh_key() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    http: httpx2.AsyncClient
    keys: dict[str, str]
    pool: asyncpg.Pool
    settings: Settings
    house: House

    async def until_ready(self) -> None:
        async with asyncio.timeout(20):
            while True:
                try:
                    if (await self.http.get("/readyz")).status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def until_beating(self, process: str) -> None:
        async with asyncio.timeout(60):
            query = "select exists (select from heartbeats where process = $1)"
            while not await self.pool.fetchval(query, process):  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.1)

    async def until_closed(self, no: str) -> None:
        async with asyncio.timeout(20):
            while await self.pool.fetchval("select open from case_views where case_no = $1", no):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def holder(self, post: str) -> str:
        """Somebody who holds the post."""
        query = "select staff from staff_posts where post = $1 and estate = 'LY' order by staff limit 1"
        return str(await self.pool.fetchval(query, post))

    def headers(self, who: str, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": key or fresh_key()}

    async def get(self, path: str, who: str = CALL_CENTRE, **parameters: Any) -> httpx2.Response:
        return await self.http.get(path, headers=self.headers(who), params=parameters or None)

    async def post(self, path: str, body: Any, who: str = CALL_CENTRE, key: str | None = None) -> httpx2.Response:
        """As somebody who has looked at what is open in the place of a call, and says that this is another matter."""
        headers = self.headers(who, key)
        answer = await self.http.post(path, headers=headers, json=body)
        while path in OPENINGS and answer.status_code == 409 and answer.json()["code"] == "already_open":
            seen = [*body.get("beside", ()), *answer.json()["allowed"]]
            body = {**body, "beside": seen}
            answer = await self.http.post(path, headers=headers, json=body)
        return answer

    async def asks(self, path: str, body: Any, who: str = CALL_CENTRE, key: str | None = None) -> httpx2.Response:
        """As it is, once."""
        return await self.http.post(path, headers=self.headers(who, key), json=body)

    async def call(self, who: str = CALL_CENTRE, **changes: Any) -> str:
        """A repair that is open, and its number."""
        answer = await self.post("/v1/repairs", CALL | changes, who)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["no"])

    async def reports(self, who: str = CALL_CENTRE, **changes: Any) -> str:
        """A public-facility repair that is open, and its number."""
        answer = await self.post("/v1/public-repairs", REPORT | changes, who)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["no"])

    async def does(self, no: str, event: dict[str, Any], who: str = CALL_CENTRE, **more: Any) -> httpx2.Response:
        return await self.post(f"/v1/cases/{no}/events", {"event": event, **more}, who)

    async def did(self, no: str, event: dict[str, Any], who: str = CALL_CENTRE, **more: Any) -> dict[str, Any]:
        answer = await self.does(no, event, who, **more)
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        return taken

    async def prints(
        self, no: str, who: str = CALL_CENTRE, *, copy: int = 1, key: str | None = None, form: str = "repair-order"
    ) -> httpx2.Response:
        return await self.post(f"/v1/cases/{no}/forms/{form}?copy={copy}", None, who, key)

    def forgive(self) -> None:
        """As if nobody had failed to log in lately."""
        self.house.rates.forget()

    async def post_raw_event(self, no: str, kind: str, field: str, text: str) -> httpx2.Response:
        """An event of which only one field is filled in."""
        raw = json.dumps({"event": {"type": kind, field: text}})
        headers = self.headers(CALL_CENTRE) | {"Content-Type": "application/json"}
        return await self.http.post(f"/v1/cases/{no}/events", headers=headers, content=raw.encode())

    async def words_of(self, no: str) -> str:
        """The caller's words as they are kept."""
        sealer = Sealer(self.settings.master_ring())
        async with self.pool.acquire() as connection:
            sealed = await connection.fetchval("select words from calls where case_no = $1", no)
            place = Place(table="calls", row=no, column="words")
            return (await sealer.open(connection, f"case:{no}", place, sealed)).decode()
