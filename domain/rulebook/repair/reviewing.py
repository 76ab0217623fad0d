"""REP-28 to REP-31, FEE-02: work that the price list does not name, from the review to the resident's two answers."""

from datetime import datetime, timedelta
from decimal import Decimal

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import PeriodOver
from domain.events.joining import ToldApart
from domain.events.on_site import CostAgreed, QuoteAccepted, Quoted, Surveyed
from domain.events.outside import OthersReported
from domain.events.repair import Assigned, ConsentRefused, FeedbackGiven, FormCollected
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.ladder import Breach, Warn
from domain.limits import OnceFree, Within
from domain.people import Role
from domain.periods import Period
from domain.pricing import REVIEWED_ITEM
from domain.rulebook.open_values import OV_40_1, OV_40_2, OV_40_3
from domain.rulebook.repair import hindrances, outside, reading
from domain.rulebook.rows import Gate, Position, Question, Right, Stage, Tell
from domain.rulebook.work import DESK, FOLLOWS, ON_THE_JOB

ASKED = (SentToReview, FoundUnlisted)
UNANSWERED = "REP-30/期满"
"""The key of the period after which a resident who never answers is waited for no longer."""

NOT_FEASIBLE, NOT_ANSWERED = "不可维修", "住户未回复"
"""REP-29, OV-40: results of an order."""

RIGHTS = (
    Right(rule="REP-28", events=(SentToReview, Reviewed, ReviewAnswered), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-33", events=(FoundUnlisted,), posts=ON_THE_JOB, own_only=True),
    Right(rule="REP-30", events=(ReviewConsent,), posts=(Role.ENGINEERING_SUPERVISOR, *DESK)),
)


def calls_for_review(entry: Entry) -> bool:
    """What the review's fifteen minutes count from: the order in hand, at first or again once the resident has agreed
    to an earlier review, or the other fault found on the site.
    """
    agreed = isinstance(entry.event, ReviewConsent) and entry.event.agreed
    return (
        agreed
        or isinstance(entry.event, FormCollected | FoundUnlisted)
        or outside.comes_back(entry)
        or reading.unsolved(entry)
    )


def is_under_review(file: CaseFile) -> bool:
    return _is_open(file, Reviewed)


def is_unanswered(file: CaseFile) -> bool:
    return _is_open(file, ReviewAnswered)


def _is_open(file: CaseFile, end: type[Reviewed | ReviewAnswered]) -> bool:
    asked = file.last_entry(*ASKED, Assigned, FeedbackGiven)
    return (
        asked is not None
        and isinstance(asked.event, ASKED)
        and not any(isinstance(entry.event, end) for entry in file.after(asked.number))
    )


def awaits_consent(file: CaseFile) -> bool:
    """Nobody is there yet, and it is for the resident to say (REP-30)."""
    asked, reviewed = file.last_entry(*ASKED), file.last(Reviewed)
    before_the_site = asked is not None and isinstance(asked.event, SentToReview)
    return before_the_site and reviewed is not None and reviewed.feasible


def reviewed_amount(file: CaseFile) -> Decimal | None:
    """FEE-02: what the review of this round came to, in CNY; None: there was none, or it cannot be done."""
    asked = file.last_entry(*ASKED, FeedbackGiven)
    if asked is None or not isinstance(asked.event, ASKED):
        return None
    reviews = [entry.event for entry in file.after(asked.number) if isinstance(entry.event, Reviewed)]
    return reviews[-1].amount if reviews else None


def is_unanswered_for_good(entry: Entry) -> bool:
    return isinstance(entry.event, PeriodOver) and entry.event.key == UNANSWERED


def could_be_reviewed_since(file: CaseFile) -> datetime | None:
    """Not before somebody could be sent, nor before the survey that it was sent to review upon."""
    asked = file.last_entry(*ASKED)
    before = [entry for entry in file if asked is not None and entry.number < asked.number]
    surveyed = next((entry.at for entry in reversed(before) if isinstance(entry.event, Surveyed)), None)
    return max(filter(None, (hindrances.could_be_sent_since(file), surveyed)), default=None)


FIFTEEN_MINUTES = OnceFree(Within(timedelta(minutes=15)), could_be_reviewed_since)

OBLIGATIONS = (
    Obligation(
        rule="REP-28",
        label="清单外项目收费评审",
        owed_by=Role.ENGINEERING_SUPERVISOR,
        counts_from=(FormCollected, FeedbackGiven, FoundUnlisted, ReviewConsent, OthersReported),
        starts_if=calls_for_review,
        met_by=(Reviewed,),
        limit=FIFTEEN_MINUTES,
        only_if=is_under_review,
        ladder=(
            Warn(tell=(Role.ENGINEERING_SUPERVISOR,), press=FOLLOWS),
            Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        ),
    ),
    Obligation(
        rule="REP-29",
        label="回复住户可否维修",
        owed_by=Role.ENGINEERING_SUPERVISOR,
        counts_from=(FormCollected, FeedbackGiven, FoundUnlisted, ReviewConsent, OthersReported),
        starts_if=calls_for_review,
        met_by=(ReviewAnswered,),
        limit=FIFTEEN_MINUTES,
        only_if=is_unanswered,
        ladder=(
            Warn(tell=(Role.ENGINEERING_SUPERVISOR,)),
            Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        ),
    ),
)

PERIODS = (
    Period(
        rule="REP-30",
        part="首次提醒",
        label="等候住户答复，首次提醒",
        counts_from=(ReviewAnswered,),
        length=OV_40_1,
        lapses_on=(ReviewConsent, ToldApart),
        only_if=awaits_consent,
    ),
    Period(
        rule="REP-30",
        part="再次提醒",
        label="等候住户答复，再次提醒",
        counts_from=(ReviewAnswered,),
        length=OV_40_2,
        lapses_on=(ReviewConsent, ToldApart),
        only_if=awaits_consent,
    ),
    Period(
        rule="REP-30",
        part="期满",
        label="等候住户答复期满",
        counts_from=(ReviewAnswered,),
        length=OV_40_3,
        lapses_on=(ReviewConsent, ToldApart),
        only_if=awaits_consent,
    ),
)


def _amount_when_feasible(asked: Question) -> bool:
    return not isinstance(asked.event, Reviewed) or asked.event.feasible == (asked.event.amount is not None)


def _listed_or_agreed(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, Assigned) or event.item != REVIEWED_ITEM or is_agreed(asked.file)


def is_agreed(file: CaseFile) -> bool:
    """REP-30: of the last review, both answers are yes; on the site the consent to the cost says so."""
    if not file.has(*ASKED):
        return False
    for entry in reversed(file.since(*ASKED)):
        if isinstance(entry.event, ReviewConsent):
            return entry.event.agreed
        if isinstance(entry.event, CostAgreed | ConsentRefused):
            return isinstance(entry.event, CostAgreed)
    return False


def _as_reviewed(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, Assigned) or event.item == REVIEWED_ITEM or not is_to_be_sent(asked.file)


def is_to_be_sent(file: CaseFile) -> bool:
    """REP-31: the resident agreed in this round to what was reviewed, and that is what somebody is sent for."""
    said = (entry.event for entry in reading.this_round(file))
    return any(isinstance(event, ReviewConsent) and event.agreed for event in said)


def _priced_by_the_list(position: Position) -> bool:
    """REP-31: what was sent to review in this round has its price from there, and is what somebody is sent for."""
    return not any(isinstance(entry.event, SentToReview) for entry in reading.this_round(position.file))


GATES = (
    Gate(
        rule="REP-31",
        on=(Quoted, QuoteAccepted),
        stands_open=_priced_by_the_list,
        field="event.type",
        remedy="本单已转收费评审，费用以评审为准，不再另行报价或认可报价",
        english="The work was sent to review, which gives its price; nothing is quoted or accepted beside it.",
    ),
    Gate(
        rule="REP-28",
        on=(Reviewed,),
        holds=_amount_when_feasible,
        field="event.amount",
        remedy="可以维修的须填写维修费用；不可维修的不填",
        english="Give amount when the repair is feasible, and leave it out when it is not.",
    ),
    Gate(
        rule="REP-30",
        on=(Assigned,),
        holds=_listed_or_agreed,
        field="event.item",
        remedy="清单外项目须经收费评审，并由住户认可费用、同意维修后才能派工",
        english="Work that is not on the list is assigned only once reviewed and agreed to, both cost and repair.",
    ),
    Gate(
        rule="REP-31",
        on=(Assigned,),
        holds=_as_reviewed,
        field="event.item",
        remedy="本单已收费评审，住户已同意，派工项目须选「评审项目」；现场另有项目的，由维修人员在「现场确认」填写",
        english="What was reviewed and agreed to is what is assigned: item REVIEWED; what else is found on the site is "
        "said with fault_compared.",
    ),
)


def _to_be_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, ReviewConsent) and entry.event.agreed


