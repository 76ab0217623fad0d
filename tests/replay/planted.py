"""The repair procedure with one more step at its beginning: what a replay has to notice."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.rulebook import REPAIR
    from workflows.doors import carries
    from workflows.messages import OpenCase
    from workflows.repair import RepairWorkflow


@carries(REPAIR)
class PlantedWorkflow(RepairWorkflow):
    """Waits a second before it begins."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> str:
        await workflow.sleep(timedelta(seconds=1))
        return await self.carry(opening)
