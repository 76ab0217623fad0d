"""The Temporal Schedules of the desk: one for each plan and one for the costs of each estate, kept as the data say."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.calendar import LOCAL
from domain.events.public import OUTSIDE
from domain.people import EstateCode
from domain.routines import LONGEST_MONTH, Plan
from infra.settings import Settings
from workflows.calendar import CostsWorkflow, MonthFired, PlanFired, PlanWorkflow
from workflows.visibility import at_opening

log = structlog.stdlib.get_logger(__name__)

PLAN, COSTS = "desk-plan-", "desk-costs-"
ASK = timedelta(seconds=10)
COSTS_AT = time(6, 0)
"""When on the first of a month the month before is reckoned, before anybody comes to work; proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Schedule as it should be. ``building`` is a name; ``said``: what it is, for staff."""

    id: str
    said: str
    estate: EstateCode
    building: str
    calendar: ScheduleCalendarSpec
    fires: PlanFired | MonthFired
    catch_up: timedelta

    @property
    def fingerprint(self) -> str:
        """Changes with anything of it; it stands in the id of what the Schedule starts, where it can be read back."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]

    @property
    def starts(self) -> str:
        return f"{self.id}-{self.fingerprint}"

    def schedule(self, settings: Settings, state: ScheduleState) -> Schedule:
        """Each firing is one short workflow with a key of its own, so they may overlap: one that waits for the
        database must not make the next be left out. After an outage the last one missed is made up for, however late,
        so that whoever is to hear of a check that was missed does; older ones are not piled up on it.
        """
        return Schedule(
            action=ScheduleActionStartWorkflow(
                PlanWorkflow.run if isinstance(self.fires, PlanFired) else CostsWorkflow.run,
                args=[self.fires],
                id=self.starts,
                task_queue=settings.queue_cases,
                typed_search_attributes=at_opening(self.estate, self.building, drill=False),
                static_summary=self.said,
            ),
            spec=ScheduleSpec(calendars=[self.calendar], time_zone_name=str(LOCAL)),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=self.catch_up),
            state=state,
        )


def entries(plans: Sequence[Plan], estates: Sequence[EstateCode]) -> Iterator[Entry]:
    for plan in plans:
        yield Entry(
            id=f"{PLAN}{plan.estate}-{plan.code}",
            said=f"{plan.title} · {plan.cadence} · {plan.post}",
            estate=plan.estate,
            building=OUTSIDE,
            calendar=_calendar(plan.at, plan.day, plan.weekday),
            fires=PlanFired(estate=plan.estate, plan=plan.code),
            catch_up=plan.interval,
        )
    for estate in estates:
        yield Entry(
            id=f"{COSTS}{estate}",
            said=f"月度维修成本分析 · 每月1日 {COSTS_AT:%H:%M}",
            estate=estate,
            building=OUTSIDE,
            calendar=_calendar(COSTS_AT, 1, None),
            fires=MonthFired(estate=estate),
            catch_up=LONGEST_MONTH,
        )


def _calendar(at: time, day: int | None, weekday: int | None) -> ScheduleCalendarSpec:
    """Temporal counts Sunday as 0."""
    spec = ScheduleCalendarSpec(hour=[ScheduleRange(at.hour)], minute=[ScheduleRange(at.minute)])
    if weekday is not None:
        return replace(spec, day_of_week=[ScheduleRange(weekday % 7)])
    return replace(spec, day_of_month=[ScheduleRange(day or 1)])


async def bring_into_step(client: Client, wanted: Sequence[Entry], settings: Settings) -> dict[str, str]:
    """What was done to which Schedule: ``added``, ``changed`` or ``removed``; nothing where all agree.

    Several may do it at once. One that is paused stays paused. Only what is ours is removed. A server that has no
    Schedules is left alone. Raises RPCError.
    """
    done: dict[str, str] = {}
    try:
        for entry in wanted:
            if said := await _put(client, entry, settings):
                done[entry.id] = said
        keep = {entry.id for entry in wanted}
        async for listed in await client.list_schedules(rpc_timeout=ASK):
            if listed.id.startswith((PLAN, COSTS)) and listed.id not in keep and await _drop(client, listed.id):
                done[listed.id] = "removed"
    except RPCError as answer:
        if answer.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        log.info("temporal.lacks", what="schedules")
    for name, said in done.items():
        log.info("timetable.changed", schedule=name, what=said)
    return done


async def _put(client: Client, entry: Entry, settings: Settings) -> str:
    """An update makes Temporal forget what it had missed until then: only what differs is updated."""
    handle = client.get_schedule_handle(entry.id)
    try:
        standing = (await handle.describe(rpc_timeout=ASK)).schedule.action
    except RPCError as answer:
        if answer.status is not RPCStatusCode.NOT_FOUND:
            raise
        return await _add(client, entry, settings)
    if isinstance(standing, ScheduleActionStartWorkflow) and standing.id == entry.starts:
        return ""

    def change(now: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=entry.schedule(settings, now.description.schedule.state))

    await handle.update(change, rpc_timeout=ASK)
    return "changed"


async def _add(client: Client, entry: Entry, settings: Settings) -> str:
    state = ScheduleState(note=entry.said)
    attributes = at_opening(entry.estate, entry.building, drill=False)
    try:
        await client.create_schedule(
            entry.id, entry.schedule(settings, state), search_attributes=attributes, rpc_timeout=ASK
        )
    except ScheduleAlreadyRunningError:
        return ""
    return "added"


async def _drop(client: Client, name: str) -> bool:
    try:
        await client.get_schedule_handle(name).delete(rpc_timeout=ASK)
    except RPCError as answer:
        if answer.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
