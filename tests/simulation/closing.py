"""What must hold of a simulated month when it is over: of every case, its papers, its money, and who has it now."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from domain.callers import callers
from domain.case_file import Entry
from domain.events.joining import CameAfter, MergedInto, MergeTaken, MergeUndone
from domain.events.repair import ResidentSigned, SignatureExcused, WorkFinished
from domain.pricing import ChargeLine, total
from domain.rulebook.repair.charging import charges_in_force
from tests.simulation.case import SimulatedCase
from tests.simulation.filed import broken
from tests.simulation.reckoning import reckoned_otherwise, rungs_otherwise
from tests.simulation.witness import Witness


def close(cases: list[SimulatedCase], witness: Witness, until: datetime) -> None:
    """Look at all of it, and note with the witness what is broken."""
    for case in cases:
        heard = callers_heard(case, cases, witness)
        witness.expect("07 a merge is heard of once, or refused", case, holds=heard, text="并入")
        undone = undoing_heard(case, cases, witness)
        witness.expect("07 an undone merge is heard of once, or refused", case, holds=undone, text="拆出")
        if not len(case.file):
            continue
        witness.tally.case(case)
        found = list(broken(case))
        witness.expect("the ledger's invariants", case, holds=not found, text="; ".join(map(str, found[:3])))
        otherwise = [f"{duty.key}/{duty.cycle} {text}" for duty, text in reckoned_otherwise(case, until)]
        witness.expect("11 minute by minute", case, holds=not otherwise, text="; ".join(otherwise[:3]))
        rungs = list(rungs_otherwise(case, witness.heard_of_late))
        witness.expect("13 rungs in order", case, holds=not rungs, text="; ".join(rungs[:3]))
        somebody = case.file.ended or bool(case.periods) or any(True for _ in who_can_go_on(case, witness, until))
        witness.expect("20 nobody waits for nothing", case, holds=somebody, text=str(case.place.awaited))
        asked, signed = charged(case), signed_for(case)
        witness.expect("40 charges", case, holds=asked == signed, text=f"{asked} {signed}")


def callers_heard(case: SimulatedCase, cases: list[SimulatedCase], witness: Witness) -> bool:
    """Whether the case that it went into, if it did, has its callers once; or said that it takes nobody in any more."""
    for went in (entry.event for entry in case.file if isinstance(entry.event, MergedInto)):
        (into,) = (other for other in cases if other.no == went.into)
        taken = [e.event for e in into.file if isinstance(e.event, MergeTaken) and e.event.merged == case.no]
        if [one.callers for one in taken] != ([] if case.no in witness.unheard else [callers(case.file)]):
            return False
    return True


def undoing_heard(case: SimulatedCase, cases: list[SimulatedCase], witness: Witness) -> bool:
    """Whether the case that it was taken out of, if it was, has let its callers go once; or had ended before."""
    for came in (entry.event for entry in case.file if isinstance(entry.event, CameAfter) and entry.event.apart_from):
        (kept,) = (other for other in cases if other.no == came.apart_from)
        told = [e.event for e in kept.file if isinstance(e.event, MergeUndone) and e.event.later == case.no]
        if [one.callers for one in told] != ([] if case.no in witness.unheard else [came.callers]):
            return False
    return True


def who_can_go_on(case: SimulatedCase, witness: Witness, at: datetime) -> Iterator[str]:
    """Who could do something that the case awaits or that somebody owes, or what has to come before it."""
    owed = [kind for duty in case.docket.owed for kind in duty.row.met_by if kind in case.takes]
    for kind in dict.fromkeys((*case.place.awaited, *owed)):
        for person in witness.estate.people.values():
            before = (first for gate in case.shut_for(kind, person.actor, at) for first in gate.opened_by)
            if any(case.could(each, person.actor, at) for each in (kind, *before) if each in case.takes):
                yield person.id


def charged(case: SimulatedCase) -> tuple[Counter[ChargeLine], str]:
    lines = charges_in_force(tuple(case.file)) or ()
    return Counter(lines), str(total(lines))


def signed_for(case: SimulatedCase) -> tuple[Counter[ChargeLine], str]:
    """Under each signature the work done last before it; and that which waits for one."""
    entries = list(case.file)
    counted = Counter[ChargeLine]()
    before = 0
    for place, entry in [*enumerate(entries), (len(entries), None)]:
        if entry is None or isinstance(entry.event, ResidentSigned | SignatureExcused):
            counted.update(_last_work(entries[before:place]))
            before = place
    return counted, f"{sum((line.unit_price * line.quantity * n for line, n in counted.items()), start=0):.2f}"


def _last_work(entries: list[Entry]) -> tuple[ChargeLine, ...]:
    works = [entry.event for entry in entries if isinstance(entry.event, WorkFinished)]
    return works[-1].charges if works else ()
