"""PRV-106: a repairer reads whose home it is while he is at work there, and not for the days after."""

import pytest

from domain.events import AnyEvent
from domain.events.on_site import AcceptanceStated
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    WorkFinished,
)
from domain.events.sending import HelpersSent, OrderDeclined
from domain.events.work import ArrivedOnSite, Reassigned, WorkStarted
from domain.people import StaffId
from domain.rulebook import REPAIR
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.story import Story, filled, on

HIS, HELPER, OTHER = StaffId("rp-1"), StaffId("rp-3"), StaffId("rp-2")
SENT = (filled(), FormCollected(), ASSIGNED, HelpersSent(helpers=(HELPER,)), OrderTaken(), ArrivedOnSite())
DONE = (
    WorkStarted(expected_done=on("12:00")),
    WorkFinished(fault=FaultKind.WATER, no_charge=True),
    TrialDone(passed=True),
)
SIGNED = (*SENT, *DONE, ResidentSigned(signer="住户", signature="s-1"))
BACK = (*SIGNED, CustomerCopyGiven(), CopyReturned(copy=2), CopyReturned(copy=3))
FILED = (*BACK, CopiesConfirmed(), CopiesHandedOn(), ReturnRegistered(reference="A-1"))
OUT = (*SENT, HandedToOthers(others=Others.WARRANTOR, unit="某公司", answer_by=on("16:00"), reason="保修期内"))


@pytest.mark.parametrize(
    ("happened", "who"),
    [
        ((filled(), FormCollected()), ()),
        (SENT, (HIS, HELPER)),
        ((*SENT, Reassigned(repairer=OTHER, reason="请假")), (OTHER, HELPER)),
        ((*SENT, OrderDeclined(reason="不会修")), (HELPER,)),
        ((*SENT, *DONE, AcceptanceStated(satisfied=False)), (HIS, HELPER)),
        (SIGNED, (HIS,)),
        (BACK[:-1], (HIS,)),
        (BACK, ()),
        ((*BACK, CopiesSentBack(reason="漏签")), (HIS,)),
        ((*FILED, FeedbackGiven(solved=True)), ()),
        ((*FILED, FeedbackGiven(solved=False)), ()),
        ((*FILED, FeedbackGiven(solved=False), ASSIGNED), (HIS,)),
        ((*SIGNED, FeedbackGiven(solved=False)), ()),
        ((*BACK, FeedbackGiven(solved=False), ASSIGNED), (HIS,)),
        (OUT, ()),
        ((*OUT, OthersReported(settled=False, text="过保")), ()),
        ((*OUT, OthersReported(settled=False, text="过保"), ASSIGNED), (HIS,)),
    ],
)
def test_prv_106_whose_home_it_is_concerns_who_is_at_work_there(
    happened: tuple[AnyEvent, ...], who: tuple[StaffId, ...]
) -> None:
    story = Story(entries=[RECEIVED])
    for event in happened:
        story.then(event, on("11:00"))

    assert who == REPAIR.needs_to_know(story.file)
