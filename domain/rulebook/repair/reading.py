"""What the rows of the repair procedure ask of a case file."""

from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.events import NoticeAcknowledged
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.on_site import ExpectedDoneChanged
from domain.events.outside import HandedToOthers
from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    ConsentRefused,
    CopiesSentBack,
    CopyReturned,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    SignatureExcused,
    Situation,
    Urgency,
)
from domain.events.review import FoundUnlisted
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.pauses import running
from domain.people import Role
from domain.pricing import REVIEWED_ITEM
from domain.rulebook import feedback, sending
from domain.rulebook.open_values import NEAR_BY
from domain.rulebook.rows import Position

URGENT_SITUATIONS = frozenset({Situation.BURST_PIPE, Situation.SHORT_CIRCUIT})
"""REP-104: seed-004's urgent repairs."""

IMMEDIATE_SITUATIONS = frozenset(
    {Situation.FLOODING, Situation.POWER_FAILURE, Situation.WATER_FAILURE, Situation.BLOCKED_TOILET}
)
"""REP-124: what the concierge plan sends a repairer to within ten minutes."""

REFUSED = "住户不同意"
"""REP-39: the result of an order that the resident would not have carried out."""

DONE = "已完成"
"""The result of a repair that was carried out."""

AT_ONCE = "REP-104"
"""The key of the notice to 工程部 that goes out with an emergency's call, and of the duty that it should meet."""

ENGINEERS = (Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR, Role.REPAIRER)

WORK_ACCEPTED = (ResidentSigned, SignatureExcused)
"""REP-41: a repair is complete with the resident's signature, or the named exception to it."""


def _appointing(file: CaseFile) -> Entry | None:
    """What the time wanted stands in now; None: not yet asked, or of a round before."""
    for entry in reversed(tuple(file)):
        if unsolved(entry):
            return None
        if isinstance(entry.event, FormFilled | AppointmentMoved):
            return entry
    return None


def appointment(file: CaseFile) -> datetime | None:
    """The time agreed with the resident now, or None: as soon as possible, not yet asked, or of a round before."""
    entry = _appointing(file)
    agreed = entry.event.wanted if entry and isinstance(entry.event, FormFilled | AppointmentMoved) else None
    return agreed if isinstance(agreed, datetime) else None


def appointed_at(file: CaseFile) -> datetime | None:
    """When that time was agreed."""
    entry = _appointing(file)
    return entry.at if entry else None


def has_appointment(file: CaseFile) -> bool:
    return appointment(file) is not None


def order_is_taken(file: CaseFile) -> bool:
    """By whoever was sent last in this round, and has not given it back."""
    since = file.since(Assigned, Reassigned, OrderDeclined)
    return any(isinstance(entry.event, OrderTaken) for entry in since) and not any(map(unsolved, since))


def taken_to_come_now(file: CaseFile) -> bool:
    """Somebody has the order in this round, and no time is appointed but one near by."""
    if not order_is_taken(file):
        return False
    agreed, begun = appointment(file), next(filter(asks_to_come_now, reversed(tuple(file))))
    return agreed is None or _near(agreed, begun.at)


def asks_to_come_now(entry: Entry) -> bool:
    """The order is taken, or an appointment given up for 尽快 or for a time near by."""
    match entry.event:
        case OrderTaken():
            return True
        case AppointmentMoved(wanted=wanted):
            return wanted == AS_SOON_AS_POSSIBLE or _near(wanted, entry.at)
    return False


def _near(wanted: datetime, now: datetime) -> bool:
    return wanted - now < NEAR_BY


def expected_arrival(file: CaseFile) -> datetime | None:
    """What the resident was told last, unless another time was agreed after it, or the round is over."""
    for entry in reversed(tuple(file)):
        if replaces_expected_arrival(entry):
            return None
        if isinstance(entry.event, ArrivalTold):
            return entry.event.expected
    return None


def arrival_told_at(file: CaseFile) -> datetime | None:
    """When he was last told when somebody comes."""
    told = file.last_entry(ArrivalTold)
    return told.at if told else None


def expected_done(file: CaseFile) -> datetime | None:
    """REP-10: by when whoever has the order said last that it is done, in this round; None: he has not said it."""
    for entry in reversed(this_round(file)):
        if isinstance(entry.event, Assigned | Reassigned):
            return None
        if isinstance(entry.event, WorkStarted | ExpectedDoneChanged):
            return entry.event.expected_done
    return None


def replaces_expected_arrival(entry: Entry) -> bool:
    """REP-103: the resident agreed to another time than the one told before, or the repair begins anew."""
    agreed = isinstance(entry.event, FormFilled) and entry.event.wanted != AS_SOON_AS_POSSIBLE
    return agreed or isinstance(entry.event, AppointmentMoved) or unsolved(entry)


def item(file: CaseFile) -> str:
    """REP-32, REP-33: the item that was found on the site, else the one assigned; none: empty.

    What the list does not name is the item that stands for its review.
    """
    assigned = file.last(Assigned)
    for entry in reversed(file.since(Assigned)):
        match entry.event:
            case FoundUnlisted():
                return REVIEWED_ITEM
            case FaultCompared(actual_item=found) if found:
                return found
    return assigned.item if assigned else ""


