"""What a form of our own pages posts, and what is wrong with it when the desk does not take it."""

import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request, Response
from pydantic import ValidationError

from api.door import Caller
from api.problems import AWAY, STATUS
from api.sentences import faults_of
from domain.errors import AlreadyOpen, Conflicting, DeskError, Malformed, ShowsCases, StillOpen, Unavailable
from domain.pricing import ChargeLine

MOST_FIELDS = 200
REFUSED = 400
TOTAL = "total"
"""The sum of the charges that stood on the page when the form was sent."""
KEY = re.compile(r"page-[0-9a-f]{32}")
ON_A_PAGE: Mapping[str, str] = {
    Conflicting.code: "此表单已提交过，内容与这次不同；请先核对是否已登记，确需再登记时重新提交",
    AlreadyOpen.code: "该房号或地点已有未结单据，见下表；请选「与未结单据的关系」再按一次，所填已保留。"
    "已完工而仍未解决的，按表中链接登记",
    Unavailable.code: "系统暂时不可用，所填已保留；请稍后再按一次，不会重复登记",
}
"""Where the remedy of the API speaks of keys, which nobody sees on a page."""

Form = Mapping[str, Sequence[str]]


def fresh_key() -> str:
    return f"page-{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it is drawn again: what was typed, the remedy beside each field, and what concerns none of them.

    ``key``: the idempotency key drawn into it, so that however often it is sent it is carried out once. ``counted``:
    what it would charge, for the person to see first. ``open_there``: cases to be looked at before another is opened,
    or two are merged.
    """

    key: str = field(default_factory=fresh_key)
    typed: Form = field(default_factory=dict)
    remedies: Mapping[str, str] = field(default_factory=dict)
    counted: tuple[ChargeLine, ...] = ()
    open_there: tuple[StillOpen, ...] = ()
    status: int = 200

    def value(self, name: str) -> str:
        return first(self.typed, name)


async def form_in(request: Request) -> Form:
    """The fields of the body; none where it cannot be read. Line ends as they were typed, not as forms send them."""
    try:
        body = (await request.body()).decode("ascii")
        read = parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: [value.replace("\r\n", "\n") for value in values] for name, values in read.items()}


def first(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def under_its_key(asking: Caller, form: Form) -> Caller:
    """The caller with the key that was drawn into the form."""
    key = first(form, "key")
    return replace(asking, key=key) if KEY.fullmatch(key) else asking


async def carried_out(form: Form, write: Callable[[], Awaitable[Response]]) -> Filled | dict[str, Any]:
    """The answer of the API's own route; or the form to be drawn again, with what is wrong in it."""
    try:
        answer = await write()
    except ValidationError as wrong:
        faults = faults_of(wrong.errors())
        return _again(form, {one.field: one.remedy for one in faults}, STATUS[Malformed])
    except DeskError as refusal:
        spent = isinstance(refusal, Conflicting)
        again = _again(form, {refusal.field: _remedy(refusal)}, STATUS[type(refusal)], spent=spent)
        return replace(again, open_there=refusal.cases) if isinstance(refusal, ShowsCases) else again
    except AWAY:
        return _again(form, {"": ON_A_PAGE[Unavailable.code]}, STATUS[Unavailable])
    told: dict[str, Any] = json.loads(bytes(answer.body))
    if answer.status_code < REFUSED:
        return told
    return _again(form, {str(told["field"]): f"{told['title']}：{told['remedy']}"}, answer.status_code, spent=True)


def unsent(form: Form, lines: tuple[ChargeLine, ...] = ()) -> Filled:
    """As it was typed, for the person to look at before it is carried out; ``lines``: what it would charge."""
    return replace(_again(form, {}, 200), counted=lines)


def _remedy(refusal: DeskError) -> str:
    return ON_A_PAGE.get(refusal.code) or f"{refusal.title}：{refusal.remedy}"


def _again(form: Form, remedies: Mapping[str, str], status: int, *, spent: bool = False) -> Filled:
    """``spent``: the key stands for something that was settled, so the next attempt needs another."""
    key = fresh_key() if spent or not KEY.fullmatch(first(form, "key")) else first(form, "key")
    return Filled(key=key, typed=form, remedies=remedies, status=status)
