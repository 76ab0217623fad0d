"""What the copies of a 《维修单》 tell of a case: all of it to the company, to the customer what concerns him."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.looking import Look
from api.sheet import Words, sheet_of
from domain.case_file import Source
from domain.events import AnyEvent, Noted, Urged
from domain.events.repair import (
    ArrivedOnSite,
    Assessed,
    CopiesSentBack,
    CopyReturned,
    EngineeringNotified,
    FormCollected,
    OrderTaken,
    Urgency,
)
from domain.forms import REPAIR_ORDER, RepairOrderSheet
from domain.people import CaseNo, EstateCode
from domain.pricing import PriceBook
from infra.postgres.records import CaseHead
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.story import FRONT_DESK, Story, filled, on

REMARK = "住户脾气大"
STEPS: tuple[tuple[AnyEvent, str], ...] = (
    (filled(), "9:01"),
    (EngineeringNotified(), "9:02"),
    (FormCollected(), "9:03"),
    (Assessed(urgency=Urgency.REGULAR), "9:04"),
    (ASSIGNED, "9:05"),
    (Noted(text=REMARK), "9:06"),
    (OrderTaken(), "9:06"),
    (Urged(text="又催"), "9:30"),
    (ArrivedOnSite(), "9:40"),
    (CopyReturned(copy=2), "10:00"),
    (CopiesSentBack(reason="漏签"), "10:10"),
)


@pytest.fixture
def look() -> Look:
    """Somebody came half an hour late."""
    story = Story(entries=[RECEIVED])
    for event, clock in STEPS:
        story.rings(on(clock))
        story.then(event, on(clock))
    head = CaseHead(
        no=CaseNo("REP-20261123-00001"), procedure="REP", estate=EstateCode("LY"), building="1",
        edition=date(2026, 11, 23), channel="电话", received_at=on("9:00"), drill=False, created_at=on("9:00"),
        run_id="r", number=story.file.last_number, stage="", waiting_for=[], waiting_posts=[], open=True,
        overdue=False, next_due_at=None, closed_at=None, result=None,
    )  # fmt: skip
    return Look(head=head, actor=FRONT_DESK, entries=[], file=story.file)


def printed(look: Look, copy: int) -> RepairOrderSheet:
    words = Words(estate="荔园", names={}, prices=PriceBook(versions=()))
    wanted = REPAIR_ORDER.copy(copy)
    assert wanted is not None
    return sheet_of(look, wanted, words, printing=1, as_of=datetime(2026, 11, 23, tzinfo=UTC))


def test_the_customers_copy_tells_neither_limits_nor_remarks_nor_the_way_of_our_papers(look: Look) -> None:
    told = [step.what for step in printed(look, 1).steps]

    assert ["受理报修", "派工", "接单", "到场"] == told


@pytest.mark.parametrize("copy", [2, 3, 4])
def test_a_copy_that_stays_with_us_tells_every_line_of_the_file(copy: int, look: Look) -> None:
    steps = printed(look, copy).steps

    told = [step.what for step in steps]
    assert len(look.file) == len(steps)
    assert {f"备注：{REMARK}", "催办：又催", "退回联单", "故障定级"} <= set(told)
    assert {"临期提醒：接单后到场（REP-26）", "超时：接单后到场（REP-26）"} <= set(told)
    assert ["系统"] * sum(entry.source is Source.SYSTEM for entry in look.file) == [
        step.who for step in steps if step.who == "系统"
    ]


def test_what_only_the_company_is_told_stands_nowhere_else_on_the_customers_sheet(look: Look) -> None:
    sheet = replace(printed(look, 1), no=CaseNo(""))

    assert REMARK not in repr(sheet)
    assert "REP-26" not in repr(sheet)
