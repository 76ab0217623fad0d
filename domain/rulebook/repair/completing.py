"""REP-16, REP-17, REP-125 to REP-129: by when it is done, by the kind of work."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.docket import Docket
from domain.events.on_site import CompletionAgreed, ExpectedDoneChanged, WorkClassified, WorkKind
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import ConsentRefused, FeedbackGiven, RequestReceived
from domain.events.review import ReviewConsent, SentToReview
from domain.events.work import ArrivedOnSite, WorkStarted
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
from domain.rulebook.open_values import OV_111, OV_137, SILENCE
from domain.rulebook.repair import agreeing, hindrances, outside, quoting, reading
from domain.rulebook.repair import obligations as listed
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.repair.rights import LIMITED
from domain.rulebook.rows import Gate, Position, Question, Right, Tell, whenever
from domain.rulebook.work import DESK, ENGINEERING, FOLLOWS, MORNING, ON_THE_JOB, lies_ahead

MOST_AGREED = 7
"""REP-128: working days from the report within which other work is generally agreed to be done."""

RIGHTS = (
    Right(rule="REP-126", events=(WorkClassified,), posts=(*ENGINEERING, *DESK)),
    Right(rule="REP-128", events=(CompletionAgreed,), posts=(*DESK, *ON_THE_JOB, Role.CENTRE_MANAGER), own_only=True),
)
"""The manager agrees to a time himself that goes beyond a limit (REP-128)."""


def begins_clock(entry: Entry) -> bool:
    """The call, the feedback that reopens it (REP-47), or the consent that sends somebody after a review (REP-31)."""
    agreed = isinstance(entry.event, ReviewConsent) and entry.event.agreed
    return agreed or outside.comes_back(entry) or reading.begins_round(entry)


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


def completion_to_keep(file: CaseFile) -> datetime | None:
    """REP-127: the completion agreed, unless the price was accepted only when it was past or near."""
    agreed = file.last_entry(CompletionAgreed)
    return hindrances.still_ahead(agreed_completion(file), agreed.at if agreed else None, quoting.answered_at(file))


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


Agreed = Callable[[CaseFile], datetime | None]


def _as_appointed(limit: Limit, agreed: Agreed) -> Limit:
    """REP-17: of what is appointed for later, the completion ``agreed`` to, else as long from there."""
    if isinstance(limit, WithinOrFromAppointment):
        return WithinOrAsAppointed(limit.length, appointment_worked_to, agreed)
    return limit


def _agreed(limit: Limit, agreed: Agreed) -> Limit:
    return with_further_work(UnlessAgreed(limit, agreed))


def _answered(limit: Limit, agreed: Agreed) -> Limit:
    """FEE-13: not before what was quoted is answered."""
    return _agreed(OnceFree(_as_appointed(limit, agreed), quoting.answered_at), agreed)


URGENT_COMPLETION, REGULAR_COMPLETION, LOW_COMPLETION = (
    replace(row, counts_from=CLOCK, starts_if=begins_clock, lapses_on=WAITS, limit=limit, only_if=only_if)
    for row, limit, only_if in (
        (
            listed.URGENT_COMPLETION,
            _agreed(_as_appointed(listed.URGENT_COMPLETION.limit, managers_completion), managers_completion),
            reading.is_urgent,
        ),
        (
            listed.REGULAR_COMPLETION,
            _answered(listed.REGULAR_COMPLETION.limit, agreed_completion),
            _regular_and_answered,
        ),
        (listed.LOW_COMPLETION, _answered(listed.LOW_COMPLETION.limit, agreed_completion), _low_and_answered),
    )
)
"""REP-31: while the resident thinks about a price nobody is late; two times yes begin a fresh clock (WAR-01 alike).

REP-127: what is agreed with him holds, unless it is urgent: then it is the manager's to agree, and waits for no quote.
"""

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
    limit=_answered(WithinOrFromAppointment(OV_111, appointment_worked_to), managers_completion),
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
    limit=_answered(WorkingDays(MOST_AGREED), managers_completion),
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
    return min(filter(None, (reading.complete_by(file), completion_to_keep(file))), default=None)


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


REPLACED = (URGENT_COMPLETION, REGULAR_COMPLETION, LOW_COMPLETION)

ADDED = (AT_ONCE_DONE, SIMPLE_DONE, DONE_AS_AGREED, OTHER_DONE)


def _limited_or_with_the_customer(position: Position) -> bool:
    return LIMITED.stands_open(position) or quoting.awaits_answer(position.file)


def gates_from(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """Those of an edition before; what lacks a limit only until a quote is answered is told so (FEE-13)."""
    limited = replace(LIMITED, stands_open=_limited_or_with_the_customer)
    return tuple(limited if gate is LIMITED else gate for gate in gates)


def _not_beyond_the_limit(asked: Question) -> bool:
    """REP-125, REP-128: of the concierge plan's limits only its manager lets anybody exceed one."""
    event = asked.event
    if not isinstance(event, CompletionAgreed) or asked.by.holds(Role.CENTRE_MANAGER):
        return True
    begun = next((entry.at for entry in reversed(tuple(asked.file)) if begins_clock(entry)), asked.at)
    if reading.is_immediate_situation(asked.file):
        return event.finish_by <= begun + listed.AT_ONCE + asked.terms.duration(OV_137)
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

TELLS = (
    Tell(
        rule="REP-127",
        on=(CompletionAgreed,),
        to=(Role.REPAIRER,),
        text="已与住户约定完成时间，请按时完成",
        when=sending.somebody_is_sent,
    ),
)
