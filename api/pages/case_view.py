"""The page of one case: how it stands, what may be recorded now, its duties, its file, and where its time went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.course import Stretch, is_late
from api.looking import Purpose
from api.pages.controls import LABELS
from api.pages.markup import Child, Markup, Row, page, row, table, tag
from api.pages.money import charges_table
from api.pages.names import Names
from api.pages.posted import fresh_key
from api.pages.recording import Recording, acts, refused
from api.pages.said import said
from api.pages.views import header, moment, owing, subject
from api.wire.answers import CaseAnswer, DutyAnswer, EntryAnswer, PeriodAnswer, SameRoom
from domain.events.joining import CalledAgain, CameAfter, MergeTaken, MergeUndone
from domain.limits import due_text
from domain.pricing import ChargeLine, total
from domain.rulebook import PROCEDURES

STATES = {"open": "办理中", "met": "按时完成", "breached": "超时", "waived": "免除", "superseded": "不再适用"}
NEW_CASE = {"REP": "/repairs/new", "PUB": "/public-repairs/new"}
"""Where a case of the procedure is opened by somebody; the others open by the calendar."""
NEAREST = 3
"""Limits that stand beside the next step; all of them stand below."""
RESIDENT = ("household", "reporter", "phone", "address", "room", "place", "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """``told``: what became of the form that was just sent. ``purpose``: what it is shown unmasked for.

    ``charges``: those that count, under each form; None before any work is done under it. ``may_open``: the reader may
    open a later case.
    """

    who: str
    case: CaseAnswer
    course: Sequence[Stretch]
    names: Names
    recording: Recording
    charges: Sequence[Sequence[ChargeLine] | None]
    may_unmask: bool
    may_print: bool
    may_see_told: bool
    may_open: bool
    purpose: Purpose | None
    told: str


def case_page(shown: CasePage) -> str:
    case = shown.case
    return page(
        f"{case.no} · 荔园服务台",
        header(f"{case.no} {case.procedure_name}", shown.who),
        tag("p", "【演练】", class_="late") if case.drill else None,
        tag("p", shown.told, class_="told", role="status") if shown.told else None,
        refused(shown.recording),
        _standing(case),
        _next(shown),
        _same_room(case),
        acts("现在登记", shown.recording, in_turn=True),
        _guidance(case),
        _crew(case, shown.names),
        _linked(shown),
        _resident(shown),
        list(_charged(shown)),
        [_printing(case, number, len(shown.charges)) for number in range(len(shown.charges), 0, -1)]
        if shown.may_print
        else None,
        acts("随时可登记", shown.recording, in_turn=False),
        _duties(shown),
        tag("h2", "记录"),
        tag("p", tag("a", "谁被告知过什么、谁查看过完整资料", href=f"/cases/{case.no}/told"))
        if shown.may_see_told
        else None,
        table(
            ("序号", "时间", "事项", "登记人", "岗位", "内容"),
            [_entry(entry, shown.names) for entry in case.events],
            class_="lines",
        ),
        tag(
            "details",
            tag("summary", "为何费时"),
            table(
                ("自", "至", "时长", "阶段", "等待", "责任（时限）", "结束于"),
                [_stretch(span) for span in shown.course],
            ),
        ),
    )


def _next(shown: CasePage) -> Markup | None:
    """What is to be done now, by whom and by when, the most pressing first."""
    case = shown.case
    if case.state == "closed":
        return None
    owed = sorted((duty for duty in case.obligations if duty.owed), key=lambda duty: duty.due_at)
    limits = [tag("li", f"{duty.owed_by}：{duty.label}（{duty.rule}），", _by_when(duty)) for duty in owed[:NEAREST]]
    limits += [tag("li", f"{one.label}（{one.rule}），至 {due_text(one.ends_at)}") for one in case.periods]
    return tag(
        "section",
        tag("h2", f"下一步：{'、'.join(case.waiting_for) or '等系统受理'}"),
        _to_put_right(shown),
        tag("ul", limits) if limits else None,
        class_="next",
    )


def _to_put_right(shown: CasePage) -> Child:
    """REP-123: in the words of who was not satisfied; who may know them gets there at one press, for his visit."""
    wrong = shown.case.to_put_right
    if wrong is None or (shown.purpose is None and not shown.may_unmask):
        return None
    if shown.purpose is not None:
        return tag("p", "须整改之处：", tag("strong", wrong))
    return tag(
        "form",
        tag("input", type_="hidden", name_="purpose", value=Purpose.VISIT.value),
        tag("button", "查看须整改之处", type_="submit"),
        tag("span", f" 用途为「{Purpose.VISIT.value}」，查看有记录。", class_="quiet"),
        method="post",
        action=f"/cases/{shown.case.no}/full",
    )


def _duties(shown: CasePage) -> Iterator[Child]:
    """Those that are owed, and what runs by itself; what is settled stands folded away below them."""
    heads = ("规程", "事项", "责任", "起算", "时限", "状态", "办结")
    owed = [duty for duty in shown.case.obligations if duty.owed]
    settled = [duty for duty in shown.case.obligations if not duty.owed]
    yield tag("h2", "时限")
    running = [*(_duty(duty, shown.names) for duty in owed), *map(_period, shown.case.periods)]
    yield table(heads, running) if running else tag("p", "没有在办的时限", class_="quiet")
    if settled:
        lines = table(heads, [_duty(duty, shown.names) for duty in settled])
        yield tag("details", tag("summary", f"已了结的时限（{len(settled)}）"), lines)


def _guidance(case: CaseAnswer) -> Markup | None:
    """The work card: how the documents want it done, at the stage that it is at."""
    by = case.operating_procedure
    if not case.guidance and by is None:
        return None
    lines = [tag("li", f"{one.text}（{one.rule}）") for one in case.guidance]
    if by is not None:
        where = tag("a", by.reference, href=by.reference) if "://" in by.reference else by.reference
        lines.append(tag("li", f"维修操作规程：{by.title} ", where, "（REP-115）"))
    return tag("section", tag("h2", "注意事项"), tag("ul", lines))


def _by_when(duty: DutyAnswer) -> Child:
    due = due_text(duty.due_at)
    return tag("span", f"已过 {due}", class_="late") if duty.breached_at else f"截止 {due}"


def _standing(case: CaseAnswer) -> Markup:
    return tag(
        "p",
        [tag("strong", "超时", class_="late"), " · "] if case.overdue else None,
        tag("strong", case.stage or "受理中"),
        f" · {subject(case)} · {case.building} · 等待：{'、'.join(case.waiting_for) or '无'}",
        [" · 责任岗位：", owing(case) or "无"],
        f" · {case.channel} · 受理于 {moment(case.received_at)}",
        f" · {case.result}" if case.result else "",
    )


def _crew(case: CaseAnswer, names: Names) -> Markup | None:
    """Whose order it is, and who helps him."""
    if not case.crew:
        return None
    return tag("p", "维修人员：", names.people(case.crew))


def _same_room(case: CaseAnswer) -> Markup | None:
    """REP-36: read before anything else is done here. Several are one line, which says of what and unfolds."""
    others = case.same_room
    if not others:
        return None
    listed = table(
        ("同一房号或地点的其他单", "受理于", "状态", "报修"),
        [
            row(
                [tag("a", one.no, href=f"/cases/{one.no}"), " ", one.procedure_name],
                moment(one.received_at),
                _stands(one),
                one.what,
            )
            for one in others
        ],
    )
    if len(others) == 1:
        return listed
    refusals = sum(one.refused_at is not None for one in others)
    among = f"，其中住户不同意维修 {refusals} 件" if refusals else ""
    kinds = "、".join(sorted({one.what for one in others}))
    return tag("details", tag("summary", f"同一房号或地点的其他单 {len(others)} 件{among}：{kinds}"), listed)


def _stands(one: SameRoom) -> str:
    if one.refused_at:
        return f"住户不同意维修（{moment(one.refused_at)}）"
    if one.may_precede:
        return f"{one.result}；可接续前单"
    return (one.stage or "受理中") + ("；同一故障仍未解决的，请在该单登记「客户反馈」（未解决）" if one.reopens else "")


def _linked(shown: CasePage) -> Iterator[Child]:
    """Cases that this one is bound to, and the way to a later one."""
    case = shown.case
    if case.linked:
        yield table(
            ("相关单据", "", "受理于", "状态"),
            [
                row(
                    one.kind,
                    tag("a", one.no, href=f"/cases/{one.no}"),
                    moment(one.received_at),
                    f"{one.stage or '受理中'}{f' · {one.result}' if one.result else ''}",
                )
                for one in case.linked
            ],
        )
    if case.state == "closed" and case.procedure in NEW_CASE and shown.may_open:
        yield tag("p", tag("a", "立后续单", href=f"{NEW_CASE[case.procedure]}?after={case.no}", class_="button"))


def _callers(events: Sequence[EntryAnswer]) -> Iterator[Row]:
    """Everybody who called after the first; all of them hear of it."""
    called: list[Mapping[str, str]] = []
    for entry in events:
        if entry.type == CalledAgain.kind() and entry.event:
            called.append(entry.event)
        elif entry.type == MergeTaken.kind() and entry.event:
            called += entry.event["callers"]
        elif entry.type == CameAfter.kind() and entry.event:
            opener = (events[0].event or {}).get("phone")
            called += (one for one in entry.event["callers"] if one["phone"] != opener)
        elif entry.type == MergeUndone.kind() and entry.event:
            called = _without(called, entry.event["callers"])
    for number, one in enumerate(called, start=2):
        yield row(f"第{number}位来电人", " ".join(filter(None, (one["channel"], one["phone"], one["content"]))))


def _without(called: list[Mapping[str, str]], gone: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """As the file reckons it: each once, of two who are alike the last."""
    left, backwards = [*gone], []
    for one in reversed(called):
        if one in left:
            left.remove(one)
        else:
            backwards.append(one)
    return backwards[::-1]


def _resident(shown: CasePage) -> Markup:
    """Who lives there and who else called, masked; or in full, with the purpose that stands on record."""
    told: dict[str, str] = {}
    for entry in (one for one in shown.case.events if one.type != CalledAgain.kind()):
        own = {name: value for name, value in (entry.event or {}).items() if name in RESIDENT}
        told |= {name: value for name, value in own.items() if isinstance(value, str) and value}
    lines = [row(LABELS[name], told[name]) for name in RESIDENT if name in told]
    lines += _callers(shown.case.events)
    return tag(
        "section",
        table(("报修人资料", ""), lines, class_="pairs") if lines else None,
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


def _printing(case: CaseAnswer, number: int, forms: int) -> Markup | None:
    """Of the form of that round; which it is, only where there is more than one."""
    form = PROCEDURES[case.procedure].form
    if form is None:
        return None
    of_round = tag("input", type_="hidden", name_="round", value=str(number)) if forms > 1 else None
    copies = [
        tag("button", f"打印{copy.name}（{copy.holder}）", type_="submit", name_="copy", value=str(copy.number))
        for copy in form.copies
    ]
    key = tag("input", type_="hidden", name_="key", value=fresh_key())
    title = f"《{form.title}》{_of_round(number, forms)}"
    return tag("form", title, key, of_round, copies, method="post", action=f"/cases/{case.no}/print")


def _of_round(number: int, forms: int) -> str:
    return f"第{number}轮" if forms > 1 else ""


def _charged(shown: CasePage) -> Iterator[Markup]:
    """FEE-03: what was charged, and what it comes to; under each form, and under all of them where there are more."""
    forms = len(shown.charges)
    for number, charges in enumerate(shown.charges, start=1):
        if charges is not None:
            title = f"收费{_of_round(number, forms)}"
            yield charges_table(title, charges, shown.names) if charges else tag("p", f"{title}：没有费用")
    if forms > 1:
        whole = total(line for charges in shown.charges for line in charges or ())
        yield tag("p", "各轮收费共计 ", tag("strong", f"{whole} 元"))


def _duty(duty: DutyAnswer, names: Names) -> Row:
    state = STATES[duty.state] + ("，仍未办" if duty.state == "breached" and duty.owed else "")
    return row(
        duty.rule,
        duty.label,
        [duty.owed_by, " ", names.person(duty.owed_by_id)],
        moment(duty.started_at),
        due_text(duty.due_at) + ("（暂定）" if duty.provisional else "") + _at_first(duty),
        tag("span", state, class_="late" if duty.state == "breached" else None),
        moment(duty.ended_at),
    )


def _at_first(duty: DutyAnswer) -> str:
    """REP-129: what was granted more time, or was moved, shows what it was before."""
    return f"（原时限 {due_text(duty.first_due_at)}）" if duty.first_due_at != duty.due_at else ""


def _period(one: PeriodAnswer) -> Row:
    """Nobody owes it."""
    return row(one.rule, one.label, "—", "", f"至 {due_text(one.ends_at)}", "等候中", "")


def _entry(entry: EntryAnswer, names: Names) -> Row:
    return row(
        str(entry.number),
        moment(entry.at) + ("（补录）" if entry.backdated else ""),
        entry.label,
        names.person(entry.by),
        "、".join(entry.by_posts),
        list(said(entry, names)),
    )


def _stretch(stretch: Stretch) -> Row:
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
