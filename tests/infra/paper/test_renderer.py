"""The printed 《维修单》, read back from the PDF."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.forms import REPAIR_ORDER, FormCopy, RepairOrderSheet, StepLine
from infra.paper import renderer
from infra.paper.renderer import NotPrintable, render_repair_order
from tests.infra.paper.conftest import at
from tests.infra.paper.reading import furthest_right, pages_of, text_of, unbroken

RIGHT_EDGE = 190.0
"""Millimetres: the page less its right margin."""


@pytest.mark.parametrize("copy", REPAIR_ORDER.copies, ids=lambda copy: copy.name)
def test_rep_23_every_copy_names_itself_its_holder_and_its_number(copy: FormCopy, finished: RepairOrderSheet) -> None:
    sheet = replace(finished, copy=copy)

    text = text_of(render_repair_order(sheet, font=None))

    assert f"№ REP-20250311-00001 {copy.name} {copy.holder}\n" in text
    assert f"{copy.name}{copy.holder}{copy.purpose}" in "".join(text.split()), "upright at the edge"


def test_rep_22_the_request_stands_on_the_sheet(fresh: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(fresh, font=None))

    for line in (
        "住户名称 住户甲 联系电话 8001 转 123",
        "址 3栋2单元1201室",
        "报修时间 2025年3月11日 09:00 报修渠道 电话",
        "故障类型 水 紧急程度 常规",
        "预约维修时间 尽快 完成时限 2025年3月11日 19:00",
        "厨房水龙头漏水",
        "维修人员 维修甲",
    ):
        assert line in text


def test_rep_22_an_appointment_is_shown_in_local_time(finished: RepairOrderSheet) -> None:
    assert "预约维修时间 2025年3月11日 10:00" in text_of(render_repair_order(finished, font=None))


def test_rep_10_rep_103_when_he_should_come_and_when_it_should_be_done_have_each_its_place(
    finished: RepairOrderSheet,
) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "预计到达时间 2025年3月11日 10:05 预计完成时间 2025年3月11日 10:45" in text


def test_the_work_has_room_for_its_beginning_and_its_end_on_one_line(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "维修人员 维修甲 维修时间 2025年3月11日 10:10 至 2025年3月11日 10:50" in text


def test_rep_33_reported_and_actual_item_stand_side_by_side(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "报修项目 水龙头维修 实际维修项目 水管更换" in text
    assert "《有偿维修收费标准》2025版" in text


def test_fee_03_each_charge_and_the_total_in_figures_and_capitals(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "1 人工费 水管更换 30.00 1 次 30.00" in text
    assert "2 材料费 水管 6.50 3 米 19.50" in text
    assert "3 其他费用 上门费 1,200.00 1 次 1,200.00" in text
    assert "人民币 壹仟贰佰肆拾玖元伍角整 （小写）￥1,249.50" in text
    assert "■有偿\u3000□无偿" in text


def test_nothing_due_is_said_and_not_yet_known_is_left_to_the_pen(fresh: RepairOrderSheet) -> None:
    free = text_of(render_repair_order(replace(fresh, charges=()), font=None))
    unknown = text_of(render_repair_order(fresh, font=None))

    assert "人民币 零元整 （小写）￥0.00" in free
    assert "□有偿\u3000■无偿" in free
    paid = text_of(render_repair_order(replace(fresh, payment="有偿"), font=None))
    assert "■有偿\u3000□无偿" in paid
    assert "零元整" not in unknown
    assert "□有偿\u3000□无偿" in unknown
    assert unknown.count("时　　分") == 3, "three boxes to sign"


def test_a_total_beyond_the_capitals_is_printed_in_figures(finished: RepairOrderSheet) -> None:
    assert finished.charges is not None
    large = replace(finished.charges[0], line=replace(finished.charges[0].line, amount=Decimal("100000000.00")))

    text = text_of(render_repair_order(replace(finished, charges=(large,)), font=None))

    assert "以小写金额为准） （小写）￥100,000,000.00" in text


def test_rep_38_the_reason_stands_with_the_signatures(finished: RepairOrderSheet) -> None:
    refused = replace(finished, refusal_reason="住户不同意收费", resident_signed=None)

    text = text_of(render_repair_order(refused, font=None))

    assert "未维修原因 住户不同意收费" in text
    assert "维修人员签名\n维修甲\n2025年3月11日 10:53" in text
    assert "工程部主管签名\n主管甲\n2025年3月11日 12:00" in text
    assert text.count("时　　分") == 1


def test_rep_41_the_residents_signature_has_its_moment(finished: RepairOrderSheet) -> None:
    assert "住户签名\n住户甲\n2025年3月11日 10:52" in text_of(render_repair_order(finished, font=None))


def test_findings_are_ticked_and_others_written_out(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))
    other = unbroken(render_repair_order(replace(finished, material="型号不符"), font=None))

    assert "■合格\u3000□不合格 住户自备材料 □合格\u3000□不合格\u3000■质量不佳\u3000□其他" in text
    assert "□质量不佳□其他型号不符" in other


def test_what_the_repair_cost_us_is_not_on_the_customers_copy(finished: RepairOrderSheet) -> None:
    ours = text_of(render_repair_order(finished, font=None))
    theirs = text_of(render_repair_order(replace(finished, copy=REPAIR_ORDER.copies[0]), font=None))

    assert "维修成本 ￥21.30" in ours
    assert "成本" not in theirs
    assert "21.30" not in theirs


def test_the_step_log_says_when_what_and_who(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "1 2025-03-11 09:00:00 受理报修 前台甲" in text
    assert "2 2025-03-11 10:10:00 到场 维修甲" in text


def test_the_customers_log_is_told_to_the_minute(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(replace(finished, copy=REPAIR_ORDER.copies[0]), font=None))

    assert "2 2025-03-11 10:10 到场 维修甲" in text


@pytest.mark.parametrize("copy", REPAIR_ORDER.copies, ids=lambda copy: copy.name)
def test_an_ordinary_repair_has_room_on_one_page(copy: FormCopy, finished: RepairOrderSheet) -> None:
    """24 steps are those of a listed repair from the call to the end, with three charges and a drill's mark."""
    steps = tuple(StepLine(at=at(5 * n), what="出示收费标准", who="维修人员甲") for n in range(24))

    pages = pages_of(render_repair_order(replace(finished, copy=copy, steps=steps, drill=True), font=None))

    assert 1 == len(pages)
    assert "第 1 页 / 共 1 页" in pages[0]
    assert "24 2025-03-11 10:55" in pages[0]


