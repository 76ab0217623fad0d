"""REP-18: whose order a repair is, who helps him, and what is owed when he gives it back; alike for every repair."""

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import ExtensionGranted, Withdrawn
from domain.events.outside import HandedToOthers
from domain.events.public import FacilityRepaired, RepairerArranged
from domain.events.repair import (
    AppointmentMoved,
    Assigned,
    ConsentRefused,
    OrderTaken,
    ResidentSigned,
    SignatureExcused,
)
from domain.events.sending import HelpersSent, OrderDeclined, SentAnyway, Waiver
from domain.events.work import ArrivedOnSite, Reassigned
from domain.ladder import Breach, Warn
from domain.limits import Within
from domain.people import Role, StaffId
from domain.rulebook import feedback
from domain.rulebook.open_values import OV_01
from domain.rulebook.rows import Gate, Position, Question, Right, Stage, Tell
from domain.rulebook.work import FOLLOWS, words_given

BEGUN = (Assigned, RepairerArranged)
"""A round of work begins with them; who helps in it helps to its end, whoever has the order."""

OVER = (ConsentRefused, ResidentSigned, SignatureExcused, FacilityRepaired)
"""After them there is nothing to help with until a next round."""

RIGHTS = (
    Right(rule="REP-18", events=(HelpersSent,), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-18", events=(OrderDeclined,), posts=(Role.REPAIRER,), own_only=True),
)


def repairer(file: CaseFile) -> StaffId | None:
    """Whose order it is now; None: nobody's yet, or he who had it gave it back, or it is for somebody to be sent anew.

    That it is while others have it, and from the word that it is not solved.
    """
    last = next((entry for entry in reversed(tuple(file)) if _sends_or_lets_off(entry)), None)
    return _sent_by(last)


def _sends_or_lets_off(entry: Entry) -> bool:
    return isinstance(entry.event, (*BEGUN, Reassigned, OrderDeclined, HandedToOthers)) or feedback.unsolved(entry)


def who(role: Role, file: CaseFile) -> StaffId | None:
    return repairer(file) if role is Role.REPAIRER else None


def helpers(file: CaseFile) -> tuple[StaffId, ...]:
    """Who goes with him, in the order they were sent; nobody once all of them are let off."""
    begun = file.since(*BEGUN)
    if any(isinstance(entry.event, HandedToOthers) or feedback.unsolved(entry) for entry in begun):
        return ()
    sent = [entry.event for entry in begun if isinstance(entry.event, HelpersSent)]
    named = dict.fromkeys(staff for event in sent for staff in event.helpers)
    return tuple(staff for staff in named if staff != repairer(file))


def crew(file: CaseFile) -> tuple[StaffId, ...]:
    """Those whose order it is, first the repairer."""
    holder = repairer(file)
    return (*((holder,) if holder else ()), *helpers(file))


def on_the_job(file: CaseFile) -> tuple[StaffId, ...]:
    """Whose order it was when he arrived, of this round of work, and whose it is: each once, in their order."""
    there = dict[StaffId, None]()
    holder = _sent_by(file.last_entry(*BEGUN))
    for entry in file.since(*BEGUN):
        match entry.event:
            case Reassigned():
                holder = _sent_by(entry)
            case OrderDeclined():
                holder = None
            case ArrivedOnSite() if holder:
                there[holder] = None
    return tuple(dict.fromkeys((*there, *((holder,) if holder else ()))))


def _sent_by(entry: Entry | None) -> StaffId | None:
    return entry.event.repairer if entry and isinstance(entry.event, (*BEGUN, Reassigned)) else None


def leads_on(entry: Entry, file: CaseFile) -> bool:
    """False of what brought somebody there who took the work over: once he has arrived it goes on where it stood."""
    since = file.since(*BEGUN)
    arrivals = [one.number for one in since if isinstance(one.event, ArrivedOnSite)]
    if not arrivals or entry.number <= arrivals[0]:
        return True
    sent = next((one.number for one in reversed(since) if isinstance(one.event, Reassigned)), 0)
    return arrivals[-1] < sent


def declined(file: CaseFile) -> frozenset[StaffId]:
    """Who gave this order back."""
    return frozenset(entry.by.id for entry in file if isinstance(entry.event, OrderDeclined))


def _is_no_helper(position: Position) -> bool:
    return position.by.id not in helpers(position.file)


def _is_to_be_done(position: Position) -> bool:
    over = any(isinstance(entry.event, OVER) for entry in position.file.since(*BEGUN))
    return repairer(position.file) is not None and not over


def _after_him(position: Position) -> bool:
    sent = position.file.last_entry(*BEGUN)
    return sent is None or sent.at <= position.at


def _somebody_else(asked: Question) -> bool:
    return not isinstance(asked.event, Reassigned) or asked.event.repairer != repairer(asked.file)


def _others(asked: Question) -> bool:
    if not isinstance(asked.event, HelpersSent):
        return True
    named, there = asked.event.helpers, crew(asked.file)
    return bool(named) and len(set(named)) == len(named) and not set(named) & set(there)


GATES = (
    Gate(
        rule="REP-18",
        on=(HelpersSent,),
        stands_open=_is_to_be_done,
        field="event.type",
        remedy="本单没有在办的维修人员，请先派工，再增派",
        english="Nobody is at work on the order; assign it first, then send others to help.",
    ),
    Gate(
        rule="REP-18",
        on=(HelpersSent,),
        stands_open=_after_him,
        field="at",
        remedy="增派的时间不能早于派工",
        english="Nobody is sent to help before somebody is sent.",
    ),
    Gate(
        rule="REP-18",
        on=(HelpersSent,),
        holds=_others,
        field="event.helpers",
        remedy="请填写至少一名尚未在本单上的维修人员，不得重复",
        english="Name at least one repairer, each once, none of whom is on the order already.",
    ),
    Gate(
        rule="REP-18",
        on=(Reassigned,),
        holds=_somebody_else,
        field="event.repairer",
        remedy="本单已在该维修人员手上，改派请选他人",
        english="The order is his already; reassign it to somebody else.",
    ),
    Gate(
        rule="REP-07",
        on=(OrderTaken, OrderDeclined),
        stands_open=_is_no_helper,
        field="by",
        remedy="接单、退单由本单维修人员本人登记，增派人员不能代办",
        english="The repairer himself takes the order or gives it back; who helps him does not.",
    ),
    Gate(
        rule="REP-13",
        on=(OrderDeclined,),
        holds=words_given,
        field="event.reason",
        remedy="请填写原因",
        english="Give the reason.",
    ),
)

REASSIGNED = Obligation(
    rule="REP-18",
    part="改派",
    label="退单后改派",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    counts_from=(OrderDeclined,),
    met_by=(Reassigned,),
    limit=Within(OV_01),
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR,), press=FOLLOWS),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)
"""As long as the first assignment may take (OV-01)."""


