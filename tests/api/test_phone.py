"""What counts as a way to reach somebody by telephone, and how it is written down."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.sentences import faults_of
from api.wire.text import Phone
from infra.telephone import telephone

PHONE: TypeAdapter[str] = TypeAdapter(Phone)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("19900000001", "19900000001"),
        (" １９９　００００　０００１ ", "19900000001"),
        ("199-0000-0001", "19900000001"),
        ("+86 199 0000 0001", "19900000001"),
        ("0086-19900000001", "19900000001"),
        ("19900000001#12", "19900000001转12"),
        ("010-88886666", "010-88886666"),
        ("075526001234", "0755-26001234"),
        ("（0755）2600—1234", "0755-26001234"),
        ("0755-26001234-8", "0755-26001234转8"),
        ("+86 10 8888 6666", "010-88886666"),
        ("2600 1234", "26001234"),
        ("4008208820", "4008208820"),
        ("400-820-8820", "4008208820"),
        ("8001转123", "8001转123"),
        ("8001 分机 12", "8001转12"),
        ("8001 ext. 12", "8001转12"),
        ("110", "110"),
        ("12345", "12345"),
        ("+852 2345 6789", "+85223456789"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("19900000001，8001", "19900000001、8001"),
        ("19900000001 / 0755-26001234", "19900000001、0755-26001234"),
    ],
)
def test_a_number_is_kept_in_one_way_however_it_was_typed(typed: str, kept: str) -> None:
    assert kept == PHONE.validate_python(typed)
    assert kept == telephone(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "张先生",
        "金丝雀1234567abc",
        "1234567abc",
        "1-800-FLOWERS",
        "转",
        "@#￥",
        "12",
        "1234567",
        "1990000001",
        "199000000011",
        "12345678901234567890",
        "19900000000😀",
        "019-90000000",
        "+86 1990000001",
        "+1234567890123456",
        "+999 123 4567",
        "١٢٣٤٥",
        "19900000001、",
        "19900000001、张先生",
        "8001转1234567",
    ],
)
def test_what_nobody_could_be_reached_by_is_refused_with_what_would_do(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PHONE.validate_python(typed)

    (told,) = faults_of(refused.value.errors())
    example = told.remedy.partition("，如 ")[2].partition("；")[0]
    assert example == telephone(example)
