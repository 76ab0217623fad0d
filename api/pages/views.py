"""What several of the staff's pages show: the head of each, a list of cases, a refusal, and the way in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from api.pages.markup import Child, Markup, Row, page, row, table, tag
from api.wire.answers import CaseLine
from domain.calendar import LOCAL
from domain.limits import due_text
from domain.people import EstateCode


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


def case_table(cases: Sequence[CaseLine], estates: Mapping[EstateCode, str]) -> Markup:
    """Each with its number as the way to it. ``estates``: names by code."""
    heads = ("单号", "事项", "小区", "楼栋", "受理于", "状态", "等待", "责任岗位", "时限")
    return table(heads, [_case(case, estates) for case in cases])


def _case(case: CaseLine, estates: Mapping[EstateCode, str]) -> Row:
    return row(
        tag("a", case.no, href=f"/cases/{case.no}"),
        subject(case),
        estates.get(case.estate, case.estate),
        case.building,
        moment(case.received_at),
        list(_stage(case)),
        "、".join(case.waiting_for),
        owing(case),
        limits(case),
    )


def subject(case: CaseLine) -> str:
    """Of what procedure it is, and what about: the kind of fault, or the name of the plan."""
    return f"{case.procedure_name}：{case.about}" if case.about else case.procedure_name


def owing(case: CaseLine) -> Child:
    """Who owes something now; where nobody does, who may go on with it."""
    if case.owing_posts or not case.waiting_posts:
        return "、".join(case.owing_posts)
    return tag("span", f"可办：{'、'.join(case.waiting_posts)}", class_="quiet")


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
