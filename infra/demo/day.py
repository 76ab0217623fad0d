"""The busy day: five calls at once, and what becomes of each."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import LOCAL
from domain.rulebook.open_values import OV_901, SILENCE
from infra.demo.clocks import Clocks
from infra.demo.office import Office
from infra.demo.repair import DESK, SUPERVISOR, Repair

MINUTE = timedelta(minutes=1)
REPAIRERS = ("rp-1", "rp-2", "rp-3", "rp-4", "rp-5")

Say = Callable[[str, str], Awaitable[None]]
"""Tells it in Chinese and in English, and leaves time to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The repairs of the day by what becomes of them."""

    closed: Repair
    breached: Repair
    refused: Repair
    withdrawn: Repair
    flooded: Repair

    async def play(self, say: Say) -> None:
        """Raises WentWrong where the desk does not do what the rules say."""
        await self._is_called_in(say)
        await self._is_on_the_way(say)
        await self._is_refused(say)
        await self._is_worked_on(say)
        await self._is_brought_back(say)

    async def _is_called_in(self, say: Say) -> None:
        numbers = "、".join(one.no for one in (self.closed, self.breached, self.refused, self.withdrawn, self.flooded))
        await say(f"五个报修同时进来：{numbers}", "Five calls come in at once; each has its own number and clock.")
        await asyncio.gather(
            self.flooded.reaches_the_repairer("水工班", "W15", urgency="紧急"),
            self.closed.reaches_the_repairer("水工班", "W01"),
            self.breached.reaches_the_repairer("电工班", "E02"),
            self.refused.reaches_the_repairer("水工班", "W14"),
            self.withdrawn.hears(DESK, "engineering_notified"),
        )
        await say("工程部领单、定级、派工、接单；10分钟内须到场（REP-26）", "Collected, graded, assigned and taken.")
        await self.withdrawn.hears(DESK, "withdrawn", reason="住户来电取消")
        await self.withdrawn.shows("已结案")
        await say(f"{self.withdrawn.no} 住户撤单，结案", "One resident withdraws; that case is closed.")

    async def _is_on_the_way(self, say: Say) -> None:
        await asyncio.gather(self.closed.after(6 * MINUTE), self.refused.after(7 * MINUTE))
        await asyncio.gather(
            self.closed.hears(self.closed.repairer, "arrived_on_site"),
            self.refused.hears(self.refused.repairer, "arrived_on_site"),
        )
        await self.flooded.until(await self.flooded.due("REP-124") - 2 * MINUTE)
        await self.flooded.rings("REP-124", 0)
        await say(f"{self.flooded.no} 水浸：第7分钟提醒维修人员（REP-124）", "Flooding: a reminder after 7 minutes …")
        await self.flooded.hears(self.flooded.repairer, "arrived_on_site")
        await say("……第8分钟到场，未超时", "… and the repairer is there in time.")
        due = await self.breached.due("REP-26")
        await self.breached.until(due - MINUTE)
        await self.breached.rings("REP-26", 0)
        await say(
            f"{self.breached.no} 尚未到场，提醒维修人员；截止 {_clock(due)}", "Another has not arrived: reminded …"
        )
        await self.breached.until(due + MINUTE)
        await self.breached.rings("REP-26", 1)
        await say(
            f"{self.breached.no} 接单10分钟未到场：超时，告知工程部主管和前台（REP-26）",
            "… the ten minutes pass: a breach, told to the engineering supervisor and the front desk …",
        )
        await self.breached.until(due + SILENCE + 2 * MINUTE)
        await self.breached.rings("REP-26", 2)
        await say(
            "15分钟无人点「已阅」：升级告知公司经理", "… nobody acknowledges: it climbs to the company's manager."
        )
        await self.breached.hears(DESK, "urged", text="住户再次来电")
        await self.breached.hears(self.breached.repairer, "arrived_on_site")

    async def _is_refused(self, say: Say) -> None:
        case = self.refused
        await case.hears(case.repairer, "fault_compared", matches=True)
        await case.hears(case.repairer, "price_shown")
        await case.hears(case.repairer, "consent_refused", reminded=True)
        await case.after(10 * MINUTE)
        await case.hears(SUPERVISOR, "refusal_explained")
        await case.hears(case.repairer, "refusal_signed", reason="住户认为收费过高")
        await case.hears(SUPERVISOR, "refusal_signed", reason="已说明收费标准")
        await case.hears(DESK, "refusal_filed", reference="DEMO-R1")
        await case.shows("已结案")
        await say(
            f"{case.no} 住户看价后不同意：返回说明、双方签字、备案，结案（REP-36 至 REP-39）",
            "Shown the price, a resident refuses: explained, signed by both, filed, closed.",
        )

    async def _is_worked_on(self, say: Say) -> None:
        async def work(case: Repair, item: str, cost: str, fault: str = "水") -> None:
            await case.is_agreed(cost)
            await case.after(40 * MINUTE)
            await case.clear_of_the_return()
            await case.is_finished(item, fault)

        await asyncio.gather(
            work(self.closed, "W01", "85"), work(self.breached, "E02", "45", "电"), work(self.flooded, "W15", "87")
        )
        await say("三单修好：计费、试用、签字、第一联交客户", "Three are done: charges, trial, signature, first copy.")

    async def _is_brought_back(self, say: Say) -> None:
        signed = (self.closed, self.breached, self.flooded)
        await asyncio.gather(*(case.is_reminded_of_the_return() for case in signed))
        await say("16:30 提醒交回联单（REP-43）", "16:30: the repairers are reminded of the copies.")
        await asyncio.gather(self.closed.is_filed(), self.flooded.hears(SUPERVISOR, "copy_returned", copy=2))
        await self.closed.shows("修后观察")
        await say(f"{self.closed.no} 16:40 交回两联、确认、返单，进入修后观察", "One returns both copies at 16:40 …")
        await self.closed.after(OV_901.default)
        await self.closed.shows("已结案")
        await say(f"{self.closed.no} 三日内没有再坏，结案", "… stays repaired for three days, and is closed.")
        await asyncio.gather(*(case.is_late_with_the_return() for case in (self.breached, self.flooded)))
        await say(
            f"17:00 已过：{self.breached.no} 两联未交，{self.flooded.no} 缺第三联，均超时",
            "17:00 has passed: one still owes both copies, one the third; both are breaches and stay open for you.",
        )


async def open_day(office: Office, clocks: Clocks) -> Day:
    """The five calls, given to the API at the same time."""

    async def call(name: str, repairer: str, **repair: object) -> Repair:
        begun = {"estate": "LY", "channel": "电话", "phone": "19900000001", "by": DESK, "form": {"household": "住户"}}
        return Repair(name=name, no=await office.call(begun | repair), repairer=repairer, office=office, clocks=clocks)

    closed, breached, refused, withdrawn, flooded = await asyncio.gather(
        call("closed", "rp-1", room="1-101", content="厨房水龙头漏水", fault="水"),
        call("breached", "rp-2", room="2-203", content="客厅吸顶灯不亮", fault="电"),
        call("refused", "rp-3", room="3-501", content="混水阀损坏", fault="水", channel="微信"),
        call("withdrawn", "rp-4", room="4-404", content="门锁难开", fault="门窗", channel="前台登记"),
        call("flooded", "rp-5", room="5-403", content="卫生间水管漏水，地面积水", fault="水", situation="水浸"),
    )
    return Day(closed=closed, breached=breached, refused=refused, withdrawn=withdrawn, flooded=flooded)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%H:%M}"
