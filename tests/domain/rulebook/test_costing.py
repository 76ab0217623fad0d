"""What the resident agrees to, and what is charged, is what was found on the site, at its price."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import CostAgreed, FurtherWorkAgreed, Means, SiteChecked, SiteItem
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    Assigned,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    PriceShown,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite
from domain.pricing import ChargeKind, ChargeLine, PriceItem, PriceList
from domain.rulebook.repair.costing import check_cost, known_cost
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import REPAIRER, SUPERVISOR, Story, on

TAP = PriceItem(code="W01", name="水龙头更换", category="水", unit="个", labour=Decimal(35), material=Decimal(50))
VALVE = replace(TAP, code="W02", name="阀芯更换", labour=Decimal(25), material=Decimal(20))
WIRING = replace(TAP, code="E09", name="线路检修", unit="小时", labour=Decimal(65), material=Decimal(0))
PRICES = PriceList(version="LY-2026", effective_from=date(2026, 1, 1), items=(TAP, VALVE, WIRING))

LISTED = (ASSIGNED, ArrivedOnSite(), FaultCompared(matches=True), PriceShown(price_version="LY-2026"))
AS_REVIEWED = replace(ASSIGNED, item="REVIEWED")
REVIEW = (
    SentToReview(work="拆改暗管"),
    Reviewed(feasible=True, amount=Decimal(90)),
    ReviewAnswered(text="90 元"),
    ReviewConsent(cost_accepted=True, repair_agreed=True),
)
OFF_THE_LIST = (*REVIEW, AS_REVIEWED, *LISTED[1:])
OTHER = FaultCompared(matches=False, actual_item="W02")
UNLISTED = (FoundUnlisted(work="换整段"), Reviewed(feasible=True, amount=Decimal(120)), ReviewAnswered(text="120 元"))
UNSOLVED = FeedbackGiven(solved=False)


def story(*events: AnyEvent) -> Story:
    """A minute between any two, from the call on."""
    told: list[tuple[AnyEvent, datetime]] = [RECEIVED]
    told += [(event, on(f"9:{minute:02}")) for minute, event in enumerate((FormCollected(), *events), start=1)]
    return Story(entries=told)


def agreed(amount: str) -> CostAgreed:
    return CostAgreed(amount=Decimal(amount), agreed_by="住户001", means=Means.TELEPHONE)


def further(fee: str, item: str = "") -> FurtherWorkAgreed:
    return FurtherWorkAgreed(work="换角阀", fee=Decimal(fee), finish_by=on("16:00"), agreed_by="住户001", item=item)


def finished(*items: str) -> WorkFinished:
    return WorkFinished(fault=FaultKind.WATER, charges=tuple(map(line, items)))


def line(item: str) -> ChargeLine:
    return ChargeLine(
        item=item,
        kind=ChargeKind.LABOUR,
        price_version="LY-2026",
        unit_price=Decimal(1),
        quantity=Decimal(1),
        amount=Decimal(1),
    )


def refusal(amount: str, *events: AnyEvent) -> str:
    """What is said of it; nothing where it is taken."""
    try:
        check_cost(Decimal(amount), story(*events).file, PRICES)
    except RuleBroken as broken:
        return broken.remedy
    return ""


@pytest.mark.parametrize(
    ("events", "taken", "refused"),
    [
        (LISTED, ("85", "170", "35", "0"), ("10", "1000", "84.99", "85.01", "100")),
        ((*LISTED, agreed("85")), ("170", "85"), ("100",)),
        ((*LISTED, further("60.5")), ("145.5", "60.5", "230.5"), ("85", "170", "0")),
        ((*LISTED[:2], OTHER, LISTED[3]), ("45", "90", "0"), ("85", "44")),
        ((replace(ASSIGNED, item="E09"), *LISTED[1:]), ("65", "100", "12.34", "0"), ()),
        (OFF_THE_LIST, ("90", "0"), ("85", "180", "900", "89.99")),
        ((*OFF_THE_LIST, further("60.5")), ("150.5", "60.5"), ("90", "151")),
        ((*REVIEW, AS_REVIEWED, ArrivedOnSite(), OTHER, LISTED[3]), ("45", "90"), ("120",)),
        ((ASSIGNED, ArrivedOnSite(), *UNLISTED, LISTED[3]), ("120", "0"), ("85", "90")),
        ((*OFF_THE_LIST, SIGNED, UNSOLVED, AS_REVIEWED, *LISTED[1:]), ("0",), ("90",)),
        ((*OFF_THE_LIST, SIGNED, UNSOLVED, *LISTED), ("85", "0"), ("90",)),
        (LISTED[:3], ("1000",), ()),
    ],
)
def test_rep_35_fee_02_fee_03_what_is_agreed_to_is_the_price_known(
    events: tuple[AnyEvent, ...], taken: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    assert [] == [amount for amount in taken if refusal(amount, *events)]
    assert [] == [amount for amount in refused if not refusal(amount, *events)]


def test_rep_35_the_refusal_names_the_figure() -> None:
    listed, beside = refusal("1000", *LISTED), refusal("1000", *LISTED, further("60.5"))
    reviewed, second = refusal("900", *OFF_THE_LIST), refusal("90", *OFF_THE_LIST, SIGNED, UNSOLVED, *OFF_THE_LIST[4:])

    assert all(words in listed for words in ("水龙头更换", "每个 85.00 元", "只收人工的 35.00 元", "（FEE-03）"))
    assert all(words in beside for words in ("追加维修 60.50 元", "如 145.50 元"))
    assert all(words in reviewed for words in ("评审金额为 90.00 元", "（FEE-02）"))
    assert "没有评审金额" in second


@pytest.mark.parametrize(
    ("events", "cost"),
    [
        (LISTED, "85"),
        ((*LISTED, further("60.5")), "145.5"),
        ((*LISTED[:2], OTHER), "45"),
        (OFF_THE_LIST, "90"),
        ((replace(ASSIGNED, item="W99"),), None),
    ],
)
def test_rep_35_what_it_is_known_to_cost_is_proposed(events: tuple[AnyEvent, ...], cost: str | None) -> None:
    assert known_cost(story(*events).file, PRICES) == (None if cost is None else Decimal(cost))


def test_fee_02_the_case_itself_takes_reviewed_work_only_at_the_amount_reviewed() -> None:
    told = story(*OFF_THE_LIST)

    assert told.admits(agreed("90"), on("10:00"), REPAIRER)
    with pytest.raises(RuleBroken, match="FEE-02"):
        told.admits(agreed("900"), on("10:00"), REPAIRER)


@pytest.mark.parametrize(
    ("events", "taken", "refused"),
    [
        (LISTED, (("W01",), ("W01", "W01"), ()), (("W02",), ("W01", "W02"), ("REVIEWED",))),
        ((*LISTED, further("45", "W02")), (("W01", "W02"), ("W02",)), (("M04",),)),
        ((*LISTED, further("60")), (("W01", "EXTRA"),), (("W02", "EXTRA"),)),
        ((*LISTED[:2], OTHER, LISTED[3]), (("W02",),), (("W01",), ("W01", "W02"))),
        (OFF_THE_LIST, (("REVIEWED",),), (("W01",), ("REVIEWED", "M04"))),
        ((*REVIEW, AS_REVIEWED, ArrivedOnSite(), OTHER, LISTED[3]), (("W02",),), (("REVIEWED",),)),
        ((ASSIGNED, ArrivedOnSite(), *UNLISTED, LISTED[3]), (("REVIEWED",),), (("W01",),)),
        ((*LISTED, further("45", "W02"), SIGNED, UNSOLVED, *LISTED), (("W01",),), (("W02",),)),
    ],
)
def test_rep_33_what_is_charged_was_found_on_the_site_reviewed_or_agreed_to_beside_it(
    events: tuple[AnyEvent, ...], taken: tuple[tuple[str, ...], ...], refused: tuple[tuple[str, ...], ...]
) -> None:
    told = story(*events, agreed("500"), SiteChecked(items=tuple(SiteItem)))

    for items in taken:
        done = finished(*items) if items else WorkFinished(fault=FaultKind.WATER, no_charge=True)
        assert told.admits(done, on("11:00"), REPAIRER)
    for items in refused:
        with pytest.raises(RuleBroken, match="REP-33") as refusal:
            told.admits(finished(*items), on("11:00"), REPAIRER)
        assert "event.charges" == refusal.value.field


HANDED = HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("15:00"), reason="在保修期内")


@pytest.mark.parametrize(
    ("events", "items"),
    [
        ((), {"W01"}),
        (REVIEW, {"REVIEWED"}),
        ((*REVIEW, AS_REVIEWED, ArrivedOnSite(), HANDED, OthersReported(settled=False, text="不保修")), {"REVIEWED"}),
        ((*OFF_THE_LIST, SIGNED, UNSOLVED), {"W01", "REVIEWED"}),
    ],
)
def test_rep_31_after_a_review_agreed_to_in_this_round_nobody_is_sent_for_an_item_of_the_list(
    events: tuple[AnyEvent, ...], items: set[str]
) -> None:
    assert items == {item for item in ("W01", "REVIEWED") if _is_sent(replace(ASSIGNED, item=item), *events)}


def _is_sent(event: Assigned, *events: AnyEvent) -> bool:
    try:
        return bool(story(*events).admits(event, on("10:00"), SUPERVISOR))
    except RuleBroken as broken:
        return broken.rule not in {"REP-30", "REP-31"}
