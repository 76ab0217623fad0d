"""Who work may be given to, and who may sign for it, asked alike by every door (REP-05, REP-18, REP-107, PUB-03)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.case_file import CaseFile
from domain.errors import RuleBroken
from domain.events import AnyEvent, Event
from domain.events.public import RepairerArranged
from domain.events.repair import Assigned
from domain.events.sending import HelpersSent, Lack, SentAnyway, Waiver
from domain.events.work import Reassigned
from domain.people import Actor, Role, StaffId
from domain.rulebook.rows import Procedure
from domain.rulebook.sending import declined

SENDING = (Assigned, Reassigned, RepairerArranged, HelpersSent)
"""What gives somebody work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairer:
    """An active repairer of an estate at a moment.

    ``on_duty_until``: when his shift ends, in whatever post he works it; None: he is off shift. ``trained``: for the
    trade that was asked about. ``in_hand``: open orders on which something is still his to do.
    """

    id: StaffId
    name: str
    on_duty_until: datetime | None
    on_leave: bool
    trained: bool
    in_hand: int

    @property
    def on_duty(self) -> bool:
        return self.on_duty_until is not None


Crew = Sequence[Repairer]
"""Every active repairer of an estate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be given. ``cannot_wait``: it is held up by no rule of who may go."""

    trade: str
    cannot_wait: bool
    declined: frozenset[StaffId]

    @classmethod
    def of(cls, file: CaseFile, procedure: Procedure) -> "Work":
        opening = [entry.event for entry in file.opening]
        return cls(
            trade=next((event.trade for event in opening), ""),
            cannot_wait=any(map(procedure.cannot_wait, opening)),
            declined=declined(file),
        )


class Standing(StrEnum):
    """How somebody stands to be given the work; the value is what staff read."""

    FREE = "可派"
    CALLED_IN = "不当班，此时可叫其到岗"
    UNTRAINED = "无此专长，须说明原因"
    DECLINED = "退过本单，须说明原因"
    OFF_SHIFT = "不当班"
    ON_LEAVE = "请假"


CHOOSABLE = frozenset({Standing.FREE, Standing.CALLED_IN, Standing.UNTRAINED, Standing.DECLINED})
"""Who is offered where somebody is chosen; who is off shift comes only for a reason of the supervisor's own."""


def sent_by(event: AnyEvent) -> tuple[StaffId, ...]:
    """Whom the event gives work."""
    match event:
        case Assigned() | Reassigned() | RepairerArranged():
            return (event.repairer,)
        case HelpersSent():
            return event.helpers
    return ()


def check_sent(event: AnyEvent, crew: Crew, work: Work, *, under: str, override: str = "") -> tuple[SentAnyway, ...]:
    """What was waived, to be noted beside the event; nothing for one that sends nobody.

    Raises RuleBroken unless everybody sent is an active repairer of the estate who is not on leave then, is on shift,
    is trained for it where anybody on shift is, and has not given the order back. All but leave give way to an
    emergency and to a reason, a shift to a roster that has nobody. ``crew``: as it stands when the work is given.
    ``under``: before the names of its fields. ``override``: why the order goes to somebody all the same where it is
    reassigned, which has a reason of its own already.
    """
    why = _reason(event, override).strip()
    return tuple(
        waived for staff in sent_by(event) for waived in _waived(event, staff, crew, work, under=under, why=why)
    )


def check_team(team: str, staff: StaffId, members: Mapping[str, Collection[StaffId]], *, field: str) -> None:
    """Raise RuleBroken where the order would go to a team that he is not in; who is in none goes with any."""
    own = sorted(name for name, crew in members.items() if staff in crew)
    if own and team not in own:
        raise RuleBroken(
            "REP-05",
            field=field,
            remedy=f"该维修人员不在此班组，请选其所在班组：{'、'.join(own)}",
            english=f"That repairer is not in this team; choose one of his: {', '.join(own)}.",
            allowed=own,
        )


def check_signatory(person: Actor | None, *, field: str) -> None:
    """Raise RuleBroken unless an active member of 工程部 signs for the order; ``field``: of the request."""
    if person is None or not person.holds(Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR, Role.REPAIRER):
        raise RuleBroken(
            "PUB-03",
            field=field,
            remedy="签收人须为本小区工程部在职人员",
            english="An active member of the engineering department of this estate signs for it.",
        )


