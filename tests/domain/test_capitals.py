"""Sums in capitals, by the examples of the banks' rules for filling in bills."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.capitals import LARGEST, in_capitals

_VALUE = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
_WEIGHT = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("10", "壹拾元整"),
        ("50.00", "伍拾元整"),
        ("105", "壹佰零伍元整"),
        ("1000", "壹仟元整"),
        ("1005", "壹仟零伍元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10000", "壹万元整"),
        ("100010", "壹拾万零壹拾元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("20000305.06", "贰仟万零叁佰零伍元零陆分"),
        ("99999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_a_sum_reads_as_on_a_bill(amount: str, words: str) -> None:
    assert words == in_capitals(Decimal(amount))


@pytest.mark.parametrize("amount", ["-0.01", "100000000", "0.001", "NaN", "Infinity", "-Infinity"])
def test_what_no_bill_can_say_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="no sum of money"):
        in_capitals(Decimal(amount))


@given(st.decimals(min_value=0, max_value=LARGEST, places=2))
def test_reading_the_words_gives_the_sum_back(amount: Decimal) -> None:
    assert amount == read_back(in_capitals(amount))


@given(st.decimals(min_value=0, max_value=LARGEST, places=2))
def test_no_two_noughts_stand_side_by_side(amount: Decimal) -> None:
    assert "零零" not in in_capitals(amount)


def read_back(words: str) -> Decimal:
    yuan, _, rest = words.rpartition("元")
    upper, _, lower = yuan.rpartition("万")
    whole = four(upper) * 10_000 + four(lower)
    jiao = _VALUE[rest[rest.index("角") - 1]] if "角" in rest else 0
    fen = _VALUE[rest[rest.index("分") - 1]] if "分" in rest else 0
    return Decimal(whole) + Decimal(jiao * 10 + fen) / 100


def four(words: str) -> int:
    total = figure = 0
    for word in words:
        if word in _WEIGHT:
            total, figure = total + figure * _WEIGHT[word], 0
        else:
            figure = _VALUE[word]
    return total + figure
