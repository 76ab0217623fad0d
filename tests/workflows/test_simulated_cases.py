"""Cases of a simulated month once more, act by act, through real workflows and PostgreSQL: the two agree."""

import asyncio
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.admission import Act
from domain.calendar import LOCAL
from domain.case_file import Entry
from domain.errors import DeskError
from domain.events import AnyEvent, ByTheDesk, Opening, Referred
from domain.events.joining import CameAfter, MergedInto, MergeTaken
from domain.events.repair import WorkFinished
from domain.limits import Terms
from domain.people import CLOCKWORK, CaseNo
from infra.postgres.acceptance import Into, NewAct, NewCase
from tests.domain.makers import MAKERS
from tests.simulation import said
from tests.simulation.case import SimulatedCase
from tests.simulation.desk import Command
from tests.simulation.month import Month, live
from tests.workflows.desk import LY, PATIENCE, Desk, OpenedCase
from tests.workflows.stages import FINISHED, FREE
from workflows.messages import TermsOfCase

SEED, CALLS = 26, 4
TUESDAY = 1
WEEKS = 20
"""Among so many Tuesdays there is one of whose acts none is taken on just before an alarm."""

A_MOMENT = timedelta(seconds=3)
"""By how much the alarm of a real server comes later than its moment."""

A_HAIR = timedelta(milliseconds=500)
"""How much further than to the moment of an act a real clock may be turned; an alarm in between rings before it."""

NUMBER = re.compile(r"[A-Z]{3}-\d{8}-\d{5}")

Line = tuple[AnyEvent, datetime, str, bool]


@dataclass(kw_only=True)
class PlayedAgain:
    """A simulated month once more. ``real``: its cases by their numbers there, whose numbers here are others."""

    desk: Desk
    real: dict[str, OpenedCase] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)

    async def play(self, month: Month) -> None:
        """Each opening and each act at the moment the simulated desk took it on, every third delivered twice."""
        steps: list[tuple[datetime, SimulatedCase | Command]] = [
            *((case.opening.acts[0].accepted_at, case) for case in month.cases),
            *((command.act.accepted_at, command) for command in month.desk.commands),
        ]
        for number, (moment, step) in enumerate(sorted(steps, key=lambda step: step[0])):
            await self.desk.until(moment)
            if isinstance(step, Command):
                self.outcomes.append(await self._taken_on(step, moment, again=number % 3 == 0))
            elif origin := _origin(step, month):
                await self._handed_on(step, *origin)
            else:
                self.real[step.no] = await self._opened(step)

    async def _taken_on(self, command: Command, moment: datetime, *, again: bool) -> str:
        event = command.act.event
        if isinstance(event, MergeTaken):
            return await self._passed_on(event, command.case)
        case = self.real[command.case.no]
        taken_on = await self.desk.acceptance.accept_act(self._new(case, command.act), moment)
        after = await self.desk.deliver(taken_on)
        if again:
            after = await self.desk.deliver(after)
        return _outcome(after.state, after.outcome)

    async def _passed_on(self, taken: MergeTaken, to: SimulatedCase) -> str:
        """What the desk itself passes on; the relay delivers it."""
        for command in await self.desk.commands.take_due(10, PATIENCE):
            await self.desk.deliver(command)
        row = await self.desk.pool.fetchrow(
            "select state, outcome from commands where client = $1 and case_no = $2",
            f"case:{self.real[taken.merged].no}",
            self.real[to.no].no,
        )
        assert row is not None, "a merge that passed nothing on"
        return _outcome(row["state"], row["outcome"])

    async def _handed_on(self, case: SimulatedCase, whole: SimulatedCase, defect: int) -> None:
        """What the desk itself opens: the case that the one it comes of names."""
        origin = self.real[whole.no]
        named: list[CaseNo] = []
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while not named:
                found = [entry.event for entry in await origin.entries() if isinstance(entry.event, Referred)]
                named = [event.case_no for event in found if event.defect == defect]
                await asyncio.sleep(0.05)
        moment = case.opening.acts[0].at
        self.real[case.no] = OpenedCase(desk=self.desk, no=named[0], day=moment.date(), moment=moment)
        self.desk.cases.append(self.real[case.no])

    async def _opened(self, case: SimulatedCase) -> OpenedCase:
        report = case.opening.acts[0]
        assert isinstance(report.event, Opening | ByTheDesk)
        acts = [replace(act, event=self.here(act.event)) for act in case.opening.acts]
        after = [act.event.after for act in acts if isinstance(act.event, CameAfter)]
        command = await self.desk.acceptance.accept_opening(
            NewCase(
                client="test",
                key=secrets.token_hex(8),
                body_hash=b"",
                procedure=case.procedure,
                estate=LY,
                building="1栋",
                report=report.event,
                received_at=report.at,
                recorded_by=report.by.id,
                drill=False,
                terms=TermsOfCase.of(case.terms),
                acts=lambda command_id, _: tuple(replace(act, command_id=command_id) for act in acts),
                after=next(iter(after), None),
            )
        )
        settled = await self.desk.deliver(command)
        assert settled.state == "applied", settled
        opened = OpenedCase(desk=self.desk, no=settled.case_no, day=report.at.date(), moment=report.at)
        self.desk.cases.append(opened)
        return opened

    def here(self, event: AnyEvent) -> AnyEvent:
        """The same with the numbers that the cases have on the real desk."""
        words = {each.name: getattr(event, each.name) for each in fields(event) if each.name != "type"}
        said = {name: NUMBER.sub(self._number_here, word) for name, word in words.items() if type(word) is str}
        return replace(event, **said)  # type: ignore[arg-type]  # fields of this event

    def _number_here(self, there: re.Match[str]) -> str:
        case = self.real.get(there[0])
        return case.no if case else there[0]

    def _new(self, case: OpenedCase, act: Act) -> NewAct:
        event = self.here(act.event)
        return NewAct(
            client="test",
            key=secrets.token_hex(8),
            body_hash=b"",
            case_no=case.no,
            into=Into(no=event.into, stage="") if isinstance(event, MergedInto) else None,
            build=lambda command_id, _: replace(act, event=event, command_id=command_id),
        )


