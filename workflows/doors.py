"""How people reach a case: an update for each event, and those that a supervisor may send from the Web UI."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.admission import Act
from domain.assigning import check_sent, sent_by
from domain.case_file import Source
from domain.errors import DeskError
from domain.events import AnyEvent, Event
from domain.people import Actor
from domain.rulebook.rows import Procedure
from domain.rulebook.web_ui import WebUiDoor
from workflows import desk
from workflows.case import Case
from workflows.messages import FromWebUi, RecordAct, Recorded

W = TypeVar("W", bound=type[Case])

MARK = "【主管】"
"""Sorts before every Chinese word, so that these stand first in the form, and shows in the timeline who sent."""


def carries(procedure: Procedure) -> Callable[[W], W]:
    """Make a class the workflow of a procedure: its type name, its rows, an update for each word of its vocabulary."""

    def decorate(case: W) -> W:
        case.rows = procedure
        for event in dict.fromkeys(procedure.vocabulary):
            if event not in procedure.opens_with:
                _add(case, event.kind(), _recorder(event))
            for door in procedure.web_ui:
                if door.event is event:
                    _add(case, f"{event.kind()}_from_web_ui", _web_ui_door(door))
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


def _web_ui_door(door: WebUiDoor) -> Callable[..., Any]:
    async def handler(self: Case, message: FromWebUi) -> Recorded:
        by = await desk.identify(message.by, self.estate)
        with refusals():
            event = door.made(message)
        beside = await _waived(event, self, message.override_reason)
        with refusals():
            entry = self.take_in(_from_web_ui(event, by, workflow.now(), beside))
        return await self.recorded(entry)

    return workflow.update(name=web_ui_name(door.event), description=door.description)(_method(handler))


def _method(handler: Callable[..., Any]) -> Callable[..., Any]:
    """As if written in the class: with a typed ``self`` the argument's own type would not be looked at."""
    del handler.__annotations__["self"]
    return handler


async def _waived(event: AnyEvent, case: Case, override: str) -> tuple[AnyEvent, ...]:
    """REP-18: work goes to somebody who can do it; the API asks before it takes the act on, the Web UI cannot."""
    sent, work = sent_by(event), case.work
    if not sent:
        return ()
    crew = await desk.repairers(sent[0], case.estate, work.trade, workflow.now())
    with refusals():
        return check_sent(event, crew, work, under="", override=override)


def _from_web_ui(event: AnyEvent, by: Actor, now: datetime, beside: tuple[AnyEvent, ...]) -> Act:
    return Act(
        command_id=str(workflow.uuid4()),
        event=event,
        by=by,
        at=now,
        accepted_at=now,
        source=Source.WEB_UI,
        beside=beside,
    )


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
