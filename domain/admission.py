"""Whether the case takes an act in: who may, whether it is its turn, what a clause forbids, and when it happened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.case_file import CaseFile, Entry, Source
from domain.docket import Docket
from domain.errors import BadTime, CaseClosed, NotExpected, NotPermitted, Untimely
from domain.events import AnyEvent, Event
from domain.fullness import is_full, refuse_over_full
from domain.limits import CLOCK_SKEW, Terms
from domain.people import Actor, Role
from domain.rulebook.open_values import BACKDATING
from domain.rulebook.rows import Edition, Gate, Owed, Position, Procedure, Question, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Somebody records that something happened. ``accepted_at``: when the desk acknowledged the command.

    ``beside``: what the desk found when it took the act on, and notes as its own with it.
    """

    command_id: str
    event: AnyEvent
    by: Actor
    at: datetime
    accepted_at: datetime
    source: Source
    beside: tuple[AnyEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case as an act finds it. ``awaited``: what its script waits for; ``admitted``: that, and what would turn it
    elsewhere; ``turn_began``: when what such an act follows upon had happened; ``now``: the workflow's time.
    """

    procedure: Procedure
    edition: Edition
    terms: Terms
    file: CaseFile
    docket: Docket
    awaited: Collection[type[Event]]
    admitted: Collection[type[Event]]
    turn_began: datetime | None
    now: datetime


def right_for(event: type[Event], edition: Edition) -> Right | None:
    """The row that says who may record it; None: nobody, it is the desk's own."""
    return edition.right(event)


def may(actor: Actor, event: type[Event], file: CaseFile, procedure: Procedure, edition: Edition) -> bool:
    """Whether the actor's posts allow it in this case; a repairer acts only on an order that is his too (REP-07)."""
    right = right_for(event, edition)
    if right is None or not actor.holds(*right.allowed):
        return False
    if right.own_only and not actor.holds(*(post for post in right.allowed if post is not Role.REPAIRER)):
        return actor.id in procedure.crew(file)
    return True


def could_record(
    kind: type[Event],
    position: Position,
    procedure: Procedure,
    edition: Edition,
    admitted: Collection[type[Event]] = (),
) -> bool:
    """Whether the case would take such an event from him as things stand, if it were its turn and well filled in.

    ``admitted``: what its script can take now, also where the file is full of what needs no turn.
    """
    return (
        may(position.by, kind, position.file, procedure, edition)
        and not is_full(kind, position.file, procedure, edition, admitted)
        and not closed_by(kind, position, edition)
    )


def closed_by(kind: type[Event], position: Position, edition: Edition) -> tuple[Gate, ...]:
    """The clauses that refuse such an event as things stand, whatever it says."""
    return tuple(gate for gate in edition.gates_on(kind) if not gate.stands_open(position))


def owed_in(docket: Docket) -> tuple[Owed, ...]:
    return tuple(Owed(row=duty.row, due_at=duty.due.at, breached=duty.breached_at is not None) for duty in docket.owed)


def admit(act: Act, standing: Standing) -> Entry:
    """The entry the act becomes, numbered next; the file is not touched.

    Raises NotPermitted, CaseClosed, FileFull, NotExpected, BadTime or RuleBroken, in that order of looking.
    """
    kind = type(act.event)
    if kind in standing.procedure.vocabulary and right_for(kind, standing.edition) is None:
        raise _not_expected(act, standing)  # of another edition
    if not may(act.by, kind, standing.file, standing.procedure, standing.edition):
        raise _not_permitted(act.event, right_for(kind, standing.edition))
    if standing.file.ended:
        raise CaseClosed
    refuse_over_full(act.event, standing.file, standing.procedure, standing.edition, standing.admitted)
    if kind not in standing.admitted and kind not in standing.procedure.any_time:
        raise _not_expected(act, standing)
    backdated = _is_backdated(act, standing)
    act = _in_its_turn(act, standing)
    _pass_gates(act, standing.edition, _question(act, standing.file, standing.docket, standing.terms))
    return Entry(
        number=standing.file.last_number + 1,
        event=standing.procedure.complete(act.event, standing.docket),
        at=act.at,
        recorded_at=standing.now,
        by=act.by,
        source=act.source,
        command_id=act.command_id,
        backdated=backdated,
    )


def check_opener(act: Act, procedure: Procedure, edition: Edition) -> None:
    """Whether somebody may open a case with that act, and with one of that moment; raises NotPermitted or BadTime."""
    _demand_right(act, edition)
    if act.at > act.accepted_at + CLOCK_SKEW:
        raise BadTime(act.at, act.accepted_at, Untimely.FUTURE)
    if act.at < act.accepted_at - BACKDATING and not act.by.holds(*procedure.backdated_by):
        raise BadTime(act.at, act.accepted_at, Untimely.TOO_FAR_BACK)


def _demand_right(act: Act, edition: Edition) -> None:
    right = right_for(type(act.event), edition)
    if right is None or not act.by.holds(*right.posts):
        raise _not_permitted(act.event, right)


def check_opening(acts: Sequence[Act], procedure: Procedure, edition: Edition, terms: Terms) -> None:
    """Ask of the acts that a case is to open with what is asked of every later one; raises NotPermitted, RuleBroken."""
    file, docket = CaseFile(), Docket(edition.obligations, terms, procedure.who)
    for number, act in enumerate(acts, start=1):
        if number > 1:  # of the report itself ``check_opener`` has asked
            _demand_right(act, edition)
        _pass_gates(act, edition, _question(act, file, docket, terms))
        entry = opening_entry(act, number, act.accepted_at)
        file.append(entry)
        docket.apply(entry, file)


def opening_entry(act: Act, number: int, now: datetime) -> Entry:
    """The entry of an act that a case opens with; who may and what is complete was settled before it had a number."""
    return Entry(
        number=number,
        event=act.event,
        at=act.at,
        recorded_at=now,
        by=act.by,
        source=act.source,
        command_id=act.command_id if number == 1 else None,
        backdated=act.at < act.accepted_at - BACKDATING,
    )


def _is_backdated(act: Act, standing: Standing) -> bool:
    """Between the two clocks the one in the act's favour counts: delivery may have been held up for hours."""
    latest, earliest = max(standing.now, act.accepted_at), min(standing.now, act.accepted_at)
    if act.at > latest + CLOCK_SKEW:
        raise BadTime(act.at, latest, Untimely.FUTURE)
    if act.at >= earliest - BACKDATING:
        return False
    if not act.by.holds(*standing.procedure.backdated_by):
        raise BadTime(act.at, earliest, Untimely.TOO_FAR_BACK)
    return True


def _in_its_turn(act: Act, standing: Standing) -> Act:
    """Nothing happens before the call, nor before what it follows upon, whoever records it and however late.

    Between two people's clocks a few seconds may be wrong: then it happened at the moment its turn began.
    """
    began = [moment for moment in (standing.file.first_at, standing.turn_began) if moment is not None]
    turn = max(began, default=act.at)
    if act.at < turn - CLOCK_SKEW:
        raise BadTime(act.at, turn, Untimely.BEFORE_ITS_TURN)
    return replace(act, at=max(act.at, turn))


def _not_expected(act: Act, standing: Standing) -> NotExpected:
    awaited = standing.edition.awaited(tuple(standing.awaited), standing.file)
    return NotExpected(act.event.label, [event.label for event in awaited])


def _not_permitted(event: AnyEvent, right: Right | None) -> NotPermitted:
    if right is None:
        return NotPermitted(event.label, (Role.SYSTEM,), "REP-18")
    own = {Role.REPAIRER: f"本单{Role.REPAIRER}"} if right.own_only else {}
    return NotPermitted(event.label, [own.get(post, post) for post in right.posts], right.rule)


def _question(act: Act, file: CaseFile, docket: Docket, terms: Terms) -> Question:
    return Question(event=act.event, by=act.by, at=act.at, file=file, owed=owed_in(docket), terms=terms)


def _pass_gates(act: Act, edition: Edition, question: Question) -> None:
    for gate in edition.gates_on(type(act.event)):
        if not gate.lets_pass(question):
            raise gate.refusal(question)
