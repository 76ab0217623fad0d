"""/plans and /reports/costs: what runs by the calendar, and what repairs cost month by month."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api.door import Caller, PageRoute, caller
from api.pages.markup import Child, Markup, Row, page, row, table, tag
from api.pages.names import estates_of
from api.pages.views import header, moment
from api.rights import Verb, needs
from api.routes.costs import estates_open_to, get_costs
from api.routes.plans import plans_of
from api.wire.answers import CostReportAnswer, PlanAnswer
from domain.people import EstateCode

router = APIRouter(route_class=PageRoute, include_in_schema=False)

COSTS = "/reports/costs"
PLANS = "/plans"


@router.get(PLANS)
@needs(Verb.READ_PLANS)
async def plans(asking: Annotated[Caller, Depends(caller)]) -> Response:
    """The plan and the register of each of the caller's estates."""
    found = await plans_of(asking)
    names = await estates_of(asking.house.desk, asking.principal.estates)
    register = [row(names[one.estate], one.code, one.name, one.kind, one.place) for one in found.equipment]
    return HTMLResponse(
        page(
            "例行计划 · 荔园服务台",
            header("例行计划", asking.principal.name),
            table(
                ("小区", "编号", "事项", "条款", "何时", "责任岗位", "限时完成", "地点", "设备"),
                [_plan(plan, names) for plan in found.plans],
            ),
            tag("h2", "设施设备台账"),
            table(("小区", "编号", "名称", "类别", "位置"), register),
            tag("p", "台账与计划由 routines.toml 载入，改动后自动生效。", class_="quiet"),
        )
    )


def _plan(plan: PlanAnswer, names: Mapping[EstateCode, str]) -> Row:
    return row(
        names[plan.estate],
        plan.code,
        plan.title,
        plan.rule,
        plan.when,
        plan.post,
        _length(timedelta(seconds=plan.allowed_seconds)),
        plan.place,
        plan.equipment,
    )


def _length(length: timedelta) -> str:
    """``2天8小时``."""
    hours, rest = divmod(length.seconds, 3600)
    parts = ((length.days, "天"), (hours, "小时"), (rest // 60, "分钟"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


@router.get(COSTS)
@needs(Verb.READ_COSTS)
async def costs(asking: Annotated[Caller, Depends(caller)], month: str = "") -> Response:
    """The latest month that is reckoned, or another; raises Malformed."""
    desk, open_to = asking.house.desk, estates_open_to(asking)
    months = sorted({known for estate in open_to for known in await desk.costs.months(estate)}, reverse=True)
    shown = month or (f"{months[0]:%Y-%m}" if months else "")
    reports = (await get_costs(asking, shown)).reports if shown else []
    names = await estates_of(desk, open_to)
    return HTMLResponse(
        page(
            "维修成本分析 · 荔园服务台",
            header("维修成本分析", asking.principal.name),
            _months(months),
            [_report(report, names[report.estate]) for report in reports],
            tag("p", "还没有核算过的月份：每月1日核算上月。", class_="quiet") if not reports else None,
        )
    )


def _months(months: Sequence[date]) -> Markup:
    links: list[Child] = []
    for month in months:
        links += [tag("a", f"{month:%Y-%m}", href=f"{COSTS}?month={month:%Y-%m}"), "　"]
    return tag("p", links)


def _report(report: CostReportAnswer, name: str) -> Markup:
    flagged = [
        row(tag("a", one.no, href=f"/cases/{one.no}"), one.fault, f"{one.amount}", f"{one.mean}")
        for one in report.flagged
    ]
    heads = ("故障类型", "本月单数", "本月合计（元）", "十二个月单数", "十二个月合计（元）", "单均（元）")
    lines = [
        row(
            line.fault, str(line.month_orders), str(line.month_total), str(line.orders), str(line.total), str(line.mean)
        )
        for line in report.lines
    ]
    return tag(
        "section",
        tag("h2", f"{name} {report.month}"),
        tag("p", f"核算于 {moment(report.made_at)}，只计已结案、有收费的维修单，演练不计。", class_="quiet"),
        table(heads, lines),
        tag("h3", f"异常单：高于同类单均的 {report.factor} 倍"),
        table(("单号", "故障类型", "金额（元）", "同类单均（元）"), flagged) if flagged else tag("p", "无"),
    )
