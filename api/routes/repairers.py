"""GET /v1/cases/{no}/repairers: whom the work can be given to, in the order in which the desk proposes them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api.completion import work_of
from api.desk import Desk
from api.door import Caller, DeskRoute, caller
from api.looking import Look, facts_of, look_at
from api.rights import Verb, demand, needs
from api.wire.answers import PROBLEMS, Candidate, Candidates
from domain.assigning import CHOOSABLE, Crew, Standing, Work, proposed, standing

router = APIRouter(route_class=DeskRoute, tags=["查询"])


@router.get("/v1/cases/{no}/repairers", summary="可派人员", responses=PROBLEMS)
@needs(Verb.CHOOSE_REPAIRER)
async def list_repairers(no: str, asking: Annotated[Caller, Depends(caller)]) -> Candidates:
    """Every active repairer of the estate as he stands now, for those who may give him the work.

    Proposed first: who can come, has not declined this order, is trained for it, has least in hand; then by number.
    """
    look = await look_at(asking, no)
    demand(look.actor, Verb.CHOOSE_REPAIRER, facts_of(look))
    work = await work_of(asking.house.desk, look.head)
    crew = await crew_for(asking.house.desk, look, work)
    return Candidates(no=look.head.no, trade=work.trade, cannot_wait=work.cannot_wait, repairers=candidates(crew, work))


async def crew_for(desk: Desk, look: Look, work: Work) -> Crew:
    return await desk.register.repairers(look.head.estate, work.trade, datetime.now(UTC))


def candidates(crew: Crew, work: Work) -> list[Candidate]:
    """In the order in which they are proposed."""
    return [
        Candidate(
            id=one.id,
            name=one.name,
            trained=one.trained,
            on_duty=one.on_duty,
            on_duty_until=one.on_duty_until,
            on_leave=one.on_leave,
            in_hand=one.in_hand,
            declined=one.id in work.declined,
            choosable=found in CHOOSABLE,
            remark="" if found is Standing.FREE else found,
        )
        for one in proposed(crew, work)
        for found in (standing(one, crew, work),)
    ]
