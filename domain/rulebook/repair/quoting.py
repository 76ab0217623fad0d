"""CMP-11, FEE-12, FEE-13: whether the customer pays, and what he is told of the price before anybody is sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import AnyEvent, PeriodOver
from domain.events.joining import ToldApart
from domain.events.on_site import CostAgreed, Payment, PaymentStated, QuoteAccepted, Quoted
from domain.events.outside import HandedToOthers
from domain.events.repair import Assessed, Assigned, RequestReceived, Urgency
from domain.events.review import ReviewConsent, SentToReview
from domain.ladder import Again, Breach
from domain.limits import Within
from domain.people import Role
from domain.periods import Period
from domain.rulebook.open_values import OV_40_1, OV_40_2, OV_40_3
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Position, Question, Right, Tell
from domain.rulebook.work import DESK

CANNOT_WAIT = reading.URGENT_SITUATIONS | reading.IMMEDIATE_SITUATIONS

RIGHTS = (Right(rule="FEE-12", events=(PaymentStated, Quoted, QuoteAccepted), posts=DESK),)


@dataclass(slots=True, kw_only=True)
class _Price:
    """What is known of the price as the file goes on; ``is_open``: it is to be accepted before anybody is sent.

    ``quoted``: the item of the quote that stands, if one does.
    """

    payment: Payment | None = None
    quoted: str = ""
    accepted: bool = False
    dangerous: bool = False
    urgent: bool = False

    @property
    def is_open(self) -> bool:
        """Whatever is quoted is paid for, unless it is said since that it is free; no danger waits for a price."""
        asked = self.payment is Payment.PAID or (self.quoted != "" and self.payment is not Payment.FREE)
        return asked and not self.accepted and not self.dangerous and not self.urgent

    @property
    def awaits_word(self) -> bool:
        """The customer was told a price, and may still say yes to it."""
        return self.quoted != "" and not self.accepted

    @property
    def binds_to(self) -> str:
        """The item that he said yes to and pays for, none: empty."""
        return self.quoted if self.accepted and self.payment is not Payment.FREE else ""

    def take_in(self, event: AnyEvent) -> None:
        match event:
            case RequestReceived(situation=situation):
                self.dangerous = situation in CANNOT_WAIT
            case Assessed(urgency=urgency):
                self.urgent = urgency is Urgency.URGENT
            case PaymentStated(payment=payment):
                self.payment = payment
            case Quoted(item=item):
                self.quoted, self.accepted = item, False
            case QuoteAccepted() | CostAgreed():
                self.accepted = True
            case SentToReview():
                self.quoted, self.accepted = "", False
            case HandedToOthers() if self.awaits_word:
                self.quoted = ""
            case ReviewConsent() if event.agreed:
                self.accepted = True

    def begin_anew(self) -> None:
        """REP-47: what was not repaired for good is done again without any price being asked for anew."""
        self.payment, self.quoted, self.accepted = None, "", False


@dataclass(slots=True)
class _Course:
    """``sent``: somebody has the order, and nothing waits for a price any more. ``settled``: when one last ceased to be
    open before that; ``answered``: when one that was quoted did.
    """

    price: _Price = field(default_factory=_Price)
    sent: bool = False
    settled: datetime | None = None
    answered: datetime | None = None

    @property
    def holds_up(self) -> bool:
        return self.price.is_open and not self.sent

    @property
    def awaits_answer(self) -> bool:
        return self.holds_up and self.price.awaits_word

    def take_in(self, entry: Entry) -> None:
        held_up, awaited = self.holds_up, self.awaits_answer
        self.price.take_in(entry.event)
        if reading.unsolved(entry):
            self.price.begin_anew()
        self.sent = self._is_sent(entry)
        if held_up and not self.price.is_open:
            self.settled = entry.at
            self.answered = entry.at if awaited else self.answered

    def _is_sent(self, entry: Entry) -> bool:
        if isinstance(entry.event, Assigned):
            return True
        return self.sent and not (reading.unsolved(entry) or isinstance(entry.event, HandedToOthers))


def _course(file: CaseFile) -> _Course:
    course = _Course()
    for entry in file:
        course.take_in(entry)
    return course


def price_is_open(file: CaseFile) -> bool:
    """The customer pays, and has not accepted a price in this round; nobody is sent before, but to a danger."""
    return _course(file).price.is_open


def holds_up(file: CaseFile) -> bool:
    """It is open, and nobody has been sent in this round."""
    return _course(file).holds_up


def price_settled_at(file: CaseFile) -> datetime | None:
    """When it stood in nobody's way any more; None: it never did."""
    return _course(file).settled


