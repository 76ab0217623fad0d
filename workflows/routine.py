"""例行检查: what the calendar asks for, clause by clause."""

from temporalio import workflow

from domain.events import Referred, RoutineDue, Withdrawn
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    CostsReckoned,
    RoutineChecked,
)
from domain.rulebook import ROUTINE
from workflows.case import Case
from workflows.doors import carries
from workflows.messages import OpenCase

FOUND_WELL, FOUND_DEFECTS, CLEANED, TOLD, WITHDRAWN = "检查无缺陷", "缺陷已转单", "已清理", "已报送", "已撤单"


@carries(ROUTINE)
class RoutineWorkflow(Case):
    """PUB-104, PUB-105, PUB-107, FEE-01."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> str:
        return await self.carry(opening)

    async def procedure(self) -> str:
        opened = await self.until(RoutineDue, CleaningAsked, CostsReckoned)

        # FEE-01: the costs of the month are reckoned, and who reads them is told.
        if isinstance(opened, CostsReckoned):
            return TOLD

        # PUB-107: what was found dirty is cleaned up.
        if isinstance(opened, CleaningAsked):
            return await self.unless(Withdrawn, self._cleaning, self._withdrawal)

        # PUB-104, PUB-105, PUB-107: it is checked or maintained, unless a supervisor calls it off.
        checked = await self.unless(Withdrawn, self._check, self._called_off)
        if checked is None:
            return WITHDRAWN

        # PUB-104, PUB-107: each defect becomes a case of its own.
        for _ in checked.defects:
            await self.until(Referred)
        return FOUND_DEFECTS if checked.defects else FOUND_WELL

    async def _check(self) -> RoutineChecked | None:
        return await self.until(RoutineChecked)

    async def _called_off(self) -> RoutineChecked | None:
        return None

    async def _cleaning(self) -> str:
        return await self.again_after(CleaningSentBack, self._clean)

    async def _clean(self) -> str:
        await self.until(CleaningDone)
        await self.until(CleaningPassed)
        return CLEANED

    async def _withdrawal(self) -> str:
        return WITHDRAWN
