"""REP-09: work that has to wait: who may stop its clocks and when, who hears of it, and what the customer was told."""

from dataclasses import replace

from domain.case_file import CaseFile, Entry
from domain.events.on_site import AcceptanceStated
from domain.events.repair import OrderTaken, ResidentSigned, SignatureExcused, TrialDone, WorkFinished
from domain.events.work import CustomerContacted, Paused, Resumed, WorkStarted
from domain.pauses import running
from domain.people import Role
from domain.rulebook import sending
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Position, Question, Right, Stage, Tell
from domain.rulebook.work import DESK, FOLLOWS, ON_THE_JOB, lies_ahead

PAUSING = (
    Right(rule="REP-09", events=(Paused, Resumed), posts=ON_THE_JOB, own_only=True),
    Right(rule="REP-09", events=(CustomerContacted,), posts=(*DESK, *ON_THE_JOB), own_only=True),
)


def _at_work(position: Position) -> bool:
    """Somebody has the order in this round, and the work is not accepted yet."""
    return reading.order_is_taken(position.file) and not reading.accepted(position.file)


def _goes_on(position: Position) -> bool:
    return running(position.file) is None


def _somebody_has_it(position: Position) -> bool:
    """He who had it does no more once it is handed on, or found to be unsolved."""
    return sending.repairer(position.file) is not None


def _in_order(position: Position) -> bool:
    """No stretch counts twice, whenever it is recorded."""
    last = position.file.last_entry(Paused, Resumed)
    return last is None or last.at <= position.at


def _waits(position: Position) -> bool:
    return running(position.file) is not None


def _customer_knows(position: Position) -> bool:
    """He was spoken to since the order was taken, or since the last pause ended."""
    return any(isinstance(entry.event, CustomerContacted) for entry in position.file.since(OrderTaken, Resumed))


def _expected_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, Paused) or lies_ahead(asked.event.resumes_at, asked.at)


GATES = (
    Gate(
        rule="REP-09",
        on=(Paused,),
        stands_open=_at_work,
        field="event.type",
        remedy="接单之后、住户签字之前才能暂停",
        english="Work is paused only after the order is taken and before it is signed for.",
    ),
    Gate(
        rule="REP-09",
        on=(Paused,),
        stands_open=_goes_on,
        field="event.type",
        remedy="本单已暂停，请先登记「恢复」",
        english="The work is paused already; record resumed first.",
    ),
    Gate(
        rule="REP-09",
        on=(Paused,),
        stands_open=_customer_knows,
        field="event.type",
        remedy="暂停前须先与客户联系，请先登记「联系客户」",
        english="The customer has to be told first; record customer_contacted, then pause.",
    ),
    Gate(
        rule="REP-09",
        on=(Paused,),
        holds=_expected_ahead,
        field="event.resumes_at",
        remedy="预计恢复时间须在此刻之后、一年之内",
        english="The work is expected to go on at a moment ahead, within a year.",
    ),
    Gate(
        rule="REP-09",
        on=(Resumed,),
        stands_open=_waits,
        field="event.type",
        remedy="本单没有暂停，不必恢复",
        english="The work is not paused.",
    ),
    Gate(
        rule="REP-09",
        on=(WorkStarted, WorkFinished, TrialDone),
        stands_open=_goes_on,
        field="event.type",
        remedy="本单已暂停，请先登记「恢复」",
        english="The work is paused; record resumed first.",
    ),
)


HELD = Gate(
    rule="REP-09",
    on=(Paused,),
    stands_open=_somebody_has_it,
    field="event.type",
    remedy="现在没有人接手本单，须派工、接单之后才能暂停",
    english="Nobody has the order now; work is paused once it is assigned and taken.",
)

IN_ORDER = Gate(
    rule="REP-09",
    on=(Paused, Resumed),
    stands_open=_in_order,
    field="at",
    remedy="暂停、恢复的时间不能早于上一次暂停或恢复",
    english="Work is paused, and goes on, no earlier than it did so last.",
)

SIGNING = Gate(
    rule="REP-09",
    on=(AcceptanceStated, ResidentSigned, SignatureExcused),
    stands_open=_goes_on,
    opened_by=(Resumed,),
    field="event.type",
    remedy="本单已暂停，请先登记「恢复」",
    english="The work is paused; record resumed first.",
)
"""Signed work waits for nothing; a pause that outlived the signature would give the next round its days."""


def telling_what_opens(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """The gates of an edition before, those that a pause closes with what opens them."""
    closed = {gate for gate in GATES if gate.stands_open is _goes_on and WorkStarted in gate.on}
    told = (replace(gate, opened_by=(Resumed,)) if gate in closed else gate for gate in gates)
    return (*told, IN_ORDER, SIGNING)


def is_paused(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return running(file) is not None


TELLS = (
    Tell(rule="REP-09", on=(Paused,), to=(Role.RESIDENT,), text="维修暂停，原因与预计恢复时间见维修单"),
    Tell(rule="REP-19", on=(Paused,), to=(Role.ENGINEERING_SUPERVISOR,), text="本单暂停，请督促按时恢复"),
    Tell(rule="REP-09", on=(Resumed,), to=(*FOLLOWS, Role.ENGINEERING_SUPERVISOR), text="本单已恢复维修"),
)

STAGE = Stage(name="暂停", after=(Paused,), when=is_paused)
