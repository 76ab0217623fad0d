"""The kinds of value that requests are made of: one strict text, moments with a zone, codes, phone numbers."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.events.base import AS_SOON_AS_POSSIBLE

LONGEST, LONGEST_SHORT = 2000, 200
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but newline and tab, and lone surrogates; everything else is kept byte for byte."""

ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)")
FIRST_YEAR, LAST_YEAR = 2000, 2100
PHONE = re.compile(r"[0-9+()（）转分机extEXT.\-—－ #*、,，;；/]{3,60}")
EXTENSION = frozenset("转分机extEXT")
FEWEST_DIGITS = 3
NUMBER = re.compile(r"[0-9A-Z-]{1,20}")
TEAM = re.compile(r"[0-9A-Za-z\u4e00-\u9fff-]{1,20}")
REFERENCE = re.compile(r"[0-9A-Za-z/-]{1,40}")
"""Stands unsealed on the copies of forms, so that nothing personal fits in it."""


def fit(text: str) -> str:
    if UNFIT.search(text):
        raise PydanticCustomError("unfit_text", "holds characters that cannot be kept")
    return text


def _team(text: str) -> str:
    if not TEAM.fullmatch(text):
        raise PydanticCustomError("no_team", "is no name of a team")
    return text


def _reference(text: str) -> str:
    if not REFERENCE.fullmatch(text):
        raise PydanticCustomError("no_reference", "is no reference")
    return text


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise PydanticCustomError("no_number", "is no part of a number")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank_text", "is blank")
    return text


def _moment(value: object) -> datetime:
    """UTC, of a text in ISO 8601 with a zone; far years are refused, for they do not convert."""
    if isinstance(value, str) and ISO.fullmatch(value) and FIRST_YEAR <= int(value[:4]) < LAST_YEAR:
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except ValueError:
            pass
    raise PydanticCustomError("no_moment", "is no time with a zone")


def _wanted(value: object) -> datetime | str:
    return value if value == AS_SOON_AS_POSSIBLE and isinstance(value, str) else _moment(value)


def _phone(text: str) -> str:
    """Leniently: an extension (8001转123) is no number to the library, and yet the way to reach somebody.

    Words are none: the library would take the digits and letters after a name for a number spelt on a keypad.
    """
    if any(character.isalpha() and character not in EXTENSION for character in text):
        raise PydanticCustomError("no_phone", "is no phone number")
    try:
        phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        digits = sum(character.isdecimal() for character in text)
        if not PHONE.fullmatch(text) or digits < FEWEST_DIGITS:
            raise PydanticCustomError("no_phone", "is no phone number") from None
    return text


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(fit)]
Words = Annotated[Text, AfterValidator(_said)]
"""A text that says something."""
ShortText = Annotated[str, Field(max_length=LONGEST_SHORT), AfterValidator(fit)]
ShortWords = Annotated[ShortText, AfterValidator(_said)]
Phone = Annotated[str, Field(max_length=60), AfterValidator(fit), AfterValidator(_said), AfterValidator(_phone)]

Team = Annotated[str, AfterValidator(_team), WithJsonSchema({"type": "string", "pattern": f"^{TEAM.pattern}$"})]
Reference = Annotated[
    str, AfterValidator(_reference), WithJsonSchema({"type": "string", "pattern": f"^{REFERENCE.pattern}$"})
]
PartOfNumber = Annotated[
    str, AfterValidator(_number), WithJsonSchema({"type": "string", "pattern": f"^{NUMBER.pattern}$"})
]

Moment = Annotated[datetime, BeforeValidator(_moment)]
Wanted = Annotated[
    datetime | Literal["尽快"],
    BeforeValidator(_wanted),
    WithJsonSchema({"anyOf": [{"const": AS_SOON_AS_POSSIBLE}, {"type": "string", "format": "date-time"}]}),
]

Estate = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,8}$")]
BuildingCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,10}$")]
RoomCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,20}$")]
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$")]
OptionalItem = Annotated[str, StringConstraints(pattern=r"^([A-Z0-9-]{2,20})?$")]
Staff = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,20}$")]
Procedure = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Yes = Annotated[bool, Field(strict=True)]
