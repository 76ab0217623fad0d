"""What an entry of the file says, in the words of staff: each field under its name, codes by what they stand for."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from api.pages.controls import LABELS, YES_OR_NO
from api.pages.markup import Child, tag
from api.pages.names import Names
from api.pages.views import moment
from api.paper import STAFF_NAMED
from api.wire.answers import EntryAnswer
from domain.events import RungReached
from domain.pricing import ChargeKind

LOOKS_LIKE_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")

ANOTHER_CASE = frozenset({"after", "into", "merged"})
"""Fields that hold the number of one."""

ONLY_IF_SO = frozenset({"no_charge"})
"""Fields that are ticked where it is so; that it is not is said by what stands beside them."""


def said(entry: EntryAnswer, names: Names) -> Iterator[Child]:
    """Field by field in the words of staff, what was left empty left out."""
    fields = dict(entry.event or {})
    if entry.type == RungReached.kind():
        yield names.duty(str(fields.get("key", "")))
        return
    kept = {name: value for name, value in fields.items() if value or name not in ONLY_IF_SO}
    told = [(LABELS[name], _words(name, value, names)) for name, value in kept.items() if name in LABELS]
    parts = [[label, "：", words] for label, words in told if words]
    for number, part in enumerate(parts):
        yield ["；" if number else "", *part]


def _words(name: str, value: object, names: Names) -> Child:
    match value:
        case bool():
            return dict(YES_OR_NO)[str(value).lower()]
        case int():
            return f"第{value}联" if name == "copy" else str(value)
        case list():
            return names.people(value) if name in STAFF_NAMED else "、".join(_part(one, names) for one in value)
        case str() if LOOKS_LIKE_A_MOMENT.match(value):
            return moment(datetime.fromisoformat(value))
        case str():
            return _named(name, value, names)
    return ""


def _named(name: str, value: str, names: Names) -> Child:
    if not value:
        return ""
    if name in STAFF_NAMED:
        return names.person(value)
    if name in {"item", "actual_item"}:
        return names.item(value)
    if name in ANOTHER_CASE:
        return tag("a", value, href=f"/cases/{value}")
    return names.duty(value) if name == "key" else value


def _part(one: Any, names: Names) -> str:
    """What was ticked, a line of charges, another caller, or a defect."""
    if isinstance(one, str):
        return one
    if "item" in one:
        return _charge(one, names)
    return _caller(one) if "channel" in one else _defect(one)


def _caller(one: Mapping[str, str]) -> str:
    return " ".join(filter(None, (one["channel"], one["phone"], one["content"])))


def _charge(line: Mapping[str, str], names: Names) -> str:
    item = names.items.get(line["item"], line["item"])
    return f"{item} {ChargeKind(line['kind']).label} {line['amount']} 元"


def _defect(line: Mapping[str, str]) -> str:
    return f"{line['place']} {line['content']}"
