"""The fields of the forms on our pages: made from the event's own class, drawn, and read back as the API takes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from itertools import zip_longest
from typing import Any, Literal, get_args, get_origin, get_type_hints

from api.wire.events import CODES, LONG, SAID_BESIDE, SET_BY_THE_DESK
from domain.calendar import LOCAL
from domain.events import Event
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.on_site import FurtherWorkAgreed, MaterialChoice, SiteItem
from domain.events.public import Facility, FacilityFault, Hazard
from domain.events.repair import Wanted
from domain.events.routine import Defect
from domain.people import StaffId
from domain.pricing import ChargeKind, ChargeLine
from domain.rulebook.open_values import MOST_PAUSED

Given = Mapping[str, Sequence[str]]
Options = tuple[tuple[str, str], ...]
"""What is sent, and what is shown for it."""

LABELS: Mapping[str, str] = {
    "answer_by": "预计答复时间",
    "apart_from": "拆自",
    "others": "由谁处理",
    "settled": "已处理好",
    "unit": "单位名称",
    "agreed_by": "同意人",
    "amount": "金额（元）",
    "choice": "住户选择",
    "consented": "已事先征得同意",
    "cost_accepted": "认可费用",
    "feasible": "可以维修",
    "fee": "追加费用（元）",
    "finding": "勘查结果",
    "finding_of_material": "核验结果",
    "finish_by": "约定完成时间",
    "items": "已做到",
    "material": "自备材料",
    "means": "同意方式",
    "payment": "有偿或无偿",
    "problem": "发现的问题",
    "proposal": "处理建议",
    "repair_agreed": "同意维修",
    "resource": "使用",
    "satisfied": "满意",
    "warned": "已提示使用不当材料的后果",
    "work": "维修内容",
    "work_kind": "维修类别",
    "actual_item": "实际项目",
    "address": "地址",
    "after": "前单",
    "building": "楼栋",
    "callers": "来电人",
    "case_no": "转入单号",
    "channel": "报修渠道",
    "charges": "收费",
    "check": "检查单",
    "code": "计划编号",
    "collector": "签收人",
    "complete_by": "完成时限",
    "content": "报修内容",
    "copy": "第几联",
    "defect": "缺陷序号",
    "defects": "缺陷",
    "due": "须在此前完成",
    "equipment": "设备编号",
    "expected": "预计到达时间",
    "expected_done": "预计完成时间",
    "facility": "设施类别",
    "fault": "故障类型",
    "fault_since": "故障开始于",
    "findings": "检查情况",
    "flagged": "异常单数",
    "found_at": "发现时间",
    "hazard": "危急情形",
    "helpers": "增派人员",
    "household": "住户名称",
    "into": "并入哪张单",
    "item": "项目",
    "key": "时限",
    "lack": "不合之处",
    "later": "另立的单",
    "matches": "与所报相符",
    "matter": "属于",
    "merged": "并入的单",
    "month": "月份",
    "no_charge": "没有费用",
    "notes": "维修有关事项",
    "override_reason": "不按常规派工的原因",
    "parts": "所用材料配件",
    "passed": "试用合格",
    "phone": "电话",
    "place": "地点",
    "plan": "处理安排",
    "planned_for": "计划时间",
    "post": "责任岗位",
    "price_version": "收费标准",
    "reason": "原因",
    "reference": "归档编号",
    "remark": "备注",
    "reminded": "已提醒考虑好后再报修",
    "repairer": "维修人员",
    "reporter": "报修人",
    "result": "结果",
    "resumes_at": "预计恢复时间",
    "room": "房号",
    "routine": "例行事项",
    "signature": "签名凭据",
    "signer": "签字人",
    "site_cleared": "现场已清理",
    "situation": "情形",
    "solved": "已解决",
    "task": "清理内容",
    "team": "班组",
    "text": "内容",
    "though_elsewhere": "房号或故障类别不同，仍并入",
    "title": "名称",
    "until": "新时限",
    "urgency": "紧急程度",
    "waiver": "照派缘由",
    "waits_for": "等什么",
    "wanted": "预约维修时间",
    "where": "地点",
}
"""What staff call a field of an event."""

HINTS: Mapping[str, str] = {
    "actual_item": "相符时不填",
    "into": "写全单号，须未结案；其来电人一并转入该单",
    "charges": "按收费标准计价；没有费用则不填，并在下面注明",
    "override_reason": "班组对应、人员当班、有专长且未退过本单的不填",
    "amount": "如 120.00；同意收费的填全部费用，含已同意的追加维修；评审为不可维修的不填",
    "choice": "材料不合格时，由住户决定",
    "defects": "没有缺陷则不填；每个缺陷各立一单",
    "parts": "没有用料的，写「无」",
    "resumes_at": f"暂停累计至多顺延 {MOST_PAUSED.days} 日，再长照常计时；紧急等不可顺延的时限不停",
    "signature": "签名图片或纸质单的编号",
    "though_elsewhere": "如楼上漏到楼下；在原因中写明",
    "wanted": f"约定时间，或注明{AS_SOON_AS_POSSIBLE}",
}
YES_OR_NO: Options = (("true", "是"), ("false", "否"))
LINES = 4
"""Of charges or defects on one form; more are posted through the API."""


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    SOON_OR_MOMENT = "soon_or_moment"
    CHOICE = "choice"
    YES_OR_NO = "yes_or_no"
    NUMBER = "number"
    CHARGES = "charges"
    MONEY = "money"
    SEVERAL = "several"
    DEFECTS = "defects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field. ``options``: what can be chosen where it is a choice."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    required: bool = False
    options: Options = ()
    hint: str = ""

    def read(self, given: Given) -> Any:
        """As the API takes it; None where it was left empty, which the API then judges."""
        if self.kind in LISTED:
            return list(LISTED[self.kind](self.name, given)) or None
        said = next(iter(given.get(self.name, ())), "")
        if not said.strip():
            return self._without(given)
        match self.kind:
            case Kind.MOMENT | Kind.SOON_OR_MOMENT:
                return _with_zone(said)
            case Kind.YES_OR_NO:
                return {"true": True, "false": False}.get(said, said)
            case Kind.NUMBER:
                return int(said) if said.isascii() and said.isdigit() else said
        return said

    def _without(self, given: Given) -> str | None:
        """No time: as soon as possible, where that was said or nothing need be."""
        if self.kind is not Kind.SOON_OR_MOMENT or (self.required and not any(given.get(soon(self.name), ()))):
            return None
        return AS_SOON_AS_POSSIBLE


def soon(name: str) -> str:
    """The box beside a moment that stands for 尽快."""
    return f"{name}_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What an estate offers where a field asks for one of its own.

    ``items``: of the price list in force; ``shown``: of the one that the resident was shown; ``charged``: of that, and
    what is charged off it. ``limits``: duties whose limit the post may extend. ``hints``: what is to be known beside a
    field.
    """

    repairers: Options = ()
    engineers: Options = ()
    teams: Options = ()
    items: Options = ()
    shown: Options = ()
    charged: Options = ()
    limits: Options = ()
    hints: Mapping[str, str] = field(default_factory=dict)


