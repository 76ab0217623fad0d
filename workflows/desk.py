"""How a case reaches the world: one function a verb, each with its time-out, its retries and its line in the UI."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.filing import FiledStep, Filing, FoundPerson, Moment, NamedPerson
from activities.opening import HandedOn, MonthOfCosts, Opening, PlannedMoment
from domain.assigning import Crew, Repairer
from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, Role, StaffId
from domain.referrals import Referral
from workflows.messages import OpenCase

LONGEST_SUMMARY = 100
OPENING = timedelta(seconds=20)
OPENED_AGAIN = RetryPolicy(maximum_interval=timedelta(seconds=10))


async def record(step: Step, names: Sequence[str]) -> None:
    """Write the step, as often as it takes: a case whose record cannot be written waits, visibly, and never fails.

    The watcher tells a person of it, since the commands behind it stay unapplied. ``names``: of its entries, for staff.
    """
    await workflow.execute_activity_method(
        Filing.record,
        FiledStep(step=step),
        start_to_close_timeout=timedelta(seconds=20),
        retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=10)),
        summary=_summary(step, names),
    )


async def catch_up(no: CaseNo, moment: datetime) -> None:
    """Wait, a minute at most, for what was acknowledged by that moment and has not come: it may have been in time."""
    try:
        await workflow.execute_activity_method(
            Filing.catch_up,
            Moment(no=no, at=moment),
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=250),
                maximum_interval=timedelta(seconds=8),
                maximum_attempts=11,
            ),
            summary="先核对在途登记，再判超时",
        )
    except ActivityError as fault:
        if is_cancelled_exception(fault):
            raise


async def identify(staff: StaffId, estate: EstateCode) -> Actor:
    """The person a supervisor in the Web UI says he is; ApplicationError if there is none."""
    found = await _look_up(NamedPerson(staff=staff, estate=estate))
    if found.actor is None:
        raise ApplicationError("查无此人：请在 by 中填写本小区在职人员的工号", type="UnknownPerson", non_retryable=True)
    return found.actor


async def repairers(staff: StaffId, estate: EstateCode, trade: str, at: datetime) -> Crew:
    """REP-107: the repairers of the estate as they stand at that moment; ``staff``: of whom it is asked."""
    found = await _look_up(NamedPerson(staff=staff, estate=estate, at=at, trade=trade))
    return _as_told_before(found, at) if found.crew is None else found.crew


def _as_told_before(found: FoundPerson, at: datetime) -> Crew:
    """Of the one person, where a history has the answer of before shifts and trades were asked about."""
    actor = found.actor
    if actor is None or not actor.holds(Role.REPAIRER):
        return ()
    return (Repairer(id=actor.id, name=actor.name, on_duty_until=at, on_leave=found.on_leave, trained=True, in_hand=0),)


async def _look_up(named: NamedPerson) -> FoundPerson:
    return await workflow.execute_activity_method(
        Filing.identify,
        named,
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=timedelta(seconds=30),
        summary="核对人员",
    )


async def hand_on(referral: Referral, by: OpenCase) -> CaseNo:
    """The case that another asks for, as often as it takes; it is opened once."""
    return await workflow.execute_activity_method(
        Opening.hand_on,
        HandedOn(no=by.no, estate=by.estate, drill=by.drill, referral=referral),
        start_to_close_timeout=OPENING,
        retry_policy=OPENED_AGAIN,
        summary=f"缺陷 {referral.number} 转单",
    )


async def open_planned(estate: EstateCode, plan: str, moment: datetime, *, drill: bool) -> CaseNo | None:
    """The case of a plan at its moment, as often as it takes; it is opened once. None: there is no such plan."""
    opened = await workflow.execute_activity_method(
        Opening.open_planned,
        PlannedMoment(estate=estate, plan=plan, moment=moment, at=workflow.now(), drill=drill),
        start_to_close_timeout=OPENING,
        retry_policy=OPENED_AGAIN,
        summary=f"例行立单 {plan}",
    )
    return opened.no


async def reckon_costs(estate: EstateCode, month: date) -> CaseNo:
    """The costs of a month, written once; the case by which they are told of once."""
    return await workflow.execute_activity_method(
        Opening.reckon_costs,
        MonthOfCosts(estate=estate, month=month, at=workflow.now()),
        start_to_close_timeout=timedelta(minutes=2),
        retry_policy=OPENED_AGAIN,
        summary=f"核算 {month:%Y-%m} 维修成本",
    )


def _summary(step: Step, names: Sequence[str]) -> str:
    """What is written and who is told, in one line of the timeline."""
    done = "、".join(dict.fromkeys(names))
    told = "、".join(dict.fromkeys(f"{notice.level}{notice.post}" for notice in step.notices))
    return (done + (f"；{told}" if told else ""))[:LONGEST_SUMMARY]
