"""公共报修: the repair of a public facility, clause by clause."""

from temporalio import workflow

from domain.events import Withdrawn
from domain.events.joining import MergeUndone
from domain.events.public import FacilityFaultReported, FacilityRepaired, Hazard, RepairerArranged, SheetSignedFor
from domain.events.repair import FeedbackGiven
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.rulebook import PUBLIC_REPAIR
from domain.rulebook.public.reading import DONE, somebody_wants_to_know
from workflows.case import Case
from workflows.doors import carries
from workflows.joining import unless_it_belongs_elsewhere
from workflows.messages import OpenCase
from workflows.relieving import while_it_may_change_hands

WITHDRAWN = "已撤单"


@carries(PUBLIC_REPAIR)
class PublicRepairWorkflow(Case):
    """PUB-01 to PUB-07 and PUB-101 to PUB-103."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> str:
        return await self.carry(opening)

    async def procedure(self) -> str:
        return await self.unless(Withdrawn, self._report_or_elsewhere, self._withdrawal)

    async def _report_or_elsewhere(self) -> str:
        return await unless_it_belongs_elsewhere(self, self._report_to_end)

    async def _report_to_end(self) -> str:
        report = await self.until(FacilityFaultReported)

        # PUB-101, PUB-102: what is dangerous waits for no paper; 工程部 and 护管部 heard of it with the report.
        if report.hazard is not Hazard.NONE:
            await self.together(self._paper(), self._work_until_solved())
        else:
            await self._paper()
            await self._work_until_solved()
        return DONE

    async def _paper(self) -> None:
        # PUB-01: 工程部 is told to collect the order.
        await self.until(EngineeringNotified)

        # PUB-02, PUB-03: 第二联 is handed over and signed for.
        await self.until(SheetSignedFor)

    async def _work_until_solved(self) -> None:
        await self._work()

        # REP-11, REP-47: who reported it, or called about it, says whether it is gone; if not, somebody is sent again.
        while not await self.again_after(MergeUndone, self._is_solved):
            await self._work()

    async def _is_solved(self) -> bool:
        # Nobody is asked where the only one who could be has been taken off the case with what was merged into it.
        if not self.knows(FeedbackGiven) or not somebody_wants_to_know(self.so_far()):
            return True
        return (await self.until(FeedbackGiven)).solved

    async def _work(self) -> None:
        # PUB-04, PUB-05: 工程部主管 sends somebody, who arrives; somebody else may be sent instead.
        await self.until(RepairerArranged)
        await self.again_after(Reassigned, self._sent)

        # REP-18: somebody else may take it over; he arrives, and it goes on where it stood.
        await while_it_may_change_hands(self, self._repair, self._sent)

    async def _repair(self) -> None:
        # REP-10: the residents around are told when it should be done.
        await self.until(WorkStarted)

        # PUB-06, PUB-07, PUB-102, PUB-103: done and noted, the site tidied up.
        await self.until(FacilityRepaired)

    async def _sent(self) -> None:
        # REP-18: who gives the order back before he is there is replaced.
        await self.unless(OrderDeclined, self._on_the_way, self._replaced)

    async def _replaced(self) -> None:
        await self.until(Reassigned)

    async def _on_the_way(self) -> None:
        await self.until(ArrivedOnSite)

    async def _withdrawal(self) -> str:
        return WITHDRAWN
