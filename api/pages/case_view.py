"""The page of one case: how it stands, what may be recorded now, its duties, its file, and where its time went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.course import Stretch, is_late
from api.looking import Purpose
from api.pages.controls import LABELS, Control, Kind
from api.pages.inputs import form
from api.pages.markup import Child, Markup, page, row, table, tag
from api.pages.names import Names
from api.pages.posted import Filled, fresh_key
from api.pages.said import said
from api.pages.views import header, moment
from api.wire.answers import CaseAnswer, DutyAnswer, EntryAnswer
from domain.events import Event
from domain.limits import due_text
from domain.rulebook import PROCEDURES

STATES = {"open": "办理中", "met": "按时完成", "breached": "超时", "waived": "免除", "superseded": "不再适用"}
RESIDENT = ("household", "reporter", "phone", "address", "room", "place", "content")
AT = Control(name="at", label="发生时间", kind=Kind.MOMENT, hint="不填为现在")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordable:
    """An event that the person may record in the case now. ``in_turn``: the case waits for it."""

    event: type[Event]
    controls: Sequence[Control]
    in_turn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """``filled``: forms that were refused, by the type of their event. ``purpose``: what it is shown unmasked for."""

    who: str
    case: CaseAnswer
    course: Sequence[Stretch]
    names: Names
    recordable: Sequence[Recordable]
    filled: Mapping[str, Filled]
    may_unmask: bool
    purpose: Purpose | None
    pending: bool


def case_page(shown: CasePage) -> str:
    case = shown.case
    return page(
        f"{case.no} · 荔园服务台",
        header(f"{case.no} {case.procedure_name}", shown.who),
        tag("p", "【演练】", class_="late") if case.drill else None,
        tag("p", "已收到并保存，系统稍后记入此单，请勿重复登记。", class_="problem") if shown.pending else None,
        _standing(case),
        _same_room(case),
        _resident(shown),
        _printing(case),
        _recording(shown),
        tag("h2", "时限"),
        table(
            ("规程", "事项", "责任", "起算", "时限", "状态", "办结"),
            [_duty(duty, shown.names) for duty in case.obligations],
        ),
        tag("h2", "记录"),
        table(
            ("序号", "时间", "事项", "登记人", "岗位", "内容"), [_entry(entry, shown.names) for entry in case.events]
        ),
        tag("h2", "为何费时"),
        table(
            ("自", "至", "时长", "阶段", "等待", "责任（时限）", "结束于"), [_stretch(span) for span in shown.course]
        ),
    )


def _standing(case: CaseAnswer) -> Markup:
    return tag(
        "p",
        [tag("strong", "超时", class_="late"), " · "] if case.overdue else None,
        f"{case.stage or '受理中'} · 等待：{'、'.join(case.waiting_for) or '无'}",
        f" · 责任岗位：{'、'.join(case.waiting_posts) or '无'} · {case.building} · {case.channel}",
        f" · 受理于 {moment(case.received_at)}",
        f" · {case.result}" if case.result else "",
    )


def _same_room(case: CaseAnswer) -> Markup | None:
    """REP-36: read before anything else is done here."""
    if not case.same_room:
        return None
    return table(
        ("同一房号或地点的其他单", "受理于", "状态", "报修"),
        [
            row(
                [tag("a", one.no, href=f"/cases/{one.no}"), " ", one.procedure_name],
                moment(one.received_at),
                f"住户不同意维修（{moment(one.refused_at)}）" if one.refused_at else one.stage or "受理中",
                one.what,
            )
            for one in case.same_room
        ],
    )


def _resident(shown: CasePage) -> Markup:
    """Who lives there, masked; or in full, with the purpose that stands on record."""
    told: dict[str, str] = {}
    for entry in shown.case.events:
        own = {name: value for name, value in (entry.event or {}).items() if name in RESIDENT}
        told |= {name: value for name, value in own.items() if isinstance(value, str) and value}
    lines = [row(LABELS[name], told[name]) for name in RESIDENT if name in told]
    return tag(
        "section",
        table(("报修人资料", ""), lines) if lines else None,
        tag("p", f"已按用途「{shown.purpose}」显示完整资料，此次查看已记录。", class_="quiet")
        if shown.purpose
        else _unmasking(shown),
    )


def _unmasking(shown: CasePage) -> Markup:
    if not shown.may_unmask:
        return tag("p", "姓名、电话、房号与文字已隐去。", class_="quiet")
    purposes = [tag("option", purpose.value, value=purpose.value) for purpose in Purpose]
    return tag(
        "form",
        tag(
            "label",
            "用途 ",
            tag("select", tag("option", "请选择", value=""), purposes, name_="purpose", required=""),
        ),
        tag("button", "查看完整资料", type_="submit"),
        tag("span", " 姓名、电话、房号与文字已隐去；查看须选用途，并有记录。", class_="quiet"),
        method="post",
        action=f"/cases/{shown.case.no}/full",
    )


def _printing(case: CaseAnswer) -> Markup | None:
    form = PROCEDURES[case.procedure].form
    if form is None:
        return None
    copies = [
        tag("button", f"打印{copy.name}（{copy.holder}）", type_="submit", name_="copy", value=str(copy.number))
        for copy in form.copies
    ]
    key = tag("input", type_="hidden", name_="key", value=fresh_key())
    return tag("form", f"《{form.title}》", key, copies, method="post", action=f"/cases/{case.no}/print")


def _recording(shown: CasePage) -> Iterator[Child]:
    for heading, in_turn in (("现在登记", True), ("随时可登记", False)):
        drawn = [_act(one, shown) for one in shown.recordable if one.in_turn is in_turn]
        if drawn:
            yield [tag("h2", heading), drawn]


def _act(one: Recordable, shown: CasePage) -> Markup:
    kind = one.event.kind()
    filled = shown.filled.get(kind)
    return tag(
        "details",
        tag("summary", one.event.label),
        form(
            (*one.controls, AT),
            filled or Filled(),
            action=f"/cases/{shown.case.no}/events",
            button=f"登记「{one.event.label}」",
            type=kind,
        ),
        open="" if filled else None,
    )


def _duty(duty: DutyAnswer, names: Names) -> Markup:
    state = STATES[duty.state] + ("，仍未办" if duty.state == "breached" and duty.owed else "")
    return row(
        duty.rule,
        duty.label,
        [duty.owed_by, " ", names.person(duty.owed_by_id)],
        moment(duty.started_at),
        due_text(duty.due_at) + ("（暂定）" if duty.provisional else ""),
        tag("span", state, class_="late" if duty.state == "breached" else None),
        moment(duty.ended_at),
    )


def _entry(entry: EntryAnswer, names: Names) -> Markup:
    return row(
        str(entry.number),
        moment(entry.at) + ("（补录）" if entry.backdated else ""),
        entry.label,
        names.person(entry.by),
        "、".join(entry.by_posts),
        list(said(entry, names)),
    )


def _stretch(stretch: Stretch) -> Markup:
    owed = "；".join(
        f"{duty.owed_by}（{duty.rule}{'，已超时' if is_late(duty, stretch) else ''}）" for duty in stretch.duties
    )
    return row(
        moment(stretch.start),
        moment(stretch.end),
        _length((stretch.end - stretch.start).total_seconds()),
        stretch.stage,
        "、".join(stretch.waiting_for),
        tag("span", owed or "、".join(stretch.owed_by), class_="late" if stretch.late else None),
        "、".join(stretch.ended_by),
    )


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}时" if hours else "") + (f"{minutes}分" if minutes else "") + f"{rest}秒"
