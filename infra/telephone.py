"""What counts as a way to reach somebody by telephone, and the one way in which it is written down."""

import re
import unicodedata

import phonenumbers

DASHES = re.compile("[‐-―−－—~]")
SPACES = re.compile(r"\s+")
BETWEEN = "、"
"""Between the numbers of somebody who has several; commas and the like are read so too."""
PARTING = re.compile(f"[{BETWEEN},;/]")

HOME = r"(?:(?:\+|00)86-?)"
CITY = r"(?:10|2\d|[3-9]\d{2})"
LINE = r"[2-9]\d{2,3}-?\d{4}"
EXTENSION = r"(?:(?:-?(?:转|分机|ext\.?|x|#)-?|-)(?P<extension>\d{1,6}))?"


def _form(number: str) -> re.Pattern[str]:
    return re.compile(number + EXTENSION, re.IGNORECASE | re.ASCII)


MAINLAND = (
    _form(rf"{HOME}?(?P<number>1[3-9]\d-?\d{{4}}-?\d{{4}})"),
    _form(rf"\(?0(?P<area>{CITY})\)?-?(?P<number>{LINE})"),
    _form(rf"{HOME}\(?0?(?P<area>{CITY})\)?-?(?P<number>{LINE})"),
    _form(rf"(?P<number>{LINE})"),
    _form(r"(?P<number>[48]00(?:-?\d){7})"),
    _form(r"(?P<number>\d{3,6})"),
)
"""A mobile; a line with its area, and without; 400 and 800; and what is dialled in the house, or is a service of
three digits and more (110, 8001, 12345)."""
ABROAD = _form(r"(?P<number>\+(?!86)[1-9]\d{6,14})")
"""At most the fifteen digits that a number of any country has."""


def telephone(text: str) -> str | None:
    """As it is kept: half-width, without blanks, ``0755-26001234转8``; None for what nobody could be reached by.

    Several numbers are kept with ``BETWEEN`` between them.
    """
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    numbers = [_one(SPACES.sub("", part)) for part in PARTING.split(plain)]
    known = [number for number in numbers if number is not None]
    return BETWEEN.join(known) if len(known) == len(numbers) else None


def _one(text: str) -> str | None:
    for form in MAINLAND:
        if found := form.fullmatch(text):
            return _written(found)
    found = ABROAD.fullmatch(re.sub("[()-]", "", text))
    return _written(found) if found and _is_possible(found["number"]) else None


def _written(found: re.Match[str]) -> str:
    said = found.groupdict()
    before = f"0{said['area']}-" if said.get("area") else ""
    after = f"转{said['extension']}" if said["extension"] else ""
    return before + said["number"].replace("-", "") + after


def _is_possible(number: str) -> bool:
    """By the lengths that the numbers of that country have."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
