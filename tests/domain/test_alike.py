"""Whether two reports seem to be of the same thing, by their words."""

import pytest

from domain.alike import COMPARED, alike

SAME = [
    ("厨房水龙头漏水", "厨房水龙头漏水"),
    ("厨房水龙头漏水", "厨房的水龙头从昨晚开始一直漏水，滴个不停"),
    ("灯不亮", "厨房灯不亮，门也坏了"),
    ("厨房 水龙头，漏水！", "厨房水龙头漏水"),
    ("WIFI坏了", "wifi 坏了"),
]
OTHER = [
    ("客厅灯不亮", "厨房灯不亮"),
    ("卫生间水管漏水", "厨房水管漏水"),
    ("门锁坏了", "水管坏了"),
    ("厨房水龙头漏水", "对讲机没有声音"),
    ("", ""),
    ("？！", "。"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_most_of_the_shorter_stands_in_the_longer_whichever_comes_first(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_some_words_in_common_are_not_enough(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


def test_of_a_long_text_the_beginning_is_looked_at() -> None:
    assert alike("漏" * 2 * COMPARED, "漏" * COMPARED + "门" * COMPARED)
    assert not alike("门" * COMPARED + "厨房水龙头漏水", "厨房水龙头漏水")
