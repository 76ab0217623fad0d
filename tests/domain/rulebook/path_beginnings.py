"""The same for the rows that came with the second edition: review, survey, kinds of work, acceptance."""

from collections.abc import Mapping
from decimal import Decimal

from domain.events.on_site import (
    CompletionAgreed,
    FurtherWorkAgreed,
    QuoteAccepted,
    Quoted,
    SurveyCalledFor,
    Surveyed,
    WorkClassified,
    WorkKind,
    WorkOrderFiled,
)
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import FormCollected, Situation
from domain.events.review import ReviewAnswered, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, CustomerContacted
from domain.limits import TICK
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED, Beginning
from tests.domain.story import filled, on, received

UNLISTED = ((FormCollected(), on("9:05")), (SentToReview(work="拆改暗管"), on("9:10")))
QUOTED = Quoted(item="W01", amount=Decimal(80), price_version="LY-2024")
FURTHER = FurtherWorkAgreed(work="换阀门", fee=Decimal(60), finish_by=on("16:00"), agreed_by="住户")

PATH_BEGINNINGS: Mapping[str, Beginning] = {
    key: Beginning(opens=opens, met_by=met_by, due=due)
    for key, opens, met_by, due in (
        (
            "REP-04",
            (RECEIVED, (SurveyCalledFor(reason="墙内暗管"), on("9:00"))),
            Surveyed(finding="接头渗水"),
            on("9:00", days=1),
        ),
        ("REP-28", (RECEIVED, *UNLISTED), Reviewed(feasible=True, amount=Decimal(90)), on("9:20")),
        (
            "REP-29",
            (RECEIVED, *UNLISTED, (Reviewed(feasible=False), on("9:18"))),
            ReviewAnswered(text="不能维修"),
            on("9:20"),
        ),
        (
            "WAR-01",
            (
                RECEIVED,
                (
                    HandedToOthers(
                        others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00", days=2), reason="在保修期内"
                    ),
                    on("9:10"),
                ),
            ),
            OthersReported(settled=True, text="已修好"),
            on("17:00", days=2),
        ),
        ("REP-130", (RECEIVED,), ASSIGNED, on("9:30")),
        ("FEE-13/住户答复", (RECEIVED, (QUOTED, on("9:06"))), QuoteAccepted(agreed_by="住户"), on("9:06", days=7)),
        ("REP-108", (RECEIVED, (ASSIGNED, on("9:04"))), CustomerContacted(text="十点到"), on("9:19")),
        ("REP-109", (RECEIVED, (filled(on("15:00")), on("9:01"))), ArrivedOnSite(), on("15:00")),
        (
            "REP-125",
            ((received(Situation.FLOODING), on("10:00")), (ArrivedOnSite(), on("10:08"))),
            SIGNED,
            on("14:08"),
        ),
        ("REP-126", (RECEIVED, (WorkClassified(work_kind=WorkKind.SIMPLE), on("9:02"))), SIGNED, on("13:00")),
        (
            "REP-127",
            (RECEIVED, (CompletionAgreed(finish_by=on("17:00", days=2)), on("9:10"))),
            SIGNED,
            on("17:00", days=2),
        ),
        ("REP-128", (RECEIVED,), SIGNED, on("0:00", days=10) - TICK),
        ("REP-118", (RECEIVED, (ASSIGNED, on("9:04")), (FURTHER, on("10:00"))), SIGNED, on("16:00")),
        (
            "REP-122",
            (RECEIVED, (SIGNED, on("10:00"))),
            WorkOrderFiled(reference="G-1"),
            on("10:00", days=1),
        ),
    )
}
"""By the key of the row; a Monday, Asia/Shanghai, the times of the rules' own checks where they give any."""
