"""Opening a case on the desk's own behalf: by the calendar, or out of another case."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from domain.people import CaseNo, EstateCode
from domain.ports import CaseOpener, CostBook
from domain.referrals import Referral


class HandedOn(BaseModel):
    """What a case asks to be opened, with the case that asks."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    no: CaseNo
    estate: EstateCode
    drill: bool
    referral: Referral


class PlannedMoment(BaseModel):
    """A plan of an estate at its moment. ``at``: when the desk came to it."""

    model_config = ConfigDict(frozen=True)
    estate: EstateCode
    plan: str
    moment: datetime
    at: datetime
    drill: bool = False


class MonthOfCosts(BaseModel):
    """The month by its first day."""

    model_config = ConfigDict(frozen=True)
    estate: EstateCode
    month: date
    at: datetime


class Opened(BaseModel):
    """The case; None: the estate has no such plan any more."""

    model_config = ConfigDict(frozen=True)
    no: CaseNo | None


class Opening:
    """Idempotent: asked again, the answer is the case that was opened first."""

    def __init__(self, opener: CaseOpener, costs: CostBook) -> None:
        self._opener = opener
        self._costs = costs

    @activity.defn(name="转单")
    async def hand_on(self, handed: HandedOn) -> CaseNo:
        return await self._opener.hand_on(handed.referral, handed.no, handed.estate, drill=handed.drill)

    @activity.defn(name="例行立单")
    async def open_planned(self, planned: PlannedMoment) -> Opened:
        no = await self._opener.open_planned(
            planned.estate, planned.plan, planned.moment, planned.at, drill=planned.drill
        )
        return Opened(no=no)

    @activity.defn(name="核算维修成本")
    async def reckon_costs(self, month: MonthOfCosts) -> CaseNo:
        flagged = await self._costs.reckon(month.estate, month.month)
        return await self._opener.tell_costs(month.estate, month.month, flagged, month.at)
