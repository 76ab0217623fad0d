"""WAR-01: repairs under warranty, or of another organisation, wait with a date until it is known what became of them.

Their own procedure is not there yet: the front desk follows them by hand.
"""

from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events.outside import HandedToOthers, OthersReported
from domain.ladder import Again, Breach, Warn
from domain.limits import Promised
from domain.people import Role
from domain.rulebook.rows import Gate, Position, Question, Right, Stage, Tell
from domain.rulebook.work import DESK, ENGINEERING, lies_ahead

LONGEST_WAIT = timedelta(days=30)
"""How far off others may be expected to answer, until that is said again; proposed."""

SETTLED_BY_OTHERS = "保修或外单位已处理"
"""The result of an order that others carried out."""

RIGHTS = (
    Right(rule="WAR-01", events=(HandedToOthers,), posts=(*ENGINEERING, Role.REPAIRER), own_only=True),
    Right(rule="WAR-01", events=(OthersReported,), posts=(*DESK, *ENGINEERING)),
)


def comes_back(entry: Entry) -> bool:
    """It is the company's to do after all, and its clocks begin anew."""
    return isinstance(entry.event, OthersReported) and not entry.event.settled


def _answer_by(file: CaseFile) -> datetime | None:
    handed = file.last(HandedToOthers)
    return handed.answer_by if handed else None


OBLIGATIONS = (
    Obligation(
        rule="WAR-01",
        label="跟进保修或外单位",
        owed_by=Role.FRONT_DESK,
        counts_from=(HandedToOthers,),
        met_by=(OthersReported,),
        limit=Promised(_answer_by),
        ladder=(
            Warn(tell=(Role.FRONT_DESK,)),
            Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK)),
            Again(every=timedelta(days=1), tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK)),
        ),
    ),
)


def _ahead(asked: Question) -> bool:
    event = asked.event
    if not isinstance(event, HandedToOthers):
        return True
    return lies_ahead(event.answer_by, asked.at) and event.answer_by <= asked.at + LONGEST_WAIT


def _handed(position: Position) -> bool:
    last = position.file.last_entry(HandedToOthers, OthersReported)
    return last is not None and isinstance(last.event, HandedToOthers)


GATES = (
    Gate(
        rule="WAR-01",
        on=(HandedToOthers,),
        holds=_ahead,
        field="event.answer_by",
        remedy="须填写预计答复时间，在此刻之后、30日之内；到时可再登记延后",
        english="Say by when they are to be heard of: a moment ahead, within 30 days; it can be put off then.",
    ),
    Gate(
        rule="WAR-01",
        on=(OthersReported,),
        stands_open=_handed,
        field="event.type",
        remedy="本单未转保修或外单位",
        english="The case is with nobody else.",
    ),
)

TELLS = (
    Tell(
        rule="WAR-01",
        on=(HandedToOthers,),
        to=(Role.RESIDENT, Role.ENGINEERING_SUPERVISOR),
        text="本单转保修或外单位处理，单位与预计答复时间见维修单",
    ),
    Tell(rule="WAR-01", on=(OthersReported,), to=(Role.RESIDENT,), text="保修或外单位已有结果，见维修单"),
    Tell(
        rule="WAR-01",
        on=(OthersReported,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="保修或外单位未处理，请派工",
        when=lambda entry, file: comes_back(entry),  # noqa: ARG005
    ),
)

STAGES = (
    Stage(name="等待外单位", after=(HandedToOthers,)),
    Stage(name="待派工", after=(OthersReported,)),
)
