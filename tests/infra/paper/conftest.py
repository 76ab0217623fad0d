"""Sheets as the desk would print them: one just filled in, one of a finished repair."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.forms import REPAIR_ORDER, RepairOrderSheet, SheetCharge, Signature, StepLine
from domain.people import CaseNo
from domain.pricing import ChargeKind, ChargeLine

NINE = datetime(2025, 3, 11, 1, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """Minutes after nine in the morning of the estate."""
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def fresh() -> RepairOrderSheet:
    """Just filled in and assigned; nothing of the work is known."""
    return RepairOrderSheet(
        copy=REPAIR_ORDER.copies[0],
        no=CaseNo("REP-20250311-00001"),
        estate="荔园一期",
        as_of=at(3),
        printing=1,
        household="住户甲",
        address="3栋2单元1201室",
        phone="8001 转 123",
        content="厨房水龙头漏水",
        wanted="尽快",
        fault="水",
        urgency="常规",
        channel="电话",
        received_at=at(0),
        repairer="维修甲",
        complete_by=at(600),
    )


@pytest.fixture
def finished(fresh: RepairOrderSheet) -> RepairOrderSheet:
    """The same order, done, charged and signed by all three."""
    return replace(
        fresh,
        copy=REPAIR_ORDER.copies[1],
        as_of=at(200),
        wanted=at(60),
        reported_item="水龙头维修",
        actual_item="水管更换",
        price_version="2025版",
        charges=(
            charge("水管更换", "次", ChargeKind.LABOUR, "30.00", "1"),
            charge("水管", "米", ChargeKind.MATERIAL, "6.50", "3.000"),
            charge("上门费", "次", ChargeKind.OTHER, "1200.00", "1"),
        ),
        cost=Decimal("21.30"),
        consent="住户当场同意",
        expected_arrival=at(65),
        expected_done=at(105),
        work_started_at=at(70),
        work_finished_at=at(110),
        trial="合格",
        material="质量不佳",
        remarks="住户选择使用自备材料",
        feedback="已解决",
        resident_signed=Signature(name="住户甲", at=at(112)),
        repairer_signed=Signature(name="维修甲", at=at(113)),
        supervisor_signed=Signature(name="主管甲", at=at(180)),
        steps=(
            StepLine(at=at(0), what="受理报修", who="前台甲"),
            StepLine(at=at(70), what="到场", who="维修甲"),
        ),
    )


def charge(name: str, unit: str, kind: ChargeKind, price: str, quantity: str) -> SheetCharge:
    amount = (Decimal(price) * Decimal(quantity)).quantize(Decimal("0.01"))
    return SheetCharge(
        name=name,
        unit=unit,
        line=ChargeLine(
            item="W01",
            kind=kind,
            price_version="2025版",
            unit_price=Decimal(price),
            quantity=Decimal(quantity),
            amount=amount,
        ),
    )