def _newly_sent(entry: Entry, file: CaseFile) -> tuple[StaffId, ...]:  # noqa: ARG001  # the shape of a question
    return entry.event.helpers if isinstance(entry.event, HelpersSent) else ()


def _helping(entry: Entry, file: CaseFile) -> tuple[StaffId, ...]:  # noqa: ARG001  # the shape of a question
    return helpers(file)


def _relieved(entry: Entry, file: CaseFile) -> tuple[StaffId, ...]:
    """Whose order it was until this one was sent."""
    before = repairer(CaseFile(earlier for earlier in file if earlier.number < entry.number))
    return (before,) if before and before != repairer(file) else ()


def _taken_over(entry: Entry, file: CaseFile) -> bool:
    """Somebody has been on the site for this round of work before."""
    return any(isinstance(one.event, ArrivedOnSite) and one.number < entry.number for one in file.since(*BEGUN))


def _unasked(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, SentAnyway) and entry.event.waiver is not Waiver.REASON


def somebody_is_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return repairer(file) is not None


TELLS = (
    Tell(
        rule="REP-129",
        on=(ExtensionGranted,),
        to=(Role.REPAIRER,),
        text="管理中心经理已批准延期，新的时限见本单",
        when=somebody_is_sent,
    ),
    Tell(
        rule="REP-18",
        on=(OrderDeclined,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="维修人员退单，请立即改派他人",
    ),
    Tell(
        rule="REP-18",
        on=(Reassigned,),
        to=(Role.REPAIRER,),
        each=_relieved,
        text="本单已改派他人，请停止办理；到过现场的，请向接手人交接",
    ),
    Tell(
        rule="REP-18",
        on=(Reassigned,),
        to=(Role.RESIDENT,),
        text="维修人员更换，接手的维修人员将到场继续维修",
        when=_taken_over,
    ),
    Tell(rule="REP-18", on=(HelpersSent,), to=(Role.REPAIRER,), each=_newly_sent, text="增派您协助本单，请看单后到场"),
    Tell(
        rule="REP-18",
        on=(AppointmentMoved,),
        to=(Role.REPAIRER,),
        each=_helping,
        text="预约时间已改，请按新时间到场协助",
    ),
    Tell(rule="REP-18", on=(Withdrawn,), to=(Role.REPAIRER,), each=_helping, text="本单已撤单，请停止协助"),
    Tell(
        rule="REP-107",
        on=(SentAnyway,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="所派人员不当班、无此专长或退过本单，因紧急或无人当班照派，请确认其能到场，否则改派",
        when=_unasked,
    ),
)

STAGE = Stage(name="待改派", after=(OrderDeclined,), when=leads_on)
