"""One repair as the demonstration carries it: whose turn it is, at the moment its own clock shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import LOCAL
from domain.events.on_site import Means, SiteItem
from domain.rulebook.open_values import OV_15
from domain.rulebook.repair.obligations import RETURN_REMINDER
from infra.demo.clocks import Clocks
from infra.demo.office import Office

DESK, SUPERVISOR = "fd-1", "en-1"
BEFORE_THE_REMINDER = timedelta(minutes=10)
"""What the demonstration takes from the end of the work to the signature, and then some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """``name`` stands for it in what is told; the number is the API's."""

    name: str
    no: str
    repairer: str
    office: Office
    clocks: Clocks

    async def hears(self, by: str, event: str, **fields: object) -> None:
        """Somebody did it, now by the case's clock."""
        at = await self.clocks.now(self.no)
        await self.office.record(self.no, by, at, {"type": event, **fields})

    async def after(self, length: timedelta) -> None:
        await self.clocks.wind(self.no, await self.clocks.now(self.no) + length)

    async def until(self, moment: datetime) -> None:
        await self.clocks.wind(self.no, moment)

    async def clear_of_the_return(self) -> None:
        await self.until(clear_of_the_return(await self.clocks.now(self.no)))

    async def is_reminded_of_the_return(self) -> None:
        """REP-43: ten minutes past the reminder, twenty before the moment due, by this case's own clock and day."""
        await self.until(await self.due("REP-43") - timedelta(minutes=20))
        await self.rings("REP-43", 0)

    async def is_late_with_the_return(self) -> None:
        await self.until(await self.due("REP-43") + timedelta(minutes=1))
        await self.rings("REP-43", 1)

    async def due(self, rule: str) -> datetime:
        """The last moment on time of the latest duty under the rule."""
        case = await self.office.until(self.no, lambda seen: bool(duties(seen, rule)), f"a duty under {rule}")
        return max(datetime.fromisoformat(duty["due_at"]) for duty in duties(case, rule))

    async def rings(self, rule: str, rung: int) -> None:
        """The rung of that rule's ladder stands in the file."""
        await self.office.until(self.no, lambda seen: rung_reached(seen, rule, rung), f"rung {rung} of {rule}")

    async def shows(self, stage: str) -> None:
        await self.office.until(self.no, lambda seen: seen["stage"] == stage, stage)

    async def reaches_the_repairer(self, team: str, item: str, urgency: str = "常规") -> None:
        """REP-24, REP-03, REP-25, REP-05, REP-07: told, graded, collected, assigned, taken."""
        await self.hears(DESK, "engineering_notified")
        await self.hears(SUPERVISOR, "assessed", urgency=urgency)
        await self.hears(SUPERVISOR, "form_collected")
        await self.hears(SUPERVISOR, "assigned", repairer=self.repairer, team=team, item=item)
        await self.hears(self.repairer, "order_taken")

    async def is_agreed(self, cost: str) -> None:
        """REP-32 to REP-35, REP-10: compared, price shown, consent to what it costs, begun."""
        await self.hears(self.repairer, "fault_compared", matches=True)
        await self.hears(self.repairer, "price_shown")
        await self.hears(self.repairer, "cost_agreed", amount=cost, agreed_by="住户", means=Means.IN_PERSON)
        await self.hears(self.repairer, "site_checked", items=list(SiteItem))
        done = await self.clocks.now(self.no) + timedelta(hours=1)
        await self.hears(self.repairer, "work_started", expected_done=done.isoformat())

    async def is_finished(self, item: str, fault: str) -> None:
        """REP-12, FEE-03, REP-40 to REP-42: done with its charges, tried out, signed, 第一联 with the customer."""
        await self.hears(self.repairer, "work_finished", fault=fault, charges=[{"item": item}])
        await self.hears(self.repairer, "trial_done", passed=True)
        await self.hears(self.repairer, "acceptance_stated", satisfied=True)
        await self.hears(self.repairer, "resident_signed", signer="住户", signature="DEMO-1")
        await self.hears(self.repairer, "customer_copy_given")
        await self.hears(DESK, "feedback_given", solved=True)

    async def is_filed(self) -> None:
        """REP-43 to REP-46, REP-48: both copies back, confirmed, handed on, registered."""
        await self.hears(SUPERVISOR, "copy_returned", copy=2)
        await self.hears(SUPERVISOR, "copy_returned", copy=3)
        await self.hears(SUPERVISOR, "copies_confirmed")
        await self.hears(SUPERVISOR, "work_order_filed", reference="DEMO-G1")
        await self.hears(SUPERVISOR, "copies_handed_on")
        await self.hears(DESK, "return_registered", reference="DEMO-A1")


def clear_of_the_return(now: datetime) -> datetime:
    """Now; or when the hour of REP-43 is past, if copies signed for now would be owed with no reminder left."""
    local = now.astimezone(LOCAL)
    reminder, due = (datetime.combine(local.date(), clock, LOCAL) for clock in (RETURN_REMINDER, OV_15.default))
    return due + timedelta(minutes=1) if reminder - BEFORE_THE_REMINDER <= local < due else now


def duties(case: Mapping[str, Any], rule: str) -> list[Mapping[str, Any]]:
    return [duty for duty in case["obligations"] if duty["rule"] == rule]


def rung_reached(case: Mapping[str, Any], rule: str, rung: int) -> bool:
    """Whether the ladder of a duty under the rule has come to that rung, counted from 0."""
    told = (entry["event"] for entry in case["events"] if entry["type"] == "rung_reached" and entry["event"])
    return any(event["key"].startswith(rule) and event["rung"] == rung for event in told)
