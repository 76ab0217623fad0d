"""Cases of a simulated month once more, act by act, through real workflows and PostgreSQL: the two agree."""

import asyncio
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from domain.admission import Act
from domain.calendar import LOCAL
from domain.case_file import Entry
from domain.errors import DeskError
from domain.events import AnyEvent, ByTheDesk, Opening, RungReached
from domain.events.repair import WorkFinished
from infra.postgres.acceptance import NewAct, NewCase
from tests.domain.makers import MAKERS
from tests.simulation import said
from tests.simulation.case import SimulatedCase
from tests.simulation.desk import Command
from tests.simulation.month import Month, live
from tests.workflows.desk import LY, PATIENCE, Desk, OpenedCase
from tests.workflows.stages import FINISHED, FREE
from workflows.messages import TermsOfCase

SEED, CALLS = 5, 3
A_MOMENT = timedelta(seconds=3)
"""By how much the alarm of a real server comes later than its moment."""

Line = tuple[AnyEvent, datetime, str, bool]


@pytest.mark.timeout(300)
async def test_cases_of_a_simulated_month_go_the_same_way_through_the_real_desk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced = {**MAKERS, WorkFinished: lambda scene: [FREE, FINISHED]}  # noqa: ARG005  # by the sample's price list
    monkeypatch.setattr(said, "MAKERS", priced)
    tomorrow = ((await desk.now()) + timedelta(days=1)).astimezone(LOCAL).date()
    terms = await desk.reference.terms(LY, await desk.now())
    month = await asyncio.to_thread(lambda: live(SEED, CALLS, days=1, first=tomorrow, terms=terms, drawn=False))

    real, outcomes = await played_again(desk, month)

    assert outcomes == [_code(command) for command in month.desk.commands]
    until = (await desk.now()) - A_MOMENT
    for case in month.cases:
        ours, theirs = _lines(case.file, until), _lines(await real[case.no].entries(), until)
        assert [_said(line) for line in ours] == [_said(line) for line in theirs]
        assert all(abs(one[1] - other[1]) <= A_MOMENT for one, other in zip(ours, theirs, strict=True))
    await desk.end_all()


async def played_again(desk: Desk, month: Month) -> tuple[dict[str, OpenedCase], list[str]]:
    """Each opening and each act at the moment the simulated desk took it on, every third delivered twice."""
    real: dict[str, OpenedCase] = {}
    outcomes: list[str] = []
    steps: list[tuple[datetime, SimulatedCase | Command]] = [
        *((case.opening.acts[0].accepted_at, case) for case in month.cases),
        *((command.act.accepted_at, command) for command in month.desk.commands),
    ]
    for number, (moment, step) in enumerate(sorted(steps, key=lambda step: step[0])):
        await desk.until(moment)
        if isinstance(step, SimulatedCase):
            real[step.no] = await _opened(desk, step)
            continue
        taken_on = await desk.acceptance.accept_act(_new(real[step.case.no], step.act), moment)
        after = await desk.delivery.deliver(taken_on, PATIENCE)
        if number % 3 == 0:
            after = await desk.delivery.deliver(after, PATIENCE)
        outcomes.append(str((after.outcome or {}).get("code")) if after.state == "refused" else after.state)
    return real, outcomes


async def _opened(desk: Desk, case: SimulatedCase) -> OpenedCase:
    act = case.opening.acts[0]
    assert isinstance(act.event, Opening | ByTheDesk)
    command = await desk.acceptance.accept_opening(
        NewCase(
            client="test",
            key=secrets.token_hex(8),
            body_hash=b"",
            procedure=case.procedure,
            estate=LY,
            building="1栋",
            report=act.event,
            received_at=act.at,
            recorded_by=act.by.id,
            drill=False,
            terms=TermsOfCase.of(case.terms),
            acts=lambda command_id, _: (_again(act, command_id),),
        )
    )
    after = await desk.delivery.deliver(command, PATIENCE)
    assert after.state == "applied", after
    opened = OpenedCase(desk=desk, no=after.case_no, day=act.at.date(), moment=act.at)
    desk.cases.append(opened)
    return opened


def _new(case: OpenedCase, act: Act) -> NewAct:
    return NewAct(
        client="test",
        key=secrets.token_hex(8),
        body_hash=b"",
        case_no=case.no,
        build=lambda command_id, _: _again(act, command_id),
    )


def _again(act: Act, command_id: str) -> Act:
    return Act(
        command_id=command_id,
        event=act.event,
        by=act.by,
        at=act.at,
        accepted_at=act.accepted_at,
        source=act.source,
    )


def _code(command: Command) -> str:
    return command.outcome.code if isinstance(command.outcome, DeskError) else "applied"


def _lines(entries: Iterable[Entry], until: datetime) -> list[Line]:
    return [(e.event, e.at, e.by.id, e.backdated) for e in entries if e.recorded_at <= until]


def _said(line: Line) -> tuple[object, ...]:
    """All of it, but of an alarm the moment, which a real server is a little late for."""
    event, at, by, backdated = line
    return (event, None if isinstance(event, RungReached) else at, by, backdated)
