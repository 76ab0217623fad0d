"""WAR-01: repairs under warranty, or of another organisation, wait with a date until it is known what became of them.

Their own procedure is not there yet: the front desk follows them by hand.
"""

from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events.on_site import CompletionAgreed, FurtherWorkAgreed, QuoteAccepted, Quoted, SurveyCalledFor
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import AppointmentMoved, ArrivalTold
from domain.events.review import SentToReview
from domain.events.work import ArrivedOnSite, Paused, Resumed
from domain.ladder import Again, Breach, Warn
from domain.limits import Promised
from domain.pauses import running
from domain.people import Role
from domain.rulebook.repair import reading
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


def _ours(position: Position) -> bool:
    return not _handed(position)


def _goes_on(position: Position) -> bool:
    return running(position.file) is None


def _no_danger(position: Position) -> bool:
    """REP-104, REP-124: a danger stays one, whoever is to repair it, until somebody of the company has been there.

    It is gone to first and handed on from the site: with others, or with a resident who thinks about a price, nobody
    of the company would be on the way, and the limits that send him would run on with nobody to meet them.
    """
    if not reading.is_danger(position.file):
        return True
    return any(isinstance(entry.event, ArrivedOnSite) for entry in reading.this_round(position.file))


GATES = (
    Gate(
        rule="REP-124",
        on=(HandedToOthers, SentToReview, SurveyCalledFor),
        stands_open=_no_danger,
        field="event.type",
        remedy="紧急报修须先派人到场控制险情，到场之后再转保修、外单位、收费评审或列为复杂问题",
        english="In an emergency somebody goes there first; it is handed on, reviewed or surveyed from the site.",
    ),
    Gate(
        rule="REP-09",
        on=(HandedToOthers,),
        stands_open=_goes_on,
        opened_by=(Resumed,),
        field="event.type",
        remedy="本单已暂停，请先登记「恢复」，再转保修或外单位",
        english="The work is paused; record resumed first, then hand it on.",
    ),
    Gate(
        rule="WAR-01",
        on=(
            AppointmentMoved,
            ArrivalTold,
            CompletionAgreed,
            FurtherWorkAgreed,
            SurveyCalledFor,
            Paused,
            Quoted,
            QuoteAccepted,
        ),
        stands_open=_ours,
        field="event.type",
        remedy="本单已转保修或外单位，待其结果登记之后再办",
        english="The case is with others; nothing is agreed or put off for us before they have reported.",
    ),
    Gate(
        rule="WAR-01",
        on=(HandedToOthers,),
        holds=_ahead,
        field="event.answer_by",
        remedy=f"须填写预计答复时间，在此刻之后、{LONGEST_WAIT.days}日之内；到时可再登记延后",
        english="Say by when they are to be heard of: a moment ahead, within "
        f"{LONGEST_WAIT.days} days; it can be put off then.",
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