@pytest.mark.parametrize(("printing", "mark"), [(2, "补打（第1次）"), (12, "补打（第11次）")])
def test_a_reprint_says_so_on_every_page(printing: int, mark: str, finished: RepairOrderSheet) -> None:
    sheet = replace(finished, printing=printing, steps=finished.steps * 180)

    pages = pages_of(render_repair_order(sheet, font=None))

    assert len(pages) > 2
    assert all(mark in page for page in pages)


def test_the_original_bears_no_mark(finished: RepairOrderSheet) -> None:
    text = text_of(render_repair_order(finished, font=None))

    assert "补打" not in text
    assert "演练" not in text


def test_a_drill_says_so_on_every_page(finished: RepairOrderSheet) -> None:
    pages = pages_of(render_repair_order(replace(finished, drill=True, steps=finished.steps * 180), font=None))

    assert all("维修单【演练】" in page for page in pages)


def test_a_long_log_goes_on_with_its_headings_and_every_page_is_numbered(finished: RepairOrderSheet) -> None:
    pages = pages_of(render_repair_order(replace(finished, steps=finished.steps * 180), font=None))

    count = len(pages)
    assert count > 3
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页 / 共 {count} 页" in page
        assert "№ REP-20250311-00001 第二联 客服部" in page
        assert "序号 时间 事项 经办人" in page
    assert "360 2025-03-11 10:10:00 到场 维修甲" in pages[-1]


def test_the_same_sheet_gives_the_same_bytes_also_from_many_threads(finished: RepairOrderSheet) -> None:
    with ThreadPoolExecutor(4) as threads:
        printed = set(threads.map(lambda sheet: render_repair_order(sheet, font=None), [finished] * 8))

    assert len(printed) == 1


