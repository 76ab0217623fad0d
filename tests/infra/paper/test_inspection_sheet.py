"""The printed 《公共区域现场巡视表》, read back from the PDF."""

from dataclasses import replace

import pytest

from domain.forms import INSPECTION_SHEET, FormCopy, InspectionSheet, Signature, StepLine
from domain.people import CaseNo
from infra.paper.renderer import render_inspection_sheet
from tests.infra.paper.conftest import at
from tests.infra.paper.reading import pages_of, text_of, unbroken


@pytest.fixture
def reported() -> InspectionSheet:
    """Just taken down; nothing of the work is known."""
    return InspectionSheet(
        copy=INSPECTION_SHEET.copies[0],
        no=CaseNo("PUB-20250311-00001"),
        estate="荔园一期",
        as_of=at(3),
        printing=1,
        place="东门口道路",
        facility="道路井盖",
        fault="设施损坏",
        hazard="井盖缺失",
        content="井盖不见了",
        channel="巡查",
        reporter="巡查员甲",
        reported_at=at(0),
    )


@pytest.fixture
def repaired(reported: InspectionSheet) -> InspectionSheet:
    return replace(
        reported,
        copy=INSPECTION_SHEET.copies[1],
        notified_at=at(2),
        signed_for=Signature(name="维修乙", at=at(5)),
        repairer="维修甲",
        arrived_at=at(9),
        work_started_at=at(10),
        expected_done=at(90),
        repaired=Signature(name="维修甲", at=at(80)),
        notes="装上新井盖",
        parts="井盖一只",
        cleared=True,
        steps=(StepLine(at=at(0), what="受理公共报修", who="前台甲"),),
    )


@pytest.mark.parametrize("copy", INSPECTION_SHEET.copies, ids=lambda copy: copy.name)
def test_pub_02_every_copy_names_itself_and_its_holder(copy: FormCopy, repaired: InspectionSheet) -> None:
    text = text_of(render_inspection_sheet(replace(repaired, copy=copy), font=None))

    assert f"№ PUB-20250311-00001 {copy.name} {copy.holder}\n" in text
    assert "本单一式两份：第一联 前台（留存） 第二联 工程部（签收维修）" in text.replace("　", " ")


def test_pub_01_to_pub_07_what_was_done_when_stands_on_the_sheet(repaired: InspectionSheet) -> None:
    text = text_of(render_inspection_sheet(repaired, font=None))

    for line in (
        "东门口道路",
        "危急情形 井盖缺失 报修渠道 巡查",
        "报告时间 2025年3月11日 09:00 通知时间 2025年3月11日 09:02",
        "维修人员 维修甲 到场时间 2025年3月11日 09:09",
        "维修有关事项\n装上新井盖",
        "所用材料配件\n井盖一只",
        "现场已清理 ■是",
        "工程部签收\n维修乙\n2025年3月11日 09:05",
        "受理公共报修",
    ):
        assert line in text, line
    assert "□设施异常■设施损坏□恶劣天气损坏" in unbroken(render_inspection_sheet(repaired, font=None))


def test_what_is_not_known_yet_is_left_to_the_pen(reported: InspectionSheet) -> None:
    text = unbroken(render_inspection_sheet(reported, font=None))

    assert "现场已清理□是□否" in text
    assert 2 == text.count("年月日时分")


def test_a_second_printing_and_a_drill_say_so(reported: InspectionSheet) -> None:
    text = unbroken(render_inspection_sheet(replace(reported, printing=2, drill=True), font=None))

    assert "补打（第1次）" in text
    assert "【演练】" in text


def test_a_finished_sheet_stands_on_one_page_and_is_the_same_each_time(repaired: InspectionSheet) -> None:
    whole = replace(repaired, steps=repaired.steps * 14)

    assert 1 == len(pages_of(render_inspection_sheet(whole, font=None)))
    assert render_inspection_sheet(whole, font=None) == render_inspection_sheet(whole, font=None)
