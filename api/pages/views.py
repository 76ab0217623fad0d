"""What the staff's pages show: the inbox, the open cases, one case, and the way in."""

import re
from datetime import datetime

from api.course import Stretch, is_late
from api.pages.markup import Child, Markup, page, row, table, tag
from api.wire.answers import CaseAnswer, CaseLine, Inbox, NoticeAnswer, TaskAnswer, Tasks
from domain.calendar import LOCAL
from domain.forms import REPAIR_ORDER
from domain.limits import due_text

REFRESH_SECONDS = 30
LOOKS_LIKE_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
STATES = {"open": "办理中", "met": "按时完成", "breached": "超时", "waived": "免除", "superseded": "不再适用"}


def login_page(problem: str = "") -> str:
    return page(
        "登录 · 荔园服务台",
        tag("header", tag("h1", "荔园服务台")),
        tag("p", problem, class_="problem") if problem else None,
        tag(
            "form",
            tag("label", "API 密钥 ", tag("input", type_="password", name_="key", autocomplete="off", required="")),
            tag("button", "登录", type_="submit"),
            method="post",
            action="/login",
        ),
        tag("p", "密钥只需输入一次；本机保留登录状态，不保留密钥。", class_="quiet"),
    )


def problem_page(title: str, remedy: str) -> str:
    return page(
        f"{title} · 荔园服务台",
        tag("header", tag("h1", title)),
        tag("p", remedy, class_="problem"),
        tag("p", tag("a", "返回收件箱", href="/inbox")),
    )


def inbox_page(who: str, inbox: Inbox, tasks: Tasks, cases: list[CaseLine]) -> str:
    return page(
        "收件箱 · 荔园服务台",
        header("收件箱", who),
        [tag("h2", "待办"), table(("时间", "小区", "岗位", "内容"), [_task(one) for one in tasks.tasks])]
        if tasks.tasks
        else None,
        tag("h2", "通知"),
        table(("时间", "级别", "岗位", "内容", "时限", ""), [_notice(notice) for notice in inbox.notices]),
        tag("p", "没有通知", class_="quiet") if not inbox.notices else None,
        tag("h2", "未结单据"),
        table(("单号", "小区", "楼栋", "阶段", "等待", "责任岗位", "最近时限"), [_case(case) for case in cases]),
        tag("p", "没有未结单据", class_="quiet") if not cases else None,
        refresh_seconds=REFRESH_SECONDS,
    )


def case_page(who: str, case: CaseAnswer, course: tuple[Stretch, ...]) -> str:
    return page(
        f"{case.no} · 荔园服务台",
        header(f"{case.no} {case.procedure_name}", who),
        tag("p", "【演练】", class_="late") if case.drill else None,
        tag(
            "p",
            f"{case.stage or '受理中'} · 等待：{'、'.join(case.waiting_for) or '无'}",
            f" · 责任岗位：{'、'.join(case.waiting_posts) or '无'} · {case.building} · {case.channel}",
            f" · 受理于 {_moment(case.received_at)}",
            f" · {case.result}" if case.result else "",
        ),
        _printing(case),
        tag("h2", "时限"),
        table(
            ("规程", "事项", "责任", "起算", "时限", "状态", "办结"),
            [_duty(case, i) for i in range(len(case.obligations))],
        ),
        tag("h2", "记录"),
        table(("序号", "时间", "事项", "登记人", "岗位", "内容"), [_entry(case, i) for i in range(len(case.events))]),
        tag("h2", "为何费时"),
        table(("自", "至", "时长", "阶段", "等待", "责任（时限）", "结束于"), [_stretch(span) for span in course]),
        tag("p", "姓名、电话、房号与文字已隐去；需要时请注明用途经接口查询，查询有记录。", class_="quiet"),
    )


def header(title: str, who: str) -> Markup:
    return tag(
        "header",
        tag("h1", title),
        tag("a", "收件箱", href="/inbox"),
        tag("a", "主管看板", href="/board"),
        tag("span", who, class_="quiet"),
        tag("form", tag("button", "退出", type_="submit"), method="post", action="/logout"),
    )


def _task(one: TaskAnswer) -> Markup:
    return row(_moment(one.created_at), one.estate, one.post, one.text)


def _notice(notice: NoticeAnswer) -> Markup:
    read: Child = (
        f"{notice.acknowledged_by} 已阅"
        if notice.acknowledged_at
        else tag("form", tag("button", "已阅", type_="submit"), method="post", action=f"/inbox/{notice.id}/ack")
    )
    return row(
        _moment(notice.raised_at),
        tag("span", notice.level, class_="late" if notice.level in {"超时", "升级"} else None),
        notice.post,
        [tag("a", notice.no, href=f"/cases/{notice.no}"), " ", notice.text],
        due_text(notice.due_at) if notice.due_at else "",
        read,
        class_=None if notice.acknowledged_at else "unread",
    )


def _case(case: CaseLine) -> Markup:
    return row(
        tag("a", case.no, href=f"/cases/{case.no}"),
        case.estate,
        case.building,
        tag("span", case.stage or "受理中", class_="late" if case.overdue else None),
        "、".join(case.waiting_for),
        "、".join(case.waiting_posts),
        due_text(case.next_due_at) if case.next_due_at else "",
    )


def _printing(case: CaseAnswer) -> Markup:
    copies = [
        tag("button", f"打印{copy.name}", type_="submit", name_="copy", value=str(copy.number))
        for copy in REPAIR_ORDER.copies
    ]
    return tag("form", copies, method="post", action=f"/cases/{case.no}/print")


def _duty(case: CaseAnswer, index: int) -> Markup:
    duty = case.obligations[index]
    state = STATES[duty.state] + ("，仍未办" if duty.state == "breached" and duty.owed else "")
    return row(
        duty.rule,
        duty.label,
        f"{duty.owed_by} {duty.owed_by_id or ''}",
        _moment(duty.started_at),
        due_text(duty.due_at) + ("（暂定）" if duty.provisional else ""),
        tag("span", state, class_="late" if duty.state == "breached" else None),
        _moment(duty.ended_at),
    )


def _entry(case: CaseAnswer, index: int) -> Markup:
    entry = case.events[index]
    said = entry.event or {}
    words = "；".join(
        _words(value) for name, value in said.items() if name != "type" and isinstance(value, str) and value
    )
    return row(
        str(entry.number),
        _moment(entry.at) + ("（补录）" if entry.backdated else ""),
        entry.label,
        entry.by,
        "、".join(entry.by_posts),
        words,
    )


def _stretch(stretch: Stretch) -> Markup:
    owed = "；".join(
        f"{duty.owed_by}（{duty.rule}{'，已超时' if is_late(duty, stretch) else ''}）" for duty in stretch.duties
    )
    return row(
        _moment(stretch.start),
        _moment(stretch.end),
        _length((stretch.end - stretch.start).total_seconds()),
        stretch.stage,
        "、".join(stretch.waiting_for),
        tag("span", owed or "、".join(stretch.owed_by), class_="late" if stretch.late else None),
        "、".join(stretch.ended_by),
    )


def _words(value: str) -> str:
    """A moment reads as staff read moments, everything else as it was said."""
    if not LOOKS_LIKE_A_MOMENT.match(value):
        return value
    return _moment(datetime.fromisoformat(value))


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(LOCAL):%m-%d %H:%M:%S}" if at else ""


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}时" if hours else "") + (f"{minutes}分" if minutes else "") + f"{rest}秒"