def standing(one: Repairer, crew: Crew, work: Work) -> Standing:
    if one.on_leave:
        return Standing.ON_LEAVE
    lacks = _lacks(one, crew, work)
    if Lack.OFF_SHIFT in lacks:
        return Standing.CALLED_IN if work.cannot_wait or _nobody_is_there(crew) else Standing.OFF_SHIFT
    if not lacks or work.cannot_wait:
        return Standing.FREE
    return Standing.UNTRAINED if Lack.UNTRAINED in lacks else Standing.DECLINED


def proposed(crew: Crew, work: Work) -> list[Repairer]:
    """REP-107: everybody, as the desk proposes them: who can come, has not declined, is trained, has least in hand."""

    def place(one: Repairer) -> tuple[bool, bool, bool, bool, int, str]:
        can_come = standing(one, crew, work) in CHOOSABLE
        return (not can_come, one.id in work.declined, not one.trained, not one.on_duty, one.in_hand, one.id)

    return sorted(crew, key=place)


def _waived(event: AnyEvent, staff: StaffId, crew: Crew, work: Work, *, under: str, why: str) -> Iterator[SentAnyway]:
    field = f"{under}{'helpers' if isinstance(event, HelpersSent) else 'repairer'}"
    one = next((one for one in crew if one.id == staff), None)
    if one is None:
        raise RuleBroken(
            "REP-05",
            field=field,
            remedy="请选本小区在职的维修人员",
            english="Choose an active repairer of this estate.",
        )
    if one.on_leave:
        raise RuleBroken(
            "REP-05",
            field=field,
            remedy="该维修人员此时请假，请改派他人",
            english="That repairer is on leave then; choose another.",
        )
    for lack in _lacks(one, crew, work):
        waiver = _waiver(lack, crew, work, why)
        if waiver is None:
            raise _refused(event, lack, under)
        yield SentAnyway(repairer=staff, lack=lack, waiver=waiver)


def _lacks(one: Repairer, crew: Crew, work: Work) -> list[Lack]:
    """A trade that nobody on shift is trained for asks nothing of anybody."""
    asked = any(other.trained and other.on_duty and not other.on_leave for other in crew)
    lacks = {
        Lack.OFF_SHIFT: not one.on_duty,
        Lack.UNTRAINED: asked and not one.trained,
        Lack.DECLINED: one.id in work.declined,
    }
    return [lack for lack, is_so in lacks.items() if is_so]


def _nobody_is_there(crew: Crew) -> bool:
    return not any(one.on_duty and not one.on_leave for one in crew)


def _waiver(lack: Lack, crew: Crew, work: Work, why: str) -> Waiver | None:
    if work.cannot_wait:
        return Waiver.EMERGENCY
    if lack is Lack.OFF_SHIFT and _nobody_is_there(crew):
        return Waiver.NOBODY
    return Waiver.REASON if why else None


def _reason(event: AnyEvent, override: str) -> str:
    """Why he is sent though a rule speaks against him."""
    match event:
        case Assigned():
            return event.override_reason
        case HelpersSent():
            return event.reason
        case Reassigned():
            return override
    return ""


WRITTEN_IN: Mapping[type[Event], str] = {
    Assigned: "override_reason",
    Reassigned: "override_reason",
    HelpersSent: "reason",
    RepairerArranged: "repairer",
}
"""Which field would let him be sent, or has to be another."""

REFUSALS: Mapping[Lack, tuple[str, str, str]] = {
    Lack.OFF_SHIFT: (
        "REP-107",
        "该维修人员此时不当班，请派当班人员",
        "That repairer is off shift then; choose somebody on duty",
    ),
    Lack.UNTRAINED: (
        "REP-05",
        "该维修人员无此类故障的专长，请派有专长的当班人员",
        "That repairer is not trained for this kind of fault; choose somebody who is",
    ),
    Lack.DECLINED: (
        "REP-18",
        "该维修人员退过本单，请派他人",
        "That repairer gave this order back; choose somebody else",
    ),
}
"""The rule, and what to do, in Chinese and English."""


def _refused(event: AnyEvent, lack: Lack, under: str) -> RuleBroken:
    rule, chinese, english = REFUSALS[lack]
    field = f"{under}{WRITTEN_IN[type(event)]}"
    if isinstance(event, RepairerArranged):
        but, or_else = (
            "确须派其前往的，先安排他人，再改派给他并说明原因",
            "arrange somebody else, then reassign with a reason",
        )
    else:
        but, or_else = "确须派其前往的，请填写原因", f"give the reason in {field}"
    return RuleBroken(rule, field=field, remedy=f"{chinese}；{but}", english=f"{english}, or {or_else}.")
