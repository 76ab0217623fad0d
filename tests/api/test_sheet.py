"""What the copies of a 《维修单》 tell of a case: all of it to the company, to the customer what concerns him."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.looking import Look
from api.paper import Words
from api.sheet import sheet_of
from domain.case_file import Source
from domain.events import AnyEvent, Noted, Urged
from domain.events.on_site import (
    AcceptanceStated,
    CompletionAgreed,
    CostAgreed,
    ExpectedDoneChanged,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialChoice,
    MaterialFinding,
    Means,
    Payment,
    PaymentStated,
)
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, EngineeringNotified, Paused, PauseReason, Reassigned, WorkStarted
from domain.forms import REPAIR_ORDER, RepairOrderSheet
from domain.people import CaseNo, EstateCode, StaffId
from domain.pricing import REVIEWED_ITEM, ChargeKind, ChargeLine, PriceBook
from infra.postgres.records import CaseHead
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.story import FRONT_DESK, OTHER_REPAIRER, REPAIRER, Story, filled, on

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
        overdue=False, next_due_at=None, missed_due_at=None, about="水", owing_posts=[], closed_at=None, result=None,
    )  # fmt: skip
    return Look(head=head, actor=FRONT_DESK, recorder=FRONT_DESK, entries=[], file=story.file)


def printed(look: Look, copy: int, *, of_round: int | None = None) -> RepairOrderSheet:
    words = Words(estate="荔园", names={}, prices=PriceBook(versions=()))
    wanted = REPAIR_ORDER.copy(copy)
    assert wanted is not None
    return sheet_of(look, wanted, words, printing=1, as_of=datetime(2026, 11, 23, tzinfo=UTC), of_round=of_round)


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


LINE = ChargeLine(
    item="W01",
    kind=ChargeKind.LABOUR,
    price_version="2026",
    unit_price=Decimal(50),
    quantity=Decimal(1),
    amount=Decimal(50),
)


def reopened(look: Look, *, filed: bool) -> Look:
    """The work was done, signed for, perhaps filed, and did not help; somebody is sent again."""
    story = Story(entries=[(entry.event, entry.at) for entry in look.file])
    first = replace(ASSIGNED, complete_by=on("12:00"))
    papers: tuple[AnyEvent, ...] = (CopiesConfirmed(), CopiesHandedOn(), ReturnRegistered(reference="A-1"))
    for event in (
        first,
        WorkFinished(fault=FaultKind.WATER, charges=(replace(LINE, quantity=Decimal(9), amount=Decimal(450)),)),
        TrialDone(passed=False),
        WorkFinished(fault=FaultKind.WATER, charges=(LINE,)),
        TrialDone(passed=True),
        ResidentSigned(signer="住户", signature="s-1"),
        *(papers if filed else ()),
        FeedbackGiven(solved=False),
        replace(ASSIGNED, complete_by=on("17:00")),
    ):
        story.then(event, on("11:00"))
    return replace(look, file=story.file)


def test_a_form_issued_anew_bears_nothing_of_the_one_that_was_filed(look: Look) -> None:
    sheet = printed(reopened(look, filed=True), 1)

    assert sheet.charges is None
    assert sheet.resident_signed is None
    assert sheet.repairer_signed is None
    assert sheet.supervisor_signed is None
    assert ("", "") == (sheet.trial, sheet.feedback)
    assert on("17:00") == sheet.complete_by
    assert "住户" == sheet.household


def test_rep_06_the_form_bears_the_completion_agreed_after_somebody_was_sent(look: Look) -> None:
    again = reopened(look, filed=True)
    story = Story(entries=[(entry.event, entry.at) for entry in again.file])
    story.then(CompletionAgreed(finish_by=on("16:00")), on("12:00"))

    assert on("16:00") == printed(replace(again, file=story.file), 1).complete_by


def test_a_form_that_was_not_filed_goes_on_with_what_was_signed_for(look: Look) -> None:
    again = reopened(look, filed=False)
    story = Story(entries=[(entry.event, entry.at) for entry in again.file])
    story.then(WorkFinished(fault=FaultKind.WATER, charges=(LINE, LINE)), on("15:00"))

    sheet = printed(replace(again, file=story.file), 1)

    assert sheet.resident_signed is not None
    assert [Decimal(50)] * 3 == [charge.line.amount for charge in sheet.charges or ()]


def test_an_appointment_made_before_the_form_was_filled_in_is_not_printed(look: Look) -> None:
    story = Story(entries=[RECEIVED])
    story.then(AppointmentMoved(wanted=on("15:00"), reason="住户外出"), on("9:01"))
    story.then(filled(), on("9:02"))

    assert "尽快" == printed(replace(look, file=story.file), 1).wanted


def noted_under(look: Look, *events: AnyEvent) -> RepairOrderSheet:
    story = Story(entries=[(entry.event, entry.at) for entry in look.file])
    for event in events:
        story.then(event, on("11:00"))
    return printed(replace(look, file=story.file), 1)


@pytest.mark.parametrize(
    ("checked", "remark"),
    [
        (MaterialChecked(finding_of_material=MaterialFinding.GOOD), "自备材料合格"),
        (
            MaterialChecked(
                finding_of_material=MaterialFinding.POOR, warned=True, choice=MaterialChoice.REPLACE, remark="薄"
            ),
            "自备材料质量不佳（薄），已提示使用不当材料的后果，住户选择更换",
        ),
    ],
)
def test_mat_04_to_mat_06_the_remarks_say_what_was_found_warned_of_and_chosen(
    look: Look, checked: MaterialChecked, remark: str
) -> None:
    sheet = noted_under(look, checked)

    assert (remark, checked.finding_of_material) == (sheet.remarks, sheet.material)


def test_cmp_11_the_form_says_paid_or_free_as_the_front_desk_said_last(look: Look) -> None:
    paid, free = PaymentStated(payment=Payment.PAID), PaymentStated(payment=Payment.FREE)

    assert ("", "有偿", "无偿") == tuple(noted_under(look, *said).payment for said in ((), (paid,), (paid, free)))


def test_fee_02_rep_118_the_remarks_stand_in_the_order_of_the_file(look: Look) -> None:
    further = FurtherWorkAgreed(work="换阀", fee=Decimal(60), finish_by=on("16:00"), agreed_by="住户")

    sheet = noted_under(look, Reviewed(feasible=True, amount=Decimal("90.5")), Reviewed(feasible=False), further)

    assert [
        "收费评审：可以维修，90.50 元",
        "收费评审：不可维修",
        "追加维修：换阀，60.00 元，11-23 16:00 前完成，住户同意",
    ] == sheet.remarks.split("；")


def test_rep_35_the_last_answer_stands_with_its_amount_who_gave_it_and_how(look: Look) -> None:
    first = CostAgreed(amount=Decimal(50), agreed_by="住户", means=Means.IN_PERSON)

    again = noted_under(look, first, replace(first, amount=Decimal("120.5"), means=Means.WECHAT))
    refused = noted_under(look, first, ConsentRefused(reminded=True))

    assert ("同意收费并维修，120.50 元，住户（微信）", "住户不同意") == (again.consent, refused.consent)


def test_fee_02_what_is_charged_off_the_list_is_called_by_its_name(look: Look) -> None:
    line = replace(LINE, item="REVIEWED", kind=ChargeKind.OTHER, price_version="")

    sheet = noted_under(look, WorkFinished(fault=FaultKind.WATER, charges=(line, replace(line, item="EXTRA"))))

    assert ["评审项目", "追加维修"] == [charge.name for charge in sheet.charges or ()]


STARTED = WorkStarted(expected_done=on("12:30"))
LATER, LATEST = (ExpectedDoneChanged(expected_done=on(clock), reason="配件晚到") for clock in ("15:30", "18:00"))
FINISHED = WorkFinished(fault=FaultKind.WATER, no_charge=True)


def test_rep_10_the_completion_expected_is_the_repairers_word_and_the_arrival_the_clerks(look: Look) -> None:
    told = ArrivalTold(expected=on("9:35"))

    waiting, at_work = noted_under(look, told), noted_under(look, told, STARTED)

    assert (on("9:35"), None) == (waiting.expected_arrival, waiting.expected_done)
    assert (on("9:35"), on("12:30")) == (at_work.expected_arrival, at_work.expected_done)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((FINISHED, TrialDone(passed=True), AcceptanceStated(satisfied=False), FINISHED), on("12:30")),
        ((Reassigned(repairer=StaffId("rp-2"), reason="请假"),), None),
        ((LATER, Reassigned(repairer=StaffId("rp-2"), reason="请假")), None),
        ((Reassigned(repairer=StaffId("rp-2"), reason="请假"), LATER), on("15:30")),
        ((FINISHED, TrialDone(passed=False), LATER), on("15:30")),
        ((LATER, LATEST), on("18:00")),
        ((LATER, FINISHED, FeedbackGiven(solved=False)), None),
        ((FINISHED, ResidentSigned(signer="住户", signature="s-1"), FeedbackGiven(solved=False)), None),
        ((FeedbackGiven(solved=False), ASSIGNED, WorkStarted(expected_done=on("17:00"))), on("17:00")),
    ],
    ids=[
        "done again",
        "somebody else",
        "somebody else after a change",
        "the successor's own word",
        "changed after a trial",
        "changed twice",
        "changed and reopened",
        "reopened",
        "begun anew",
    ],
)
def test_rep_10_it_holds_as_long_as_whoever_said_it_is_at_work(
    look: Look, then: tuple[AnyEvent, ...], expected: datetime | None
) -> None:
    assert expected == noted_under(look, STARTED, *then).expected_done


def test_rep_09_war_01_the_remarks_say_what_is_waited_for_and_until_when(look: Look) -> None:
    paused = Paused(waits_for=PauseReason.PARTS, resumes_at=on("15:00"), remark=REMARK)
    handed = HandedToOthers(others=Others.WARRANTOR, unit="某建设公司", answer_by=on("16:00"), reason=REMARK)
    answers = OthersReported(settled=False, text="已过保修期"), OthersReported(settled=True, text="已换新")

    sheet = noted_under(look, paused, handed, *answers)

    assert [
        "暂停：等配件，预计 11-23 15:00 恢复",
        "转保修单位：某建设公司，预计 11-23 16:00 答复",
        "保修或外单位未处理：已过保修期",
        "保修或外单位已处理：已换新",
    ] == sheet.remarks.split("；")
    assert REMARK not in sheet.remarks
    assert ["暂停", "转保修或外单位", "保修或外单位结果", "保修或外单位结果"] == [
        step.what for step in sheet.steps[-4:]
    ]


REVIEW: tuple[AnyEvent, ...] = (
    SentToReview(work="拆改墙内暗管"),
    Reviewed(feasible=True, amount=Decimal(90), remark="需凿墙"),
    ReviewAnswered(text="可以，90 元"),
    ReviewConsent(cost_accepted=True, repair_agreed=True),
)
AS_REVIEWED = replace(ASSIGNED, item=REVIEWED_ITEM)


def test_rep_28_the_form_of_reviewed_work_says_what_the_work_is(look: Look) -> None:
    sent = noted_under(look, *REVIEW, AS_REVIEWED)
    compared = noted_under(look, *REVIEW, AS_REVIEWED, FaultCompared(matches=True))
    listed = noted_under(look, *REVIEW, AS_REVIEWED, FaultCompared(matches=False, actual_item="W02"))

    work = "评审项目：拆改墙内暗管"
    assert [(work, ""), (work, work), (work, "W02")] == [
        (sheet.reported_item, sheet.actual_item) for sheet in (sent, compared, listed)
    ]
    assert "清单外项目：拆改墙内暗管；收费评审：可以维修，90.00 元，需凿墙" == sent.remarks


def test_rep_33_unlisted_work_found_on_the_site_stands_beside_what_was_reported(look: Look) -> None:
    sheet = noted_under(look, ASSIGNED, FoundUnlisted(work="换整段暗管"), *REVIEW[1:3])

    assert (ASSIGNED.item, "评审项目：换整段暗管") == (sheet.reported_item, sheet.actual_item)


def test_rep_47_a_form_not_filed_before_it_was_reopened_says_what_both_visits_found_and_agreed_to(look: Look) -> None:
    first = CostAgreed(amount=Decimal(50), agreed_by="住户", means=Means.IN_PERSON)
    signed = (FaultCompared(matches=True), first, ResidentSigned(signer="住户", signature="s-1"))
    other = (ASSIGNED, FaultCompared(matches=False, actual_item="W02"), replace(first, amount=Decimal(45)))

    midway = noted_under(look, *signed, FeedbackGiven(solved=False), ASSIGNED)
    done = noted_under(look, *signed, FeedbackGiven(solved=False), *other)

    assert ("同意收费并维修，50.00 元，住户（当面）", "W01") == (midway.consent, midway.actual_item)
    assert "同意收费并维修，50.00 元，住户（当面）；同意收费并维修，45.00 元，住户（当面）" == done.consent
    assert ("W01", "W01；W02") == (done.reported_item, done.actual_item)


def test_rep_47_the_form_of_the_first_round_keeps_its_appointment_and_its_repairer(look: Look) -> None:
    story = Story(entries=[(entry.event, entry.at) for entry in look.file])
    story.then(AppointmentMoved(wanted=on("15:00"), reason="住户外出"), on("10:30"))
    again = replace(ASSIGNED, repairer=OTHER_REPAIRER.id)
    papers: tuple[AnyEvent, ...] = (CopiesConfirmed(), CopiesHandedOn(), ReturnRegistered(reference="A-1"))
    for event in (ResidentSigned(signer="住户", signature="s-1"), *papers, FeedbackGiven(solved=False), again):
        story.then(event, on("16:00"))
    reopened_later = replace(look, file=story.file)

    first, second = printed(reopened_later, 1, of_round=1), printed(reopened_later, 1)

    assert (1, on("15:00"), REPAIRER.id, "未解决") == (first.round, first.wanted, first.repairer, first.feedback)
    assert (2, "尽快", OTHER_REPAIRER.id, "") == (second.round, second.wanted, second.repairer, second.feedback)
    assert len(first.steps) < len(second.steps)
