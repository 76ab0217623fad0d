"""GET /v1/plans: the register of equipment, and what is done regularly (PUB-104, PUB-105, PUB-107)."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.door import Caller, DeskRoute, caller
from api.rights import Verb, needs
from api.wire.answers import PROBLEMS, EquipmentAnswer, PlanAnswer, Plans
from domain.people import EstateCode

router = APIRouter(route_class=DeskRoute, tags=["例行"])


@router.get("/v1/plans", summary="设施设备台账与例行计划", responses=PROBLEMS)
@needs(Verb.READ_PLANS)
async def get_plans(asking: Annotated[Caller, Depends(caller)]) -> Plans:
    """The register and the plan of the caller's estates, as they were loaded last."""
    return await plans_of(asking)


async def plans_of(asking: Caller) -> Plans:
    planned, estates = asking.house.desk.planned, sorted(asking.principal.estates)
    register = await planned.equipment(estates)
    return Plans(
        equipment=[
            EquipmentAnswer(
                estate=EstateCode(estate),
                code=one.code,
                name=one.name,
                kind=one.kind,
                place=one.place,
                building=one.building,
            )
            for (estate, _), one in register.items()
        ],
        plans=[
            PlanAnswer(
                estate=plan.estate,
                code=plan.code,
                rule=plan.rule,
                title=plan.title,
                place=plan.place,
                building=plan.building,
                equipment=plan.equipment,
                when=plan.cadence,
                post=plan.post,
                allowed_seconds=plan.allowed.total_seconds(),
            )
            for plan in await planned.plans()
            if plan.estate in estates
        ],
    )
