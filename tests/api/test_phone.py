"""What counts as a way to reach somebody by telephone."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.wire.text import Phone

PHONE: TypeAdapter[str] = TypeAdapter(Phone)


@pytest.mark.parametrize(
    "text",
    ["19900000001", "+86 199 0000 0001", "010-88886666", "8001转123", "8001 分机 12", "１９９００００００１", "110"],
)
def test_numbers_and_extensions_are_kept_as_they_are_written(text: str) -> None:
    assert PHONE.validate_python(text) == text


@pytest.mark.parametrize("text", ["张先生", "金丝雀1234567abc", "1234567abc", "1-800-FLOWERS", "转", "@#￥"])
def test_words_and_scraps_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="no phone number"):
        PHONE.validate_python(text)
