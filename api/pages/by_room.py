"""The part of /cases that finds cases by their room: sent in the form's body, so that no address ever holds a room."""

from collections.abc import Mapping
from typing import Any

from api.looking import Purpose
from api.pages.controls import LABELS, Control, Kind, Options, document_of, options_of
from api.pages.inputs import Sending, fields
from api.pages.markup import Markup, tag
from api.pages.posted import Filled, Form, first
from api.wire.answers import CasePage

OPEN_OR_CLOSED: Options = (("true", "未结"), ("false", "已结"))
PREFIX = "by-room-"
"""Of the ids of its fields: the page holds another form."""
PRESET: Mapping[str, str] = {"purpose": Purpose.TAKING_DOWN.value}
FURTHER = (Control(name="cursor", label=""), Control(name="limit", label="", kind=Kind.NUMBER))
"""What a page after the first is sent with, unseen."""


def _controls(estates: Options = ()) -> tuple[Control, ...]:
    return (
        Control(name="room", label=LABELS["room"], required=True, hint="写全，如 1-101"),
        Control(name="estate", label="小区", kind=Kind.CHOICE, options=estates),
        Control(name="open", label="未结或已结", kind=Kind.YES_OR_NO, options=OPEN_OR_CLOSED),
        Control(name="purpose", label="用途", kind=Kind.CHOICE, required=True, options=options_of(Purpose)),
    )


def asked_in(given: Form) -> dict[str, Any]:
    """As POST /v1/cases/search takes it, with the room as the estate's list spells it."""
    asked = document_of((*_controls(), *FURTHER), given)
    return asked | ({"room": asked["room"].strip().upper()} if "room" in asked else {})


def room_form(estates: Options, filled: Filled, to: Sending) -> Markup:
    """The estate is asked for where there are several."""
    drawn = [control for control in _controls(estates) if control.name != "estate" or len(estates) > 1]
    return tag(
        "form",
        tag("h2", "按房号查"),
        list(fields(drawn, filled, prefix=PREFIX)),
        tag("p", tag("button", to.button, type_="submit"), " ", tag("span", "查询有记录。", class_="quiet")),
        class_="act",
        method="post",
        action=to.action,
    )


def turning(given: Form, found: CasePage, action: str) -> Markup:
    """The way to the next page and back to the first, by buttons: what was asked for goes along in the body."""
    same = {name: first(given, name) for name in (control.name for control in (*_controls(), *FURTHER))}
    first_page = _turn("回到第一页", same | {"cursor": ""}, action) if same["cursor"] else None
    return tag(
        "div",
        first_page,
        _turn("下一页", same | {"cursor": found.next}, action) if found.next else None,
        class_="turn",
    )


def _turn(label: str, asked: Mapping[str, str], action: str) -> Markup:
    return tag(
        "form",
        [tag("input", type_="hidden", name_=name, value=value) for name, value in asked.items() if value],
        tag("button", label, type_="submit"),
        method="post",
        action=action,
    )
