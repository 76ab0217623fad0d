"""A simulated case as the ledger would have it, so that the checks of a running desk can look at it."""

from collections.abc import Iterator
from dataclasses import asdict

from domain.admission import right_for
from domain.filing import DutyRow, charges_of, view_of
from infra.invariants.derived import derived_again
from infra.invariants.filed import FiledCase
from infra.invariants.plain import reckoned_plainly
from infra.invariants.violation import Violation
from infra.invariants.words import spells
from tests.simulation.case import SimulatedCase

RUN = "run-1"


def filed(case: SimulatedCase) -> FiledCase:
    awaited = case.edition.awaited(case.place.awaited, case.file)
    rights = [(kind.label, right_for(kind, case.edition)) for kind in awaited]
    waiting = [(label, right.posts if right else ()) for label, right in rights]
    view = view_of(
        case.file,
        case.docket.owed,
        stage=case.procedure.stage(case.file),
        waiting=waiting,
        crew=case.procedure.crew(case.file),
    )
    return FiledCase(
        head={
            **asdict(view),
            "no": case.no,
            "run_id": RUN,
            "procedure": case.procedure.prefix,
            "edition": case.opening.edition,
            "drill": case.opening.drill,
        },
        opening=case.opening,
        files={RUN: list(case.file)},
        duties=[_row(DutyRow.of(duty)) for duty in case.docket],
        notices=[_row(notice) for notice in case.notices],
        charges=[{**_row(row), **_row(row.charge)} for row in charges_of(tuple(case.file))],
        copies=[_row(place) for place in case.procedure.copies(case.file)],
    )


def broken(case: SimulatedCase) -> Iterator[Violation]:
    """What the invariants of a running desk say of it."""
    as_filed = filed(case)
    yield from derived_again(as_filed)
    yield from reckoned_plainly(as_filed)
    yield from spells(as_filed)


def _row(thing: object) -> dict[str, object]:
    names: tuple[str, ...] = tuple(type(thing).__dataclass_fields__)  # type: ignore[attr-defined]  # a row of the domain
    return {name: getattr(thing, name) for name in names}
