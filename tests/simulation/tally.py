"""How often everything of the rulebook was put to use: events, gates, rows, rungs, periods, notices and stages."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.case_file import Entry
from domain.deadlines import DutyState
from domain.errors import DeskError, RuleBroken
from domain.events import CaseEnded, PeriodOver
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Edition, Procedure
from tests.simulation.case import SimulatedCase

Use = tuple[str, str, str]
"""Of which procedure, what kind of row, and which of them."""

IN_FULL = frozenset({"event", "period", "stage", "gate", "duty"})
"""Kinds of which each is put to use in twenty months; of the others, how it came out and who was told, nearly all."""


@dataclass(kw_only=True)
class Tally:
    uses: Counter[Use] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    acts: int = 0
    repeated: int = 0
    late_alarms: int = 0
    backdated: int = 0

    def add(self, other: "Tally") -> None:
        for name in ("uses", "refusals", "notices", "breaches", "results"):
            getattr(self, name).update(getattr(other, name))
        for name in ("acts", "repeated", "late_alarms", "backdated"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def entry(self, case: SimulatedCase, entry: Entry) -> None:
        prefix, edition = case.procedure.prefix, case.edition
        self.uses[prefix, "event", entry.event.kind()] += 1
        if isinstance(entry.event, PeriodOver):
            self.uses[prefix, "period", entry.event.key] += 1
        for number, tell in enumerate(edition.tells):
            if tell.is_told(entry, case.file, case.docket):
                self.uses[prefix, "tell", tell_name(edition, number)] += 1
        self.uses[prefix, "stage", case.procedure.stage(case.file)] += 1
        for number, gate in enumerate(edition.gates):
            if isinstance(entry.event, gate.on):
                self.uses[prefix, "gate", gate_name(edition, number)] += 1

    def refusal(self, case: SimulatedCase, error: DeskError) -> None:
        self.refusals[error.code] += 1
        if not isinstance(error, RuleBroken):
            return
        for number, gate in enumerate(case.edition.gates):
            if error.rule == gate.rule and error.remedy == f"{gate.remedy}（{gate.rule}）":
                for use in ("gate", "gate shut"):
                    self.uses[case.procedure.prefix, use, gate_name(case.edition, number)] += 1

    def case(self, case: SimulatedCase) -> None:
        prefix = case.procedure.prefix
        for duty in case.docket:
            self.uses[prefix, "duty", duty.key] += 1
            if duty.breached_at is not None:
                self.breaches[duty.key] += 1
                self.uses[prefix, "breach", duty.key] += 1
            if duty.state is DutyState.MET:
                self.uses[prefix, "met", duty.key] += 1
            for rung in duty.reached:
                self.uses[prefix, "rung", f"{duty.key} {min(rung, len(duty.row.ladder) - 1)}"] += 1
        for notice in case.notices:
            self.notices[notice.level] += 1
        ended = case.file.last(CaseEnded)
        self.results[f"{prefix} {ended.result if ended else '（未结）'}"] += 1


def everything() -> Iterator[Use]:
    """Every use there can be of the newest edition of each procedure."""
    for prefix, procedure in PROCEDURES.items():
        for kind, name in _rows(procedure, procedure.editions[-1]):
            yield prefix, kind, name


def _rows(procedure: Procedure, edition: Edition) -> Iterator[tuple[str, str]]:
    events = (kind for right in edition.rights for kind in right.events)
    yield from (("event", kind.kind()) for kind in dict.fromkeys(events))
    yield from (("period", row.key) for row in edition.periods)
    yield from (("stage", name) for name in procedure.stage_names)
    yield from (("tell", tell_name(edition, number)) for number in range(len(edition.tells)))
    for number in range(len(edition.gates)):
        yield "gate", gate_name(edition, number)
        yield "gate shut", gate_name(edition, number)
    for row in edition.obligations:
        yield from ((use, row.key) for use in ("duty", "met", "breach"))
        yield from (("rung", f"{row.key} {number}") for number in range(len(row.ladder)))


def gate_name(edition: Edition, number: int) -> str:
    gate = edition.gates[number]
    return f"{gate.rule} {'、'.join(kind.label for kind in gate.on)}：{gate.remedy}"


def tell_name(edition: Edition, number: int) -> str:
    tell = edition.tells[number]
    return f"{tell.rule} {'、'.join(kind.label for kind in tell.on)}：{tell.text}"
