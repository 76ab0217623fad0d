"""How the inbox sorts what one is told: case by case, the gravest first, nothing word for word twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from api.pages.inbox_view import Desktop, by_case, inbox_page
from api.wire.answers import NoticeAnswer, Tasks
from domain.people import CaseNo, EstateCode

EIGHT = datetime(2026, 11, 2, tzinfo=UTC)
OLD, NEW = CaseNo("REP-20261102-00001"), CaseNo("REP-20261102-00002")


def notice(no: CaseNo, level: str, words: str, minutes: int, **more: object) -> NoticeAnswer:
    return NoticeAnswer.model_validate(
        {
            "id": uuid4(), "no": no, "estate": EstateCode("LY"), "building": "1栋", "about": "水", "level": level,
            "rule": "REP-24", "post": "工程部", "recipient": "en-1", "text": f"【{level}】{no} {words}", "due_at": None,
            "late": False, "urgent": False, "raised_at": EIGHT + timedelta(minutes=minutes), "acknowledged_at": None,
            "acknowledged_by": None, "yours": True, **more,
        }
    )  # fmt: skip


def desktop(*unread: NoticeAnswer) -> Desktop:
    return Desktop(
        who="工程部甲", unread=unread, read=(), more=False, mine=True, tasks=Tasks(tasks=[]), cases=(),
        more_cases=False, people={"en-2": "工程部乙"}, estates={}, openings={},
    )  # fmt: skip


def test_a_case_that_is_late_stands_first_however_old_and_in_it_what_is_late() -> None:
    late = notice(OLD, "超时", "领单已超时", 1)
    told = notice(OLD, "告知", "请领单", 2)
    newest = notice(NEW, "告知", "请领单", 9)

    news = by_case((newest, told, late))

    assert [OLD, NEW] == [one.head.no for one in news]
    assert ["领单已超时", "请领单"] == [one.words for one in news[0].sayings]


def test_what_climbed_stands_before_what_is_told_and_a_reminder_does_not() -> None:
    reminder, climbed = notice(NEW, "提醒", "须领单", 9), notice(OLD, "升级", "仍未领单", 1)

    assert [OLD, NEW] == [one.head.no for one in by_case((reminder, climbed))]


def test_what_is_said_word_for_word_again_stands_once_and_all_of_it_is_read_with_it() -> None:
    first, second = notice(OLD, "告知", "请转告住户：已批准延期", 1), notice(OLD, "告知", "请转告住户：已批准延期", 5)

    page = inbox_page(desktop(first, second))

    assert 1 == page.count("已批准延期")
    assert "（2 次）" in page
    assert f'value="{second.id} {first.id}"' in page


def test_a_colleagues_notice_is_said_to_be_his_and_is_never_among_those_to_be_read() -> None:
    own = [notice(OLD, "告知", words, 1) for words in ("请领单", "请出发")]
    others = notice(OLD, "告知", "请派工", 1, recipient="en-2", yours=False)

    page = inbox_page(desktop(*own, others))

    assert "发给工程部乙，待其已阅" in page
    assert "全部已阅（2）" in page
    assert str(others.id) not in page


def test_where_more_is_open_than_the_page_lists_it_says_where_the_rest_is() -> None:
    more = replace(desktop(), more_cases=True)

    assert "其余在「查单」里" in inbox_page(more)
    assert "其余在「查单」里" not in inbox_page(desktop())
