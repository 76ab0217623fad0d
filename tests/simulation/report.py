"""What a simulation says of itself: what happened, what was refused, what was late, what was looked at and found."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from infra.invariants.violation import Violation
from tests.simulation.month import Month
from tests.simulation.tally import IN_FULL, Tally, Use, everything

NEVER: Mapping[Use, str] = {}
"""What no month can come to, each with the reason."""

MOST_UNSEEN = 0.06
"""Of how gates and duties come out and who is told, how much chance may leave out of twenty months."""


@dataclass(kw_only=True)
class Report:
    """Of so many months together."""

    seeds: list[int] = field(default_factory=list)
    cases: int = 0
    entries: int = 0
    tally: Tally = field(default_factory=Tally)
    looked: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, Violation]] = field(default_factory=list)

    def add(self, month: Month) -> None:
        self.seeds.append(month.seed)
        self.cases += len(month.cases)
        self.entries += sum(len(case.file) for case in month.cases)
        self.tally.add(month.witness.tally)
        self.looked.update(month.witness.looked)
        self.broken += [(month.seed, violation) for violation in month.witness.broken]

    def join(self, other: "Report") -> None:
        self.seeds += other.seeds
        self.cases += other.cases
        self.entries += other.entries
        self.tally.add(other.tally)
        self.looked.update(other.looked)
        self.broken += other.broken

    @property
    def unused(self) -> list[Use]:
        """What of the newest editions was not put to use, and could have been."""
        return [use for use in everything() if not self.tally.uses[use] and use not in NEVER]

    @property
    def never(self) -> list[Use]:
        """Of that, what has to be."""
        return [use for use in self.unused if use[1] in IN_FULL]

    @property
    def share_unseen(self) -> float:
        outcomes = [use for use in everything() if use[1] not in IN_FULL]
        return sum(not self.tally.uses[use] for use in outcomes) / len(outcomes)

    def lines(self, seconds: float) -> Iterator[str]:
        tally = self.tally
        yield f"{len(self.seeds)} months, seeds {_stretch(self.seeds)}: {self.cases} cases, {self.entries} entries"
        yield f"acts taken in: {tally.acts}, delivered again: {tally.repeated}, 补录: {tally.backdated}"
        yield f"alarms 补发: {tally.late_alarms}"
        for title, counted in (
            ("results", tally.results),
            ("refusals by code", tally.refusals),
            ("notices by level", tally.notices),
            ("breaches by row", tally.breaches),
            ("invariants, how often looked at", self.looked),
        ):
            yield f"{title}: {_counted(counted)}"
        every = list(everything())
        yield f"put to use: {len(every) - len(self.unused)} of {len(every)}"
        yield from (f"  never: {' '.join(use)}" for use in self.unused)
        yield f"broken: {len(self.broken)}"
        yield from (f"  seed {seed}: {violation}" for seed, violation in self.broken)
        yield f"{seconds:.1f} s"


def _counted(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _stretch(seeds: Sequence[int]) -> str:
    return f"{min(seeds)} to {max(seeds)}" if seeds else "none"
