"""What a person is offered to record in a case: what it takes now, and his posts and no clause forbid as it stands."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.looking import Look
from api.routes.cases import edition_of
from api.wire.events import EVENTS
from domain.admission import closed_by, could_record, may
from domain.events import Event
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Owed, Position
from infra.postgres.records import FiledDuty
from workflows import CASES
from workflows.retrace import Retracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What the person may record: what the case waits for or would be turned by, and what needs no turn.

    ``held``: what it waits for from him that a clause does not let pass yet, and what to do about it.
    """

    in_turn: Sequence[type[Event]] = ()
    any_time: Sequence[type[Event]] = ()
    held: Sequence[tuple[type[Event], str]] = ()

    def __contains__(self, kind: object) -> bool:
        return kind in self.in_turn or kind in self.any_time


def kinds_for(look: Look, duties: Sequence[FiledDuty]) -> Kinds:
    if not look.head.open or not look.file:
        return Kinds()
    position = _position(look, duties)
    with Retracing(CASES[look.head.procedure], edition_of(look.head)) as retracing:
        place = retracing.after(tuple(look.file))
    any_time = PROCEDURES[look.head.procedure].any_time
    in_turn = [kind for kind in place.admitted if kind in place.awaited or kind not in any_time]
    return Kinds(
        in_turn=tuple(_permitted(look, position, in_turn, place.admitted)),
        any_time=tuple(_permitted(look, position, (kind for kind in any_time if kind not in in_turn), place.admitted)),
        held=tuple(_held(look, position, place.awaited)),
    )


def _held(look: Look, position: Position, awaited: Iterable[type[Event]]) -> Iterator[tuple[type[Event], str]]:
    procedure, edition = PROCEDURES[look.head.procedure], edition_of(look.head)
    for kind in awaited:
        gates = [gate for gate in closed_by(kind, position, edition) if gate.opened_by]
        if gates and may(position.by, kind, position.file, procedure, edition):
            yield kind, gates[0].advice(position)


def _permitted(
    look: Look, position: Position, kinds: Iterable[type[Event]], admitted: Sequence[type[Event]]
) -> Iterator[type[Event]]:
    """What no right, nor a gate that looks at the case alone, would refuse him now."""
    procedure = PROCEDURES[look.head.procedure]
    edition = procedure.edition(look.head.edition)
    posted = set(EVENTS.values())
    return (kind for kind in kinds if kind in posted and could_record(kind, position, procedure, edition, admitted))


def _position(look: Look, duties: Sequence[FiledDuty]) -> Position:
    rows = {row.key: row for row in edition_of(look.head).obligations}
    return Position(
        by=look.recorder,
        at=datetime.now(UTC),
        file=look.file,
        owed=tuple(
            Owed(row=rows[duty.key], due_at=duty.due_at, breached=duty.breached_at is not None)
            for duty in duties
            if duty.owed and duty.key in rows
        ),
    )
