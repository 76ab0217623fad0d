"""REP-105, REP-108, REP-109, REP-124 to REP-130: how soon somebody is there and done, by the kind of work."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.docket import Docket
from domain.events import NoticeAcknowledged
from domain.events.on_site import (
    CompletionAgreed,
    ExpectedDoneChanged,
    WorkClassified,
    WorkKind,
)
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assigned,
    ConsentRefused,
    FeedbackGiven,
    FormFilled,
    RequestReceived,
)
from domain.events.review import ReviewAnswered, ReviewConsent, SentToReview
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, CustomerContacted, EngineeringNotified, Reassigned, WorkStarted
from domain.ladder import Breach, Climb, Warn, WarnOnTheEve
from domain.limits import (
    Limit,
    OnceFree,
    Promised,
    UnlessAgreed,
    Within,
    WithinOrAsAppointed,
    WithinOrFromAppointment,
    WorkingDays,
)
from domain.people import Role
from domain.rulebook import sending
from domain.rulebook.open_values import (
    NEAR_BY,
    OV_105,
    OV_111,
    OV_137,
    OV_138,
    SILENCE,
)
from domain.rulebook.repair import agreeing, hindrances, outside, quoting, reading
from domain.rulebook.repair import obligations as listed
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.repair.rights import LIMITED
from domain.rulebook.rows import Gate, Position, Question, Right, Tell, whenever
from domain.rulebook.work import DESK, ENGINEERING, FOLLOWS, MORNING, ON_THE_JOB, lies_ahead

SOON_ENOUGH = listed.AT_ONCE
"""REP-125: what REP-124 sends a repairer to is appointed no later than he has to be there."""

MOST_AGREED = 7
"""REP-128: working days from the report within which other work is generally agreed to be done."""

RIGHTS = (
    Right(rule="REP-126", events=(WorkClassified,), posts=(*ENGINEERING, *DESK)),
    Right(rule="REP-128", events=(CompletionAgreed,), posts=(*DESK, *ON_THE_JOB, Role.CENTRE_MANAGER), own_only=True),
    Right(rule="REP-27", events=(AppointmentMoved,), posts=(*DESK, *ON_THE_JOB, Role.CENTRE_MANAGER), own_only=True),
)
"""The manager agrees to a time himself that goes beyond a limit (REP-125, REP-128)."""


def begins_clock(entry: Entry) -> bool:
    """The call, the feedback that reopens it (REP-47), or the consent that sends somebody after a review (REP-31)."""
    agreed = isinstance(entry.event, ReviewConsent) and entry.event.agreed
    return agreed or outside.comes_back(entry) or reading.begins_round(entry)


def calls_for_assignment(entry: Entry) -> bool:
    agreed = isinstance(entry.event, ReviewConsent) and entry.event.agreed
    return agreed or outside.comes_back(entry) or reading.calls_for_assignment(entry)


def is_simple(file: CaseFile) -> bool:
    classified = file.last(WorkClassified)
    return classified is not None and classified.work_kind is WorkKind.SIMPLE


def is_other(file: CaseFile) -> bool:
    """REP-127, REP-128: neither what is done at once nor simple."""
    return not reading.is_immediate_situation(file) and not is_simple(file)


def agreed_completion(file: CaseFile) -> datetime | None:
    """REP-127: of this round, unless it has waited for somebody else since."""
    for entry in reversed(tuple(file)):
        if reading.unsolved(entry) or isinstance(entry.event, WAITS):
            return None
        if isinstance(entry.event, CompletionAgreed):
            return entry.event.finish_by
    return None


def managers_completion(file: CaseFile) -> datetime | None:
    """REP-128, REP-129: by when the management-centre manager himself agreed that it is done, in this round."""
    for entry in reversed(reading.this_round(file)):
        if isinstance(entry.event, CompletionAgreed) and entry.by.holds(Role.CENTRE_MANAGER):
            return entry.event.finish_by
    return None


def managers_appointment(file: CaseFile) -> datetime | None:
    """REP-125, REP-129: to which time he himself moved the appointment, in this round."""
    for entry in reversed(reading.this_round(file)):
        if isinstance(entry.event, AppointmentMoved) and entry.by.holds(Role.CENTRE_MANAGER):
            return entry.event.wanted if isinstance(entry.event.wanted, datetime) else None
    return None


def _replaces_or_hands_on(entry: Entry) -> bool:
    return isinstance(entry.event, HandedToOthers) or reading.replaces_expected_arrival(entry)


def _still_ahead(moment: datetime | None, since: datetime | None) -> datetime | None:
    """What was promised, unless nobody could go, or be late, until it was past or near."""
    return None if moment is not None and since is not None and moment - since < NEAR_BY else moment


def appointment_to_keep(file: CaseFile) -> datetime | None:
    """REP-27: the time agreed, where somebody could be sent well before it; else he comes as soon as he is sent."""
    return _still_ahead(reading.appointment(file), hindrances.could_come_since(file))


def _kept_since(file: CaseFile) -> datetime | None:
    """When the appointment was made, or somebody could be sent for it, whichever came later."""
    return max(filter(None, (reading.appointed_at(file), hindrances.could_come_since(file))), default=None)


def _kept(limit: Limit) -> Limit:
    """As early as before, of what is to be kept."""
    return replace(limit, moment=appointment_to_keep, agreed=_kept_since) if isinstance(limit, Promised) else limit


def _appointment_is_to_be_kept(file: CaseFile) -> bool:
    return hindrances.may_come(file) and appointment_to_keep(file) is not None


def arrival_to_keep(file: CaseFile) -> datetime | None:
    """REP-103: likewise of the arrival that the resident was told."""
    return _still_ahead(reading.expected_arrival(file), hindrances.could_come_since(file))


def completion_to_keep(file: CaseFile) -> datetime | None:
    """REP-127: likewise of the completion agreed, where a price was not accepted before it."""
    return _still_ahead(agreed_completion(file), quoting.answered_at(file))


CLOCK = (RequestReceived, FeedbackGiven, ReviewConsent, OthersReported)
WAITS = (ConsentRefused, SentToReview, HandedToOthers)
"""The resident thinks about a price, or others have it in hand."""


def appointment_worked_to(file: CaseFile) -> datetime | None:
    """REP-16, REP-17: the time agreed; once somebody has been there another arrival puts the completion off no more."""
    begun = next((entry.number for entry in reversed(tuple(file)) if begins_clock(entry)), 0)
    there = next((entry for entry in file.after(begun) if isinstance(entry.event, ArrivedOnSite)), None)
    if there is None:
        return reading.appointment(file)
    return reading.appointment(CaseFile(entry for entry in file if entry.number <= there.number))


def _awaits_no_answer(file: CaseFile) -> bool:
    return not quoting.awaits_answer(file)


def _regular_and_answered(file: CaseFile) -> bool:
    return reading.is_regular(file) and _awaits_no_answer(file)


def _low_and_answered(file: CaseFile) -> bool:
    return reading.is_low(file) and _awaits_no_answer(file)


def _simple_and_answered(file: CaseFile) -> bool:
    return is_simple(file) and _awaits_no_answer(file)


def _other_and_answered(file: CaseFile) -> bool:
    return is_other(file) and _awaits_no_answer(file)


def with_further_work(limit: Limit) -> Limit:
    """REP-118: fee and time were fixed anew for what was added, and all of it is signed for together."""
    return UnlessAgreed(limit, agreeing.further_work_by)


def _completion(limit: Limit, agreed: Callable[[CaseFile], datetime | None]) -> Limit:
    """REP-17: of what is appointed for later, the completion agreed, else as long from there; unless ``agreed`` to.

    FEE-13: not before the price is accepted.
    """
    if isinstance(limit, WithinOrFromAppointment):
        limit = WithinOrAsAppointed(limit.length, appointment_worked_to, agreed_completion)
    return with_further_work(UnlessAgreed(OnceFree(limit, quoting.answered_at), agreed))


URGENT_COMPLETION, REGULAR_COMPLETION, LOW_COMPLETION = (
    replace(
        row,
        counts_from=CLOCK,
        starts_if=begins_clock,
        lapses_on=WAITS,
        limit=_completion(row.limit, agreed),
        only_if=only_if,
    )
    for row, agreed, only_if in (
        (listed.URGENT_COMPLETION, managers_completion, reading.is_urgent),
        (listed.REGULAR_COMPLETION, agreed_completion, _regular_and_answered),
        (listed.LOW_COMPLETION, agreed_completion, _low_and_answered),
    )
)
"""REP-31: while the resident thinks about a price nobody is late; two times yes begin a fresh clock (WAR-01 alike).

