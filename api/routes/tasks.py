"""GET /v1/tasks and GET /v1/alarms: what waits for a person, and what the watcher finds out of order."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.door import Caller, DeskRoute, caller
from api.rights import Verb, needs
from api.routes.inbox import addressee
from api.wire.answers import PROBLEMS, AlarmAnswer, Alarms, TaskAnswer, Tasks

router = APIRouter(route_class=DeskRoute, tags=["通知"])

MOST = 500


@router.get("/v1/tasks", summary="须由人处理的待办", responses=PROBLEMS)
@needs(Verb.READ_TASKS)
async def get_tasks(asking: Annotated[Caller, Depends(caller)]) -> Tasks:
    """What waits for a person: open tasks of the caller's posts and estates, the oldest 500."""
    return await tasks_of(asking)


async def tasks_of(asking: Caller) -> Tasks:
    rows = await asking.house.desk.reader.open_tasks(addressee(asking.principal), MOST)
    return Tasks(tasks=[TaskAnswer(**row) for row in rows])


@router.get("/v1/alarms", summary="系统告警", responses=PROBLEMS)
@needs(Verb.READ_ALARMS)
async def get_alarms(asking: Annotated[Caller, Depends(caller)]) -> Alarms:
    """Open alarms, the oldest 500; for supervisors. Of another estate's case none is shown."""
    rows = await asking.house.desk.reader.open_alarms(sorted(asking.principal.estates), MOST)
    return Alarms(alarms=[AlarmAnswer(**row) for row in rows])
