"""A script retraced over a file stands where the case that wrote the file stood."""

import asyncio

import pytest

from domain.case_file import CaseFile
from domain.events import CaseEnded, Event, Withdrawn
from domain.events.joining import Caller, MergedInto, MergeTaken, MergeUndone, ToldApart
from domain.events.public import RepairerArranged
from domain.events.repair import Assessed, FaultCompared, FeedbackGiven, FormCollected, FormFilled, OrderTaken, Urgency
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import CaseNo
from domain.rulebook import PUBLIC_REPAIR, REPAIR, Edition
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.rulebook.public_beginnings import ARRANGED, REPAIRED, REPORTED, SIGNED_FOR
from tests.domain.story import Story, filled, on
from workflows import CASES
from workflows.case import Case
from workflows.retrace import Retracing
from workflows.script import Script


def test_a_script_waits_where_its_file_ends_and_admits_what_would_turn_it() -> None:
    story = Story(entries=[RECEIVED, (filled(), on("9:01")), (EngineeringNotified(), on("9:02"))])

    both: list[tuple[Edition, set[type[Event]]]] = [
        (REPAIR.editions[0], set()),
        (REPAIR.editions[-1], {MergedInto, ToldApart}),
    ]

    for edition, elsewhere in both:
        with Retracing(CASES["REP"], edition) as retracing:
            place = retracing.after(tuple(story.file))

        assert {FormCollected, Assessed} == set(place.awaited)
        assert {FormCollected, Assessed, Withdrawn} | elsewhere == set(place.admitted)


def test_rep_18_under_the_first_edition_who_has_arrived_stays() -> None:
    story = Story(
        entries=[
            RECEIVED,
            (filled(), on("9:01")),
            (EngineeringNotified(), on("9:02")),
            (Assessed(urgency=Urgency.LOW), on("9:03")),
            (FormCollected(), on("9:04")),
            (ASSIGNED, on("9:05")),
            (OrderTaken(), on("9:06")),
            (ArrivedOnSite(), on("9:07")),
        ]
    )

    for edition, may_change_hands in ((REPAIR.editions[0], False), (REPAIR.editions[-1], True)):
        with Retracing(CASES["REP"], edition) as retracing:
            place = retracing.after(tuple(story.file))

        assert may_change_hands == (Reassigned in place.admitted)
        assert FaultCompared in place.awaited


def test_shorter_longer_or_other_the_place_is_that_of_the_entries_given() -> None:
    graded, form = Assessed(urgency=Urgency.LOW), filled()
    one = tuple(Story(entries=[RECEIVED, (form, on("9:01")), (graded, on("9:02"))]).file)
    other = tuple(Story(entries=[RECEIVED, (graded, on("9:01")), (form, on("9:02"))]).file)

    with Retracing(CASES["REP"], REPAIR.editions[-1]) as retracing:
        places = [set(retracing.after(part).awaited) for part in (one[:2], one, one[:1], other[:2], other)]

    both = {EngineeringNotified}
    assert [both | {Assessed}, both, both | {Assessed, FormFilled}, both | {FormFilled}, both] == places


CALLERS = (Caller(channel="电话", content="灯不亮", phone="19900000002"),)
MERGED, LATER = CaseNo("PUB-20261123-00002"), CaseNo("PUB-20261123-00003")
REPAIRED_WITH_CALLERS = (
    REPORTED,
    (EngineeringNotified(), on("9:05")),
    (SIGNED_FOR, on("9:10")),
    (ARRANGED, on("9:12")),
    (MergeTaken(merged=MERGED, callers=CALLERS), on("9:15")),
    (ArrivedOnSite(), on("9:20")),
    (WorkStarted(expected_done=on("11:00")), on("9:21")),
    (REPAIRED, on("10:00")),
)


def test_rep_11_a_fault_of_the_rounds_waits_for_a_resident_until_nobody_is_left_to_be_asked() -> None:
    undone = (MergeUndone(merged=MERGED, later=LATER, callers=CALLERS), on("10:30"))
    entries = tuple(Story(entries=(*REPAIRED_WITH_CALLERS, undone), procedure=PUBLIC_REPAIR).file)

    with Retracing(CASES["PUB"], PUBLIC_REPAIR.editions[-1]) as retracing:
        waiting, let_go = retracing.after(entries[:-1]), retracing.after(entries)
        without = retracing.after([entry for entry in entries if not isinstance(entry.event, MergeTaken | MergeUndone)])

    assert ((FeedbackGiven,), None) == (waiting.awaited, waiting.result)
    assert ((), "已修复") == (let_go.awaited, let_go.result) == (without.awaited, without.result)


def test_what_a_script_has_asked_of_its_file_it_finds_again_whatever_came_later() -> None:
    undone = (MergeUndone(merged=MERGED, later=LATER, callers=CALLERS), on("11:30"))
    later = ((FeedbackGiven(solved=False), on("11:00")), undone)
    entries = tuple(Story(entries=(*REPAIRED_WITH_CALLERS, *later), procedure=PUBLIC_REPAIR).file)

    file = CaseFile()
    script = Script(file, PUBLIC_REPAIR.editions[-1].knows)
    case = CASES["PUB"].__new__(CASES["PUB"])
    case.follow(script)
    for entry in entries:
        file.append(entry)

    async def resumed() -> tuple[type[Event], ...]:
        reading = asyncio.create_task(case.procedure())
        await asyncio.sleep(0)
        awaited = script.awaited
        reading.cancel()
        return awaited

    assert (RepairerArranged,) == asyncio.run(resumed())


def test_an_ended_case_waits_for_nothing() -> None:
    story = Story(entries=[RECEIVED, (CaseEnded(result="已被取消"), on("9:01"))])

    with Retracing(CASES["REP"], REPAIR.editions[-1]) as retracing:
        place = retracing.after(tuple(story.file))

    assert ((), (), None) == (place.awaited, place.admitted, place.result)


def test_a_procedure_that_has_come_to_its_end_tells_its_result() -> None:
    story = Story(entries=[RECEIVED, (Withdrawn(reason="."), on("9:01"))])

    with Retracing(CASES["REP"], REPAIR.editions[-1]) as retracing:
        place = retracing.after(tuple(story.file))

    assert ((), "已撤单") == (place.awaited, place.result)


def test_a_fault_of_the_procedure_is_heard() -> None:
    class Faulty(Case):
        async def procedure(self) -> str:
            await asyncio.sleep(0)
            raise KeyError("fault")

    with pytest.raises(KeyError, match="fault"):
        Retracing(Faulty, REPAIR.editions[-1])
