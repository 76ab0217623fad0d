"""For every event that people record: what somebody might plausibly say in it, as a case stands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from domain.case_file import CaseFile
from domain.docket import Docket
from domain.events import AnyEvent, Event, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.joining import (
    CalledAgain,
    Caller,
    CameAfter,
    Matter,
    MergedInto,
    MergeTaken,
    MergeUndone,
    Settled,
    ToldApart,
)
from domain.events.on_site import (
    AcceptanceStated,
    CompletionAgreed,
    CostAgreed,
    ExpectedDoneChanged,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialChoice,
    MaterialFinding,
    MaterialSupplied,
    Means,
    Payment,
    PaymentStated,
    ProblemFound,
    ProgressReported,
    QuoteAccepted,
    Quoted,
    Resource,
    ResourceUsed,
    SiteChecked,
    SiteItem,
    SurveyCalledFor,
    Surveyed,
    WorkClassified,
    WorkKind,
    WorkOrderFiled,
)
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.public import FacilityFaultReported, FacilityRepaired, Hazard, RepairerArranged, SheetSignedFor
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    Channel,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    SetOut,
    SignatureExcused,
    Situation,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    CostsReckoned,
    Routine,
    RoutineChecked,
    RoutineDue,
)
from domain.events.sending import HelpersSent, OrderDeclined
from domain.events.work import (
    ArrivedOnSite,
    CustomerContacted,
    EngineeringNotified,
    Paused,
    PauseReason,
    Reassigned,
    Resumed,
    WorkStarted,
)
from domain.people import CaseNo, Role
from domain.pricing import REVIEWED_ITEM, ChargeKind, ChargeLine
from domain.rulebook.repair import costing, own_material, reading, reviewing
from domain.rulebook.repair.reading import copies_back, is_immediate_situation
from domain.rulebook.routine.plans import BY_ROUTINE
from domain.rulebook.sending import crew, who
from tests.domain.rulebook.public_beginnings import called, reported
from tests.domain.rulebook.routine_beginnings import ASKED, CHECKED, CHECKED_WITH_DEFECTS, SENT_BACK, planned
from tests.domain.story import OTHER_REPAIRER, REPAIRER, filled, person, received

FOREMAN = person("en-2", Role.ENGINEERING_SUPERVISOR, Role.REPAIRER)
"""A second supervisor, who does repairs himself."""

ANOTHER = CaseNo("REP-20261122-00001")
SENT = (REPAIRER.id, OTHER_REPAIRER.id, FOREMAN.id)
CHARGED = ChargeLine(
    item="W01", kind=ChargeKind.LABOUR, price_version="v1", unit_price=Decimal(30), quantity=Decimal(1),
    amount=Decimal(30),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What somebody has before him who fills in an event that happens ``at``."""

    file: CaseFile
    docket: Docket
    at: datetime

    @property
    def at_once(self) -> bool:
        """REP-125: nothing is put off."""
        return is_immediate_situation(self.file)

    def later(self, **length: float) -> datetime:
        return self.at + timedelta(**length)


def _acknowledged(scene: Scene) -> list[AnyEvent]:
    reached = [(duty, rung) for duty in scene.docket for rung in duty.reached]
    read: list[AnyEvent] = [NoticeAcknowledged(key=duty.key, cycle=duty.cycle, rung=rung) for duty, rung in reached]
    return read or [NoticeAcknowledged(key="REP-104", cycle=0, rung=0)]


def _extended(scene: Scene) -> list[AnyEvent]:
    """Of what may be extended and is not yet late; nothing where there is nothing."""
    return [
        ExtensionGranted(key=duty.key, until=duty.due.at + timedelta(minutes=30), reason="等配件")
        for duty in scene.docket.owed
        if duty.row.extendable_by and duty.breached_at is None and scene.at <= duty.due.at
    ]


def _copies_returned(scene: Scene) -> list[AnyEvent]:
    back = copies_back(scene.file)
    copies: list[AnyEvent] = [CopyReturned(copy=2), CopyReturned(copy=3)]
    return [event for event in copies if isinstance(event, CopyReturned) and event.copy not in back] or copies