def awaits_answer(file: CaseFile) -> bool:
    """What the front desk quoted is with the customer; before that it is the desk's own to quote and its clocks run."""
    return _course(file).awaits_answer


def answered_at(file: CaseFile) -> datetime | None:
    """When what was quoted was with the customer no more; None: nothing ever was."""
    return _course(file).answered


ANSWERED = Obligation(
    rule="FEE-13",
    part="住户答复",
    label="征询住户是否认可报价",
    owed_by=Role.FRONT_DESK,
    counts_from=(Quoted,),
    met_by=(QuoteAccepted,),
    limit=Within(OV_40_3),
    only_if=awaits_answer,
    ladder=(
        Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK)),
        Again(every=timedelta(days=1), tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK)),
    ),
)
"""OV-40: no clock of the work runs while he thinks, so that somebody has to ask; who never answers is withdrawn."""

PERIODS = tuple(
    Period(
        rule="FEE-13",
        part=part,
        label=f"等候住户认可报价，{part}",
        counts_from=(Quoted,),
        length=length,
        lapses_on=(QuoteAccepted, ToldApart),
        only_if=awaits_answer,
    )
    for part, length in (("首次提醒", OV_40_1), ("再次提醒", OV_40_2))
)


def _reminds(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, PeriodOver) and entry.event.rule == "FEE-13"


def payment(file: CaseFile) -> Payment | None:
    """What the front desk found out last."""
    stated = file.last(PaymentStated)
    return stated.payment if stated else None


def _something_to_accept(position: Position) -> bool:
    return _course(position.file).price.awaits_word


def _nothing_to_accept(position: Position) -> bool:
    return not price_is_open(position.file)


def _as_quoted(asked: Question) -> bool:
    """What was accepted is what somebody is sent for, until something else is quoted."""
    bound = _course(asked.file).price.binds_to
    return not isinstance(asked.event, Assigned) or bound in {"", asked.event.item}


GATES = (
    Gate(
        rule="FEE-12",
        on=(QuoteAccepted,),
        stands_open=_something_to_accept,
        opened_by=(Quoted,),
        field="event.type",
        remedy="没有待认可的报价，请先登记「前台报价」",
        english="No price was quoted that is not accepted yet; record quoted first.",
    ),
    Gate(
        rule="FEE-13",
        on=(Assigned,),
        stands_open=_nothing_to_accept,
        opened_by=(QuoteAccepted, Quoted),
        field="event.type",
        remedy="有偿或已报价的，须住户认可后才能派工：请登记「前台报价」「认可报价」；清单外的转收费评审",
        english="It is paid for, so the price is accepted before anybody is assigned: record quoted and "
        "quote_accepted, or have it reviewed where the list does not name it.",
    ),
    Gate(
        rule="FEE-13",
        on=(Assigned,),
        holds=_as_quoted,
        field="event.item",
        remedy="住户认可的是另一收费项目的报价；请按所报项目派工，或重新报价并经住户认可",
        english="The resident accepted the price of another item; assign that one, or quote anew.",
    ),
    Gate(
        rule="FEE-12",
        on=(Quoted, PaymentStated),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不再报价或改登有偿无偿",
        english="The work is signed for; nothing is quoted or said of its payment any more.",
    ),
)

TELLS = (
    Tell(rule="FEE-13", on=(QuoteAccepted,), to=(Role.ENGINEERING,), text="住户已认可报价，请领单安排"),
    Tell(
        rule="FEE-13", on=(PeriodOver,), to=(Role.FRONT_DESK,), text="住户尚未答复报价，请再次联系住户", when=_reminds
    ),
)
