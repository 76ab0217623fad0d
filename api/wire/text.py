"""The kinds of value that requests are made of: one strict text, moments with a zone, codes, phone numbers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from domain.events.base import AS_SOON_AS_POSSIBLE
from infra.telephone import telephone

LONGEST, LONGEST_SHORT = 2000, 200
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but newline and tab, and lone surrogates; everything else is kept byte for byte."""

ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Spelt:
    """A code of a certain form; a text of another is refused in the words that ``kind`` has in api/sentences.py."""

    kind: str
    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _checked(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise PydanticCustomError(self.kind, "has not the form that is asked for")
        return text


def fit(text: str) -> str:
    if UNFIT.search(text):
        raise PydanticCustomError("unfit_text", "holds characters that cannot be kept")
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
    number = telephone(text)
    if number is None:
        raise PydanticCustomError("no_phone", "is no phone number")
    return number


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(fit)]
Words = Annotated[Text, AfterValidator(_said)]
"""A text that says something."""
ShortText = Annotated[str, Field(max_length=LONGEST_SHORT), AfterValidator(fit)]
ShortWords = Annotated[ShortText, AfterValidator(_said)]
Phone = Annotated[str, Field(max_length=60), AfterValidator(fit), AfterValidator(_said), AfterValidator(_phone)]

Moment = Annotated[datetime, BeforeValidator(_moment)]
Wanted = Annotated[
    datetime | Literal["尽快"],
    BeforeValidator(_wanted),
    WithJsonSchema({"anyOf": [{"const": AS_SOON_AS_POSSIBLE}, {"type": "string", "format": "date-time"}]}),
]

Estate = Annotated[str, Spelt("no_estate", "[A-Z0-9]{2,8}")]
BuildingCode = Annotated[str, Spelt("no_building", "[0-9A-Z-]{1,10}")]
RoomCode = Annotated[str, Spelt("no_room", "[0-9A-Z-]{1,20}")]
ItemCode = Annotated[str, Spelt("no_item", "[A-Z0-9-]{2,20}")]
OptionalItem = Annotated[str, Spelt("no_item", "([A-Z0-9-]{2,20})?")]
Staff = Annotated[str, Spelt("no_staff", "[a-z0-9-]{2,20}")]
Procedure = Annotated[str, Spelt("no_procedure", "[A-Z]{2,4}")]
Owed = Annotated[str, Spelt("no_duty", r"[A-Z]{2,4}-[0-9]{1,4}(/[0-9A-Za-z_.-]{1,40})?")]
PartOfNumber = Annotated[str, Spelt("no_number", "[0-9A-Z-]{1,20}")]
CaseNumber = Annotated[str, Spelt("no_case_number", "[A-Z]{2,4}-[0-9]{8}-[0-9]{5}")]
Team = Annotated[str, Spelt("no_team", r"[0-9A-Za-z\u4e00-\u9fff-]{1,20}")]
Reference = Annotated[str, Spelt("no_reference", "[0-9A-Za-z/-]{1,40}")]
"""Stands unsealed on the copies of forms, so that nothing personal fits in it."""
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Money = Annotated[Decimal, Field(ge=0, lt=10**8, max_digits=10, decimal_places=2)]
"""CNY, to the fen."""
Yes = Annotated[bool, Field(strict=True)]
