"""The witness of a simulated month: looks at every entry, act and refusal as it happens, and says what is broken."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.case_file import Entry
from domain.deadlines import DutyState
from domain.errors import DeskError
from domain.events import RungReached
from domain.events.joining import MergeTaken, MergeUndone
from domain.limits import CLOCK_SKEW
from domain.notices import Notice
from domain.people import CLOCKWORK
from domain.referrals import outstanding
from domain.rulebook.open_values import BACKDATING
from infra.invariants.violation import Violation
from tests.simulation.case import SimulatedCase
from tests.simulation.desk import Command
from tests.simulation.estate import Estate
from tests.simulation.tally import Tally


@dataclass(kw_only=True)
class Witness:
    """``looked``: how often it has looked at something, by invariant.

    ``heard_of_late``: duties, by case, key and cycle, that were over when the desk heard of them: nobody is told.
    ``unheard``: cases that went into one which took nobody in any more, or were taken out of one that had ended.
    """

    estate: Estate
    tally: Tally = field(default_factory=Tally)
    broken: list[Violation] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)
    _breached: dict[str, dict[tuple[str, int], datetime]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _known: set[tuple[str, str, int]] = field(default_factory=set)
    heard_of_late: set[tuple[str, str, int]] = field(default_factory=set)
    unheard: set[str] = field(default_factory=set)

    def expect(self, invariant: str, case: SimulatedCase, *, holds: bool, text: str) -> None:
        self.looked[invariant] = self.looked.get(invariant, 0) + 1
        if not holds:
            self.broken.append(Violation(invariant=invariant, subject=case.no, text=text))

    def stood(self, case: SimulatedCase, entry: Entry) -> None:
        """An entry stands in the file, and nothing after it yet."""
        self.tally.entry(case, entry)
        self.tally.backdated += entry.backdated
        owed = [duty.key for duty in case.docket.owed]
        self.expect("10 one duty of a key", case, holds=len(owed) == len(set(owed)), text=str(owed))
        self.expect("10 none after the end", case, holds=not (case.file.ended and owed), text=str(owed))
        late = {(d.key, d.cycle): d.breached_at for d in case.docket if d.state is DutyState.BREACHED and d.breached_at}
        before = self._breached.get(case.no, {})
        self.expect("12 a breach is for good", case, holds=before.items() <= late.items(), text=f"{before} {late}")
        self._breached[case.no] = late
        for duty in case.docket:
            place = case.no, duty.key, duty.cycle
            if place not in self._known and duty.ended_by not in {None, entry.number}:
                self.heard_of_late.add(place)
            self._known.add(place)
        for notice in case.notices[self._seen.get(case.no, 0) :]:
            self._reaches_somebody(case, notice)
        self._seen[case.no] = len(case.notices)
        if isinstance(entry.event, RungReached):
            self.tally.late_alarms += entry.event.late
        by_itself = bool(case.periods or outstanding(case.procedure.refers, case.file, case.opening.no))
        clockless = case.place.result is None and not owed and not by_itself
        stage = case.procedure.stage(case.file)
        self.expect("20 somebody owes what is next", case, holds=not clockless, text=stage)

    def _reaches_somebody(self, case: SimulatedCase, notice: Notice) -> None:
        known = (notice.person,) if notice.person else self.estate.on_duty(notice.post, notice.raised_at)
        self.expect("32 a notice reaches somebody", case, holds=bool(known), text=f"{notice.rule} {notice.post}")

    def applied(self, command: Command, now: datetime) -> None:
        """What was taken in is what was said, of him who said it, and shows when it was recorded."""
        entry, act, case = command.outcome, command.act, command.case
        assert isinstance(entry, Entry)
        self.tally.acts += 1
        self.expect("06 by whom", case, holds=entry.by == act.by != CLOCKWORK, text=f"{entry.number}")
        self.expect("65 when it was recorded", case, holds=entry.recorded_at == now, text=f"{entry.number}")
        latest = max(now, act.accepted_at) + CLOCK_SKEW
        begun = case.file.first_at or now
        self.expect("65 when it happened", case, holds=begun <= entry.at <= latest, text=f"{entry.number}")
        long_ago = act.at < min(now, act.accepted_at) - BACKDATING
        allowed = act.by.holds(*case.procedure.backdated_by) if long_ago else True
        self.expect("65 补录", case, holds=entry.backdated == long_ago and allowed, text=f"{entry.number}")
        counted = sum(e.command_id == act.command_id for e in case.file)
        self.expect("02 one command, one effect", case, holds=counted == 1, text=f"{entry.number} {counted}")

    def refused(self, command: Command, before: object, after: object) -> None:
        case = command.case
        assert isinstance(command.outcome, DeskError)
        self.tally.refusal(case, command.outcome)
        if isinstance(command.act.event, MergeTaken):
            self.unheard.add(command.act.event.merged)
        if isinstance(command.act.event, MergeUndone):
            self.unheard.add(command.act.event.later)
        self.expect("01 refused is absent", case, holds=before == after, text=str(command.outcome.code))
        absent = case.file.by_command(command.act.command_id) is None
        self.expect("01 refused is absent", case, holds=absent, text=str(command.outcome.code))

    def turned_away(self, case: SimulatedCase, error: DeskError) -> None:
        """Refused before the desk took it on."""
        self.tally.refusal(case, error)

    def repeated(self, command: Command, before: object, after: object) -> None:
        """Delivered a second time: the same answer, and nothing else."""
        self.tally.repeated += 1
        self.expect("02 twice counts once", command.case, holds=before == after, text=command.act.command_id)
