"""REP-04: what is complex is looked at on the site first, and graded and worked on after that."""

from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import Withdrawn
from domain.events.on_site import CostAgreed, SurveyCalledFor, Surveyed
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import Assessed, ConsentGiven, ConsentRefused, FormCollected, FormFilled
from domain.events.work import EngineeringNotified, WorkStarted
from domain.ladder import Breach, Warn
from domain.limits import Within
from domain.people import Role
from domain.rulebook.open_values import OV_04
from domain.rulebook.repair import outside, reading
from domain.rulebook.rows import Before, Gate, Position, Right, Stage, Tell
from domain.rulebook.work import ENGINEERING, FOLLOWS

RIGHTS = (
    Right(rule="REP-04", events=(SurveyCalledFor,), posts=ENGINEERING),
    Right(rule="REP-04", events=(Surveyed,), posts=(*ENGINEERING, Role.REPAIRER)),
)


def calls_for_survey(entry: Entry) -> bool:
    """What is still to be surveyed when others give it back has its time anew."""
    return isinstance(entry.event, SurveyCalledFor) or outside.comes_back(entry)


def awaits_survey(file: CaseFile) -> bool:
    """REP-04: one was called for, and nobody has looked at it yet; what is signed for or refused waits for none."""
    last = file.last_entry(SurveyCalledFor, Surveyed, ConsentRefused, *reading.WORK_ACCEPTED)
    return last is not None and isinstance(last.event, SurveyCalledFor)


def is_held_up(file: CaseFile) -> bool:
    """Nobody can be sent: it is not graded, and is not to be before the survey."""
    return awaits_survey(file) and not file.has(Assessed)


def held_up_until(file: CaseFile) -> datetime | None:
    """When the survey was done that the first grade waited for; None: it waited for none."""
    graded = next((entry.number for entry in file if isinstance(entry.event, Assessed)), file.last_number + 1)
    surveys = [entry.at for entry in file if isinstance(entry.event, Surveyed) and entry.number < graded]
    return surveys[-1] if surveys else None


SURVEYED = Obligation(
    rule="REP-04",
    label="复杂问题现场勘查",
    owed_by=Role.ENGINEERING,
    counts_from=(SurveyCalledFor, OthersReported),
    starts_if=calls_for_survey,
    met_by=(Surveyed,),
    lapses_on=(HandedToOthers,),
    limit=Within(OV_04),
    only_if=awaits_survey,
    ladder=(
        Warn(tell=(Role.ENGINEERING,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

BEFORE = tuple(
    Before(rule="REP-04", event=kind, first=Surveyed, when=awaits_survey) for kind in (Assessed, WorkStarted)
)
"""It is what is awaited in their place."""


def _awaits_survey(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return awaits_survey(file)


STAGE = Stage(
    name="待现场勘查",
    after=(SurveyCalledFor, FormFilled, EngineeringNotified, FormCollected, ConsentGiven, CostAgreed),
    when=_awaits_survey,
)
"""Whatever of the paper or the price comes meanwhile, it goes no further without the survey."""


def _surveyed(position: Position) -> bool:
    return not awaits_survey(position.file)


def _survey_called_for(position: Position) -> bool:
    return awaits_survey(position.file)


GATES = (
    Gate(
        rule="REP-04",
        on=(SurveyCalledFor,),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不再勘查；反馈未解决的，重新打开后再列",
        english="The work is signed for and surveyed no more, unless feedback reopens it.",
    ),
    Gate(
        rule="REP-04",
        on=(Surveyed,),
        stands_open=_survey_called_for,
        field="event.type",
        remedy="本单未列为复杂问题，或已勘查过",
        english="No survey is called for, or it is done; record survey_called_for first.",
    ),
    Gate(
        rule="REP-04",
        on=(Assessed, WorkStarted),
        stands_open=_surveyed,
        opened_by=(Surveyed,),
        field="event.type",
        remedy="复杂问题须先现场勘查，请先登记「现场勘查」",
        english="A complex fault is graded, and worked on, only after the survey; record surveyed first.",
    ),
)

TELLS = (
    Tell(
        rule="REP-13",
        on=(Withdrawn, HandedToOthers),
        to=(Role.ENGINEERING,),
        text="本单已撤单或转保修、外单位，不必再现场勘查",
        when=_awaits_survey,
    ),
    Tell(rule="REP-04", on=(SurveyCalledFor,), to=(Role.ENGINEERING,), text="列为复杂问题，请现场勘查后定级"),
    Tell(rule="REP-04", on=(Surveyed,), to=(Role.ENGINEERING_SUPERVISOR,), text="已现场勘查，请定级"),
)
