"""What an entry of the file says, in the words of staff: each field under its name, codes by what they stand for."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from api.pages.controls import LABELS, YES_OR_NO
from api.pages.markup import Child
from api.pages.names import Names
from api.pages.views import moment
from api.paper import STAFF_NAMED
from api.wire.answers import EntryAnswer
from domain.events import RungReached
from domain.pricing import ChargeKind

LOOKS_LIKE_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def said(entry: EntryAnswer, names: Names) -> Iterator[Child]:
    """Field by field in the words of staff, what was left empty left out."""
    fields = dict(entry.event or {})
    if entry.type == RungReached.kind():
        yield names.duty(str(fields.get("key", "")))
        return
    told = [(LABELS[name], _words(name, value, names)) for name, value in fields.items() if name in LABELS]
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
            return "、".join(line if isinstance(line, str) else _charge(line, names) for line in value)
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
    return names.duty(value) if name == "key" else value


def _charge(line: Mapping[str, str], names: Names) -> str:
    item = names.items.get(line["item"], line["item"])
    return f"{item} {ChargeKind(line['kind']).label} {line['amount']} 元"
