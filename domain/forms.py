"""The paper forms of the desk as data: which copies each has, and what one printed sheet of it says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.events import Event, Withdrawn
from domain.events.on_site import (
    AcceptanceStated,
    CompletionAgreed,
    CostAgreed,
    ExpectedDoneChanged,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialFinding,
    MaterialSupplied,
    PaymentStated,
    ProblemFound,
    QuoteAccepted,
    Quoted,
    ResourceUsed,
)
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CustomerCopyGiven,
    FaultCompared,
    FeedbackGiven,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    SetOut,
    SignatureExcused,
    TrialDone,
    Wanted,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent
from domain.events.work import ArrivedOnSite, Paused, Reassigned, Resumed, WorkStarted
from domain.people import CaseNo
from domain.pricing import ChargeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCopy:
    """One of the copies (联) of a form.

    ``internal``: stays in the company, so it may show what a repair cost us, and every step of it.
    """

    number: int
    name: str
    holder: str
    purpose: str
    internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of form; ``code`` names it to machines."""

    code: str
    title: str
    copies: tuple[FormCopy, ...]

    def copy(self, number: int) -> FormCopy | None:
        """The copy of that number, counted from 1, or None."""
        return next((copy for copy in self.copies if copy.number == number), None)

    @property
    def slug(self) -> str:
        """As an address names it."""
        return self.code.replace("_", "-")


REPAIR_ORDER = Form(
    code="repair_order",
    title="维修单",
    copies=(
        FormCopy(number=1, name="第一联", holder="客户", purpose="缴费依据", internal=False),
        FormCopy(number=2, name="第二联", holder="客服部", purpose="留存", internal=True),
        FormCopy(number=3, name="第三联", holder="财务部", purpose="核算", internal=True),
        FormCopy(number=4, name="第四联", holder="客服前台", purpose="存根", internal=True),
    ),
)
"""REP-23: 一式四份. REP-42, REP-46, REP-48 say who holds the first three; the fourth is the desk's own stub."""

INSPECTION_SHEET = Form(
    code="inspection_sheet",
    title="公共区域现场巡视表",
    copies=(
        FormCopy(number=1, name="第一联", holder="前台", purpose="留存", internal=True),
        FormCopy(number=2, name="第二联", holder="工程部", purpose="签收维修", internal=True),
    ),
)
"""PUB-02, PUB-03: the order of a public-facility repair."""

SEEN_BY_CUSTOMERS: frozenset[type[Event]] = frozenset(
    {
        RequestReceived,
        AnsweredWithPlan,
        ArrivalTold,
        AppointmentMoved,
        Assigned,
        Reassigned,
        OrderTaken,
        SetOut,
        ArrivedOnSite,
        FaultCompared,
        PriceShown,
        ConsentGiven,
        ConsentRefused,
        RefusalExplained,
        RefusalSigned,
        WorkStarted,
        WorkFinished,
        TrialDone,
        ResidentSigned,
        SignatureExcused,
        CustomerCopyGiven,
        FeedbackGiven,
        Withdrawn,
        CompletionAgreed,
        ExpectedDoneChanged,
        PaymentStated,
        Quoted,
        QuoteAccepted,
        ReviewAnswered,
        ReviewConsent,
        FoundUnlisted,
        CostAgreed,
        MaterialSupplied,
        MaterialChecked,
        ResourceUsed,
        ProblemFound,
        FurtherWorkAgreed,
        AcceptanceStated,
        HandedToOthers,
        OthersReported,
        Paused,
        Resumed,
    }
)
"""The steps that a copy which leaves the company tells: what is done with and for the customer.

Grading, remarks, urging, limits and the way of the company's own copies (REP-43 to REP-48) are none of it.
"""

MATERIAL_FINDINGS = tuple(MaterialFinding)
"""MAT-04: what 备注栏 says of the resident's own material."""

TRIAL_RESULTS = ("合格", "不合格")
"""REP-40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed and when; on paper the name is set in the box."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One line of the step log."""

    at: datetime
    what: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCharge:
    """A charge with the words of the price list for it."""

    name: str
    unit: str
    line: ChargeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every printed copy shows. An empty text or None is not known yet: its place stays blank, to be filled in
    by pen. ``as_of`` is the moment up to which the sheet tells the case; it dates the document. ``printing`` counts
    from 1; from 2 on the sheet is a 补打. ``round``: of a case reopened after its form was filed each has its own.
    """

    copy: FormCopy
    no: CaseNo
    estate: str
    as_of: datetime
    printing: int
    round: int = 1
    drill: bool = False
    steps: tuple[StepLine, ...] = ()

    @property
    def reprint(self) -> int:
        """How often this copy was printed again: 0 for the first printing."""
        return self.printing - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionSheet(Sheet):
    """A copy of a 《公共区域现场巡视表》 (PUB-01 to PUB-07, PUB-101). ``cleared`` is None until the work is done."""

    place: str
    facility: str
    fault: str
    hazard: str
    content: str
    channel: str
    reporter: str
    phone: str = ""
    found_at: datetime | None = None
    reported_at: datetime
    notified_at: datetime | None = None
    signed_for: Signature | None = None
    repairer: str = ""
    arrived_at: datetime | None = None
    work_started_at: datetime | None = None
    expected_done: datetime | None = None
    repaired: Signature | None = None
    notes: str = ""
    parts: str = ""
    cleared: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairOrderSheet(Sheet):
    """Everything that one printed copy of a 《维修单》 shows (REP-22, REP-23, REP-33, REP-38, REP-41, FEE-03).

    ``charges`` is None until the work is finished, and empty when nothing is due; ``payment`` is what was said before.
    """

    household: str
    address: str
    phone: str
    content: str
    wanted: Wanted
    fault: str
    urgency: str = ""
    channel: str
    received_at: datetime
    repairer: str = ""
    complete_by: datetime | None = None
    expected_arrival: datetime | None = None
    expected_done: datetime | None = None

    reported_item: str = ""
    actual_item: str = ""
    price_version: str = ""
    charges: tuple[SheetCharge, ...] | None = None
    payment: str = ""
    cost: Decimal | None = None
    consent: str = ""
    refusal_reason: str = ""

    work_started_at: datetime | None = None
    work_finished_at: datetime | None = None
    trial: str = ""
    material: str = ""
    remarks: str = ""
    feedback: str = ""

    resident_signed: Signature | None = None
    repairer_signed: Signature | None = None
    supervisor_signed: Signature | None = None
