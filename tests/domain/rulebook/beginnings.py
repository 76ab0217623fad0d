"""For every row of the repair procedure: a file in which its duty is open, what meets it, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.events import AnyEvent
from domain.events.joining import Matter, Settled, ToldApart
from domain.events.repair import (
    ArrivalTold,
    Assessed,
    Assigned,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    ResidentSigned,
    ReturnRegistered,
    SetOut,
    Situation,
    Urgency,
)
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Paused, PauseReason, Reassigned, Resumed
from domain.limits import TICK
from domain.people import Actor, Role
from domain.rulebook import REPAIR, Procedure
from tests.domain.story import OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, filled, on, person, received

SIGNED = ResidentSigned(signer="住户", signature="s-1")
ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")
RECEIVED = (received(), on("9:00"))


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """``opens`` is the file, its last entry the one that opens the duty; ``met_by`` would end it, done ``by`` him."""

    procedure: Procedure = REPAIR
    opens: tuple[tuple[AnyEvent, datetime], ...]
    met_by: AnyEvent
    due: datetime
    by: Actor = SUPERVISOR

    def story(self) -> Story:
        return Story(entries=self.opens, procedure=self.procedure)


def graded(urgency: Urgency) -> tuple[tuple[AnyEvent, datetime], ...]:
    return (RECEIVED, (Assessed(urgency=urgency), on("9:02")))


UNDER_REFUSAL, FILED_BY = RefusalSigned(reason="嫌贵"), on("17:00") - TICK


def explained_of(repairer: Actor) -> tuple[tuple[AnyEvent, datetime], ...]:
    """Refused, and explained to 工程部主管, who records all of it."""
    return (
        RECEIVED,
        (Assigned(repairer=repairer.id, team="水工班", item="W01"), on("9:04")),
        (ConsentRefused(reminded=True), on("9:20")),
        (RefusalExplained(), on("9:45")),
    )


BEGINNINGS: Mapping[str, Beginning] = {
    "REP-21": Beginning(opens=(RECEIVED,), met_by=filled(), due=on("9:02")),
    "REP-24": Beginning(opens=(RECEIVED,), met_by=EngineeringNotified(), due=on("9:03")),
    "REP-104": Beginning(
        opens=((received(Situation.BURST_PIPE), on("9:00")),), met_by=EngineeringNotified(), due=on("9:01")
    ),
    "REP-105": Beginning(
        opens=((received(Situation.SHORT_CIRCUIT), on("9:00")), (EngineeringNotified(), on("9:01"))),
        met_by=SetOut(),
        due=on("9:06"),
    ),
    "REP-103": Beginning(
        opens=(RECEIVED, (ArrivalTold(expected=on("15:00")), on("9:01"))), met_by=ArrivedOnSite(), due=on("15:00")
    ),
    "REP-124": Beginning(opens=((received(Situation.FLOODING), on("9:00")),), met_by=ArrivedOnSite(), due=on("9:10")),
    "REP-25": Beginning(opens=(RECEIVED, (FormCollected(), on("9:03"))), met_by=ASSIGNED, due=on("9:08")),
    "REP-18/改派": Beginning(
        opens=(RECEIVED, (ASSIGNED, on("9:04")), (OrderDeclined(reason="手头有急活"), on("9:06"))),
        met_by=Reassigned(repairer=OTHER_REPAIRER.id, reason="退单"),
        due=on("9:11"),
    ),
    "REP-14": Beginning(opens=graded(Urgency.URGENT), met_by=OrderTaken(), due=on("9:30")),
    "REP-15": Beginning(opens=graded(Urgency.REGULAR), met_by=OrderTaken(), due=on("10:00")),
    "REP-03/响应": Beginning(opens=graded(Urgency.LOW), met_by=ArrivedOnSite(), due=on("13:00")),
    "REP-16": Beginning(opens=graded(Urgency.URGENT), met_by=SIGNED, due=on("11:00")),
    "REP-17": Beginning(opens=graded(Urgency.REGULAR), met_by=SIGNED, due=on("9:00", days=2)),
    "REP-03/完成": Beginning(opens=graded(Urgency.LOW), met_by=SIGNED, due=on("9:00", days=7)),
    "REP-26": Beginning(
        opens=(RECEIVED, (filled(), on("9:01")), (ASSIGNED, on("9:04")), (OrderTaken(), on("9:05"))),
        met_by=ArrivedOnSite(),
        due=on("9:15"),
    ),
    "REP-27": Beginning(opens=(RECEIVED, (filled(on("15:00")), on("9:01"))), met_by=ArrivedOnSite(), due=on("14:55")),
    "REP-09": Beginning(
        opens=(
            RECEIVED,
            (ASSIGNED, on("9:04")),
            (OrderTaken(), on("9:05")),
            (Paused(waits_for=PauseReason.PARTS, resumes_at=on("15:00")), on("9:30")),
        ),
        met_by=Resumed(),
        due=on("15:00"),
    ),
    "REP-37": Beginning(
        opens=(RECEIVED, (ConsentRefused(reminded=True), on("9:20"))), met_by=RefusalExplained(), due=on("9:50")
    ),
    "REP-38/维修人员": Beginning(opens=explained_of(REPAIRER), met_by=UNDER_REFUSAL, due=FILED_BY, by=REPAIRER),
    "REP-38/工程部主管": Beginning(opens=explained_of(REPAIRER), met_by=UNDER_REFUSAL, due=FILED_BY),
    "REP-38/代主管": Beginning(
        opens=explained_of(SUPERVISOR), met_by=UNDER_REFUSAL, due=FILED_BY, by=person("mg-1", Role.COMPANY_MANAGER)
    ),
    "REP-39": Beginning(
        opens=(
            RECEIVED,
            (ConsentRefused(reminded=True), on("9:20")),
            (RefusalSigned(reason="嫌贵"), on("9:50")),
            (RefusalSigned(reason="嫌贵"), on("10:00")),
        ),
        met_by=RefusalFiled(reference="B-1"),
        due=on("17:00") - TICK,
    ),
    "REP-42": Beginning(opens=(RECEIVED, (SIGNED, on("15:00"))), met_by=CustomerCopyGiven(), due=on("17:00") - TICK),
    "REP-43/第二联": Beginning(
        opens=(RECEIVED, (SIGNED, on("15:00"))), met_by=CopyReturned(copy=2), due=on("17:00") - TICK
    ),
    "REP-43/第三联": Beginning(
        opens=(RECEIVED, (SIGNED, on("17:05"))), met_by=CopyReturned(copy=3), due=on("17:00", days=1) - TICK
    ),
    "REP-44": Beginning(
        opens=(
            RECEIVED,
            (SIGNED, on("15:00")),
            (CopyReturned(copy=2), on("16:40")),
            (CopyReturned(copy=3), on("16:50")),
        ),
        met_by=CopiesConfirmed(),
        due=on("18:00"),
    ),
    "REP-48": Beginning(opens=(RECEIVED, (CopiesConfirmed(), on("17:30"))), met_by=CopiesHandedOn(), due=on("18:00")),
    "REP-45": Beginning(
        opens=(RECEIVED, (CopiesHandedOn(), on("17:40"))), met_by=ReturnRegistered(reference="A-1"), due=on("18:00")
    ),
    "CAL-109": Beginning(
        opens=(RECEIVED, (ToldApart(matter=Matter.HELP), on("9:05"))),
        met_by=Settled(text="已联系家属"),
        due=on("9:05", days=1),
    ),
    "REP-11": Beginning(
        opens=(RECEIVED, (SIGNED, on("15:00"))), met_by=FeedbackGiven(solved=True), due=on("15:00", days=1)
    ),
}
"""By the key of the row; a Monday, Asia/Shanghai, the times of the rules' own checks where they give any."""
