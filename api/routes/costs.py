"""GET /v1/reports/costs: what repairs cost in a month, by kind of fault (FEE-01)."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.door import Caller, DeskRoute, caller
from api.rights import Verb, may, needs
from api.wire.answers import PROBLEMS, CostFlagAnswer, CostLineAnswer, CostReportAnswer, CostReports
from domain.errors import Malformed
from domain.people import EstateCode
from infra.postgres.costs import CostReport

router = APIRouter(route_class=DeskRoute, tags=["成本"])

PATH = "/v1/reports/costs"
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
CENT = Decimal("0.01")


@router.get(PATH, summary="某月维修成本分析", responses=PROBLEMS)
@needs(Verb.READ_COSTS)
async def get_costs(
    asking: Annotated[Caller, Depends(caller)],
    month: Annotated[str, Query(description="月份，如 2026-11")],
) -> CostReports:
    """What repairs cost in the month, by kind of fault, with the orders far above the mean of their kind (FEE-01).

    A month is reckoned on the first of the next; until then, and in other estates, there is nothing.
    """
    wanted = month_of(month)
    reports = [await asking.house.desk.costs.report(estate, wanted) for estate in estates_open_to(asking)]
    return CostReports(reports=[_answer(report) for report in reports if report is not None])


def month_of(text: str) -> date:
    """Its first day; raises Malformed."""
    match = MONTH.fullmatch(text)
    if match is None:
        raise Malformed(field="month", remedy="请写作 2026-11", english="Write the month as 2026-11.")
    return date(int(match[1]), int(match[2]), 1)


def estates_open_to(asking: Caller) -> list[EstateCode]:
    """Where the caller's posts let him read costs."""
    return sorted(
        estate
        for estate in asking.principal.estates
        if (actor := asking.principal.actor(estate)) is not None and may(actor, Verb.READ_COSTS)
    )


def _answer(report: CostReport) -> CostReportAnswer:
    return CostReportAnswer(
        estate=report.estate,
        month=f"{report.month:%Y-%m}",
        factor=report.factor,
        made_at=report.made_at,
        lines=[
            CostLineAnswer(
                fault=line.fault,
                month_orders=line.month_orders,
                month_total=line.month_total,
                orders=line.orders,
                total=line.total,
                mean=in_cents(line.mean),
            )
            for line in report.lines
        ],
        flagged=[
            CostFlagAnswer(no=flag.case_no, fault=flag.fault, amount=flag.amount, mean=in_cents(flag.mean))
            for flag in report.flags
        ],
    )


def in_cents(amount: Decimal) -> Decimal:
    """For whoever reads it; what is compared is never rounded."""
    return amount.quantize(CENT, ROUND_HALF_UP)
