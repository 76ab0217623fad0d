"""What is looked at, agreed and kept on record around the work itself in a resident's home."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCalledFor(Event):
    """REP-04: a complex fault, graded for good only after somebody has looked at it on the site."""

    type: Literal["survey_called_for"] = "survey_called_for"
    label: ClassVar[str] = "列为复杂问题"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed(Event):
    """REP-04: what was found."""

    type: Literal["surveyed"] = "surveyed"
    label: ClassVar[str] = "现场勘查"
    finding: str


class WorkKind(StrEnum):
    """REP-126 to REP-128: what kind of work it is by the time that it should take."""

    SIMPLE = "简易维修"
    OTHER = "其他维修"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkClassified(Event):
    """REP-126: a bulb, a lock, a small part; or not. May be said again, the last word counts."""

    type: Literal["work_classified"] = "work_classified"
    label: ClassVar[str] = "维修分类"
    work_kind: WorkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionAgreed(Event):
    """REP-127: the resident was told by when it will be done, and agreed."""

    type: Literal["completion_agreed"] = "completion_agreed"
    label: ClassVar[str] = "约定完成时间"
    finish_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDoneChanged(Event):
    """REP-10: the work will be done at another moment than the resident was told. The last word counts."""

    type: Literal["expected_done_changed"] = "expected_done_changed"
    label: ClassVar[str] = "改预计完成"
    expected_done: datetime
    reason: str


class Payment(StrEnum):
    """CMP-11."""

    PAID = "有偿"
    FREE = "无偿"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStated(Event):
    """CMP-11: the front desk has found out whether the customer pays for it. The last word counts."""

    type: Literal["payment_stated"] = "payment_stated"
    label: ClassVar[str] = "有偿无偿"
    payment: Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted(Event):
    """FEE-12: the customer was told beforehand what an item costs; amount (CNY) and version are set by the desk."""

    type: Literal["quoted"] = "quoted"
    label: ClassVar[str] = "前台报价"
    item: str
    amount: Decimal = Decimal(0)
    price_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAccepted(Event):
    """FEE-13: and accepts it."""

    type: Literal["quote_accepted"] = "quote_accepted"
    label: ClassVar[str] = "认可报价"
    agreed_by: str


class Means(StrEnum):
    """How somebody said it."""

    IN_PERSON = "当面"
    TELEPHONE = "电话"
    WECHAT = "微信"
    IN_WRITING = "书面"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAgreed(Event):
    """REP-35: who agreed to the repair at what price (CNY, all of it), and how; what costs more is agreed anew."""

    type: Literal["cost_agreed"] = "cost_agreed"
    label: ClassVar[str] = "同意收费并维修"
    amount: Decimal
    agreed_by: str
    means: Means


class SiteItem(StrEnum):
    """What a repairer does in a home beside the repair, in its order."""

    TIDY = "整理工具着装"
    ADMITTED = "敲门征得同意后入户"
    CARD_SHOWN = "出示工作证件并说明来意"
    CONTENT_CONFIRMED = "与业主再次确认维修内容"
    MAT_LAID = "铺设防护垫"
    BY_THE_RULES = "按维修操作规程作业"
    KEPT_CLEAN = "保持整洁、垃圾装袋"
    DEMONSTRATED = "演示并讲明使用方法"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChecked(Event):
    """REP-110 to REP-115, REP-119: what of the site's checklist is done; ticked as it is done, in as many parts."""

    type: Literal["site_checked"] = "site_checked"
    label: ClassVar[str] = "现场检查单"
    items: tuple[SiteItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialSupplied(Event):
    """MAT-03: the resident has material of his own for it."""

    type: Literal["material_supplied"] = "material_supplied"
    label: ClassVar[str] = "住户自备材料"
    material: str


class MaterialFinding(StrEnum):
    """MAT-04."""

    GOOD = "合格"
    UNFIT = "不合格"
    POOR = "质量不佳"
    OTHER = "其他"


class MaterialChoice(StrEnum):
    """MAT-06: the resident's, and nobody else's."""

    USE = "使用"
    REPLACE = "更换"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialChecked(Event):
    """MAT-03 to MAT-06. ``warned``: of what comes of unfit material. ``remark`` says what 其他 is."""

    type: Literal["material_checked"] = "material_checked"
    label: ClassVar[str] = "核验自备材料"
    finding_of_material: MaterialFinding
    remark: str = ""
    warned: bool = False
    choice: MaterialChoice | None = None


class Resource(StrEnum):
    """REP-116."""

    WATER = "水"
    ELECTRICITY = "电"
    OTHER = "其他"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUsed(Event):
    """REP-116: something of the owner's was used, who had agreed to it before."""

    type: Literal["resource_used"] = "resource_used"
    label: ClassVar[str] = "使用业主水电"
    resource: Resource
    consented: bool = False
    agreed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFound(Event):
    """REP-117: another problem, or a danger, that the owner was told of with what to do about it."""

    type: Literal["problem_found"] = "problem_found"
    label: ClassVar[str] = "发现其他问题"
    problem: str
    proposal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherWorkAgreed(Event):
    """REP-118, FEE-106: what else is to be done, its fee (CNY) and by when, and who agreed to it.

    ``item``: of the list, whose price the fee then is; empty where it has none, and 工程部主管 sets the fee (FEE-02).
    """

    type: Literal["further_work_agreed"] = "further_work_agreed"
    label: ClassVar[str] = "追加维修"
    work: str
    fee: Decimal
    finish_by: datetime
    agreed_by: str
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceStated(Event):
    """REP-120, REP-123: whether the owner is satisfied with what was done."""

    type: Literal["acceptance_stated"] = "acceptance_stated"
    label: ClassVar[str] = "住户验收"
    satisfied: bool
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderFiled(Event):
    """REP-122: 工程部 keeps the signed order under ``reference``."""

    type: Literal["work_order_filed"] = "work_order_filed"
    label: ClassVar[str] = "工程部存档"
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported(Event):
    """REP-131: how far a department is."""

    type: Literal["progress_reported"] = "progress_reported"
    label: ClassVar[str] = "进展"
    text: str


OnSiteEvent = (
    SurveyCalledFor
    | Surveyed
    | WorkClassified
    | CompletionAgreed
    | ExpectedDoneChanged
    | PaymentStated
    | Quoted
    | QuoteAccepted
    | CostAgreed
    | SiteChecked
    | MaterialSupplied
    | MaterialChecked
    | ResourceUsed
    | ProblemFound
    | FurtherWorkAgreed
    | AcceptanceStated
    | WorkOrderFiled
    | ProgressReported
)
