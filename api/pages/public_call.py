"""/public-repairs/new: a public facility's fault taken down on a page, by the very route of the API."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.door import Caller, caller
from api.pages.controls import Control, Kind, document_of, options_of
from api.pages.inputs import Sending, form
from api.pages.joining import beside, join, joined, open_there, relation, seen_with
from api.pages.markup import page, tag
from api.pages.names import estates_of
from api.pages.openings import (
    Beginning,
    CannotWaitPageRoute,
    blank,
    buildings_of,
    estates_open_to,
    later,
    line,
    named,
    taken_down,
)
from api.pages.posted import Filled, form_in, under_its_key
from api.pages.views import header
from api.rights import Verb, may, needs
from api.routes.public_repairs import HAZARDS, open_public_repair
from api.wire.requests import NewPublicRepair
from domain.events.public import Facility, FacilityChannel, FacilityFault, FacilityFaultReported, Hazard
from domain.people import EstateCode

PATH = "/public-repairs/new"
BEFOREHAND = {"channel": FacilityChannel.TELEPHONE.value, "hazard": Hazard.NONE.value}
ON_ROUNDS = BEFOREHAND | {"channel": FacilityChannel.PATROL.value}
BY_PEOPLE = tuple((one.value, one.value) for one in FacilityChannel if one is not FacilityChannel.DEVICE)
"""A device reports by the API (PUB-108)."""


class ReportPageRoute(CannotWaitPageRoute):
    opens, field, emergencies = PATH, "hazard", HAZARDS


router = APIRouter(route_class=ReportPageRoute, include_in_schema=False)


@router.get(PATH)
@needs(Verb.REPORT_FACILITY)
async def new_report(asking: Annotated[Caller, Depends(caller)], after: str = "", draft: str = "") -> Response:
    takes_calls = any(may(actor, Verb.OPEN_CASE) for actor in asking.principal.actors)
    beforehand = BEFOREHAND if takes_calls else ON_ROUNDS
    return await blank(asking, Verb.REPORT_FACILITY, _page, beforehand, Beginning(after=after, draft=draft))


@router.post(PATH)
@needs(Verb.REPORT_FACILITY)
async def take_report(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """As POST /v1/public-repairs; or onto a case that is open there."""
    given = await form_in(request)

    async def write() -> Response:
        said = document_of(_controls({}, {}), given)
        if no := joined(given):
            return await join(asking, no, said, given)
        report = NewPublicRepair.model_validate(said | beside(given))
        return await open_public_repair(report, under_its_key(asking, given))

    return await taken_down(asking, _page, given, write, FacilityFaultReported)


async def _page(asking: Caller, filled: Filled) -> str:
    desk = asking.house.desk
    estates = await estates_of(desk, estates_open_to(asking, Verb.REPORT_FACILITY))
    controls = _controls(estates, await buildings_of(desk, estates))
    return page(
        "登记公共报修 · 荔园服务台",
        header("登记公共报修", asking.principal.name),
        form(
            (*controls, *relation(filled)),
            filled,
            Sending(action=PATH, button="登记公共报修", above=open_there(filled)),
            **seen_with(filled),
        ),
        tag(
            "p",
            "连按两次也只登记一次。有危急情形的，请先选情形：即通知工程部与护管部，10分钟内须到场。",
            class_="quiet",
        ),
    )


def _controls(estates: Mapping[EstateCode, str], buildings: Mapping[str, str]) -> tuple[Control, ...]:
    return (
        line("estate", "小区", kind=Kind.CHOICE, required=True, options=named(estates)),
        line("hazard", kind=Kind.CHOICE, required=True, options=options_of(Hazard)),
        line("building", kind=Kind.CHOICE, options=named(buildings), hint="不在楼栋内的，不选"),
        line("place", required=True, hint="如 2栋负一层、东门口道路"),
        line("facility", kind=Kind.CHOICE, required=True, options=options_of(Facility)),
        line("fault", kind=Kind.CHOICE, required=True, options=options_of(FacilityFault)),
        line("content", kind=Kind.TEXT, required=True),
        line("channel", kind=Kind.CHOICE, required=True, options=BY_PEOPLE),
        line("reporter", required=True, hint="住户或员工姓名"),
        line("phone", hint="报修人是住户时填写"),
        line("found_at", kind=Kind.MOMENT, hint="不知道的，不填"),
        line("call_started_at", "报告时间", kind=Kind.MOMENT, hint="不填为现在；更早时填写，各时限由此起算"),
        line("drill", "演练", kind=Kind.YES_OR_NO, options=(("true", "是"),)),
        *later(),
    )
