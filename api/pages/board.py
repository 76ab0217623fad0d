"""/board: the supervisors' questions as links into the Temporal Web UI, with the figures of this moment beside them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api.door import Caller, PageRoute, caller
from api.pages.markup import Markup, page, row, table, tag
from api.pages.names import estates_of
from api.pages.views import header
from api.rights import Verb, needs
from infra.postgres.records import CaseHead, Filter
from infra.settings import Settings
from infra.web_ui import link, saved_queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_CASES = 1000
REFRESH_SECONDS = 60


@router.get("/board")
@needs(Verb.LIST_CASES)
async def board(asking: Annotated[Caller, Depends(caller)]) -> Response:
    """An estate after the other, only the caller's own."""
    estates = sorted(asking.principal.estates)
    heads = await asking.house.desk.reader.cases(Filter(estates=estates, open=True, limit=MOST_CASES))
    names = await estates_of(asking.house.desk, estates)
    sections = [_section(estate, names[estate], heads, asking.house.settings) for estate in estates]
    return HTMLResponse(
        page("看板 · 荔园服务台", header("主管看板", asking.principal.name), *sections, refresh_seconds=REFRESH_SECONDS)
    )


def _section(estate: str, name: str, heads: list[CaseHead], settings: Settings) -> Markup:
    own = [head for head in heads if head.estate == estate]
    late = sum(head.overdue for head in own)
    address = {"web_ui_url": settings.web_ui_url, "namespace": settings.temporal_namespace}
    groups: dict[str, list[Markup]] = {}
    for one in saved_queries(estate, sorted({head.building for head in own})):
        groups.setdefault(one.group, []).append(tag("a", one.name, href=link(one.query, **address)))
    return tag(
        "section",
        tag("h2", name, " ", tag("small", estate, class_="quiet")),
        tag("p", f"未结 {len(own)} 单，", tag("span", f"超时 {late} 单", class_="late" if late else None)),
        table(("类别", "在 Temporal 中查看"), [row(group, _spaced(links)) for group, links in groups.items()]),
    )


def _spaced(links: list[Markup]) -> list[str]:
    return [part for one in links for part in (one, "　")]
