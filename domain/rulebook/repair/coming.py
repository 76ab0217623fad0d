"""REP-15, REP-27, REP-103 to REP-105, REP-108, REP-109, REP-124, REP-130: how soon somebody is sent, and there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import NoticeAcknowledged
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assigned,
    FeedbackGiven,
    FormFilled,
    RequestReceived,
)
from domain.events.review import ReviewAnswered, ReviewConsent, SentToReview
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, CustomerContacted, EngineeringNotified, Reassigned
from domain.ladder import Breach, Warn
from domain.limits import Limit, OnceFree, Promised, UnlessAgreed, Within
from domain.people import Role
from domain.rulebook.open_values import OV_105, OV_138
from domain.rulebook.repair import hindrances, outside, reading
from domain.rulebook.repair import obligations as listed
from domain.rulebook.repair.rights import STILL_TO_COME
from domain.rulebook.rows import Gate, Position, Question, Right, Tell
from domain.rulebook.work import DESK, FOLLOWS, ON_THE_JOB

RIGHTS = (
    Right(rule="REP-27", events=(AppointmentMoved,), posts=(*DESK, *ON_THE_JOB, Role.CENTRE_MANAGER), own_only=True),
)
"""The manager agrees to a time himself that goes beyond a limit (REP-125)."""


def calls_for_assignment(entry: Entry) -> bool:
    agreed = isinstance(entry.event, ReviewConsent) and entry.event.agreed
    return agreed or outside.comes_back(entry) or reading.calls_for_assignment(entry)


def managers_appointment(file: CaseFile) -> datetime | None:
    """REP-125, REP-129: to which time he himself moved the appointment, in this round."""
    for entry in reversed(reading.this_round(file)):
        if isinstance(entry.event, AppointmentMoved) and entry.by.holds(Role.CENTRE_MANAGER):
            return entry.event.wanted if isinstance(entry.event.wanted, datetime) else None
    return None


def _replaces_or_hands_on(entry: Entry) -> bool:
    return isinstance(entry.event, HandedToOthers) or reading.replaces_expected_arrival(entry)


def appointment_to_keep(file: CaseFile) -> datetime | None:
    """REP-27: the time agreed, where somebody could be sent well before it; else he comes as soon as he is sent."""
    since = hindrances.could_come_since(file)
    return hindrances.still_ahead(reading.appointment(file), reading.appointed_at(file), since)


def _kept_since(file: CaseFile) -> datetime | None:
    """When the appointment was made, or somebody could be sent for it, whichever came later."""
    return max(filter(None, (reading.appointed_at(file), hindrances.could_come_since(file))), default=None)


def _kept(limit: Limit) -> Limit:
    """As early as before, of what is to be kept."""
    return replace(limit, moment=appointment_to_keep, agreed=_kept_since) if isinstance(limit, Promised) else limit


def _appoints(entry: Entry) -> bool:
    """Or others give it back, and what had been appointed stands (WAR-01)."""
    return not isinstance(entry.event, OthersReported) or outside.comes_back(entry)


def _appointment_is_to_be_kept(file: CaseFile) -> bool:
    return hindrances.may_come(file) and appointment_to_keep(file) is not None


def arrival_to_keep(file: CaseFile) -> datetime | None:
    """REP-103: likewise of the arrival that the resident was told."""
    since = hindrances.could_come_since(file)
    return hindrances.still_ahead(reading.expected_arrival(file), reading.arrival_told_at(file), since)


URGENT_RESPONSE, REGULAR_RESPONSE, LOW_RESPONSE = (
    replace(row, met_by=(*listed.RESPONDED, ReviewAnswered, HandedToOthers))
    for row in (listed.URGENT_RESPONSE, listed.REGULAR_RESPONSE, listed.LOW_RESPONSE)
)

ASSIGNED = replace(
    listed.ASSIGNED,
    counts_from=(*listed.ASSIGNED.counts_from, ReviewConsent, OthersReported),
    starts_if=calls_for_assignment,
    lapses_on=(SentToReview, HandedToOthers),
    limit=OnceFree(listed.ASSIGNED.limit, hindrances.could_be_sent_since),
    only_if=hindrances.may_be_sent,
)
"""FEE-13, REP-04: nobody is late with sending somebody whom no price lets go yet, or no survey."""


def engineering_knows(entry: Entry) -> bool:
    """REP-104: told, or the notice read; or somebody is sent already, as where it is reopened."""
    return isinstance(entry.event, Assigned) or reading.engineering_told(entry)


ENGINEERING_TOLD_AT_ONCE = replace(
    listed.ENGINEERING_TOLD_AT_ONCE,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=(EngineeringNotified, NoticeAcknowledged, Assigned),
    met_if=engineering_knows,
    only_if=reading.is_danger,
)

SET_OUT = replace(
    listed.SET_OUT,
    only_if=reading.is_danger,
    counts_from=(EngineeringNotified, NoticeAcknowledged, Assigned),
    starts_if=engineering_knows,
    first_start=True,
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
)
"""REP-105: from whatever meets REP-104, whichever comes first; a clerk who says it later gives nobody more time."""

AT_ONCE_ON_SITE = replace(
    listed.AT_ONCE_ON_SITE,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    limit=UnlessAgreed(listed.AT_ONCE_ON_SITE.limit, managers_appointment),
    minded_anew=True,
)
"""REP-125: unless the manager himself agreed to another time; a danger that is back is one again (REP-47)."""

ON_SITE_BY_APPOINTMENT = replace(
    listed.ON_SITE_BY_APPOINTMENT,
    counts_from=(*listed.ON_SITE_BY_APPOINTMENT.counts_from, OthersReported),
    starts_if=_appoints,
    lapses_on=(HandedToOthers,),
    limit=_kept(listed.ON_SITE_BY_APPOINTMENT.limit),
    only_if=_appointment_is_to_be_kept,
)

EXPECTED_ARRIVAL = replace(
    listed.EXPECTED_ARRIVAL,
    lapses_on=(*listed.EXPECTED_ARRIVAL.lapses_on, HandedToOthers),
    lapses_if=_replaces_or_hands_on,
    limit=Promised(arrival_to_keep),
    only_if=hindrances.may_come,
)
"""REP-103, REP-27: nobody is late for a home to which the desk itself lets nobody go yet (FEE-13, REP-04, REP-30)."""

DISPATCHED = Obligation(
    rule="REP-130",
    label="及时派人",
    owed_by=Role.FRONT_DESK,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=(Assigned,),
    lapses_on=(SentToReview, HandedToOthers),
    limit=OnceFree(Within(OV_138), hindrances.ours_to_do_since),
    only_if=hindrances.is_ours_to_do,
    yields_to=(listed.ASSIGNED.key,),
    ladder=(
        Warn(tell=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR)),
        Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR)),
    ),
)


def _by_who_was_sent(entry: Entry) -> bool:
    return isinstance(entry.event, ArrivedOnSite) or entry.by.holds(*ON_THE_JOB)


CONTACTED = Obligation(
    rule="REP-108",
    label="接派单后联系住户",
    owed_by=Role.REPAIRER,
    counts_from=(Assigned, Reassigned),
    met_by=(CustomerContacted, ArrivedOnSite),
    met_if=_by_who_was_sent,
    lapses_on=(FeedbackGiven, OrderDeclined, HandedToOthers),
    lapses_if=reading.ends_what_was_sent,
    limit=Within(OV_105),
    ladder=(Warn(tell=(Role.REPAIRER,), share=0.5), Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS))),
)

AT_THE_APPOINTMENT = Obligation(
    rule="REP-109",
    label="按约定时间到场",
    owed_by=Role.REPAIRER,
    counts_from=(FormFilled, AppointmentMoved, OthersReported),
    starts_if=_appoints,
    met_by=(ArrivedOnSite,),
    lapses_on=(HandedToOthers,),
    limit=Promised(appointment_to_keep),
    only_if=_appointment_is_to_be_kept,
    yields_to=(listed.ON_SITE_BY_APPOINTMENT.key,),
    ladder=(
        Warn(tell=(Role.REPAIRER,), before=timedelta(minutes=15)),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)


def _soon_enough(asked: Question) -> bool:
    """REP-125: appointed later than REP-124 has somebody there only by the manager himself."""
    if not reading.is_immediate_situation(asked.file) or asked.by.holds(Role.CENTRE_MANAGER):
        return True
    wanted = getattr(asked.event, "wanted", None)
    begun = next((entry.at for entry in reversed(tuple(asked.file)) if reading.begins_round(entry)), asked.at)
    return not isinstance(wanted, datetime) or wanted <= max(begun + listed.AT_ONCE, asked.at)


def gates_from(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """Those of an edition before; who was there before others had it is there no more (WAR-01)."""
    still_to_come = replace(STILL_TO_COME, stands_open=_nobody_is_there)
    return tuple(still_to_come if gate is STILL_TO_COME else gate for gate in gates)


def _nobody_is_there(position: Position) -> bool:
    return not reading.is_there(position.file)


def _danger_is_back(entry: Entry, file: CaseFile) -> bool:
    return reading.unsolved(entry) and reading.is_danger(file)


REPLACED = (
    ENGINEERING_TOLD_AT_ONCE,
    SET_OUT,
    AT_ONCE_ON_SITE,
    ON_SITE_BY_APPOINTMENT,
    EXPECTED_ARRIVAL,
    URGENT_RESPONSE,
    REGULAR_RESPONSE,
    LOW_RESPONSE,
    ASSIGNED,
)
"""Rows of the first edition that a review stops and starts, or that a danger which is back begins anew."""

ADDED = (DISPATCHED, CONTACTED, AT_THE_APPOINTMENT)

GATES = (
    Gate(
        rule="REP-27",
        on=(AppointmentMoved, ArrivalTold, AnsweredWithPlan),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不再约定到场时间或答复安排；反馈未解决的，重新打开后再登记",
        english="The work is signed for and nobody comes for it any more, unless feedback reopens it.",
    ),
    Gate(
        rule="REP-125",
        on=(FormFilled, AppointmentMoved),
        holds=_soon_enough,
        field="event.wanted",
        remedy="水浸、停电、停水、堵塞须立即处理，请填「尽快」；另约时间须由管理中心经理登记「改约」",
        english="Such a fault is dealt with at once: say 尽快; only the management-centre manager puts it off.",
    ),
)

TELLS = (
    Tell(
        rule=reading.AT_ONCE,
        on=(FeedbackGiven,),
        to=(Role.ENGINEERING,),
        text="紧急报修未解决，请立即准备出发",
        when=_danger_is_back,
        urgent=True,
    ),
)