def _reassigned(scene: Scene) -> list[AnyEvent]:
    """To whoever has it not already."""
    others = (staff for staff in SENT if staff != who(Role.REPAIRER, scene.file))
    return [Reassigned(repairer=staff, reason="换人") for staff in others]


def _helpers(scene: Scene) -> list[AnyEvent]:
    """Nobody twice; nothing where everybody is there already."""
    free = tuple(staff for staff in SENT if staff not in crew(scene.file))
    some: list[AnyEvent] = [HelpersSent(helpers=(staff,)) for staff in free]
    return [*some, HelpersSent(helpers=free)] if free else []


def _agreed(scene: Scene) -> list[AnyEvent]:
    """No later than what is agreed already, nor than a week from the report, which is within seven working days."""
    promised, within = scene.docket.find("REP-127"), scene.docket.find("REP-128")
    most = [promised.due.at] if promised and promised.owed else []
    most += [within.started_at + timedelta(days=7)] if within else []
    moments = () if scene.at_once else (scene.later(hours=3), scene.later(hours=30))
    return [CompletionAgreed(finish_by=moment) for moment in moments if all(moment <= last for last in most)]


def _assigned(scene: Scene) -> list[AnyEvent]:
    """What was reviewed and agreed to; else something of the list."""
    item = REVIEWED_ITEM if reviewing.is_to_be_sent(scene.file) else "W01"
    return [Assigned(repairer=repairer, team="水工班", item=item) for repairer in SENT]


def _cost(scene: Scene) -> Decimal:
    """Of reviewed work what it was reviewed at; of the list's any price may stand here."""
    return costing.reviewed_cost(scene.file) if costing.is_reviewed(scene.file) else Decimal(100)


def _material_checked(scene: Scene) -> list[AnyEvent]:
    """Once something was found unfit, first that the resident was warned of it and uses it."""
    used: list[AnyEvent] = [
        MaterialChecked(finding_of_material=one, remark="旧件", warned=True, choice=MaterialChoice.USE)
        for one in (*own_material.UNFIT, MaterialFinding.OTHER)
    ]
    good = MaterialChecked(finding_of_material=MaterialFinding.GOOD)
    replaced = MaterialChecked(finding_of_material=MaterialFinding.POOR, warned=True, choice=MaterialChoice.REPLACE)
    unwarned = MaterialChecked(finding_of_material=MaterialFinding.UNFIT)
    if {own_material.Thing.UNWARNED, own_material.Thing.TO_REPLACE} & set(own_material.things(scene.file)):
        return [*used, good, replaced, unwarned]
    return [good, *used, replaced, unwarned]


def _finished(scene: Scene) -> list[AnyEvent]:
    return [
        WorkFinished(fault=FaultKind.WATER, no_charge=True),
        *(WorkFinished(fault=FaultKind.WATER, charges=(line,)) for line in _charged(scene)),
    ]


def _charged(scene: Scene) -> Iterator[ChargeLine]:
    """By what was found on the site; of a round without a review nothing is charged for reviewed work."""
    amount = reviewing.reviewed_amount(scene.file)
    if not costing.is_reviewed(scene.file):
        yield replace(CHARGED, item=reading.item(scene.file) or CHARGED.item)
    elif amount is not None:
        yield replace(
            CHARGED, item=REVIEWED_ITEM, kind=ChargeKind.OTHER, price_version="", unit_price=amount, amount=amount
        )


Maker = Callable[[Scene], list[AnyEvent]]


def _always(*events: AnyEvent) -> Maker:
    return lambda scene: list(events)  # noqa: ARG005  # the shape of a maker


