"""POST /v1/public-repairs: the report of a faulty public facility becomes a case."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.desk import Desk
from api.door import Caller, caller
from api.opening import CannotWaitRoute, Intake, Located, not_ahead, opened
from api.rights import Verb, needs
from api.wire.answers import PROBLEMS, Accepted, Opened
from api.wire.requests import NewPublicRepair
from domain.errors import ChannelOff, Malformed
from domain.events.public import OUTSIDE, FacilityChannel, FacilityFaultReported, Hazard
from domain.people import EstateCode
from domain.rulebook import PUBLIC_REPAIR

HAZARDS = frozenset(hazard.value for hazard in Hazard if hazard is not Hazard.NONE)
"""PUB-101."""


class ReportRoute(CannotWaitRoute):
    field, emergencies = "hazard", HAZARDS


router = APIRouter(route_class=ReportRoute, tags=["报修"])
PATH = "/v1/public-repairs"


@router.post(
    PATH,
    summary="受理公共设施设备报修，立单",
    status_code=201,
    response_model=Opened,
    responses={202: {"model": Accepted}, **PROBLEMS},
)
@needs(Verb.REPORT_FACILITY)
async def open_public_repair(fault: NewPublicRepair, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """The report of a public facility's fault becomes a case (PUB-01, PUB-101, PUB-106).

    201 with the number; 202 with the number while the case is still being opened; 403 for a channel that is off.
    """
    not_ahead("found_at", fault.found_at)
    report = FacilityFaultReported(
        channel=fault.channel,
        building=fault.building or "",
        place=fault.place,
        facility=fault.facility,
        fault=fault.fault,
        hazard=fault.hazard,
        content=fault.content,
        reporter=fault.reporter,
        phone=fault.phone or "",
        found_at=fault.found_at,
    )

    async def locate(desk: Desk) -> Located:
        if fault.channel is FacilityChannel.DEVICE and not desk.settings.access.device_alarms:
            raise ChannelOff(fault.channel, "LIYUAN_ACCESS__DEVICE_ALARMS", "PUB-108")
        return Located(building=await _building(desk, fault))

    return await opened(asking, fault, fault, Intake(path=PATH, procedure=PUBLIC_REPAIR, report=report, locate=locate))


async def _building(desk: Desk, fault: NewPublicRepair) -> str:
    if fault.building is None:
        return OUTSIDE
    buildings = await desk.reference.buildings(EstateCode(fault.estate))
    if fault.building not in buildings:
        raise Malformed(
            field="building",
            remedy="本小区没有这个楼栋，请从可选值中选择；不在楼栋内的，不填",
            english="The estate has no such building; choose one of the allowed values, or leave it out.",
            allowed=sorted(buildings),
        )
    return buildings[fault.building]
