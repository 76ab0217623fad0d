"""Masked values show no more than they may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import mask_name, mask_phone, mask_room


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张**"), ("张三三", "张**"), (" 李四 ", "李**"), ("𠮷野", "𠮷**"), ("", ""), ("  ", "")],
)
def test_only_the_first_character_of_a_name_is_shown(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("2654 1234", "****1234"),
        ("8001", "****"),
        ("转123", "****"),
        ("", ""),
    ],
)
def test_the_middle_of_a_phone_number_is_hidden(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        ("3栋2单元1502", "3栋**"),
        ("12号楼301", "12号楼**"),
        ("A座 1502", "A座**"),
        ("十二栋301", "十二栋**"),
        ("李四19900000001家住1栋2单元1502", "**"),
        ("李四1栋", "**"),
        ("19900000001栋", "**"),
        ("1502", "**"),
        ("", ""),
    ],
)
def test_only_the_building_of_a_room_is_shown(room: str, shown: str) -> None:
    assert mask_room(room) == shown


@given(st.text(alphabet="0123456789- ", max_size=20))
def test_never_more_than_seven_digits_of_a_phone_are_shown(phone: str) -> None:
    assert sum(c.isdecimal() for c in mask_phone(phone)) <= 7


@given(st.text(max_size=50))
def test_never_more_than_one_character_of_a_name_is_shown(name: str) -> None:
    assert len(mask_name(name).removesuffix("**")) <= 1
