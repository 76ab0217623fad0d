"""/board: how many cases stand where at this moment, and the supervisors' questions as links into the Web UI."""

from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api.door import Caller, PageRoute, caller
from api.pages import search
from api.pages.markup import Child, Markup, Row, page, row, table, tag
from api.pages.names import estates_of
from api.pages.planned import COSTS, PLANS
from api.pages.views import header
from api.rights import Verb, listed, may, needs
from domain.people import EstateCode
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Procedure
from infra.postgres.records import StageCount
from infra.settings import Settings
from infra.web_ui import link, saved_queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)

REFRESH_SECONDS = 60


@router.get("/board")
@needs(Verb.LIST_CASES)
async def board(asking: Annotated[Caller, Depends(caller)]) -> Response:
    """An estate after the other, only the caller's own."""
    estates = sorted(asking.principal.estates)
    counts = await asking.house.desk.reader.open_by_stage(estates, listed(asking.principal.actors))
    names = await estates_of(asking.house.desk, estates)
    sections = [_section(estate, names[estate], counts, asking.house.settings) for estate in estates]
    return HTMLResponse(
        page(
            "看板 · 荔园服务台",
            header("主管看板", asking.principal.name),
            _further(asking),
            *sections,
            refresh_seconds=REFRESH_SECONDS,
        )
    )


def _further(asking: Caller) -> Markup:
    """Where else supervisors look; to the costs only whoever may read them."""
    reads_costs = any(may(actor, Verb.READ_COSTS) for actor in asking.principal.actors)
    costs = tag("a", "维修成本分析", href=COSTS) if reads_costs else None
    return tag("p", tag("a", "例行计划", href=PLANS), "　", costs)


def _section(estate: EstateCode, name: str, counts: Sequence[StageCount], settings: Settings) -> Markup:
    own = [one for one in counts if one.estate == estate]
    address = {"web_ui_url": settings.web_ui_url, "namespace": settings.temporal_namespace}
    groups: dict[str, list[Markup]] = {}
    for one in saved_queries(estate, sorted({count.building for count in own})):
        groups.setdefault(one.group, []).append(tag("a", one.name, href=link(one.query, **address)))
    return tag(
        "section",
        tag("h2", name, " ", tag("small", estate, class_="quiet")),
        _totals(estate, own),
        [list(_stages(estate, procedure, own)) for procedure in PROCEDURES.values()],
        table(("类别", "在 Temporal 中查看"), [row(group, _spaced(links)) for group, links in groups.items()]),
    )


def _totals(estate: EstateCode, own: Sequence[StageCount]) -> Markup:
    late = sum(one.late for one in own)
    return tag(
        "p",
        tag("a", f"未结 {sum(one.cases for one in own)} 单", href=_list(estate)),
        "，",
        tag("a", f"超时 {late} 单", href=_list(estate, overdue="true"), class_="late" if late else None),
    )


def _stages(estate: EstateCode, procedure: Procedure, own: Sequence[StageCount]) -> Iterator[Child]:
    """Where cases stand, in the order of the procedure; the stages without any are named below, folded away."""
    there = [one for one in own if one.procedure == procedure.prefix and one.stage]
    held = [stage for stage in procedure.stage_names if any(one.stage == stage for one in there)]
    empty = [stage for stage in procedure.open_stages if stage not in held]
    cases = sum(one.cases for one in there)
    yield tag("h3", f"{procedure.name}：{f'未结 {cases} 单' if cases else '没有未结单'}")
    heads = ("到哪一步", "未结", "其中超时")
    rows = [_counted(estate, procedure, stage, [one for one in there if one.stage == stage]) for stage in held]
    yield table(heads, rows, class_="counts") if rows else None
    links = [tag("a", stage, href=_list(estate, procedure=procedure.prefix, stage=stage)) for stage in empty]
    yield tag("details", tag("summary", f"没有单的状态（{len(empty)}）"), tag("p", _spaced(links)), class_="none")


def _counted(estate: EstateCode, procedure: Procedure, stage: str, there: Sequence[StageCount]) -> Row:
    late = sum(one.late for one in there)
    narrowed = {"procedure": procedure.prefix, "stage": stage}
    return row(
        tag("a", stage, href=_list(estate, **narrowed)),
        str(sum(one.cases for one in there)),
        tag("a", str(late), href=_list(estate, **narrowed, overdue="true"), class_="late") if late else "",
    )


def _list(estate: EstateCode, **narrowed: str) -> str:
    return f"{search.PATH}?{urlencode({'estate': estate, **narrowed, 'open': 'true'})}"


def _spaced(links: list[Markup]) -> list[Child]:
    return [part for one in links for part in (one, "　 ")]