def test_the_document_is_an_archivable_pdf_dated_by_its_sheet(finished: RepairOrderSheet) -> None:
    document = PdfReader(BytesIO(render_repair_order(finished, font=None)))

    assert document.metadata is not None
    assert document.metadata.creation_date == datetime(2025, 3, 11, 4, 20, tzinfo=UTC)
    assert document.metadata.title == "维修单 REP-20250311-00001 第二联"
    assert document.xmp_metadata is not None
    assert b"<pdfaid:conformance>U" in document.xmp_metadata.stream.get_data()
    assert document.pages[0].mediabox.width == pytest.approx(595.28, abs=0.1)


def test_nothing_is_said_of_suspects_that_old_checkers_call_an_error(finished: RepairOrderSheet) -> None:
    document = PdfReader(BytesIO(render_repair_order(finished, font=None)), strict=True)

    assert {"/Marked": True} == document.trailer["/Root"]["/MarkInfo"]  # type: ignore[index]  # the catalog


@pytest.mark.parametrize(
    "text",
    [
        "#strong[粗] *b* _i_ $x^2$ `raw` <label> @ref // 注 /* */ \\u{41} = 标题",
        "=1+1",
        "<script>alert(1)</script>&amp;",
        '"}], {"',
        "㛃䶮𠮷",
        "№①Ａ￥%[x]",
    ],
)
def test_whatever_looks_like_markup_is_printed_as_it_stands(text: str, finished: RepairOrderSheet) -> None:
    pdf = render_repair_order(replace(finished, content=text, household=text), font=None)

    assert unbroken(pdf).count("".join(text.split())) >= 2


def test_what_the_font_lacks_or_nobody_would_see_is_shown_by_its_code(finished: RepairOrderSheet) -> None:
    text = "前😀中\u202e反\u0000空\ud800半\u200d后"

    printed = unbroken(render_repair_order(replace(finished, content=text), font=None))

    assert "前（U+1F600）中（U+202E）反（U+0000）空（U+D800）半（U+200D）后" in printed


def test_nothing_runs_over_the_edge(finished: RepairOrderSheet) -> None:
    everywhere = dict.fromkeys(
        ("household", "address", "phone", "content", "fault", "channel", "repairer", "actual_item", "consent"),
        "W" * 900,
    )
    pdf = render_repair_order(replace(finished, **everywhere), font=None)  # type: ignore[arg-type]  # texts all

    assert 150 < furthest_right(pdf) <= RIGHT_EDGE


def test_a_megabyte_of_text_is_cut_and_the_cut_is_counted(finished: RepairOrderSheet) -> None:
    pdf = render_repair_order(replace(finished, content="漏" * 1_000_000), font=None)

    assert "（余997000字从略，见系统记录）" in unbroken(pdf)
    assert len(pages_of(pdf)) <= 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=60))
def test_no_text_whatever_makes_the_printing_fail(text: str, finished: RepairOrderSheet) -> None:
    sheet = replace(finished, household=text, content=text, remarks=text, estate=text, material=text)

    assert render_repair_order(sheet, font=None).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('#set text(font: "No Such Font")\nx', "unknown font family"),
        ("#panic(json(bytes(sys.inputs.sheet)).household)", "panicked"),
        ('#set text(font: json(bytes(sys.inputs.sheet)).font)\n#"\\u{1F600}"', "PDF/A-2u error"),
    ],
)
def test_a_faulty_template_is_an_error_that_tells_nothing_of_the_sheet(
    template: str, said: str, finished: RepairOrderSheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = tmp_path / "repair_order.typ"
    faulty.write_text("#set document(date: datetime(year: 2025, month: 3, day: 11))\n" + template)
    monkeypatch.setattr(renderer, "_HERE", tmp_path)

    with pytest.raises(NotPrintable, match=said) as refused:
        render_repair_order(finished, font=None)

    assert "住户甲" not in str(refused.value)
    assert "\U0001f600" not in str(refused.value)
    assert refused.value.__cause__ is None
