"""What happens in the repair of a resident's home, from the call to the filed 《维修单》."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event, Spot
from domain.people import StaffId
from domain.pricing import ChargeLine


class Channel(StrEnum):
    """REP-01, REP-101; ``PATROL``: by staff on their rounds."""

    TELEPHONE = "电话"
    WECHAT = "微信"
    APP = "物业APP"
    FRONT_DESK = "前台登记"
    PATROL = "巡查"
    OTHER = "其他"


class FaultKind(StrEnum):
    """REP-05: what kind of team the fault asks for."""

    WATER = "水"
    ELECTRICITY = "电"
    DOORS_WINDOWS = "门窗"
    MASONRY = "土建"
    APPLIANCE = "家电"
    OTHER = "其他"


class Situation(StrEnum):
    """REP-104, REP-124: states of a home that carry limits of their own."""

    ORDINARY = "一般"
    BURST_PIPE = "水管爆裂"
    SHORT_CIRCUIT = "电路短路"
    FLOODING = "水浸"
    POWER_FAILURE = "停电"
    WATER_FAILURE = "停水"
    BLOCKED_TOILET = "马桶堵塞"


class Urgency(StrEnum):
    """REP-03."""

    URGENT = "紧急"
    REGULAR = "常规"
    LOW = "低优先级"


Wanted = datetime | Literal["尽快"]
"""预约维修时间: a moment, or as soon as possible; never empty (REP-22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived(Event):
    """REP-02, REP-102: the call as it came; opens the case and starts its clocks."""

    type: Literal["request_received"] = "request_received"
    label: ClassVar[str] = "受理报修"
    channel: Channel
    room: str
    content: str
    phone: str
    fault: FaultKind
    situation: Situation = Situation.ORDINARY
    fault_since: datetime | None = None

    @property
    def spot(self) -> Spot:
        """The room, by the estate's own list."""
        about = self.fault if self.situation is Situation.ORDINARY else f"{self.fault}（{self.situation}）"
        return Spot(place=self.room, name="同一房号", about=about, where=self.room)

    @property
    def trade(self) -> str:
        return self.fault


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFilled(Event):
    """REP-21, REP-22: the 《维修单》 is complete; its four copies exist from here (REP-23)."""

    type: Literal["form_filled"] = "form_filled"
    label: ClassVar[str] = "填单完成"
    household: str
    address: str
    phone: str
    content: str
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalTold(Event):
    """REP-103: the resident was told when the repairer is expected."""

    type: Literal["arrival_told"] = "arrival_told"
    label: ClassVar[str] = "告知预计到达"
    expected: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredWithPlan(Event):
    """REP-14, REP-15 by OV-37: the resident was answered, and told what will be done."""

    type: Literal["answered_with_plan"] = "answered_with_plan"
    label: ClassVar[str] = "答复住户"
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCollected(Event):
    """REP-25: 工程部 has the 《维修单》 in hand; who acts is the collector."""

    type: Literal["form_collected"] = "form_collected"
    label: ClassVar[str] = "领单"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Event):
    """REP-03: how severe the fault is; may be said again, the last word counts."""

    type: Literal["assessed"] = "assessed"
    label: ClassVar[str] = "故障定级"
    urgency: Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    """REP-05 to REP-07. ``item`` is a code of the price list; ``complete_by`` is set by the desk (REP-06)."""

    type: Literal["assigned"] = "assigned"
    label: ClassVar[str] = "派工"
    repairer: StaffId
    team: str
    item: str
    override_reason: str = ""
    complete_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTaken(Event):
    """REP-07: the repairer knows the fault and has the order."""

    type: Literal["order_taken"] = "order_taken"
    label: ClassVar[str] = "接单"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMoved(Event):
    """REP-27: the resident agreed to another time."""

    type: Literal["appointment_moved"] = "appointment_moved"
    label: ClassVar[str] = "改约"
    wanted: Wanted
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOut(Event):
    """REP-105."""

    type: Literal["set_out"] = "set_out"
    label: ClassVar[str] = "出发"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCompared(Event):
    """REP-32, REP-33: the reported item against the actual one; if it differs, its code."""

    type: Literal["fault_compared"] = "fault_compared"
    label: ClassVar[str] = "现场确认"
    matches: bool
    actual_item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceShown(Event):
    """REP-34: which version of the 《有偿维修收费标准》 the resident saw."""

    type: Literal["price_shown"] = "price_shown"
    label: ClassVar[str] = "出示收费标准"
    price_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    """REP-35."""

    type: Literal["consent_given"] = "consent_given"
    label: ClassVar[str] = "住户同意"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Event):
    """REP-36: refused, and reminded to report again once they agree."""

    type: Literal["consent_refused"] = "consent_refused"
    label: ClassVar[str] = "住户不同意"
    reminded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalExplained(Event):
    """REP-37: the repairer is back and has explained; 工程部主管 says so."""

    type: Literal["refusal_explained"] = "refusal_explained"
    label: ClassVar[str] = "返回说明"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSigned(Event):
    """REP-38: one of the two signatures under the reason."""

    type: Literal["refusal_signed"] = "refusal_signed"
    label: ClassVar[str] = "未维修签字"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalFiled(Event):
    """REP-39."""

    type: Literal["refusal_filed"] = "refusal_filed"
    label: ClassVar[str] = "备案"
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFinished(Event):
    """REP-12, FEE-03: done, what the fault was, and each charge due; where none is, ``no_charge`` says so."""

    type: Literal["work_finished"] = "work_finished"
    label: ClassVar[str] = "维修完毕"
    fault: FaultKind
    charges: tuple[ChargeLine, ...] = ()
    no_charge: bool = False

    @property
    def charged(self) -> tuple[ChargeLine, ...]:
        return self.charges


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDone(Event):
    """REP-40."""

    type: Literal["trial_done"] = "trial_done"
    label: ClassVar[str] = "试用检查"
    passed: bool
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSigned(Event):
    """REP-41. ``signature`` refers to the image or paper that bears it."""

    type: Literal["resident_signed"] = "resident_signed"
    label: ClassVar[str] = "住户签字"
    signer: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureExcused(Event):
    """REP-41: the resident was absent; 工程部主管 answers for it."""

    type: Literal["signature_excused"] = "signature_excused"
    label: ClassVar[str] = "免签批准"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCopyGiven(Event):
    """REP-42: 第一联 is with the customer."""

    type: Literal["customer_copy_given"] = "customer_copy_given"
    label: ClassVar[str] = "第一联交客户"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReturned(Event):
    """REP-43: 第二联 or 第三联 is back with 工程部主管."""

    type: Literal["copy_returned"] = "copy_returned"
    label: ClassVar[str] = "交回联单"
    copy: Literal[2, 3]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesConfirmed(Event):
    """REP-44."""

    type: Literal["copies_confirmed"] = "copies_confirmed"
    label: ClassVar[str] = "主管确认"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesSentBack(Event):
    """REP-44: something is missing on them; the return (REP-43) is open again."""

    type: Literal["copies_sent_back"] = "copies_sent_back"
    label: ClassVar[str] = "退回联单"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesHandedOn(Event):
    """REP-48."""

    type: Literal["copies_handed_on"] = "copies_handed_on"
    label: ClassVar[str] = "移交前台"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRegistered(Event):
    """REP-45, REP-46: 返单; 第二联 is kept under ``reference``, 第三联 waits for 财务部."""

    type: Literal["return_registered"] = "return_registered"
    label: ClassVar[str] = "返单登记"
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackGiven(Event):
    """REP-11, REP-47."""

    type: Literal["feedback_given"] = "feedback_given"
    label: ClassVar[str] = "客户反馈"
    solved: bool
    remark: str = ""


RepairEvent = (
    RequestReceived
    | FormFilled
    | ArrivalTold
    | AnsweredWithPlan
    | FormCollected
    | Assessed
    | Assigned
    | OrderTaken
    | AppointmentMoved
    | SetOut
    | FaultCompared
    | PriceShown
    | ConsentGiven
    | ConsentRefused
    | RefusalExplained
    | RefusalSigned
    | RefusalFiled
    | WorkFinished
    | TrialDone
    | ResidentSigned
    | SignatureExcused
    | CustomerCopyGiven
    | CopyReturned
    | CopiesConfirmed
    | CopiesSentBack
    | CopiesHandedOn
    | ReturnRegistered
    | FeedbackGiven
)
