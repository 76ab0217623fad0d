"""FEE-03: charges come from the price list in force, and from nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.calendar import LOCAL
from domain.errors import Malformed, RuleBroken
from domain.pricing import ChargeKind, PriceBook, PriceItem, PriceList, RequestedCharge, charge, total

TAP = PriceItem(
    code="W01", name="水龙头更换", category="水", unit="个", labour=Decimal("30.00"), material=Decimal("20.00")
)
OLD = PriceList(version="LY-2024", effective_from=date(2024, 1, 1), items=(TAP,))
NEW = PriceList(version="LY-2026", effective_from=date(2026, 1, 1), items=())
LABOUR, MATERIAL = ChargeKind.LABOUR, ChargeKind.MATERIAL


def test_fee_03_labour_30_and_material_20_make_50() -> None:
    lines = charge([RequestedCharge(item="W01", kind=LABOUR), RequestedCharge(item="W01", kind=MATERIAL)], OLD)

    assert total(lines) == Decimal("50.00")
    assert [(line.kind, line.amount, line.price_version) for line in lines] == [
        (LABOUR, Decimal("30.00"), "LY-2024"),
        (MATERIAL, Decimal("20.00"), "LY-2024"),
    ]


def test_fee_03_a_typed_labour_of_40_is_refused_and_says_what_is_right() -> None:
    with pytest.raises(RuleBroken, match=r"30\.00 元") as refusal:
        charge([RequestedCharge(item="W01", kind=LABOUR, amount=Decimal(40))], OLD)

    assert (refusal.value.rule, refusal.value.field) == ("FEE-03", "charges.0.amount")


def test_a_typed_amount_equal_to_the_list_is_taken() -> None:
    (line,) = charge([RequestedCharge(item="W01", kind=LABOUR, quantity=Decimal(2), amount=Decimal(60))], OLD)

    assert line.amount == Decimal("60.00")


@pytest.mark.parametrize(
    ("quantity", "amount"), [("1.5", "45.00"), ("0.333", "9.99"), ("0.001", "0.03"), ("1.0005e3", "30015.00")]
)
@pytest.mark.parametrize("unit", ["米", "平方米", "小时"])
def test_quantities_are_multiplied_exactly_to_the_fen(quantity: str, amount: str, unit: str) -> None:
    measured = replace(OLD, items=(replace(TAP, unit=unit),))

    (line,) = charge([RequestedCharge(item="W01", kind=LABOUR, quantity=Decimal(quantity))], measured)

    assert line.amount == Decimal(amount)


@pytest.mark.parametrize("unit", ["个", "次", "套", "户", "处"])
def test_fee_03_of_what_is_counted_there_are_only_whole_numbers(unit: str) -> None:
    counted = replace(OLD, items=(replace(TAP, unit=unit),))
    two, half = (RequestedCharge(item="W01", kind=LABOUR, quantity=Decimal(said)) for said in ("2.000", "2.5"))

    assert Decimal(60) == total(charge([two], counted))
    with pytest.raises(Malformed, match="整数") as refusal:
        charge([half], counted)
    assert ("charges.0.quantity", unit in refusal.value.remedy) == (refusal.value.field, True)


@pytest.mark.parametrize(
    ("amount", "comes"),
    [("50", True), ("150", True), ("30", True), ("60", True), ("10", False), ("49.99", False), ("70", False)],
)
def test_rep_35_so_many_of_it_come_to_whole_prices_with_the_material_or_without(amount: str, *, comes: bool) -> None:
    assert comes == TAP.can_come_to(Decimal(amount))


def test_rep_35_what_is_measured_may_come_to_any_amount_and_what_costs_nothing_to_none() -> None:
    free = replace(TAP, labour=Decimal(0), material=Decimal(0))

    measured = [replace(TAP, unit="小时").can_come_to(Decimal(said)) for said in ("10", "0.01", "0")]

    assert [True, True, False] == measured
    assert not free.can_come_to(Decimal(50))


def test_half_a_fen_is_rounded_up_as_the_database_does() -> None:
    odd = PriceItem(code="X1", name="单", category="其他", unit="米", labour=Decimal("0.01"), material=Decimal(0))
    prices = PriceList(version="LY-1", effective_from=date(2024, 1, 1), items=(odd,))

    (line,) = charge([RequestedCharge(item="X1", kind=LABOUR, quantity=Decimal("2.5"))], prices)

    assert line.amount == Decimal("0.03")


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "NaN", "Infinity", "1e9"])
def test_a_quantity_that_is_none_is_refused(quantity: str) -> None:
    with pytest.raises(Malformed) as refusal:
        charge([RequestedCharge(item="W01", kind=LABOUR, quantity=Decimal(quantity))], OLD)

    assert refusal.value.field == "charges.0.quantity"


def test_an_unlisted_item_is_refused() -> None:
    with pytest.raises(RuleBroken, match="FEE-03"):
        charge([RequestedCharge(item="W99", kind=LABOUR)], OLD)


def test_a_version_is_in_force_from_local_midnight_of_its_day() -> None:
    book = PriceBook(versions=(NEW, OLD))

    assert book.in_force(datetime(2025, 12, 31, 23, 59, 59, tzinfo=LOCAL)) is OLD
    assert book.in_force(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) is NEW


def test_before_the_first_version_nothing_has_a_price() -> None:
    with pytest.raises(RuleBroken, match="2023-12-31"):
        PriceBook(versions=(OLD,)).in_force(datetime(2023, 12, 31, 12, 0, tzinfo=LOCAL))


def test_no_lines_cost_nothing() -> None:
    assert total(charge([], OLD)) == Decimal("0.00")
