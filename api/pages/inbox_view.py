"""The inbox: what is to be done, what one is told, case by case and the gravest first, and the open cases."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.markup import Child, Markup, Row, page, row, table, tag
from api.pages.views import case_table, header, moment
from api.wire.answers import CaseLine, NoticeAnswer, TaskAnswer, Tasks
from domain.ladder import Level
from domain.people import EstateCode

REFRESH_SECONDS = 30
ALL_READ = "/inbox/ack"
GRAVE = (Level.BREACH, Level.ESCALATION)
"""Levels that stand before all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """What one person's inbox shows. ``mine``: only what went to himself. ``openings``: pages where he
    opens a case, by what is written on the way there.

    ``more``: there is more unread than is shown; ``more_cases``: more is open. ``people``, ``estates``: names by code.
    """

    who: str
    unread: Sequence[NoticeAnswer]
    read: Sequence[NoticeAnswer]
    more: bool
    mine: bool
    tasks: Tasks
    cases: Sequence[CaseLine]
    more_cases: bool
    people: Mapping[str, str]
    estates: Mapping[EstateCode, str]
    openings: Mapping[str, str]

    def stage(self, no: str) -> str:
        return next((case.stage for case in self.cases if case.no == no), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a case says word for word, once however many notices say it, newest first."""

    notices: Sequence[NoticeAnswer]

    @property
    def newest(self) -> NoticeAnswer:
        return self.notices[0]

    @property
    def grave(self) -> bool:
        return self.newest.level in GRAVE

    @property
    def raised_at(self) -> datetime:
        return self.newest.raised_at

    @property
    def words(self) -> str:
        """Without the number, and the level that stands beside it: both are said already."""
        return self.newest.text.replace(f"【{self.newest.level}】", "", 1).replace(f"{self.newest.no} ", "", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Of one case: what it says, the gravest first, and of that the newest."""

    sayings: Sequence[Saying]

    @property
    def head(self) -> NoticeAnswer:
        return self.sayings[0].newest

    @property
    def grave(self) -> bool:
        return any(one.grave for one in self.sayings)

    @property
    def raised_at(self) -> datetime:
        return max(one.raised_at for one in self.sayings)


def by_case(notices: Iterable[NoticeAnswer]) -> list[News]:
    """Cases with something grave first, then those that said something last."""
    said: dict[str, dict[tuple[str, str], list[NoticeAnswer]]] = {}
    for notice in sorted(notices, key=lambda one: one.raised_at, reverse=True):
        said.setdefault(notice.no, {}).setdefault((notice.level, notice.text), []).append(notice)
    news = [
        News(sayings=sorted((Saying(notices=same) for same in of_case.values()), key=_gravest_first))
        for of_case in said.values()
    ]
    return sorted(news, key=_gravest_first)


def _gravest_first(one: Saying | News) -> tuple[bool, float]:
    return not one.grave, -one.raised_at.timestamp()


def inbox_page(shown: Desktop) -> str:
    unread = by_case(shown.unread)
    return page(
        "收件箱 · 荔园服务台",
        header("收件箱", shown.who),
        tag("p", [[tag("a", label, href=page, class_="button"), " "] for label, page in shown.openings.items()])
        if shown.openings
        else None,
        [
            tag("h2", "待办"),
            table(("时间", "小区", "岗位", "内容"), [_task(one, shown.estates) for one in shown.tasks.tasks]),
        ]
        if shown.tasks.tasks
        else None,
        tag("h2", "发给我的通知" if shown.mine else "岗位的通知"),
        tag("p", _other_notices(mine=shown.mine), class_="quiet"),
        _all_read("全部已阅", shown.unread, shown),
        tag("p", "未阅的太多，只列出最近的；读过后再列其余。", class_="quiet") if shown.more else None,
        [_news(one, shown) for one in unread],
        tag("p", "没有未阅的通知", class_="quiet") if not unread else None,
        _read_lately(shown),
        tag("h2", "未结单据"),
        tag("p", "超时的在前，其余按最近时限。", class_="quiet") if shown.cases else None,
        tag("p", f"未结单据较多，只列出前 {len(shown.cases)} 单；其余在「查单」里。", class_="quiet")
        if shown.more_cases
        else None,
        case_table(shown.cases, shown.estates),
        tag("p", "没有未结单据", class_="quiet") if not shown.cases else None,
        refresh_seconds=REFRESH_SECONDS,
    )


def _other_notices(*, mine: bool) -> Markup:
    if mine:
        return tag("a", "看本人各岗位的全部通知（含发给同岗同事的）", href="/inbox?of_posts=true")
    return tag("a", "只看发给我的", href="/inbox")


def _task(one: TaskAnswer, estates: Mapping[EstateCode, str]) -> Row:
    return row(moment(one.created_at), estates.get(one.estate, one.estate), one.post, one.text)


def _news(news: News, shown: Desktop) -> Markup:
    head = news.head
    place = (head.about, head.building, shown.stage(head.no))
    several = len(news.sayings) > 1
    return tag(
        "section",
        tag(
            "h3",
            tag("a", head.no, href=f"/cases/{head.no}"),
            [[" · ", part] for part in place if part],
        ),
        tag("ul", [tag("li", list(_line(one, shown, alone=not several))) for one in news.sayings]),
        _all_read("本单全部已阅", [notice for one in news.sayings for notice in one.notices], shown)
        if several
        else None,
        class_="news unread",
    )


def _line(saying: Saying, shown: Desktop, *, alone: bool) -> Iterator[Child]:
    """``alone``: of its case nothing else is shown."""
    newest, own = saying.newest, _own(saying.notices)
    yield tag("span", newest.level, class_="level late" if saying.grave else "level")
    yield [" ", saying.words]
    if (times := len({notice.raised_at for notice in saying.notices})) > 1:
        yield f"（{times} 次）"
    posts = dict.fromkeys(notice.post for notice in saying.notices)
    yield tag("span", f" {moment(newest.raised_at)} · {'、'.join(posts)}", class_="quiet")
    if others := dict.fromkeys(notice.recipient for notice in saying.notices if not notice.yours):
        whose = "、".join(shown.people.get(one, one) for one in others)
        yield tag("span", f" · 发给{whose}，待其已阅", class_="quiet")
    if own:
        yield " "
        yield _read_button("已阅", own, shown, class_=None if alone else "small")


def _own(notices: Iterable[NoticeAnswer]) -> list[UUID]:
    return [notice.id for notice in notices if notice.yours and notice.acknowledged_at is None]


def _all_read(label: str, notices: Sequence[NoticeAnswer], shown: Desktop) -> Markup | None:
    """Nothing where there are not several to be read."""
    own = _own(notices)
    return _read_button(f"{label}（{len(own)}）", own, shown) if len(own) > 1 else None


def _read_button(label: str, notices: Sequence[UUID], shown: Desktop, *, class_: str | None = None) -> Markup:
    """Of those that stand on the page and no others: what comes meanwhile has not been read."""
    return tag(
        "form",
        tag("input", type_="hidden", name_="notices", value=" ".join(map(str, notices))),
        None if shown.mine else tag("input", type_="hidden", name_="of_posts", value="true"),
        tag("button", label, type_="submit", class_=class_),
        class_="read",
        method="post",
        action=ALL_READ,
    )


def _read_lately(shown: Desktop) -> Markup | None:
    if not shown.read:
        return None
    lines = [
        row(
            moment(notice.raised_at),
            notice.level,
            _linked(notice.text, notice.no),
            f"{shown.people.get(by, by)} 已阅" if (by := notice.acknowledged_by) else "",
        )
        for notice in shown.read
    ]
    heads = ("时间", "级别", "内容", "")
    return tag("details", tag("summary", f"最近已阅（{len(lines)}）"), table(heads, lines))


def _linked(text: str, no: str) -> Child:
    """The text with its number leading to the case; before it, where the text does not name it."""
    before, named, after = text.partition(no)
    link = tag("a", no, href=f"/cases/{no}")
    return [before, link, after] if named else [link, " ", text]
