"""/cases/{no}/told: who was told what, when and under which clause, and who read what is personal."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api.door import Caller, PageRoute, caller
from api.pages.markup import Row, page, row, table, tag
from api.pages.names import people
from api.pages.views import header, moment
from api.rights import Verb, needs
from api.routes.told import get_told
from api.wire.answers import ToldAnswer

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases/{no}/told")
@needs(Verb.READ_TOLD)
async def told_page(no: str, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As GET /v1/cases/{no}/told."""
    case = await get_told(no, asking)
    named = {one for told in case.told for one in (told.recipient, told.acknowledged_by)}
    names = await people(asking.house.desk, named | {one.principal for one in case.readings})
    return HTMLResponse(
        page(
            f"{case.no} 告知记录 · 荔园服务台",
            header(f"{case.no} 告知记录", asking.principal.name),
            tag("p", tag("a", "返回本单", href=f"/cases/{case.no}")),
            table(
                ("时间", "级别", "条款", "岗位", "收件人", "内容", "送达", "已阅"),
                [_told(one, names) for one in case.told],
                class_="lines",
            ),
            tag("h2", "完整资料的查看记录"),
            table(
                ("时间", "查看人", "用途"),
                [row(moment(one.at), _named(one.principal, names), one.purpose) for one in case.readings],
                class_="lines",
            )
            if case.readings
            else tag("p", "没有人查看过。", class_="quiet"),
        )
    )


def _told(one: ToldAnswer, names: Mapping[str, str]) -> Row:
    read = f"{moment(one.acknowledged_at)} {_named(one.acknowledged_by, names)}" if one.acknowledged_at else ""
    return row(
        moment(one.raised_at),
        one.level,
        one.rule,
        one.post,
        _named(one.recipient, names) or "（无人值班）",
        one.text,
        f"{moment(one.sent_at)} {one.channel}" if one.sent_at else "",
        read,
    )


def _named(staff: str | None, names: Mapping[str, str]) -> str:
    return f"{names.get(staff, '')} {staff}".strip() if staff else ""
