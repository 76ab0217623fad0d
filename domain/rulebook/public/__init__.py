"""PUB: the repair of a public facility, from the report to the tidied site, on a 《公共区域现场巡视表》."""

from dataclasses import replace
from datetime import date
from functools import partial

from domain.events import AnyEvent, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.public import FacilityFaultReported, Hazard
from domain.events.sending import HelpersSent
from domain.forms import INSPECTION_SHEET
from domain.rulebook import joining, sending
from domain.rulebook.public import closing
from domain.rulebook.public.copies import copy_places
from domain.rulebook.public.obligations import DANGER_ENDED, OBLIGATIONS, WITH_ITS_START_SET
from domain.rulebook.public.rights import GATES, RIGHTS
from domain.rulebook.public.tells import STAGES, TELLS
from domain.rulebook.rows import Edition, Procedure, vocabulary_of
from domain.rulebook.web_ui import NOTE, URGE, extend
from domain.rulebook.work import REASSIGN, SUPERVISORS, saying_why


def _cannot_wait(event: AnyEvent) -> bool:
    """PUB-101: what disturbs daily life, or endangers persons or property."""
    return isinstance(event, FacilityFaultReported) and event.hazard is not Hazard.NONE


DANGER_ENDED_BY_ANYBODY = replace(DANGER_ENDED, goes_on=True)
"""PUB-102: who takes the work over has no more time for it than was left."""

_is_urgent = partial(joining.opened_urgent, _cannot_wait)

EDITIONS = (
    Edition(since=date(2026, 1, 1), obligations=OBLIGATIONS, rights=RIGHTS, gates=GATES, tells=TELLS),
    Edition(
        since=date(2026, 11, 1),
        obligations=joining.limits(
            (
                *(DANGER_ENDED_BY_ANYBODY if row is DANGER_ENDED else row for row in WITH_ITS_START_SET),
                closing.SHEET_FETCHED,
                sending.REASSIGNED,
            )
        ),
        rights=(*RIGHTS, *sending.RIGHTS, *joining.RIGHTS),
        gates=(*saying_why(GATES), *sending.GATES, *joining.GATES, *joining.told_apart_by(_is_urgent)),
        tells=(*TELLS, *sending.TELLS, *joining.TELLS),
        bounded=True,
    ),
)

PUBLIC_REPAIR = Procedure(
    prefix="PUB",
    name="公共报修",
    vocabulary=vocabulary_of(EDITIONS),
    opens_with=(FacilityFaultReported,),
    any_time=(Noted, Urged, NoticeAcknowledged, ExtensionGranted, Withdrawn, HelpersSent, *joining.ANY_TIME),
    stages=(*STAGES, *joining.STAGES),
    who=sending.who,
    crew=sending.crew,
    needs_to_know=sending.crew,
    cannot_wait=_cannot_wait,
    is_urgent=_is_urgent,
    backdated_by=SUPERVISORS,
    web_ui=(URGE, REASSIGN, extend("PUB-103"), NOTE),
    form=INSPECTION_SHEET,
    copies=copy_places,
    passes_on=joining.passes_on,
    takes_callers=joining.is_repair,
    editions=EDITIONS,
)
