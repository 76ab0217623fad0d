"""What the staff's pages show: the inbox with the open cases, a refusal, and the way in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.pages.markup import Child, Markup, page, row, table, tag
from api.wire.answers import CaseLine, Inbox, NoticeAnswer, TaskAnswer, Tasks
from domain.calendar import LOCAL
from domain.limits import due_text
from domain.people import EstateCode

REFRESH_SECONDS = 30


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """What one person's inbox shows. ``mine``: only what went to himself. ``may_register``: he takes calls.

    ``people``, ``estates``: names by code.
    """

    who: str
    inbox: Inbox
    mine: bool
    tasks: Tasks
    cases: Sequence[CaseLine]
    people: Mapping[str, str]
    estates: Mapping[EstateCode, str]
    may_register: bool


def inbox_page(shown: Desktop) -> str:
    return page(
        "收件箱 · 荔园服务台",
        header("收件箱", shown.who),
        tag(
            "p",
            tag("a", "登记报修", href="/repairs/new", class_="button"),
            " ",
            tag("a", "登记公共报修", href="/public-repairs/new", class_="button"),
        )
        if shown.may_register
        else None,
        [
            tag("h2", "待办"),
            table(("时间", "小区", "岗位", "内容"), [_task(one, shown.estates) for one in shown.tasks.tasks]),
        ]
        if shown.tasks.tasks
        else None,
        tag("h2", "发给我的通知" if shown.mine else "岗位的通知"),
        tag("p", _other_notices(mine=shown.mine), class_="quiet"),
        table(
            ("时间", "级别", "岗位", "内容", "时限", ""),
            [_notice(notice, shown.people) for notice in shown.inbox.notices],
        ),
        tag("p", "没有通知", class_="quiet") if not shown.inbox.notices else None,
        tag("h2", "未结单据"),
        tag("p", "超时的在前，其余按最近时限。", class_="quiet") if shown.cases else None,
        case_table(shown.cases, shown.estates),
        tag("p", "没有未结单据", class_="quiet") if not shown.cases else None,
        refresh_seconds=REFRESH_SECONDS,
    )


def _other_notices(*, mine: bool) -> Markup:
    if mine:
        return tag("a", "看本人各岗位的全部通知（含发给同岗同事的）", href="/inbox?of_posts=true")
    return tag("a", "只看发给我的", href="/inbox")


def header(title: str, who: str) -> Markup:
    return tag(
        "header",
        tag("h1", title),
        tag("a", "收件箱", href="/inbox"),
        tag("a", "查单", href="/cases"),
        tag("a", "主管看板", href="/board"),
        tag("span", who, class_="quiet"),
        tag("form", tag("button", "退出", type_="submit"), method="post", action="/logout"),
    )


def _task(one: TaskAnswer, estates: Mapping[EstateCode, str]) -> Markup:
    return row(moment(one.created_at), estates.get(one.estate, one.estate), one.post, one.text)


def _notice(notice: NoticeAnswer, people: Mapping[str, str]) -> Markup:
    return row(
        moment(notice.raised_at),
        tag("span", notice.level, class_="late" if notice.level in {"超时", "升级"} else None),
        notice.post,
        _linked(notice.text, notice.no),
        due_text(notice.due_at) if notice.due_at else "",
        _read(notice, people),
        class_=None if notice.acknowledged_at else "unread",
    )


def _read(notice: NoticeAnswer, people: Mapping[str, str]) -> Child:
    """Who has read it; a button where the reader may say so: a colleague's notice is for the colleague to read."""
    if notice.acknowledged_at:
        by = notice.acknowledged_by or ""
        return f"{people.get(by, by)} 已阅"
    if not notice.yours:
        return "待收件人已阅"
    return tag("form", tag("button", "已阅", type_="submit"), method="post", action=f"/inbox/{notice.id}/ack")


def _linked(text: str, no: str) -> Child:
    """The text with its number leading to the case; before it, where the text does not name it."""
    before, named, after = text.partition(no)
    link = tag("a", no, href=f"/cases/{no}")
    return [before, link, after] if named else [link, " ", text]


def case_table(cases: Sequence[CaseLine], estates: Mapping[EstateCode, str]) -> Markup:
    """Each with its number as the way to it. ``estates``: names by code."""
    heads = ("单号", "小区", "楼栋", "受理于", "状态", "等待", "责任岗位", "时限")
    return table(heads, [_case(case, estates) for case in cases])


def _case(case: CaseLine, estates: Mapping[EstateCode, str]) -> Markup:
    return row(
        tag("a", case.no, href=f"/cases/{case.no}"),
        estates.get(case.estate, case.estate),
        case.building,
        moment(case.received_at),
        list(_stage(case)),
        "、".join(case.waiting_for),
        "、".join(case.waiting_posts),
        limits(case),
    )


def _stage(case: CaseLine) -> Iterator[Child]:
    if case.overdue:
        yield [tag("strong", "超时", class_="late"), " · "]
    yield case.stage or "受理中"
    if case.drill:
        yield "（演练）"
    if case.result:
        yield f" · {case.result}"


def limits(case: CaseLine) -> Child:
    """The moment that was missed first, of what is owed still, and the next that is not missed yet."""
    missed = tag("span", f"已过 {due_text(case.missed_due_at)}", class_="late") if case.missed_due_at else None
    following = due_text(case.next_due_at) if case.next_due_at else ""
    return [missed, "；下一时限 ", following] if missed and following else [missed, following]


def moment(at: datetime | None) -> str:
    return f"{at.astimezone(LOCAL):%m-%d %H:%M:%S}" if at else ""
