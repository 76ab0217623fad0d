"""For every row of the public-facility repair: a file in which its duty is open, what meets it, and when it is due."""

from collections.abc import Mapping
from dataclasses import replace

from domain.events.public import (
    Facility,
    FacilityChannel,
    FacilityFault,
    FacilityFaultReported,
    FacilityRepaired,
    Hazard,
    RepairerArranged,
    SheetSignedFor,
)
from domain.events.repair import FeedbackGiven
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.limits import TICK
from domain.rulebook import PUBLIC_REPAIR
from tests.domain.rulebook.beginnings import Beginning
from tests.domain.story import REPAIRER, on


def called(hazard: Hazard = Hazard.NONE) -> FacilityFaultReported:
    """By a resident, who can be asked."""
    return replace(reported(hazard), channel=FacilityChannel.TELEPHONE, reporter="住户", phone="19900000001")


def reported(hazard: Hazard = Hazard.NONE) -> FacilityFaultReported:
    return FacilityFaultReported(
        channel=FacilityChannel.PATROL,
        building="1",
        place="1栋大堂",
        facility=Facility.POWER,
        fault=FacilityFault.ABNORMAL,
        hazard=hazard,
        content="顶灯不亮",
        reporter="巡查员甲",
    )


REPORTED = (reported(), on("9:00"))
CALLED = (called(), on("9:00"))
DANGEROUS = (reported(Hazard.MANHOLE), on("9:00"))
SIGNED_FOR = SheetSignedFor(collector=REPAIRER.id)
ARRANGED = RepairerArranged(repairer=REPAIRER.id)
REPAIRED = FacilityRepaired(notes="更换灯管", parts="灯管一支", site_cleared=True)

PUBLIC_BEGINNINGS: Mapping[str, Beginning] = {
    key: Beginning(procedure=PUBLIC_REPAIR, opens=opens, met_by=met_by, due=due)
    for key, opens, met_by, due in (
        ("PUB-01", (REPORTED,), EngineeringNotified(), on("9:10")),
        (
            "PUB-03",
            (DANGEROUS, (EngineeringNotified(), on("9:05")), (ARRANGED, on("9:06")), (REPAIRED, on("10:00"))),
            SIGNED_FOR,
            on("17:00") - TICK,
        ),
        ("PUB-03/领单", (REPORTED, (EngineeringNotified(), on("9:10"))), SIGNED_FOR, on("9:25")),
        (
            "PUB-05/返修",
            (CALLED, (SIGNED_FOR, on("9:10")), (REPAIRED, on("10:00")), (FeedbackGiven(solved=False), on("11:00"))),
            ArrivedOnSite(),
            on("11:15"),
        ),
        ("REP-11/公共报修", (CALLED, (REPAIRED, on("10:00"))), FeedbackGiven(solved=True), on("10:00", days=1)),
        ("PUB-04", (REPORTED, (SIGNED_FOR, on("9:10"))), ARRANGED, on("9:15")),
        ("PUB-05", (REPORTED, (SIGNED_FOR, on("9:10"))), ArrivedOnSite(), on("9:25")),
        ("PUB-101", (DANGEROUS,), ArrivedOnSite(), on("9:10")),
        ("PUB-102", (DANGEROUS, (ArrivedOnSite(), on("9:08"))), REPAIRED, on("13:08")),
        ("PUB-103", (REPORTED,), REPAIRED, on("0:00", days=4) - TICK),
    )
}
"""By the key of the row; a Monday, Asia/Shanghai, the times of the rules' own checks where they give any."""
