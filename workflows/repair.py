"""住户报修: the repair of a resident's home, clause by clause."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow

from domain.events import PeriodOver, Withdrawn
from domain.events.on_site import AcceptanceStated, CostAgreed
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import (
    Assessed,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    SetOut,
    SignatureExcused,
    TrialDone,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.rulebook import REPAIR
from domain.rulebook.repair import reviewing
from domain.rulebook.repair.observing import GRACE
from domain.rulebook.repair.outside import SETTLED_BY_OTHERS
from domain.rulebook.repair.reading import DONE, REFUSED, unsolved
from domain.rulebook.repair.reviewing import NOT_FEASIBLE
from workflows.case import Case
from workflows.doors import carries
from workflows.joining import unless_it_belongs_elsewhere
from workflows.messages import OpenCase
from workflows.relieving import while_it_may_change_hands

R = TypeVar("R")

WITHDRAWN = "已撤单"


@carries(REPAIR)
class RepairWorkflow(Case):
    """REP-01 to REP-48, by the price list or by review, and REP-108 to REP-131 around it."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> str:
        return await self.carry(opening)

    async def procedure(self) -> str:
        # REP-01: the request may be withdrawn at any time.
        return await self.unless(Withdrawn, self._request_or_elsewhere, self._withdrawal)

    async def _request_or_elsewhere(self) -> str:
        return await unless_it_belongs_elsewhere(self, self._request_to_end)

    async def _request_to_end(self) -> str:
        # REP-02, REP-20: the call itself opens the order.
        await self.until(RequestReceived)

        # REP-21 to REP-25: the form is filled and 工程部 told; it collects the form and grades the fault (REP-03).
        await self.together(self._form_and_notice(), self.until(Assessed))

        while True:
            # REP-05 to REP-07, REP-26, REP-27: somebody is sent, takes the order and arrives;
            # REP-28 to REP-31: what the price list does not name is reviewed and agreed to before.
            if given_up := await self._somebody_sent():
                return given_up
            await self.again_after(Reassigned, self._sent)

            # REP-32, REP-33: compare; WAR-01: or it is found to be others' to do.
            found = await self._by_anybody(self._found)
            if isinstance(found, HandedToOthers):
                if await self._settled_by_others():
                    return SETTLED_BY_OTHERS
                continue
            if isinstance(found, FoundUnlisted) and not await self._by_anybody(self._reviewed):
                return NOT_FEASIBLE

            # REP-34, REP-35: show the price, ask.
            if not await self._by_anybody(self._consent):
                return await self._refusal()

            # FEE-03, REP-40, REP-41: work until it passes, then the signature.
            await self._by_anybody(self._work)

            # REP-42 to REP-48 beside REP-11; unsolved (REP-47), it is assigned anew at once, its papers with it.
            if await self.unless(FeedbackGiven, self._paper_and_feedback, self._reopened, when=unsolved):
                return DONE

    async def _form_and_notice(self) -> None:
        # REP-104: 工程部 may have to be told before the form is full.
        await self.together(self.until(FormFilled), self.until(EngineeringNotified))
        await self.until(FormCollected)

    async def _somebody_sent(self) -> str:
        """Nothing; or the result of an order that is not carried out."""
        while not isinstance(way := await self.until(Assigned, SentToReview, HandedToOthers), Assigned):
            if given_up := await (self._review() if isinstance(way, SentToReview) else self._others()):
                return given_up
        return ""

    async def _review(self) -> str:
        # REP-28, REP-29: feasible or not, and the resident is told.
        if not await self._reviewed():
            return NOT_FEASIBLE

        # REP-30: as long as it takes, reminded now and then; OV-40: but not for ever.
        return await self.unless(PeriodOver, self._answered, self._unanswered, when=reviewing.is_unanswered_for_good)

    async def _others(self) -> str:
        return SETTLED_BY_OTHERS if await self._settled_by_others() else ""

    async def _settled_by_others(self) -> bool:
        # WAR-01: with a date, which may be put off; not settled, it is the company's after all.
        while True:
            answer = await self.until(OthersReported, HandedToOthers)
            if isinstance(answer, OthersReported):
                return answer.settled

    async def _reviewed(self) -> bool:
        review = await self.until(Reviewed)
        await self.until(ReviewAnswered)
        return review.feasible

    async def _answered(self) -> str:
        answer = await self.until(ReviewConsent)
        return "" if answer.agreed else REFUSED

    async def _unanswered(self) -> str:
        return reviewing.NOT_ANSWERED

    async def _sent(self) -> None:
        # REP-18: who gives the order back before he is there is replaced.
        await self.unless(OrderDeclined, self._on_the_way, self._replaced)

    async def _replaced(self) -> None:
        await self.until(Reassigned)

    async def _on_the_way(self) -> None:
        await self.until(OrderTaken)
        # REP-105: setting out is told where it is; arriving says it too.
        if isinstance(await self.until(SetOut, ArrivedOnSite), SetOut):
            await self.until(ArrivedOnSite)

    async def _by_anybody(self, part: Callable[[], Awaitable[R]]) -> R:
        # REP-18: somebody else may take the work over; he takes the order and arrives, and it goes on where it stood.
        return await while_it_may_change_hands(self, part, self._sent)

    async def _found(self) -> FaultCompared | FoundUnlisted | HandedToOthers:
        return await self.until(FaultCompared, FoundUnlisted, HandedToOthers)

    async def _consent(self) -> bool:
        await self.until(PriceShown)
        answer = await self.until(ConsentGiven, CostAgreed, ConsentRefused)
        return not isinstance(answer, ConsentRefused)

    async def _refusal(self) -> str:
        # REP-37: back, and explained.
        await self.until(RefusalExplained)

        # REP-38: both sign under the reason.
        await self.until(RefusalSigned)
        await self.until(RefusalSigned)

        # REP-39: 客服部 files it.
        await self.until(RefusalFiled)
        return REFUSED

    async def _work(self) -> None:
        await self.until(WorkStarted)
        while True:
            # FEE-03: each charge due is written down.
            await self.until(WorkFinished)

            # REP-40: tried out until it is right.
            trial = await self.until(TrialDone)
            if trial.passed and await self._accepted():
                break

    async def _accepted(self) -> bool:
        while True:
            # REP-41, REP-121: the resident signs; absent, 工程部主管 answers for it.
            said = await self.until(ResidentSigned, SignatureExcused, AcceptanceStated)
            if not isinstance(said, AcceptanceStated):
                return True

            # REP-120, REP-123: unsatisfied, even on second thoughts, it is done again.
            if not said.satisfied:
                return False

    async def _paper_and_feedback(self) -> bool:
        # REP-11: is the fault really gone?
        await self.together(self._customer_copy(), self._copies(), self.until(FeedbackGiven))

        # REP-47: what shows soon afterwards reopens the case itself.
        while self.knows(PeriodOver) and (await self.until(PeriodOver)).key != GRACE.key:
            pass
        return True

    async def _reopened(self) -> bool:
        return False

    async def _customer_copy(self) -> None:
        # REP-42: 第一联 is the customer's basis for paying.
        await self.until(CustomerCopyGiven)

    async def _copies(self) -> None:
        # REP-43, REP-44: both copies come back and are confirmed, or go back to the repairer.
        while True:
            await self.until(CopyReturned)
            await self.until(CopyReturned)
            verdict = await self.until(CopiesConfirmed, CopiesSentBack)
            if isinstance(verdict, CopiesConfirmed):
                break

        # REP-48, REP-45, REP-46: handed on, registered, filed; 第三联 waits for 财务部.
        await self.until(CopiesHandedOn)
        await self.until(ReturnRegistered)

    async def _withdrawal(self) -> str:
        return WITHDRAWN