def _says_no(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, ReviewConsent) and not entry.event.agreed


def _reminds(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, PeriodOver) and entry.event.rule == "REP-30" and entry.event.key != UNANSWERED


def _given_up(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_unanswered_for_good(entry)


TELLS = (
    Tell(
        rule="REP-33", on=(FoundUnlisted,), to=(Role.ENGINEERING_SUPERVISOR,), text="现场确认为清单外项目，请收费评审"
    ),
    Tell(
        rule="REP-30",
        on=(ReviewConsent,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="住户认可费用并同意维修，请派工",
        when=_to_be_sent,
    ),
    Tell(
        rule="REP-30",
        on=(ReviewConsent,),
        to=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),
        text="住户不认可费用或不同意维修，本单已按住户不同意结案，不再派工",
        when=_says_no,
    ),
    Tell(
        rule="REP-30",
        on=(PeriodOver,),
        to=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),
        text="住户尚未答复收费评审，请再次联系住户",
        when=_reminds,
    ),
    Tell(
        rule="REP-30",
        on=(PeriodOver,),
        to=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),
        text="住户一直未答复收费评审，本单已按住户未回复结案",
        when=_given_up,
    ),
)

STAGES = (
    Stage(name="收费评审中", after=ASKED),
    Stage(name="待回复住户", after=(Reviewed,)),
    Stage(name="待住户答复", after=(ReviewAnswered,), when=lambda entry, file: awaits_consent(file)),  # noqa: ARG005
    Stage(name="待住户同意", after=(ReviewAnswered,)),
    Stage(name="待派工", after=(ReviewConsent,), when=_to_be_sent),
)
