"""GET /v1/cases/{no}/told: who was told what, when and under which clause, and who read what is personal."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.door import Caller, DeskRoute, caller
from api.looking import facts_of, look_at
from api.rights import Verb, demand, needs
from api.wire.answers import PROBLEMS, CaseTold, ReadingAnswer, ToldAnswer

router = APIRouter(route_class=DeskRoute, tags=["查询"])


@router.get("/v1/cases/{no}/told", summary="告知记录与查看记录", responses=PROBLEMS)
@needs(Verb.READ_TOLD)
async def get_told(no: str, asking: Annotated[Caller, Depends(caller)]) -> CaseTold:
    """Every notice of the case, in order, with its receipt and who acknowledged it; and every unmasked reading."""
    look = await look_at(asking, no)
    demand(look.actor, Verb.READ_TOLD, facts_of(look))
    reader = asking.house.desk.reader
    told, readings = await reader.told(look.head.no), await reader.readings(look.head.no)
    return CaseTold(
        no=look.head.no,
        told=[ToldAnswer.model_validate(one, from_attributes=True) for one in told],
        readings=[ReadingAnswer.model_validate(one, from_attributes=True) for one in readings],
    )