@pytest.mark.timeout(300)
async def test_cases_of_a_simulated_month_go_the_same_way_through_the_real_desk(
    fresh_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = fresh_desk
    priced = {**MAKERS, WorkFinished: lambda scene: [FREE, FINISHED]}  # noqa: ARG005  # by the sample's price list
    monkeypatch.setattr(said, "MAKERS", priced)
    today = (await desk.now()).astimezone(LOCAL).date()
    terms = await desk.reference.terms(LY, await desk.now())
    month = await asyncio.to_thread(lambda: next(month for month in _months(today, terms) if not _by_a_hair(month)))
    again = PlayedAgain(desk=desk)

    await again.play(month)

    assert again.outcomes == [_code(command) for command in _by_moment(month)]
    until = (await desk.now()) - A_MOMENT
    for case in month.cases:
        ours = [(again.here(event), at, by, late) for event, at, by, late in _lines(case.file, until)]
        theirs = _lines(await again.real[case.no].entries(), until)
        assert [_said(line) for line in ours] == [_said(line) for line in theirs]
        assert all(abs(one[1] - other[1]) <= A_MOMENT for one, other in zip(ours, theirs, strict=True))
    await desk.end_all()


def _months(today: date, terms: Terms) -> Iterator[Month]:
    """From each Tuesday that is still to come."""
    first = today + timedelta(days=1 + (TUESDAY - today.weekday() - 1) % 7)
    for week in range(WEEKS):
        yield live(SEED, CALLS, days=1, first=first + timedelta(weeks=week), terms=terms, drawn=False)


def _by_a_hair(month: Month) -> bool:
    """Whether the order of an act and an alarm hangs on how long either is on its way."""
    return any(
        alarm <= command.delivered_at + A_HAIR
        for command in month.desk.commands
        if command.delivered_at is not None
        for alarm in command.alarms
        if alarm is not None
    )


def _code(command: Command) -> str:
    return command.outcome.code if isinstance(command.outcome, DeskError) else "applied"


def _origin(case: SimulatedCase, month: Month) -> tuple[SimulatedCase, int] | None:
    """The case that handed it on, and as which of its defects; None for one that somebody or the calendar opened."""
    for whole in month.cases:
        for event in (entry.event for entry in whole.file):
            if isinstance(event, Referred) and event.case_no == case.no:
                return whole, event.defect
    return None


def _by_moment(month: Month) -> list[Command]:
    return sorted(month.desk.commands, key=lambda command: command.act.accepted_at)


def _outcome(state: str, outcome: dict[str, Any] | None) -> str:
    return str((outcome or {}).get("code")) if state == "refused" else state


def _lines(entries: Iterable[Entry], until: datetime) -> list[Line]:
    return [(e.event, e.at, e.by.id, e.backdated) for e in entries if e.recorded_at <= until]


def _said(line: Line) -> tuple[object, ...]:
    """All of it, but the moment of what the desk does by itself, which a real server is a little late for."""
    event, at, by, backdated = line
    return (event, None if by == CLOCKWORK.id or isinstance(event, MergeTaken) else at, by, backdated)