def expected_to_go_on(file: CaseFile) -> datetime | None:
    """REP-09: when the pause that is running should end."""
    pause = running(file)
    return pause.resumes_at if pause else None


def complete_by(file: CaseFile) -> datetime | None:
    """REP-06: the 完成时限 that the last who was sent was told."""
    sent = file.last_entry(Assigned, Reassigned)
    return sent.event.complete_by if sent and isinstance(sent.event, Assigned | Reassigned) else None


def expected_beyond_limit(entry: Entry, file: CaseFile) -> bool:
    """REP-10: the work is expected to be done only after its 完成时限."""
    limit = complete_by(file)
    return isinstance(entry.event, WorkStarted) and limit is not None and entry.event.expected_done > limit


def urgency(file: CaseFile) -> Urgency | None:
    assessed = file.last(Assessed)
    return assessed.urgency if assessed else None


def is_urgent(file: CaseFile) -> bool:
    return urgency(file) is Urgency.URGENT


def is_regular(file: CaseFile) -> bool:
    """Graded so, or not graded yet: a request that nobody looks at has a clock too (REP-15, REP-17)."""
    return urgency(file) in {None, Urgency.REGULAR}


def is_low(file: CaseFile) -> bool:
    return urgency(file) is Urgency.LOW


def situation(file: CaseFile) -> Situation:
    request = file.last(RequestReceived)
    return request.situation if request else Situation.ORDINARY


def is_urgent_situation(file: CaseFile) -> bool:
    return situation(file) in URGENT_SITUATIONS


def is_immediate_situation(file: CaseFile) -> bool:
    return situation(file) in IMMEDIATE_SITUATIONS


def is_danger(file: CaseFile) -> bool:
    """REP-104, REP-105: of what REP-124 sends somebody to, too; each clock of its own."""
    return is_urgent_situation(file) or is_immediate_situation(file)


def engineering_told(entry: Entry) -> bool:
    """REP-104: the clerk's word for it; or somebody of 工程部 has read the notice that went out with the call."""
    if isinstance(entry.event, NoticeAcknowledged):
        return entry.event.key == AT_ONCE and entry.event.cycle == 0 and entry.by.holds(*ENGINEERS)
    return isinstance(entry.event, EngineeringNotified)


repairer = sending.repairer


def refusal_signatures(file: CaseFile) -> tuple[Entry, ...]:
    """REP-38: who has signed under the refusal so far."""
    return tuple(entry for entry in file.since(ConsentRefused) if isinstance(entry.event, RefusalSigned))


def refusal_signed_by_both(file: CaseFile) -> bool:
    return file.has(ConsentRefused) and len(refusal_signatures(file)) == len(("维修人员", "工程部主管"))


def copies_back(file: CaseFile) -> frozenset[int]:
    """REP-43: which of copies 2 and 3 are back with 工程部主管 since the work was accepted or sent back."""
    since = file.since(*WORK_ACCEPTED, CopiesSentBack)
    return frozenset(entry.event.copy for entry in since if isinstance(entry.event, CopyReturned))


def both_copies_back(file: CaseFile) -> bool:
    return copies_back(file) == {2, 3}


def accepted(file: CaseFile) -> bool:
    """Whether the work stands accepted (REP-41) and feedback has not reopened it (REP-47)."""
    since = file.since(Assigned)
    reopened = any(unsolved(entry) for entry in since)
    return not reopened and any(isinstance(entry.event, WORK_ACCEPTED) for entry in since)


def not_accepted(position: Position) -> bool:
    """Of a gate: the work is not signed for yet, or has been reopened since."""
    return not accepted(position.file)


def not_refused(position: Position) -> bool:
    """Of a gate: the resident has not refused the repair."""
    return not position.file.has(ConsentRefused)


unsolved, this_round = feedback.unsolved, feedback.this_round


def begins_round(entry: Entry) -> bool:
    """The call, or the feedback that reopens the repair (REP-47): what is owed to the resident counts anew."""
    return isinstance(entry.event, RequestReceived) or unsolved(entry)


def ends_what_was_sent(entry: Entry) -> bool:
    """Anything that lets who was sent off; of feedback only that it is not solved."""
    return not isinstance(entry.event, FeedbackGiven) or unsolved(entry)


def calls_for_assignment(entry: Entry) -> bool:
    return isinstance(entry.event, FormCollected) or unsolved(entry)


def arrived(file: CaseFile) -> bool:
    """Whether somebody is, or has been, on the site in this round."""
    return any(isinstance(entry.event, ArrivedOnSite) for entry in file.since(Assigned, Reassigned, FeedbackGiven))


def is_there(file: CaseFile) -> bool:
    """Whether somebody is on the site for what is the company's to do; before others had it is long ago (WAR-01)."""
    since = file.since(Assigned, Reassigned, FeedbackGiven, HandedToOthers)
    return any(isinstance(entry.event, ArrivedOnSite) for entry in since)


def second_copy(entry: Entry) -> bool:
    return isinstance(entry.event, CopyReturned) and entry.event.copy == 2  # noqa: PLR2004  # 第二联


def third_copy(entry: Entry) -> bool:
    return isinstance(entry.event, CopyReturned) and entry.event.copy == 3  # noqa: PLR2004  # 第三联