REP-127: what is agreed with him holds, unless it is urgent: then it is the manager's to agree.
"""

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
    counts_from=(FormFilled, AppointmentMoved),
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

AT_ONCE_DONE = Obligation(
    rule="REP-125",
    label="水浸停电停水堵塞处理完毕",
    owed_by=Role.REPAIRER,
    counts_from=(ArrivedOnSite,),
    met_by=WORK_ACCEPTED,
    lapses_on=(ConsentRefused, HandedToOthers),
    goes_on=True,
    limit=with_further_work(Within(OV_137)),
    only_if=reading.is_immediate_situation,
    urgent=True,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

SIMPLE_DONE = Obligation(
    rule="REP-126",
    label="简易维修半天内完成",
    owed_by=Role.REPAIRER,
    counts_from=CLOCK,
    starts_if=begins_clock,
    met_by=WORK_ACCEPTED,
    lapses_on=WAITS,
    limit=_completion(WithinOrFromAppointment(OV_111, appointment_worked_to), managers_completion),
    only_if=_simple_and_answered,
    minded_anew=True,
    extendable_by=Role.CENTRE_MANAGER,
    ladder=(
        Warn(tell=(Role.REPAIRER,), share=0.75, press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)
"""REP-126: of what the resident appoints for later the half day is that day's, as REP-17's hours are."""

DONE_AS_AGREED = Obligation(
    rule="REP-127",
    label="按约定时间完成",
    owed_by=Role.REPAIRER,
    counts_from=(CompletionAgreed,),
    met_by=WORK_ACCEPTED,
    lapses_on=(*WAITS, FeedbackGiven),
    lapses_if=reading.ends_what_was_sent,
    limit=with_further_work(Promised(completion_to_keep)),
    only_if=_awaits_no_answer,
    extendable_by=Role.CENTRE_MANAGER,
    minded_anew=True,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

OTHER_DONE = Obligation(
    rule="REP-128",
    label=f"其他维修{MOST_AGREED}个工作日内完成",
    owed_by=Role.REPAIRER,
    counts_from=CLOCK,
    starts_if=begins_clock,
    met_by=WORK_ACCEPTED,
    lapses_on=WAITS,
    limit=_completion(WorkingDays(MOST_AGREED), managers_completion),
    only_if=_other_and_answered,
    extendable_by=Role.CENTRE_MANAGER,
    minded_anew=True,
    ladder=(
        WarnOnTheEve(tell=(Role.REPAIRER,), clock=MORNING, press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

COMPLETIONS = (*listed.COMPLETIONS, AT_ONCE_DONE, SIMPLE_DONE, DONE_AS_AGREED, OTHER_DONE)
"""REP-06, REP-10: of all that say by when the work is done, the strictest governs."""


def completion_limit(docket: Docket) -> datetime | None:
    """The 完成时限 as things stand."""
    duties = [docket.find(row.key) for row in COMPLETIONS]
    return min((duty.due.at for duty in duties if duty and duty.owed), default=None)


def complete_by(file: CaseFile) -> datetime | None:
    """REP-06: what who was sent last was told, or what was agreed with the resident before it."""
    return min(filter(None, (reading.complete_by(file), agreed_completion(file))), default=None)


def expected_beyond_limit(entry: Entry, docket: Docket) -> bool:
    """REP-10: against what is owed now, for a completion may be agreed after somebody was sent."""
    limit, event = completion_limit(docket), entry.event
    said = event.expected_done if isinstance(event, WorkStarted | ExpectedDoneChanged) else None
    return said is not None and limit is not None and said > limit


def tells_from(tells: tuple[Tell, ...]) -> tuple[Tell, ...]:
    """Those of an edition before, but that the expected end is held against every limit."""
    return tuple(
        replace(tell, when=whenever, as_owed=expected_beyond_limit)
        if tell.when is reading.expected_beyond_limit
        else tell
        for tell in tells
    )


REPLACED = (
    ENGINEERING_TOLD_AT_ONCE,
    SET_OUT,
    AT_ONCE_ON_SITE,
    ON_SITE_BY_APPOINTMENT,
    EXPECTED_ARRIVAL,
    URGENT_COMPLETION,
    REGULAR_COMPLETION,
    LOW_COMPLETION,
    URGENT_RESPONSE,
    REGULAR_RESPONSE,
    LOW_RESPONSE,
    ASSIGNED,
)
"""Rows of the first edition that a review stops and starts, or that a danger which is back begins anew."""

ADDED = (
    DISPATCHED,
    CONTACTED,
    AT_THE_APPOINTMENT,
    AT_ONCE_DONE,
    SIMPLE_DONE,
    DONE_AS_AGREED,
    OTHER_DONE,
)


def obligations_from(rows: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    """Those of an edition before, the replaced ones in their places, and what is added behind them."""
    replaced = {row.key: row for row in REPLACED}
    return (*(replaced.get(row.key, row) for row in rows), *ADDED)


def _limited_or_with_the_customer(position: Position) -> bool:
    return LIMITED.stands_open(position) or quoting.awaits_answer(position.file)


def gates_from(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """Those of an edition before; what lacks a limit only until a quote is answered is told so (FEE-13)."""
    limited = replace(LIMITED, stands_open=_limited_or_with_the_customer)
    return tuple(limited if gate is LIMITED else gate for gate in gates)


def _soon_enough(asked: Question) -> bool:
    """REP-125: appointed beyond what REP-124 allows only by the manager himself."""
    if not reading.is_immediate_situation(asked.file) or asked.by.holds(Role.CENTRE_MANAGER):
        return True
    wanted = getattr(asked.event, "wanted", None)
    begun = next((entry.at for entry in reversed(tuple(asked.file)) if reading.begins_round(entry)), asked.at)
    return not isinstance(wanted, datetime) or wanted <= max(begun + SOON_ENOUGH, asked.at)


def _not_beyond_the_limit(asked: Question) -> bool:
    """REP-125, REP-128: of the concierge plan's limits only its manager lets anybody exceed one."""
    event = asked.event
    if not isinstance(event, CompletionAgreed) or asked.by.holds(Role.CENTRE_MANAGER):
        return True
    begun = next((entry.at for entry in reversed(tuple(asked.file)) if begins_clock(entry)), asked.at)
    if reading.is_immediate_situation(asked.file):
        return event.finish_by <= begun + SOON_ENOUGH + asked.terms.duration(OV_137)
    return event.finish_by <= asked.terms.calendar.add_working_days(begun, MOST_AGREED).due


