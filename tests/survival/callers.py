"""People who use the desk over HTTP as a careful client does: with a key of their own, again and again."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2

from domain.events.on_site import SiteItem
from domain.people import EstateCode
from infra.fire import fire
from tests.survival.house import House
from workflows.calendar import PlanFired

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
A_CALL: tuple[str, Mapping[str, Any]] = ("/v1/repairs", CALL)
A_REPORT: tuple[str, Mapping[str, Any]] = ("/v1/public-repairs", REPORT)
"""What opens a case of each procedure: where it is posted, and what."""

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()

TO_THE_SITE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fd-1", {"type": "engineering_notified"}),
    ("en-1", {"type": "assessed", "urgency": "常规"}),
    ("en-1", {"type": "form_collected"}),
    ("en-1", {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}),
    ("rp-1", {"type": "order_taken"}),
    ("rp-1", {"type": "arrived_on_site"}),
    ("rp-1", {"type": "fault_compared", "matches": True}),
    ("rp-1", {"type": "price_shown"}),
)
CONSENTED: tuple[tuple[str, dict[str, Any]], ...] = (
    *TO_THE_SITE,
    ("rp-1", {"type": "cost_agreed", "amount": "85", "agreed_by": "住户001", "means": "当面"}),
    ("rp-1", {"type": "site_checked", "items": [item.value for item in SiteItem]}),
    ("rp-1", {"type": "work_started", "expected_done": TOMORROW}),
    ("rp-1", {"type": "work_finished", "fault": "水", "charges": [{"item": "W01"}]}),
    ("rp-1", {"type": "trial_done", "passed": True}),
    ("rp-1", {"type": "acceptance_stated", "satisfied": True}),
    ("rp-1", {"type": "resident_signed", "signer": "住户001", "signature": "sig-1"}),
    ("en-1", {"type": "work_order_filed", "reference": "G-1"}),
    ("rp-1", {"type": "customer_copy_given"}),
    ("en-1", {"type": "copy_returned", "copy": 2}),
    ("en-1", {"type": "copy_returned", "copy": 3}),
    ("en-1", {"type": "copies_confirmed"}),
    ("en-1", {"type": "copies_handed_on"}),
    ("fd-1", {"type": "return_registered", "reference": "A-1"}),
    ("fd-1", {"type": "feedback_given", "solved": True}),
)
REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    *TO_THE_SITE,
    ("rp-1", {"type": "consent_refused", "reminded": True}),
    ("en-1", {"type": "refusal_explained"}),
    ("rp-1", {"type": "refusal_signed", "reason": "价格"}),
    ("en-1", {"type": "refusal_signed", "reason": "价格"}),
    ("fd-1", {"type": "refusal_filed", "reference": "B-1"}),
)
REPAIRED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fd-1", {"type": "engineering_notified"}),
    ("fd-1", {"type": "sheet_signed_for", "collector": "rp-2"}),
    ("en-1", {"type": "repairer_arranged", "repairer": "rp-1"}),
    ("rp-1", {"type": "arrived_on_site"}),
    ("rp-1", {"type": "work_started", "expected_done": TOMORROW}),
    ("rp-1", {"type": "facility_repaired", "notes": "更换灯管", "parts": "灯管一支", "site_cleared": True}),
)


CHECKED: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "rp-1",
        {
            "type": "routine_checked",
            "findings": "发现一处缺陷",
            "defects": [{"place": "1栋大堂", "content": "顶灯不亮", "facility": "供电照明"}],
        },
    ),
)


@dataclass(kw_only=True)
class Operation:
    """One request and what its sender was told in the end. ``answers``: every status on the way; 0, none at all."""

    key: str
    path: str
    status: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return self.status in (200, 201, 202)


@dataclass(kw_only=True)
class Callers:
    """Sends, repeats with the same key while nobody answers or the desk says 'later', and keeps book."""

    house: House
    http: httpx2.AsyncClient
    who: str = CALL_CENTRE
    patience: float = 60
    done: list[Operation] = field(default_factory=list)

    async def send(self, path: str, body: Mapping[str, Any], *, until_settled: bool = False) -> Operation:
        operation = Operation(key=f"k-{secrets.token_hex(12)}", path=path)
        self.done.append(operation)
        headers = {"Authorization": f"Bearer {self.house.keys[self.who]}", "Idempotency-Key": operation.key}
        ends = time.monotonic() + self.patience
        while True:
            try:
                answer = await self.http.post(path, headers=headers, json=body)
            except httpx2.TransportError:
                operation.answers.append(0)
            else:
                operation.status, operation.body = answer.status_code, answer.json()
                if operation.body.get("code") == "already_open":  # looked at, and another matter
                    body = {**body, "beside": [*body.get("beside", ()), *operation.body["allowed"]]}
                    continue
                operation.answers.append(answer.status_code)
                if answer.status_code not in ((202, 429, 503) if until_settled else (429, 503)):
                    return operation
            assert time.monotonic() < ends, f"no answer to {path} within {self.patience} s: {operation.answers[-5:]}"
            await asyncio.sleep(0.1)

    async def open(self, opening: tuple[str, Mapping[str, Any]] = A_CALL, /, **changes: Any) -> str:
        """A new case, surely open: its number."""
        path, body = opening
        opened = await self.send(path, {**body, **changes}, until_settled=True)
        assert opened.status == 201, opened
        return str(opened.body["no"])

    async def falls_due(self, plan: str) -> str:
        """The case that a plan of the sample estate opens now: its number."""
        client = await self.house.client()
        return await fire(client, self.house.settings, PlanFired(estate=EstateCode("LY"), plan=plan))

    async def act(self, no: str, by: str, event: dict[str, Any], *, until_settled: bool = True) -> Operation:
        return await self.send(f"/v1/cases/{no}/events", {"by": by, "event": event}, until_settled=until_settled)

    async def carry(
        self,
        acts: tuple[tuple[str, dict[str, Any]], ...],
        opening: tuple[str, Mapping[str, Any]] | None = A_CALL,
        /,
        **changes: Any,
    ) -> str:
        """A case from the call, or where there is none from the plan, through all these acts: each has to be taken."""
        no = await self.open(opening, **changes) if opening else await self.falls_due("FACILITY-M")
        for by, event in acts:
            done = await self.act(no, by, event)
            assert done.status == 200, (event["type"], done)
        if acts[-1:] == CONSENTED[-1:]:
            await self.until_closed(no)
        return no

    async def until_closed(self, no: str) -> None:
        """The grace period of a repair that is done is over (REP-47)."""
        async with asyncio.timeout(self.patience):
            while await self._state(no) != "closed":  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.1)

    async def _state(self, no: str) -> str:
        """Empty while nobody answers."""
        headers = {"Authorization": f"Bearer {self.house.keys[self.who]}"}
        try:
            answer = await self.http.get(f"/v1/cases/{no}", headers=headers)
        except httpx2.TransportError:
            return ""
        return str(answer.json().get("state", ""))

    async def are_right(self, pool: asyncpg.Pool) -> None:
        """Everybody was told the truth: what was acknowledged is there once, what was refused is not."""
        for operation in self.done:
            row = await pool.fetchrow(
                "select c.state, c.case_no, (select count(*) from entries e where e.command_id = c.id) as entries"
                " from commands c where idempotency_key = $1",
                operation.key,
            )
            if operation.acknowledged:
                assert row is not None, f"lost: {operation}"
                if operation.status in (200, 201):
                    assert (row["state"], row["entries"]) == ("applied", 1), operation
                    assert row["case_no"] == operation.body["no"]
            if operation.status in range(400, 500) and row is not None:
                assert (row["state"], row["entries"]) == ("refused", 0), operation
            assert not {500, 502, 504} & set(operation.answers), operation
