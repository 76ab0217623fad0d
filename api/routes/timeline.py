"""GET /v1/cases/{no}/timeline: why late, every minute of the case accounted for."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from api.course import Course, Stretch, is_late, stretches
from api.door import Caller, DeskRoute, caller
from api.looking import Look, look_at
from api.rights import Verb, needs
from api.wire.answers import PROBLEMS, DutyAtWork, Span, Timeline
from domain.rulebook import PROCEDURES
from infra.postgres.records import FiledDuty

router = APIRouter(route_class=DeskRoute, tags=["查询"])


@router.get("/v1/cases/{no}/timeline", summary="为何费时：逐段经过", responses=PROBLEMS)
@needs(Verb.READ_CASE)
async def get_timeline(no: str, asking: Annotated[Caller, Depends(caller)]) -> Timeline:
    """Spans from the call to the close, or to now: what was waited for, who owed it, which limit ran or had passed."""
    look = await look_at(asking, no)
    duties = await asking.house.desk.reader.duties(look.head.no)
    return await asyncio.to_thread(timeline_of, look, duties, now=datetime.now(UTC))


def timeline_of(look: Look, duties: list[FiledDuty], *, now: datetime) -> Timeline:
    spans = stretches(
        Course(
            head=look.head,
            entries=look.entries,
            duties=duties,
            procedure=PROCEDURES[look.head.procedure],
            until=look.head.closed_at or now,
        )
    )
    start = spans[0].start if spans else look.head.received_at
    end = spans[-1].end if spans else start
    late = sum((span.end - span.start for span in spans if span.late), timedelta())
    return Timeline(
        no=look.head.no,
        start=start,
        end=end,
        total_seconds=(end - start).total_seconds(),
        late_seconds=late.total_seconds(),
        spans=[_span(span) for span in spans],
    )


def _span(stretch: Stretch) -> Span:
    return Span(
        start=stretch.start,
        end=stretch.end,
        seconds=(stretch.end - stretch.start).total_seconds(),
        stage=stretch.stage,
        waiting_for=list(stretch.waiting_for),
        owed_by=list(stretch.owed_by),
        duties=[
            DutyAtWork(rule=duty.rule, label=duty.label, owed_by=duty.owed_by, late=is_late(duty, stretch))
            for duty in stretch.duties
        ],
        late=stretch.late,
        ended_by=list(stretch.ended_by),
    )