def _not_put_off(asked: Question) -> bool:
    """REP-129: what was agreed with the resident and is still owed is moved on only by the manager."""
    event = asked.event
    if not isinstance(event, CompletionAgreed) or asked.by.holds(Role.CENTRE_MANAGER):
        return True
    return all(event.finish_by <= duty.due_at for duty in asked.owed if duty.row.key == DONE_AS_AGREED.key)


def _finish_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, CompletionAgreed) or lies_ahead(asked.event.finish_by, asked.at)


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
    Gate(
        rule="REP-127",
        on=(CompletionAgreed,),
        holds=_finish_ahead,
        field="event.finish_by",
        remedy="约定完成时间须在此刻之后、一年之内",
        english="The completion agreed lies ahead, within a year.",
    ),
    Gate(
        rule="REP-129",
        on=(CompletionAgreed,),
        holds=_not_put_off,
        field="event.finish_by",
        remedy="已与住户约定更早的完成时间，推迟须由管理中心经理登记",
        english="An earlier completion is agreed already; only the management-centre manager puts it off.",
    ),
    Gate(
        rule="REP-128",
        on=(CompletionAgreed,),
        holds=_not_beyond_the_limit,
        field="event.finish_by",
        remedy=f"约定完成时间超出规定（一般不超过{MOST_AGREED}个工作日），须由管理中心经理登记",
        english=f"That is beyond what may be agreed ({MOST_AGREED} working days); only the management-centre manager "
        "records it.",
    ),
    Gate(
        rule="REP-126",
        on=(WorkClassified,),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不能再改维修分类",
        english="The work is signed for and is classified no more, unless feedback reopens it.",
    ),
    Gate(
        rule="REP-127",
        on=(CompletionAgreed,),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不必再约定完成时间",
        english="The work is signed for; no completion is agreed any more.",
    ),
)


def _danger_is_back(entry: Entry, file: CaseFile) -> bool:
    return reading.unsolved(entry) and reading.is_danger(file)


TELLS = (
    Tell(
        rule=reading.AT_ONCE,
        on=(FeedbackGiven,),
        to=(Role.ENGINEERING,),
        text="紧急报修未解决，请立即准备出发",
        when=_danger_is_back,
        urgent=True,
    ),
    Tell(
        rule="REP-127",
        on=(CompletionAgreed,),
        to=(Role.REPAIRER,),
        text="已与住户约定完成时间，请按时完成",
        when=sending.somebody_is_sent,
    ),
)
