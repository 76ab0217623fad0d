"""What holds of every repair alike: who follows, urges, extends and stops it, and what is refused of that (REP)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from domain.events import CancellationIgnored, ExtensionGranted, Noted, NoticeAcknowledged, Urged
from domain.events.repair import Wanted
from domain.events.work import Reassigned, WorkStarted, reason_for
from domain.limits import CLOCK_SKEW
from domain.people import POSTS, Role
from domain.rulebook.rows import Gate, Owed, Position, Question, Right, Tell
from domain.rulebook.web_ui import WebUiDoor

DESK = (Role.FRONT_DESK, Role.CUSTOMER_SERVICE_SUPERVISOR)
ENGINEERING = (Role.ENGINEERING_SUPERVISOR, Role.ENGINEERING)
ON_THE_JOB = (Role.REPAIRER, Role.ENGINEERING_SUPERVISOR)

SUPERVISORS = (
    Role.ENGINEERING_SUPERVISOR,
    Role.CUSTOMER_SERVICE_SUPERVISOR,
    Role.COMPANY_MANAGER,
    Role.CENTRE_MANAGER,
    Role.ESTATE_DIRECTOR,
)
"""Whose word is needed for an act recorded long after it happened (补录)."""

FOLLOWS = (Role.FRONT_DESK,)
"""REP-19: who follows every limit of the work itself, is asked to press before it and told of its breach."""

MORNING = time(9, 0)
"""When on the second working day the repairer is reminded; proposed, the documents name only the day."""

HORIZON = timedelta(days=366)
"""How far ahead anything can be agreed or extended; further is a slip of the pen."""

URGING = Right(rule="REP-19", events=(Urged,), posts=(*DESK, Role.ENGINEERING_SUPERVISOR, Role.COMPANY_MANAGER))
REMARKS = Right(rule="REP-13", events=(Noted, NoticeAcknowledged), posts=tuple(sorted(POSTS - {Role.CLEANING})))
EXTENDING = Right(rule="REP-129", events=(ExtensionGranted,), posts=(Role.CENTRE_MANAGER,))


def words_given(asked: Question) -> bool:
    words = [
        getattr(asked.event, name) for name in ("reason", "reference", "signer", "plan") if hasattr(asked.event, name)
    ]
    return all(word.strip() for word in words)


def _extendable(position: Position) -> tuple[Owed, ...]:
    return tuple(duty for duty in position.owed if duty.row.extendable_by in position.by.posts)


def _extendable_at_all(position: Position) -> bool:
    return bool(_extendable(position))


def _open_and_extendable(asked: Question) -> bool:
    return not isinstance(asked.event, ExtensionGranted) or _to_extend(asked, asked.event) is not None


def _not_all_overdue(position: Position) -> bool:
    return any(_is_in_time(duty, position.at) for duty in _extendable(position))


def _before_the_due_moment(asked: Question) -> bool:
    if not isinstance(asked.event, ExtensionGranted):
        return True
    duty = _to_extend(asked, asked.event)
    return duty is not None and _is_in_time(duty, asked.at) and duty.due_at < asked.event.until <= asked.at + HORIZON


def _to_extend(position: Position, event: ExtensionGranted) -> Owed | None:
    return next((duty for duty in _extendable(position) if duty.row.key == event.key), None)


def _is_in_time(duty: Owed, at: datetime) -> bool:
    return not duty.breached and at <= duty.due_at


def _done_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, WorkStarted) or lies_ahead(asked.event.expected_done, asked.at)


def lies_ahead(moment: Wanted, at: datetime) -> bool:
    """Nothing is agreed for a moment past, nor for one so far off that it is a slip of the pen."""
    return not isinstance(moment, datetime) or at - CLOCK_SKEW <= moment <= at + HORIZON


DONE_AHEAD = Gate(
    rule="REP-10",
    on=(WorkStarted,),
    holds=_done_ahead,
    field="event.expected_done",
    remedy="预计完成时间须在此刻之后、一年之内",
    english="The completion expected lies ahead, within a year.",
)

EXTENDABLE = Gate(
    rule="REP-129",
    on=(ExtensionGranted,),
    stands_open=_extendable_at_all,
    holds=_open_and_extendable,
    field="event.key",
    remedy="该时限不在可延期之列，或已办结",
    english="That duty is not open, or its limit may not be extended by this post.",
)

EXTENDED_AHEAD = Gate(
    rule="REP-129",
    on=(ExtensionGranted,),
    stands_open=_not_all_overdue,
    holds=_before_the_due_moment,
    field="event.until",
    remedy="延期须在到期之前批准，且新时限须晚于原时限",
    english="An extension is granted before the due moment and to a later one.",
)


def _extendable_keys(position: Position) -> tuple[str, ...]:
    return tuple(duty.row.key for duty in _extendable(position))


def _in_time(asked: Question) -> bool:
    if not isinstance(asked.event, ExtensionGranted):
        return True
    duty = _to_extend(asked, asked.event)
    return duty is not None and _is_in_time(duty, asked.at)


def _to_a_later_moment(asked: Question) -> bool:
    if not isinstance(asked.event, ExtensionGranted):
        return True
    duty = _to_extend(asked, asked.event)
    return duty is not None and duty.due_at < asked.event.until


def _within_the_horizon(asked: Question) -> bool:
    return not isinstance(asked.event, ExtensionGranted) or asked.event.until <= asked.at + HORIZON


EXTENDABLE_AT_ALL = Gate(
    rule="REP-129",
    on=(ExtensionGranted,),
    stands_open=_extendable_at_all,
    field="event.key",
    remedy="本单现在没有可由该岗位延期的时限",
    english="The case owes nothing now whose limit this post may extend.",
)
ONE_THAT_IS_EXTENDABLE = Gate(
    rule="REP-129",
    on=(ExtensionGranted,),
    holds=_open_and_extendable,
    field="event.key",
    remedy="该时限不在可延期之列，或已办结；本单可延期的有",
    english="That duty is not open, or its limit may not be extended by this post. Of this case may be:",
    would_do=_extendable_keys,
)
"""What ``EXTENDABLE`` asks, each with its own remedy."""

EXTENDED_APART = (
    Gate(
        rule="REP-129",
        on=(ExtensionGranted,),
        stands_open=_not_all_overdue,
        holds=_in_time,
        field="event.key",
        remedy="延期须在到期之前批准，该时限已经到期",
        english="An extension is granted before the due moment, which has passed.",
    ),
    Gate(
        rule="REP-129",
        on=(ExtensionGranted,),
        holds=_to_a_later_moment,
        field="event.until",
        remedy="新时限须晚于原时限",
        english="The new moment lies after the due moment that it takes the place of.",
    ),
    Gate(
        rule="REP-129",
        on=(ExtensionGranted,),
        holds=_within_the_horizon,
        field="event.until",
        remedy="新时限须在一年之内",
        english="The new moment lies within a year.",
    ),
)
"""What ``EXTENDED_AHEAD`` asks, likewise."""


def saying_why(gates: Iterable[Gate]) -> Iterator[Gate]:
    """The gates of an edition before, those of an extension with what is wrong and what could be extended."""
    for gate in gates:
        if gate is EXTENDABLE:
            yield EXTENDABLE_AT_ALL
            yield ONE_THAT_IS_EXTENDABLE
        elif gate is EXTENDED_AHEAD:
            yield from EXTENDED_APART
        else:
            yield gate


URGED = Tell(rule="REP-19", on=(Urged,), to=(), whoever_owes=True, text="催办，请尽快办理")

EXTENDED = Tell(
    rule="REP-129",
    on=(ExtensionGranted,),
    to=(Role.RESIDENT, Role.ENGINEERING_SUPERVISOR),
    text="已批准延期，请按新时限办理",
)

NOT_CANCELLED = Tell(
    rule="REP-13",
    on=(CancellationIgnored,),
    to=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR),
    text="有人在看单网页上请求取消本单，未予执行，本单照常办理；住户不再需要的，请由前台登记撤单",
)

REASSIGN = WebUiDoor(
    event=Reassigned,
    description=(
        '改派维修人员，限工程部主管。填：{"by": "en-1", "repairer": "rp-2", "text": "原维修人员请假"}；'
        '所派不当班、无专长或退过本单的，另加 "override_reason": "住得最近"'
    ),
    made=lambda form: Reassigned(repairer=form.repairer, reason=reason_for(form.text, form.override_reason)),
)
