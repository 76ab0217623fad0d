"""Every minute of a case in exactly one stretch, with what was waited for and what was late."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from api.course import Course, stretches
from domain.people import CaseNo, EstateCode
from domain.rulebook import REPAIR
from infra.postgres.records import CaseHead, FiledDuty, FiledEntry

NINE = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def head() -> CaseHead:
    return CaseHead(
        no=CaseNo("REP-20261122-00001"), procedure="REP", estate=EstateCode("LY"), building="1",
        edition=date(2026, 1, 1), channel="电话", received_at=NINE, drill=False, created_at=NINE, run_id="r", number=3,
        stage="", waiting_for=["派工"], waiting_posts=[], open=True, overdue=False, next_due_at=None, closed_at=None,
        result=None,
    )  # fmt: skip


def entry(number: int, label: str, when: datetime, source: str = "api") -> FiledEntry:
    return FiledEntry(
        number=number, type="x", label=label, at=when, recorded_at=when, by_id="fd-1", by_posts=[], source=source,
        backdated=False, rule=None, entry=None,
    )  # fmt: skip


def duty(key: str, started: datetime, due: datetime, ended: datetime | None) -> FiledDuty:
    late = ended is None or ended > due
    return FiledDuty(
        key=key,
        cycle=1, rule=key, label=key, owed_by="维修人员", owed_by_id=None, started_at=started, first_due_at=due,
        due_at=due, provisional=False, state="breached" if late else "met", ended_at=ended,
        breached_at=due if late else None,
    )  # fmt: skip


def course(entries: list[FiledEntry], duties: list[FiledDuty], until: datetime) -> Course:
    return Course(head=head(), entries=entries, duties=duties, procedure=REPAIR, until=until)


def test_a_late_arrival_is_cut_at_its_due_moment_and_at_the_arrival() -> None:
    arrival = duty("REP-26", at(5), at(15), at(40))
    entries = [entry(1, "受理报修", at(0)), entry(2, "接单", at(5)), entry(3, "到场", at(40))]

    spans = stretches(course(entries, [arrival], at(60)))

    assert [(at(0), at(5)), (at(5), at(15)), (at(15), at(40)), (at(40), at(60))] == [(s.start, s.end) for s in spans]
    assert [False, False, True, False] == [span.late for span in spans]
    assert [(), (arrival,), (arrival,), ()] == [span.duties for span in spans]
    assert [("接单",), ("到场",), ("到场",), ("派工",)] == [span.waiting_for for span in spans]
    assert ("维修人员",) == spans[1].owed_by
    assert ("REP-26 REP-26到期",) == spans[1].ended_by
    assert ("到场",) == spans[2].ended_by


def test_where_no_limit_runs_it_says_who_may_do_what_is_waited_for() -> None:
    entries = [entry(1, "受理报修", at(0)), entry(2, "故障定级", at(5))]

    before, now = stretches(course(entries, [], at(9)))

    assert (("故障定级",), ("工程部主管", "工程部")) == (before.waiting_for, before.owed_by)
    assert (("派工",), ("工程部主管",)) == (now.waiting_for, now.owed_by)


def test_an_act_told_of_later_but_done_before_the_call_was_received_begins_the_course() -> None:
    spans = stretches(course([entry(1, "受理报修", at(0)), entry(2, "备注", at(-10))], [], at(1)))

    assert at(-10) == spans[0].start


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_the_stretches_add_up_exactly(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # a seeded test
    moments = [at(chance.uniform(-5, 3000)) for _ in range(40)]
    duties = [
        duty(f"REP-{n}", start, start + timedelta(minutes=chance.uniform(0, 99)), chance.choice([None, *moments]))
        for n, start in enumerate(moments[:15])
    ]

    spans = stretches(course([entry(n, f"{n}", when) for n, when in enumerate(moments, 1)], duties, at(2000)))

    assert spans[-1].end - spans[0].start == sum((span.end - span.start for span in spans), timedelta())
    assert [span.end for span in spans[:-1]] == [span.start for span in spans[1:]]
    assert at(2000) == spans[-1].end
    for span in spans:
        for one in duties:
            overlaps = one.started_at < span.end and (one.ended_at is None or one.ended_at > span.start)
            assert (one in span.duties) == (overlaps and (one.ended_at is None or one.ended_at > one.started_at))
