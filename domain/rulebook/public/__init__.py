"""PUB: the repair of a public facility, from the report to the tidied site, on a 《公共区域现场巡视表》."""

from datetime import date
from functools import partial

from domain.events import AnyEvent, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.joining import CalledAgain
from domain.events.public import FacilityFaultReported, Hazard
from domain.events.sending import HelpersSent
from domain.forms import INSPECTION_SHEET
from domain.rulebook import joining, sending
from domain.rulebook.public import closing, reading
from domain.rulebook.public.copies import copy_places
from domain.rulebook.public.obligations import OBLIGATIONS, WITH_ITS_START_SET
from domain.rulebook.public.rights import FOUND_ON_ROUNDS, GATES, REPORTING, RIGHTS
from domain.rulebook.public.tells import ASK_FOR_FEEDBACK, DESK_TOLD, NOT_TO_FETCH, STAGES, TELLS
from domain.rulebook.rows import Edition, Procedure, vocabulary_of, without
from domain.rulebook.web_ui import NOTE, URGE, extend
from domain.rulebook.work import REASSIGN, SUPERVISORS, saying_why


def _cannot_wait(event: AnyEvent) -> bool:
    """PUB-101: what disturbs daily life, or endangers persons or property."""
    return isinstance(event, FacilityFaultReported) and event.hazard is not Hazard.NONE


_is_urgent = partial(joining.opened_urgent, _cannot_wait)

EDITIONS = (
    Edition(since=date(2026, 1, 1), obligations=OBLIGATIONS, rights=RIGHTS, gates=GATES, tells=TELLS),
    Edition(
        since=date(2026, 11, 1),
        obligations=joining.limits(
            (
                *(closing.ANEW.get(row.key, row) for row in WITH_ITS_START_SET),
                *closing.OBLIGATIONS,
                sending.REASSIGNED,
            )
        ),
        rights=(
            *without(RIGHTS, FacilityFaultReported),
            REPORTING,
            *closing.RIGHTS,
            *sending.RIGHTS,
            *without(joining.RIGHTS, CalledAgain),
        ),
        gates=(
            FOUND_ON_ROUNDS,
            *saying_why(GATES),
            *closing.GATES,
            *sending.GATES,
            *joining.GATES,
            *joining.told_apart_by(_is_urgent),
        ),
        tells=(
            *(tell for tell in TELLS if tell not in {ASK_FOR_FEEDBACK, NOT_TO_FETCH}),
            DESK_TOLD,
            *closing.TELLS,
            *sending.TELLS,
            *joining.TELLS,
        ),
        bounded=True,
    ),
)

PUBLIC_REPAIR = Procedure(
    prefix="PUB",
    name="公共报修",
    vocabulary=vocabulary_of(EDITIONS),
    opens_with=(FacilityFaultReported,),
    any_time=(Noted, Urged, NoticeAcknowledged, ExtensionGranted, Withdrawn, HelpersSent, *joining.ANY_TIME),
    stages=(closing.STAGE, *STAGES, *joining.STAGES),
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
    takes_callers=closing.takes_callers,
    done=reading.awaits_feedback,
    editions=EDITIONS,
)
