"""Every minute of a case in exactly one stretch, with what the case waited for then and what was late."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from api.course import Course, Stretch, stretches
from domain.case_file import Entry
from domain.events import AnyEvent, CaseEnded, Noted
from domain.events.repair import Assessed, FeedbackGiven, FormCollected, OrderTaken, Urgency
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned
from domain.filing import DutyRow
from domain.people import CaseNo, EstateCode
from domain.rulebook import REPAIR
from infra.postgres.records import CaseHead, FiledDuty, FiledEntry
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import OTHER_REPAIRER, Story, filled, on
from workflows import CASES
from workflows.retrace import Retracing

TO_THE_ORDER: tuple[tuple[AnyEvent, datetime], ...] = (
    RECEIVED,
    (filled(), on("9:01")),
    (EngineeringNotified(), on("9:02")),
    (FormCollected(), on("9:03")),
    (Assessed(urgency=Urgency.REGULAR), on("9:04")),
    (ASSIGNED, on("9:05")),
    (OrderTaken(), on("9:06")),
)
EVENTS: tuple[AnyEvent, ...] = (
    *(event for event, _ in TO_THE_ORDER[1:]),
    *(Assessed(urgency=urgency) for urgency in Urgency),
    Reassigned(repairer=OTHER_REPAIRER.id, reason="."),
    ArrivedOnSite(),
    SIGNED,
    FeedbackGiven(solved=False),
    Noted(text="."),
)
FILES = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(-900, 4000)), max_size=14)
"""What is recorded, and so many seconds after the call or the act before it happened."""


def course(story: Story, until: datetime) -> Course:
    head = CaseHead(
        no=CaseNo("REP-20261123-00001"), procedure="REP", estate=EstateCode("LY"), building="1",
        edition=date(2026, 11, 23), channel="电话", received_at=on("9:00"), drill=False, created_at=on("9:00"),
        run_id="r", number=story.file.last_number, stage="", waiting_for=[], waiting_posts=[], open=True,
        overdue=False, next_due_at=None, missed_due_at=None, about="水", owing_posts=[], closed_at=None, result=None,
    )  # fmt: skip
    return Course(
        head=head,
        entries=[filed(entry) for entry in story.file],
        duties=[duty_of(DutyRow.of(duty)) for duty in story.docket],
        procedure=REPAIR,
        until=until,
    )


def filed(entry: Entry) -> FiledEntry:
    return FiledEntry(
        number=entry.number, type=entry.event.type, label=entry.event.label, at=entry.at, recorded_at=entry.recorded_at,
        by_id=entry.by.id, by_posts=[], source=entry.source, backdated=False, rule=None, entry=entry,
    )  # fmt: skip


def duty_of(row: DutyRow) -> FiledDuty:
    return FiledDuty(**{name: value for name, value in asdict(row).items() if name != "ended_by"})


def story_of(*steps: tuple[AnyEvent, datetime], until: datetime) -> Story:
    """The steps, the watch ringing between them and at the end."""
    story = Story()
    for event, at in steps:
        story.rings(at)
        story.then(event, at)
    story.rings(until)
    return story


def about(spans: Iterable[Stretch], rule: str) -> list[tuple[datetime, datetime, bool]]:
    """When a duty of the rule ran, and whether it was late then."""
    return [(one.start, one.end, one.late) for one in spans if rule in {duty.rule for duty in one.duties}]


def test_a_late_arrival_is_cut_at_its_due_moment_and_at_the_arrival_and_not_at_a_reminder() -> None:
    story = story_of(*TO_THE_ORDER, (ArrivedOnSite(), on("9:40")), until=on("9:41"))

    spans = stretches(course(story, on("9:41")))

    assert [
        (on("9:06"), on("9:16"), False),
        (on("9:16"), on("9:20"), True),
        (on("9:20"), on("9:40"), True),
    ] == about(spans, "REP-26")
    on_site = ("现场确认", "现场确认为清单外", "转保修或外单位")
    assert [*[("出发", "到场")] * 3, on_site] == [span.waiting_for for span in spans[-4:]]
    assert ("维修人员",) == spans[-2].owed_by[:1]
    assert ("REP-26 接单后到场到期",) == spans[-4].ended_by
    assert ("REP-108 接派单后联系住户到期",) == spans[-3].ended_by
    assert ("到场",) == spans[-2].ended_by


def test_a_limit_kept_leaves_no_cut_and_no_mark_when_its_moment_comes() -> None:
    story = story_of(*TO_THE_ORDER, (ArrivedOnSite(), on("9:10")), until=on("9:50"))

    spans = stretches(course(story, on("9:50")))

    assert on("9:16") not in {span.start for span in spans}, "REP-26 was met at 9:10"
    assert on("9:02") in {span.start for span in spans}, "the act, not the limit of REP-21 met at 9:01"
    assert [] == [mark for span in spans for mark in span.ended_by if "到期" in mark]
    assert (on("9:10"), on("9:50")) == (spans[-1].start, spans[-1].end)


def test_a_limit_kept_at_its_very_last_moment_is_no_passed_limit() -> None:
    story = story_of(*TO_THE_ORDER, (ArrivedOnSite(), on("9:16")), until=on("9:17"))

    spans = stretches(course(story, on("9:17")))

    assert [(on("9:06"), on("9:16"), False)] == about(spans, "REP-26")
    assert [("到场",)] == [span.ended_by for span in spans if span.end == on("9:16")]


def test_what_is_awaited_is_what_the_script_awaits_not_what_would_meet_the_duties_nor_what_came_next() -> None:
    story = story_of(*TO_THE_ORDER[:4], (Noted(text="."), on("9:05")), until=on("9:06"))

    waited = {span.start: span.waiting_for for span in stretches(course(story, on("9:06")))}

    assert {
        on("9:00"): {"填单完成", "通知工程部", "故障定级"},
        on("9:01"): {"通知工程部", "故障定级"},
        on("9:02"): {"领单", "故障定级"},
        on("9:03"): {"故障定级"},
        on("9:05"): {"故障定级"},
    } == {start: set(labels) for start, labels in waited.items()}


def test_an_act_recorded_late_counts_from_when_it_happened() -> None:
    collected, graded = (FormCollected(), on("9:05")), (Assessed(urgency=Urgency.REGULAR), on("9:03"))
    story = Story(entries=(*TO_THE_ORDER[:3], collected, graded))

    waited = {span.start: span.waiting_for for span in stretches(course(story, on("9:06")))}

    assert ("领单",) == waited[on("9:03")]
    assert ("派工", "转收费评审", "转保修或外单位") == waited[on("9:05")]


def test_an_act_told_of_later_but_done_before_the_call_was_received_begins_the_course() -> None:
    spans = stretches(course(Story(entries=[RECEIVED, (Noted(text="."), on("8:50"))]), on("9:01")))

    assert on("8:50") == spans[0].start


def test_nothing_is_awaited_of_a_case_that_was_closed_before_its_script_ended() -> None:
    story = Story(entries=[RECEIVED, (CaseEnded(result="已被取消"), on("9:01"))])

    assert () == stretches(course(story, on("9:02")))[-1].waiting_for


def test_a_case_whose_words_are_destroyed_still_has_its_minutes() -> None:
    whole = course(Story(entries=TO_THE_ORDER), on("9:30"))

    spans = stretches(replace(whole, entries=[replace(one, entry=None) for one in whole.entries]))

    assert (on("9:00"), on("9:30")) == (spans[0].start, spans[-1].end)
    assert {()} == {span.waiting_for for span in spans}


@settings(max_examples=50, deadline=None)
@given(FILES)
def test_whatever_happens_the_stretches_tile_the_time_and_a_mark_is_of_a_duty_open_then(
    steps: Sequence[tuple[AnyEvent, int]],
) -> None:
    story, now = Story(entries=[RECEIVED]), on("9:00")
    for event, seconds in steps:
        story.then(event, now + timedelta(seconds=seconds))
        now = max(now, now + timedelta(seconds=seconds))
    until = now + timedelta(hours=1)
    whole = course(story, until)

    spans = stretches(whole)

    assert (min(entry.at for entry in story.file), until) == (spans[0].start, spans[-1].end)
    assert [span.end for span in spans[:-1]] == [span.start for span in spans[1:]]
    assert all(span.start < span.end for span in spans)
    for span in spans:
        open_at_end = {
            f"{duty.rule} {duty.label}到期"
            for duty in whole.duties
            if duty.due_at == span.end
            and duty.started_at <= span.end
            and (not duty.ended_at or duty.ended_at > span.end)
        }
        assert {mark for mark in span.ended_by if mark.endswith("到期")} <= open_at_end
        assert len(span.duties) == len({duty.key for duty in span.duties}), "one cycle of a duty at a time"
        assert all(duty.ended_at is None or duty.ended_at >= span.end for duty in span.duties)
    with Retracing(CASES["REP"], REPAIR.editions[-1]) as retracing:
        for span in reversed(spans):  # so that the script is read from its first line each time
            there = retracing.after([entry for entry in story.file if entry.at <= span.start])
            assert {event.label for event in there.awaited} == set(span.waiting_for)