MAKERS: Mapping[type[Event], Maker] = {
    # any case
    Noted: _always(Noted(text="门禁密码已留")),
    Urged: _always(Urged(), Urged(text="请尽快")),
    NoticeAcknowledged: _acknowledged,
    ExtensionGranted: _extended,
    Withdrawn: _always(Withdrawn(reason="住户自行修好")),
    CalledAgain: _always(
        CalledAgain(channel=Channel.WECHAT, content="还在漏", phone="2"),
        CalledAgain(channel=Channel.PATROL, content="还在漏"),
    ),
    MergedInto: _always(MergedInto(into=ANOTHER, reason="同一处漏水")),
    MergeTaken: _always(MergeTaken(merged=ANOTHER, callers=(Caller(channel="电话", content="漏水", phone="3"),))),
    MergeUndone: _always(
        MergeUndone(merged=ANOTHER, later=ANOTHER, callers=(Caller(channel="电话", content="漏水", phone="3"),))
    ),
    CameAfter: _always(CameAfter(after=ANOTHER, reason="又坏了")),
    ToldApart: _always(*(ToldApart(matter=matter) for matter in Matter)),
    Settled: _always(Settled(text="已当面道歉")),
    # any repair
    EngineeringNotified: _always(EngineeringNotified()),
    Reassigned: _reassigned,
    OrderDeclined: _always(OrderDeclined(reason="工具不在手")),
    HelpersSent: _helpers,
    ArrivedOnSite: _always(ArrivedOnSite()),
    WorkStarted: lambda scene: [WorkStarted(expected_done=scene.later(hours=hours)) for hours in (1, 100)],
    CustomerContacted: _always(CustomerContacted(text="已告知配件明日到")),
    Paused: lambda scene: [
        Paused(waits_for=reason, resumes_at=scene.later(hours=hours))
        for reason, hours in zip(PauseReason, (1, 5, 30, 90), strict=True)
    ],
    Resumed: _always(Resumed()),
    # of a home
    RequestReceived: _always(*map(received, Situation)),
    FormFilled: lambda scene: [
        filled(),
        *(filled(scene.later(minutes=minutes)) for minutes in (() if scene.at_once else (8, 90, 3000))),
    ],
    ArrivalTold: lambda scene: [ArrivalTold(expected=scene.later(minutes=minutes)) for minutes in (20, 600)],
    AnsweredWithPlan: _always(AnsweredWithPlan(plan="明早上门")),
    AppointmentMoved: lambda scene: [
        AppointmentMoved(wanted=wanted, reason="住户外出")
        for wanted in (
            AS_SOON_AS_POSSIBLE,
            *(() if scene.at_once else (scene.later(minutes=8), scene.later(hours=5), scene.later(days=4))),
        )
    ],
    FormCollected: _always(FormCollected()),
    Assessed: _always(*(Assessed(urgency=urgency) for urgency in (Urgency.REGULAR, Urgency.URGENT, Urgency.LOW))),
    Assigned: _assigned,
    OrderTaken: _always(OrderTaken()),
    SetOut: _always(SetOut()),
    FaultCompared: _always(FaultCompared(matches=True), FaultCompared(matches=False, actual_item="W02")),
    PriceShown: _always(PriceShown(price_version="v1")),
    ConsentGiven: _always(ConsentGiven()),
    SurveyCalledFor: _always(SurveyCalledFor(reason="墙内暗管")),
    Surveyed: _always(Surveyed(finding="接头渗水")),
    WorkClassified: _always(*(WorkClassified(work_kind=kind) for kind in WorkKind)),
    CompletionAgreed: _agreed,
    ExpectedDoneChanged: lambda scene: [
        ExpectedDoneChanged(expected_done=scene.later(hours=hours), reason="配件晚到") for hours in (3, 100)
    ],
    PaymentStated: _always(*(PaymentStated(payment=payment) for payment in Payment)),
    Quoted: _always(Quoted(item="W01", amount=Decimal(80), price_version="v1")),
    QuoteAccepted: _always(QuoteAccepted(agreed_by="住户")),
    CostAgreed: lambda scene: [CostAgreed(amount=_cost(scene), agreed_by="住户", means=means) for means in Means],
    SiteChecked: _always(SiteChecked(items=tuple(SiteItem)), SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,))),
    MaterialSupplied: _always(MaterialSupplied(material="水龙头")),
    MaterialChecked: _material_checked,
    ResourceUsed: _always(*(ResourceUsed(resource=one, consented=True, agreed_by="住户") for one in Resource)),
    ProblemFound: _always(ProblemFound(problem="阀门锈死", proposal="更换阀门")),
    FurtherWorkAgreed: lambda scene: [
        FurtherWorkAgreed(
            work="换阀门", item="W02", fee=Decimal(60), finish_by=scene.later(hours=hours), agreed_by="住户"
        )
        for hours in (2, 40)
    ],
    AcceptanceStated: _always(AcceptanceStated(satisfied=True), AcceptanceStated(satisfied=False, remark="仍渗水")),
    WorkOrderFiled: _always(WorkOrderFiled(reference="G-1")),
    ProgressReported: _always(ProgressReported(text="配件已订")),
    HandedToOthers: lambda scene: [
        HandedToOthers(others=others, unit="某建设单位", answer_by=scene.later(hours=30), reason="在保修期内")
        for others in Others
    ],
    OthersReported: _always(
        OthersReported(settled=True, text="已修好"), OthersReported(settled=False, text="不在保修范围")
    ),
    SentToReview: _always(SentToReview(work="拆改暗管")),
    FoundUnlisted: _always(FoundUnlisted(work="更换整段暗管")),
    Reviewed: _always(Reviewed(feasible=True, amount=Decimal(90)), Reviewed(feasible=False, remark="须动结构")),
    ReviewAnswered: _always(ReviewAnswered(text="可以维修，90 元")),
    ReviewConsent: _always(
        *(ReviewConsent(cost_accepted=a, repair_agreed=b) for a, b in ((True, True), (True, False), (False, False)))
    ),
    ConsentRefused: _always(ConsentRefused(reminded=True)),
    RefusalExplained: _always(RefusalExplained()),
    RefusalSigned: _always(RefusalSigned(reason="嫌贵")),
    RefusalFiled: _always(RefusalFiled(reference="B-1")),
    WorkFinished: _finished,
    TrialDone: _always(TrialDone(passed=True), TrialDone(passed=False, remark="仍渗水")),
    ResidentSigned: _always(ResidentSigned(signer="住户", signature="s-1")),
    SignatureExcused: _always(SignatureExcused(reason="住户不在")),
    CustomerCopyGiven: _always(CustomerCopyGiven()),
    CopyReturned: _copies_returned,
    CopiesConfirmed: _always(CopiesConfirmed()),
    CopiesSentBack: _always(CopiesSentBack(reason="缺签字")),
    CopiesHandedOn: _always(CopiesHandedOn()),
    ReturnRegistered: _always(ReturnRegistered(reference="A-1")),
    FeedbackGiven: _always(FeedbackGiven(solved=True), FeedbackGiven(solved=False)),
    # of what is common to all
    FacilityFaultReported: _always(
        *(by_whom(hazard) for by_whom in (called, reported) for hazard in (Hazard.NONE, Hazard.MANHOLE))
    ),
    SheetSignedFor: _always(SheetSignedFor(collector=REPAIRER.id)),
    RepairerArranged: _always(*(RepairerArranged(repairer=repairer) for repairer in SENT)),
    FacilityRepaired: _always(FacilityRepaired(notes="换灯管", parts="灯管一支", site_cleared=True)),
    # by the calendar
    RoutineDue: _always(
        *map(planned, Routine),
        ASKED,
        CostsReckoned(month="2026-10", flagged=1),
        *(planned(routine, post) for routine in Routine for post in BY_ROUTINE[routine].posts[1:]),
    ),
    CleaningAsked: _always(ASKED),
    CostsReckoned: _always(CostsReckoned(month="2026-10", flagged=0)),
    RoutineChecked: _always(CHECKED, CHECKED_WITH_DEFECTS),
    CleaningDone: _always(CleaningDone(), CleaningDone(remark="已消毒")),
    CleaningPassed: _always(CleaningPassed()),
    CleaningSentBack: _always(SENT_BACK),
}
"""What might be said, the first of it what leads a case on to its end; of a new event, a line here."""
