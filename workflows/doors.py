"""How people reach a case: an update for each event, and the four a supervisor may send from the Web UI."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.admission import Act
from domain.assigning import check_assignable
from domain.case_file import Source
from domain.errors import DeskError, RuleBroken
from domain.events import AnyEvent, Event, ExtensionGranted, Noted, Urged
from domain.events.work import Reassigned
from domain.people import Actor, EstateCode
from domain.rulebook.rows import Procedure
from workflows import desk
from workflows.case import Case
from workflows.messages import FromWebUi, RecordAct, Recorded

W = TypeVar("W", bound=type[Case])

WEB_UI_DOORS = {
    Urged: '催促所有未办结的责任人。填：{"by": "cs-1", "text": "住户已等两小时"}',
    Reassigned: '改派维修人员，限工程部主管。填：{"by": "en-1", "repairer": "rp-2", "text": "原维修人员请假"}',
    ExtensionGranted: (
        "批准延期，限管理中心经理，须在到期之前。填："
        '{"by": "cm-1", "key": "REP-124", "until": "2026-11-22T10:30:00+08:00", "text": "配件在途"}'
    ),
    Noted: '在本单上留一条备注。填：{"by": "en-1", "text": "已与住户电话确认"}',
}
"""The events a supervisor may record from the Web UI, with what stands beside the form; ``by`` is a staff number."""

MARK = "【主管】"
"""Sorts before every Chinese word, so that these four stand first in the form, and shows in the timeline who sent."""


def carries(procedure: Procedure) -> Callable[[W], W]:
    """Make a class the workflow of a procedure: its type name, its rows, an update for each word of its vocabulary."""

    def decorate(case: W) -> W:
        case.rows = procedure
        for event in dict.fromkeys(procedure.vocabulary):
            if event not in procedure.opens_with:
                _add(case, event.kind(), _recorder(event))
            if event in WEB_UI_DOORS:
                _add(case, f"{event.kind()}_from_web_ui", _web_ui_door(event))
        return workflow.defn(name=procedure.name)(case)

    return decorate


def update_name(event: type[Event]) -> str:
    """The update that records such an event for the API."""
    return event.label


def web_ui_name(event: type[Event]) -> str:
    """The update that a supervisor sends from the Web UI's form."""
    return f"{MARK}{event.label}"


def _add(case: type[Case], name: str, handler: Callable[..., Any]) -> None:
    handler.__name__ = handler.__qualname__ = name
    setattr(case, name, handler)


def _recorder(event: type[Event]) -> Callable[..., Any]:
    async def handler(self: Case, message: RecordAct) -> Recorded:
        await self.ready()
        with refusals():
            entry = self.take_in(message.act)
        return await self.recorded(entry)

    def validator(self: Case, message: RecordAct) -> None:
        with refusals():
            self.check(message.act)

    update = workflow.update(name=update_name(event), description="由服务台登记，不从此处发送")(_method(handler))
    update.validator(_method(validator))
    return update


def _web_ui_door(event: type[Event]) -> Callable[..., Any]:
    async def handler(self: Case, message: FromWebUi) -> Recorded:
        by = await desk.identify(message.by, self.estate)
        if event is Reassigned:
            await _may_be_assigned(message, self.estate)
        with refusals():
            entry = self.take_in(_from_web_ui(_event_of(event, message), by, workflow.now()))
        return await self.recorded(entry)

    return workflow.update(name=web_ui_name(event), description=WEB_UI_DOORS[event])(_method(handler))


def _method(handler: Callable[..., Any]) -> Callable[..., Any]:
    """As if written in the class: with a typed ``self`` the argument's own type would not be looked at."""
    del handler.__annotations__["self"]
    return handler


async def _may_be_assigned(message: FromWebUi, estate: EstateCode) -> None:
    """REP-18: work goes to somebody who can do it; the API asks before it takes the act on, the Web UI cannot."""
    found = await desk.look_up(message.repairer, estate, at=workflow.now())
    with refusals():
        check_assignable(found.actor, on_leave=found.on_leave, field="repairer")


def _from_web_ui(event: AnyEvent, by: Actor, now: datetime) -> Act:
    return Act(command_id=str(workflow.uuid4()), event=event, by=by, at=now, accepted_at=now, source=Source.WEB_UI)


def _event_of(event: type[Event], message: FromWebUi) -> AnyEvent:
    if event is Urged:
        return Urged(text=message.text)
    if event is Noted:
        return Noted(text=message.text)
    if event is Reassigned:
        return Reassigned(repairer=message.repairer, reason=message.text)
    if message.until is None or message.until.tzinfo is None:
        raise RuleBroken("REP-129", field="until", remedy="请填写带时区的新时限", english="Give until with its zone.")
    return ExtensionGranted(key=message.key, until=message.until, reason=message.text)


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal of the domain leaves a handler as the one error that Temporal carries to the caller."""
    try:
        yield
    except DeskError as refusal:
        raise ApplicationError(str(refusal), refusal_details(refusal), type=refusal.code, non_retryable=True) from None


def refusal_details(refusal: DeskError) -> dict[str, str | list[str]]:
    """What the caller is answered: code, Chinese title and remedy, an English sentence, the field, what would do."""
    return {
        "code": refusal.code,
        "title": refusal.title,
        "remedy": refusal.remedy,
        "english": refusal.english,
        "field": refusal.field,
        "allowed": list(refusal.allowed),
    }
