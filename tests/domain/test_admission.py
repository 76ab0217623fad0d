"""What the case refuses as things stand, and what the desk itself adds to what is recorded."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.admission import Act, check_opener, could_record, owed_in
from domain.case_file import Source
from domain.errors import BadTime, NotPermitted, RuleBroken
from domain.events import AnyEvent, ExtensionGranted, Withdrawn
from domain.events.joining import CalledAgain, Caller, MergedInto, MergeTaken
from domain.events.on_site import SiteChecked, SiteItem
from domain.events.repair import (
    AppointmentMoved,
    Assigned,
    Channel,
    ConsentRefused,
    CopyReturned,
    FaultKind,
    RefusalSigned,
    ResidentSigned,
    Situation,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, Reassigned, WorkStarted
from domain.fullness import characters
from domain.people import Actor, CaseNo, Role
from domain.rulebook import REPAIR
from domain.rulebook.rows import Position
from tests.domain.rulebook.beginnings import ASSIGNED
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, on, received

REASSIGNED = Reassigned(repairer=OTHER_REPAIRER.id, reason="请假")


@pytest.mark.parametrize("event", [ASSIGNED, REASSIGNED], ids=["派工", "改派"])
def test_rep_06_nobody_is_sent_without_a_completion_limit_and_whoever_is_sent_is_told_it(
    event: Assigned | Reassigned,
) -> None:
    called = Story(entries=[(received(), on("9:00"))])

    with pytest.raises(RuleBroken, match="REP-06"):
        Story().admits(event, on("9:05"), SUPERVISOR)
    sent = called.admits(event, on("9:05"), SUPERVISOR).event

    assert isinstance(sent, Assigned | Reassigned)
    assert on("9:00", days=2) == sent.complete_by


def test_of_a_merge_every_caller_counts() -> None:
    called = Caller(channel="电话", content="漏水了", phone="1")

    assert 12 + len("REP-20261122-00001") == characters(
        MergeTaken(merged=CaseNo("REP-20261122-00001"), callers=(called,) * 2)
    )


@pytest.mark.parametrize(("callers", "taken"), [(50, True), (51, False)])
def test_a_case_of_very_many_callers_goes_into_no_other(callers: int, taken: bool) -> None:  # noqa: FBT001
    again = CalledAgain(channel=Channel.WECHAT, content="还在漏")
    story = Story(entries=[(received(), on("9:00")), *[(again, on("9:01"))] * (callers - 1)])
    merged = MergedInto(into=CaseNo("REP-20261122-00001"), reason="同一处")

    if taken:
        story.admits(merged, on("9:02"), FRONT_DESK)
        return
    with pytest.raises(RuleBroken, match="来电人超过50位"):
        story.admits(merged, on("9:02"), FRONT_DESK)


Told = tuple[tuple[AnyEvent, datetime], ...]
FLOODED: Told = ((received(Situation.FLOODING), on("9:00")),)
SENT: Told = ((received(), on("9:00")), (ASSIGNED, on("9:05")))
ON_SITE: Told = (*SENT, (ArrivedOnSite(), on("9:15")))
SIGNED_FOR: Told = (*ON_SITE, (ResidentSigned(signer="住户", signature="纸"), on("10:00")))
ONE_BACK: Told = (*SIGNED_FOR, (CopyReturned(copy=2), on("10:10")))
BOTH_BACK: Told = (*ONE_BACK, (CopyReturned(copy=3), on("10:11")))
SIGNED_BY_ONE: Told = (
    *ON_SITE,
    (ConsentRefused(reminded=True), on("9:20")),
    (RefusalSigned(reason="嫌贵"), on("9:30")),
)
LATER = on("9:10", days=1)


@pytest.mark.parametrize(
    ("told", "event", "by", "offered"),
    [
        (SENT, Withdrawn(reason="."), FRONT_DESK, True),
        (SIGNED_FOR, Withdrawn(reason="."), FRONT_DESK, False),
        (SENT, Withdrawn(reason="."), REPAIRER, False),
        (SENT, AppointmentMoved(wanted=LATER, reason="."), FRONT_DESK, True),
        (ON_SITE, AppointmentMoved(wanted=LATER, reason="."), FRONT_DESK, False),
        ((), ASSIGNED, SUPERVISOR, False),
        (SENT, REASSIGNED, SUPERVISOR, True),
        (SIGNED_BY_ONE, RefusalSigned(reason="."), SUPERVISOR, False),
        (SIGNED_BY_ONE, RefusalSigned(reason="."), REPAIRER, True),
        (ONE_BACK, CopyReturned(copy=3), SUPERVISOR, True),
        (BOTH_BACK, CopyReturned(copy=3), SUPERVISOR, False),
        (FLOODED, ExtensionGranted(key="REP-124", until=LATER, reason="."), CENTRE_MANAGER, True),
        (SENT, ExtensionGranted(key="REP-128", until=on("9:10", days=20), reason="."), CENTRE_MANAGER, True),
        (SENT, ExtensionGranted(key="REP-128", until=on("9:10", days=20), reason="."), FRONT_DESK, False),
    ],
)
def test_an_event_is_offered_where_the_case_as_it_stands_would_not_refuse_it_whatever_it_says(
    *, told: Told, event: AnyEvent, by: Actor, offered: bool
) -> None:
    story, at = Story(entries=told), told[-1][1] if told else on("9:00")

    position = Position(by=by, at=at, file=story.file, owed=owed_in(story.docket))

    assert offered is could_record(type(event), position, REPAIR, REPAIR.editions[-1])
    if offered:
        story.admits(event, at, by)
    else:
        with pytest.raises((RuleBroken, NotPermitted)):
            story.admits(event, at, by)


def test_rep_129_no_extension_is_offered_once_the_moment_has_passed() -> None:
    story, at = Story(entries=FLOODED), on("9:10:01")

    position = Position(by=CENTRE_MANAGER, at=at, file=story.file, owed=owed_in(story.docket))

    assert not could_record(ExtensionGranted, position, REPAIR, REPAIR.editions[-1])


def call(by: Actor, at: str) -> Act:
    """A call of that time, told at ten."""
    return Act(command_id="c-1", event=received(), by=by, at=on(at), accepted_at=on("10:00"), source=Source.API)


def test_who_may_open_a_case_is_a_row_and_so_is_who_may_open_one_of_long_ago() -> None:
    edition = REPAIR.editions[-1]
    other = replace(REPAIR, backdated_by=(Role.FRONT_DESK,))

    check_opener(call(FRONT_DESK, "9:30"), REPAIR, edition)
    check_opener(call(FRONT_DESK, "8:00"), other, edition)

    with pytest.raises(NotPermitted, match="REP-20"):
        check_opener(call(REPAIRER, "9:30"), REPAIR, edition)
    for at in ("8:00", "10:01"):
        with pytest.raises(BadTime):
            check_opener(call(FRONT_DESK, at), REPAIR, edition)


def extension(key: str, until: datetime) -> ExtensionGranted:
    return ExtensionGranted(key=key, until=until, reason="道路积水")


@pytest.mark.parametrize(
    ("event", "at", "field", "words"),
    [
        (extension("REP-21", on("10:00")), on("9:01"), "event.key", "本单可延期的有：REP-124"),
        (extension("REP-124", on("9:02")), on("9:01"), "event.until", "新时限须晚于原时限"),
        (extension("REP-124", on("9:00", days=900)), on("9:01"), "event.until", "新时限须在一年之内"),
        (extension("REP-124", on("12:00")), on("11:00"), "event.key", "该时限已经到期"),
    ],
)
def test_rep_129_an_extension_is_refused_for_what_is_wrong_with_it(
    event: ExtensionGranted, at: datetime, field: str, words: str
) -> None:
    flooded = Story(entries=[(received(situation=Situation.FLOODING), on("9:00"))])

    with pytest.raises(RuleBroken) as refusal:
        flooded.admits(event, at, CENTRE_MANAGER)

    assert field == refusal.value.field
    assert words in refusal.value.remedy
    assert (("REP-124",) if "可延期的有" in words else ()) == refusal.value.allowed


def test_rep_129_where_no_limit_can_be_extended_it_says_so() -> None:
    with pytest.raises(RuleBroken, match="没有可由该岗位延期的时限"):
        Story().admits(extension("REP-17", on("12:00")), on("9:01"), CENTRE_MANAGER)


@pytest.mark.parametrize(
    ("ticked", "missing"),
    [
        ((SiteItem.TIDY,), (SiteItem.MAT_LAID, SiteItem.KEPT_CLEAN)),
        ((SiteItem.MAT_LAID,), (SiteItem.KEPT_CLEAN,)),
    ],
)
def test_rep_113_what_is_not_ticked_before_the_work_is_done_is_named(
    ticked: tuple[SiteItem, ...], missing: tuple[SiteItem, ...]
) -> None:
    begun = Story(
        entries=[
            (received(), on("9:00")),
            (ASSIGNED, on("9:05")),
            (SiteChecked(items=ticked), on("9:10")),
            (WorkStarted(expected_done=on("10:00")), on("9:12")),
        ]
    )

    with pytest.raises(RuleBroken, match="REP-113") as refusal:
        begun.admits(WorkFinished(fault=FaultKind.WATER, no_charge=True), on("9:30"), REPAIRER)

    assert missing == refusal.value.allowed
    assert f"还缺：{'、'.join(missing)}（" in refusal.value.remedy
