"""What a supervisor may record from the Temporal Web UI: its form, and how what is filled in becomes an event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.errors import RuleBroken
from domain.events import AnyEvent, Event, ExtensionGranted, Noted, Urged
from domain.people import StaffId


class WebUiForm(Protocol):
    """What was filled in, beside the number of who did it; what an event has no use for is empty."""

    @property
    def text(self) -> str: ...
    @property
    def repairer(self) -> StaffId: ...
    @property
    def key(self) -> str: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def override_reason(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebUiDoor:
    """One of its updates. ``description`` stands beside the form, in Chinese; ``by`` in it is a staff number.

    ``made``: the event; raises RuleBroken.
    """

    event: type[Event]
    description: str
    made: Callable[[WebUiForm], AnyEvent]


def _extension(form: WebUiForm) -> AnyEvent:
    if form.until is None or form.until.tzinfo is None:
        raise RuleBroken("REP-129", field="until", remedy="请填写带时区的新时限", english="Give until with its zone.")
    return ExtensionGranted(key=form.key, until=form.until, reason=form.text)


URGE = WebUiDoor(
    event=Urged,
    description='催促所有未办结的责任人。填：{"by": "cs-1", "text": "住户已等两小时"}',
    made=lambda form: Urged(text=form.text),
)


def extend(example: str) -> WebUiDoor:
    """``example``: the key of a limit of that procedure that may be extended."""
    filled = f'{{"by": "cm-1", "key": "{example}", "until": "2026-11-22T10:30:00+08:00", "text": "配件在途"}}'
    return WebUiDoor(
        event=ExtensionGranted,
        description=f"批准延期，限管理中心经理，须在到期之前。填：{filled}",
        made=_extension,
    )


NOTE = WebUiDoor(
    event=Noted,
    description='在本单上留一条备注。填：{"by": "en-1", "text": "已与住户电话确认"}',
    made=lambda form: Noted(text=form.text),
)