def controls_of(event: type[Event], choices: Choices) -> tuple[Control, ...]:
    hints = get_type_hints(event)
    if event is FurtherWorkAgreed:  # FEE-106: charged by the list that the resident was shown
        choices = replace(choices, items=choices.shown)
    own = (
        _control(one.name, hints[one.name], choices, required=one.default is MISSING)
        for one in fields(event)
        if one.name != "type" and one.name not in SET_BY_THE_DESK.get(event, ())
    )
    return (*own, *(_control(name, str, choices, required=False) for name in SAID_BESIDE.get(event, ())))


def document_of(controls: Sequence[Control], given: Given) -> dict[str, Any]:
    """What is left empty is left out."""
    read = {control.name: control.read(given) for control in controls}
    return {name: value for name, value in read.items() if value is not None}


def _control(name: str, hint: Any, choices: Choices, *, required: bool) -> Control:
    kind, options = _form_of(name, hint, choices)
    return Control(
        name=name,
        label=LABELS.get(name, name),
        kind=kind,
        required=required,
        options=options,
        hint=choices.hints.get(name) or HINTS.get(name, ""),
    )


def _form_of(name: str, hint: Any, choices: Choices) -> tuple[Kind, Options]:
    offered = {
        "team": choices.teams,
        "key": choices.limits,
        "repairer": choices.repairers,
        "collector": choices.engineers,
    }
    offered |= dict.fromkeys(CODES, choices.items)
    if name in offered:
        return Kind.CHOICE, offered[name]
    several = {
        tuple[StaffId, ...]: (Kind.SEVERAL, choices.repairers),
        tuple[ChargeLine, ...]: (Kind.CHARGES, choices.charged),
        tuple[SiteItem, ...]: (Kind.SEVERAL, options_of(SiteItem)),
        tuple[Defect, ...]: (Kind.DEFECTS, ()),
        MaterialChoice | None: (Kind.CHOICE, options_of(MaterialChoice)),
    }
    if hint in several:
        return several[hint]
    if get_origin(hint) is Literal:
        return Kind.NUMBER, tuple((str(value), f"第{value}联") for value in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Kind.CHOICE, options_of(hint)
    kinds = {
        bool: Kind.YES_OR_NO,
        datetime: Kind.MOMENT,
        datetime | None: Kind.MOMENT,
        Decimal: Kind.MONEY,
        Decimal | None: Kind.MONEY,
        Wanted: Kind.SOON_OR_MOMENT,
    }
    return kinds.get(hint, Kind.TEXT if name in LONG else Kind.LINE), YES_OR_NO if hint is bool else ()


def options_of(choice: type[Enum]) -> Options:
    return tuple((str(one.value), str(one.value)) for one in choice)


def _with_zone(said: str) -> str:
    """A moment of the estate's own clock; what is none goes on as it was typed, to be refused."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=LOCAL).isoformat()
    except ValueError:
        return said


def _charges(name: str, given: Given) -> Iterator[dict[str, str]]:
    items, quantities = given.get(f"{name}_item", ()), given.get(f"{name}_quantity", ())
    for item, quantity, kind in zip_longest(items, quantities, given.get(f"{name}_kind", ()), fillvalue=""):
        if item.strip():
            only = {"kind": kind} if kind else {}
            yield {"item": item, "quantity": quantity.strip() or "1", **only}


CHARGE_KINDS = tuple((kind.value, f"只收{kind.label}") for kind in ChargeKind)
"""What of an item is charged: the resident's own material, say, is not."""


DEFECT_CHOICES: Mapping[str, Options] = {
    "facility": options_of(Facility),
    "fault": options_of(FacilityFault),
    "hazard": options_of(Hazard),
}
"""What is chosen of a defect; what is not chosen is left to its default."""


def _defects(name: str, given: Given) -> Iterator[dict[str, str]]:
    """A line that was begun is sent as it is, to be refused where it lacks something."""
    columns = ("place", "content", *DEFECT_CHOICES)
    for cells in zip(*(given.get(f"{name}_{column}", ()) for column in columns), strict=False):
        line = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
        if any(line.values()):
            chosen = {column: line[column] for column in DEFECT_CHOICES if line[column]}
            yield {"place": line["place"], "content": line["content"], **chosen}


def _ticked(name: str, given: Given) -> Iterator[str]:
    return (one for one in given.get(name, ()) if one.strip())


LISTED: Mapping[Kind, Callable[[str, Given], Iterator[Any]]] = {
    Kind.SEVERAL: _ticked,
    Kind.CHARGES: _charges,
    Kind.DEFECTS: _defects,
}
"""Kinds of field that hold several lines."""
