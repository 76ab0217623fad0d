"""What a Temporal Schedule starts: short workflows that open a case by the calendar and are done."""

from datetime import date, datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from domain.people import EstateCode
from domain.routines import month_before
from workflows import desk
from workflows.messages import Message

SCHEDULED_FOR = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""The moment of the calendar, which Temporal gives to what a Schedule starts; it may be started much later."""

GONE = "计划已不在"
PLAN, COSTS = "例行计划", "月度成本分析"
NAMES = frozenset({PLAN, COSTS})
"""Of these workflows, which are no cases."""


class PlanFired(Message):
    """It is time for a plan of an estate. ``moment``: by default that of the Schedule."""

    estate: EstateCode
    plan: str
    moment: datetime | None = None
    drill: bool = False


class MonthFired(Message):
    """It is time to reckon the costs of the month before. ``month``: another, by its first day."""

    estate: EstateCode
    month: date | None = None


@workflow.defn(name=PLAN)
class PlanWorkflow:
    """PUB-104, PUB-105, PUB-107: one firing is one case, whatever happens on the way."""

    @workflow.run
    async def run(self, fired: PlanFired) -> str:
        moment = fired.moment or scheduled_for()
        no = await desk.open_planned(fired.estate, fired.plan, moment, drill=fired.drill)
        return no or GONE


@workflow.defn(name=COSTS)
class CostsWorkflow:
    """FEE-01: the costs of a month are reckoned once and told of once."""

    @workflow.run
    async def run(self, fired: MonthFired) -> str:
        month = fired.month or month_before(scheduled_for())
        return await desk.reckon_costs(fired.estate, month)


def scheduled_for() -> datetime:
    """The moment of the Schedule; of a workflow that was started by hand, its own beginning."""
    info = workflow.info()
    return info.typed_search_attributes.get(SCHEDULED_FOR) or info.start_time


BY_CALENDAR: tuple[type, ...] = (PlanWorkflow, CostsWorkflow)
