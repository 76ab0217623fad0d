"""How what somebody reports becomes a case: taken down, numbered, delivered, and answered with what else there is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from fastapi import Request, Response
from pydantic import BaseModel

from api.body import WrongBody, read_json
from api.desk import Desk
from api.door import Caller, DeskRoute
from api.later_case import Earlier, earlier_of
from api.people import acting
from api.same_room import at_the_place
from api.second_case import refuse_second
from api.wire.answers import SameRoom
from api.writing import answer, asked, carried_out, hash_of
from domain.admission import Act, check_opener, check_opening
from domain.calendar import LOCAL
from domain.case_file import Source
from domain.errors import AlreadyOpen, BadTime, RuleBroken, Unavailable, Untimely
from domain.events import AnyEvent, Opening
from domain.limits import CLOCK_SKEW, Terms
from domain.people import EstateCode
from domain.rulebook.rows import Edition, Procedure
from infra.postgres.acceptance import NewCase, OpenedMeanwhile
from infra.postgres.commands import Command
from workflows.messages import TermsOfCase

LOOKS = 5
"""How often what is open in a place is looked at anew, while others open cases there."""


class CannotWaitRoute(DeskRoute):
    """What sends somebody out at once is never turned away for how much its caller has asked."""

    field: ClassVar[str]
    emergencies: ClassVar[frozenset[str]]

    async def never_waits(self, request: Request) -> bool:
        try:
            report = read_json(await request.body())
        except WrongBody:
            return False
        said = report.get(self.field) if isinstance(report, dict) else None
        return isinstance(said, str) and said in self.emergencies


class Told(Protocol):
    """What every request that opens a case says. ``call_started_at`` starts the clocks; without it, now."""

    @property
    def estate(self) -> str: ...
    @property
    def by(self) -> str | None: ...
    @property
    def call_started_at(self) -> datetime | None: ...
    @property
    def drill(self) -> bool: ...
    @property
    def beside(self) -> tuple[str, ...]: ...
    @property
    def after(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def though_elsewhere(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where it is, by the estate's own lists; ``also``: what happened with the report, such as a form filled in."""

    building: str
    also: tuple[AnyEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a request is made into. ``locate`` looks its place up and refuses what the company does not take."""

    path: str
    procedure: Procedure
    report: Opening
    locate: Callable[[Desk], Awaitable[Located]]

    def edition(self, now: datetime) -> Edition:
        return self.procedure.edition(now.astimezone(LOCAL).date())


async def opened(asking: Caller, told: Told, body: BaseModel, intake: Intake) -> Response:
    """201 with the number; 202 with the number while the case is still being opened; raises a refusal."""
    body_hash = hash_of(intake.path, body)

    async def accept(at: datetime) -> Command:
        acceptance = asking.house.desk.acceptance
        for _ in range(LOOKS):
            try:
                return await acceptance.accept_opening(await _new_case(asking, told, intake, body_hash), at)
            except (AlreadyOpen, OpenedMeanwhile) as found:
                # What has just been opened may be of this very request, sent to another process.
                first = (await asked(asking, body_hash)).before
                if first is not None:
                    return first
                if isinstance(found, AlreadyOpen):
                    raise
        raise Unavailable

    return await _answer(asking, told, intake, await carried_out(asking, body_hash, accept))


async def _new_case(asking: Caller, told: Told, intake: Intake, body_hash: bytes) -> NewCase:
    desk, estate = asking.house.desk, EstateCode(told.estate)
    by = await acting(desk, asking.principal, estate, told.by)
    now = datetime.now(UTC)
    claimed_at = told.call_started_at or now
    report = Act(command_id="", event=intake.report, by=by, at=claimed_at, accepted_at=now, source=Source.API)
    _check_opener(report, intake, now)
    earlier = await earlier_of(desk, told, intake.procedure, intake.report.spot.place)
    received_at = (earlier.called_at if earlier else None) or claimed_at
    located = await intake.locate(desk)
    looked_at = None
    if not intake.procedure.cannot_wait(intake.report):
        seen = {*told.beside, *(earlier.seen if earlier else ())}
        looked_at = await refuse_second(asking, estate, intake.report, received_at, seen=seen, drill=told.drill)
    terms = await desk.reference.terms(estate, received_at)

    def acts(command: str, accepted_at: datetime) -> tuple[Act, ...]:
        return tuple(
            Act(command_id=command, event=event, by=by, at=at, accepted_at=accepted_at, source=Source.API)
            for event, at in (
                (intake.report, received_at),
                *((event, max(received_at, accepted_at)) for event in _also(located, earlier)),
            )
        )

    _check_clauses(intake, acts("", now), terms, now)
    return NewCase(
        client=asking.principal.id,
        key=asking.key,
        body_hash=body_hash,
        procedure=intake.procedure,
        estate=estate,
        building=located.building,
        report=intake.report,
        received_at=received_at,
        recorded_by=by.id,
        drill=told.drill,
        terms=TermsOfCase.of(terms),
        acts=acts,
        after=earlier.event.after if earlier else None,
        looked_at=looked_at,
    )


def _also(located: Located, earlier: Earlier | None) -> tuple[AnyEvent, ...]:
    return (*located.also, earlier.event) if earlier else located.also


def not_ahead(field: str, moment: datetime | None) -> None:
    """Raises BadTime for what is said to have happened and lies ahead; clocks differ by so much."""
    now = datetime.now(UTC)
    if moment is not None and moment > now + CLOCK_SKEW:
        refusal = BadTime(moment, now, Untimely.FUTURE)
        refusal.field = field
        raise refusal


def _check_opener(report: Act, intake: Intake, now: datetime) -> None:
    """A moment that cannot be is told by its field of this request."""
    try:
        check_opener(report, intake.procedure, intake.edition(now))
    except BadTime as refusal:
        refusal.field = "call_started_at"
        raise


def _check_clauses(intake: Intake, acts: tuple[Act, ...], terms: Terms, now: datetime) -> None:
    """What a clause refuses of the report, or of the form filled in with it; told by its field of this request."""
    try:
        check_opening(acts, intake.procedure, intake.edition(now), terms)
    except RuleBroken as refusal:
        refusal.field = refusal.field.replace("event.", "form.", 1)
        raise


async def _answer(asking: Caller, told: Told, intake: Intake, command: Command) -> Response:
    desk, no = asking.house.desk, command.case_no
    head = await desk.reader.case(no)
    there = await at_the_place(
        desk,
        EstateCode(told.estate),
        intake.report.spot,
        received_at=head.received_at if head else command.accepted_at,
        but=no,
        drill=told.drill,
    )
    others = [other for other in there if not (other.may_precede and other.no == told.after)]
    said = {
        "stage": head.stage if head else "",
        "received_at": head.received_at.isoformat() if head else "",
        "next": head.waiting_for if head else [],
        "same_room": [other.model_dump(mode="json") for other in others],
        "after": told.after,
        "message": "已受理"
        + (f"；接续 {told.after}" if told.after else "")
        + (f"；{intake.report.spot.name}另有：{'、'.join(map(_other, others))}" if others else ""),
        "english": "The case is open.",
    }
    return answer(command, said, applied=201)


def _other(other: SameRoom) -> str:
    if other.may_precede:
        return f"{other.no}（{other.result}，可接续前单）"
    reopens = "，同一故障仍未解决的，请在该单登记「客户反馈」（未解决）" if other.reopens else ""
    return f"{other.no}（{'住户不同意维修' if other.refused_at else other.stage}{reopens}）"
