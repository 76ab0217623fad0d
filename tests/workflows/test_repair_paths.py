"""What came with the second edition: its limits at both sides, and its paths, on skipped time."""

from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.events import AnyEvent, PeriodOver
from domain.events.on_site import (
    AcceptanceStated,
    CompletionAgreed,
    CostAgreed,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialFinding,
    MaterialSupplied,
    Means,
    ProblemFound,
    QuoteAccepted,
    Quoted,
    Resource,
    ResourceUsed,
    SiteChecked,
    SiteItem,
    SurveyCalledFor,
    Surveyed,
    WorkClassified,
    WorkKind,
)
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    AppointmentMoved,
    Assessed,
    Assigned,
    CopiesHandedOn,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    Situation,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.review import FoundUnlisted, ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, CustomerContacted
from domain.people import Actor, Role
from domain.pricing import REVIEWED_ITEM
from tests.workflows import stages
from tests.workflows.desk import (
    CENTRE_MANAGER,
    FRONT_DESK,
    REPAIRER,
    SUPERVISOR,
    OpenedCase,
    Refused,
    local,
)
from tests.workflows.limits import PRESSED, Limit, Open, late_a_second_after, met_in_the_last_moment, told

REVIEWED = Reviewed(feasible=True, amount=Decimal(90))
ANSWERED = ReviewAnswered(text="可以维修，90 元")
BOTH = ReviewConsent(cost_accepted=True, repair_agreed=True)
REVIEWED_WORK = Assigned(repairer=REPAIRER.id, team="水工班", item=REVIEWED_ITEM)


async def refusal(case: OpenedCase, event: AnyEvent, by: Actor) -> tuple[str, str]:
    """The rule and the field that it was refused with."""
    with pytest.raises(Refused) as refused:
        await case.hears(event, by)
    remedy = str(refused.value.outcome["remedy"])
    return remedy[remedy.rfind("（") + 1 : -1], str(refused.value.outcome.get("field"))


async def in_hand(case: OpenedCase) -> None:
    """The order is with 工程部 at 9:05."""
    await stages.until_graded(case)
    await case.at("9:05")
    await case.hears(FormCollected(), SUPERVISOR)


async def sent_to_review(case: OpenedCase) -> None:
    await in_hand(case)
    await case.hears(SentToReview(work="拆改暗管"), SUPERVISOR)


async def reviewed(case: OpenedCase) -> None:
    await sent_to_review(case)
    await case.hears(REVIEWED, SUPERVISOR)


async def complex_at_nine(case: OpenedCase) -> None:
    await case.hears(SurveyCalledFor(reason="墙内暗管"), SUPERVISOR)


async def called(case: OpenedCase) -> None:
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)


async def assigned_at_ten_past(case: OpenedCase) -> None:
    await stages.until_graded(case)
    await case.at("9:10")
    await case.hears(FormCollected(), SUPERVISOR)
    await case.hears(stages.ASSIGNED, SUPERVISOR)


async def appointed(case: OpenedCase) -> None:
    await stages.until_taken(case, wanted=local(case.day, "15:00"))


async def wants_the_signature(case: OpenedCase) -> None:
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def simple(case: OpenedCase) -> None:
    await case.hears(WorkClassified(work_kind=WorkKind.SIMPLE), SUPERVISOR)
    await wants_the_signature(case)


async def agreed_for_five(case: OpenedCase) -> None:
    await case.hears(CompletionAgreed(finish_by=local(case.day, "17:00")), FRONT_DESK)
    await wants_the_signature(case)


async def further_work_for_four(case: OpenedCase) -> None:
    await stages.until_at_work(case)
    await case.hears(
        FurtherWorkAgreed(work="换阀门", fee=Decimal(60), finish_by=local(case.day, "16:00"), agreed_by="住户"),
        SUPERVISOR,
    )
    await case.hears(stages.FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def arrived_at_the_flood(case: OpenedCase) -> None:
    await stages.until_taken(case, Urgency.REGULAR)
    await case.at("9:08")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(stages.MATCHES, REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def signed_at_ten(case: OpenedCase) -> None:
    await case.at("10:00")
    await stages.until_signed(case)


BREACH_OF_THE_WORK = told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)
REMINDED = told("提醒", Role.REPAIRER)

LIMITS = (
    Limit(
        key="REP-04",
        arrange=complex_at_nine,
        event=Surveyed(finding="接头渗水"),
        by=REPAIRER,
        last="9:00:00",
        after="9:00:01",
        days=1,
        before=(told("告知", Role.ENGINEERING), PRESSED, told("提醒", Role.ENGINEERING)),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-28",
        arrange=sent_to_review,
        event=REVIEWED,
        by=SUPERVISOR,
        last="9:20:00",
        after="9:20:01",
        before=(PRESSED, told("提醒", Role.ENGINEERING_SUPERVISOR)),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-29",
        arrange=reviewed,
        event=ANSWERED,
        by=SUPERVISOR,
        last="9:20:00",
        after="9:20:01",
        before=(told("提醒", Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-130",
        arrange=called,
        event=stages.ASSIGNED,
        by=SUPERVISOR,
        last="9:30:00",
        after="9:30:01",
        before=(told("提醒", Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-108",
        arrange=assigned_at_ten_past,
        event=CustomerContacted(text="十点到"),
        by=REPAIRER,
        last="9:25:00",
        after="9:25:01",
        before=(REMINDED,),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-109",
        arrange=appointed,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="15:00:00",
        after="15:00:01",
        before=(REMINDED,),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-125",
        arrange=arrived_at_the_flood,
        situation=Situation.FLOODING,
        event=stages.SIGNED,
        by=REPAIRER,
        last="13:08:00",
        after="13:08:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-126",
        arrange=simple,
        event=stages.SIGNED,
        by=REPAIRER,
        last="13:00:00",
        after="13:00:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-127",
        arrange=agreed_for_five,
        event=stages.SIGNED,
        by=REPAIRER,
        last="17:00:00",
        after="17:00:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-118",
        arrange=further_work_for_four,
        event=stages.SIGNED,
        by=REPAIRER,
        last="16:00:00",
        after="16:00:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-122",
        arrange=signed_at_ten,
        event=stages.FILED,
        by=SUPERVISOR,
        last="10:00:00",
        after="10:00:01",
        days=1,
        before=(told("提醒", Role.ENGINEERING),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR),
    ),
)
EACH = pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.key)


@EACH
async def test_at_its_last_good_moment_it_is_met_and_nobody_hears_of_a_breach(opened: Open, limit: Limit) -> None:
    await met_in_the_last_moment(opened, limit)


@EACH
async def test_one_second_later_it_is_a_breach_told_to_its_posts_and_the_procedure_goes_on(
    opened: Open, limit: Limit
) -> None:
    await late_a_second_after(opened, limit)


async def test_rep_128_the_seventh_working_day_is_in_time_and_the_morning_after_it_late(opened: Open) -> None:
    case = await opened()
    await wants_the_signature(case)
    due = (await case.duty("REP-128"))["due_at"]

    await case.desk.until(due + timedelta(seconds=1))

    duty = await case.duty("REP-128")
    assert ("breached", due) == (duty["state"], duty["breached_at"])
    assert (PRESSED, REMINDED) == tuple((await case.heard("REP-128"))[:2])


# REP-28 to REP-31, FEE-02: what the list does not name.


async def test_rep_30_unlisted_work_is_reviewed_agreed_to_assigned_and_charged_as_reviewed(opened: Open) -> None:
    case = await opened()
    await sent_to_review(case)
    assert "收费评审中" == (await case.view())["stage"]
    await case.hears(REVIEWED, SUPERVISOR)
    await case.hears(ANSWERED, SUPERVISOR)
    assert "待住户答复" == (await case.view())["stage"]
    await case.at("9:40")
    await case.hears(BOTH, FRONT_DESK)

    await case.hears(REVIEWED_WORK, SUPERVISOR)
    await case.at("9:42")
    await case.hears(OrderTaken(), REPAIRER)

    assert local(case.day, "9:52") == (await case.duty("REP-26"))["due_at"]
    assert local(case.day, "9:40") == (await case.duty("REP-17", 2))["started_at"]
    assert "superseded" == (await case.duty("REP-17", 1))["state"]
    assert [("告知", Role.ENGINEERING_SUPERVISOR)] == await case.told("REP-30")


async def test_rep_30_one_yes_and_one_no_sends_nobody_and_ends_the_order(opened: Open) -> None:
    case = await opened()
    await reviewed(case)
    await case.hears(ANSWERED, SUPERVISOR)

    await case.hears(ReviewConsent(cost_accepted=True, repair_agreed=False), FRONT_DESK)

    assert "住户不同意" == (await case.view())["result"]


async def test_rep_30_nobody_is_sent_for_unlisted_work_before_both_are_agreed(opened: Open) -> None:
    case = await opened()
    await in_hand(case)

    assert ("REP-30", "event.item") == await refusal(case, REVIEWED_WORK, SUPERVISOR)


async def test_rep_30_no_answer_is_waited_for_reminded_twice_and_given_up_after_seven_days(opened: Open) -> None:
    case = await opened()
    await reviewed(case)
    await case.hears(ANSWERED, SUPERVISOR)
    shown = await case.desk.client.get_workflow_handle(case.no).query("__temporal_workflow_metadata")
    assert "REP-30 **等候住户答复期满** 至 " in shown.current_details

    await case.at("13:05")
    reminder = ("告知", frozenset({Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR}))
    assert [reminder] == await case.heard("REP-30")
    await case.at("9:05", days=1)
    assert [reminder] * 2 == await case.heard("REP-30")
    await case.at("9:04:59", days=7)
    assert await case.is_open()
    await case.at("9:05", days=7)

    assert "住户未回复" == (await case.view())["result"]
    over = [entry.event for entry in await case.entries() if isinstance(entry.event, PeriodOver)]
    assert ["REP-30/首次提醒", "REP-30/再次提醒", "REP-30/期满"] == [event.key for event in over]


async def test_rep_29_what_cannot_be_done_ends_only_once_the_resident_was_told(opened: Open) -> None:
    case = await opened()
    await sent_to_review(case)
    assert ("REP-28", "event.amount") == await refusal(case, Reviewed(feasible=True), SUPERVISOR)
    await case.hears(Reviewed(feasible=False, remark="须动结构"), SUPERVISOR)
    assert await case.is_open()

    await case.hears(ReviewAnswered(text="涉及结构，不能维修"), SUPERVISOR)

    assert "不可维修" == (await case.view())["result"]


async def test_fee_02_only_the_supervisor_reviews(opened: Open) -> None:
    case = await opened()
    await sent_to_review(case)

    with pytest.raises(Refused) as refused:
        await case.hears(REVIEWED, REPAIRER)

    assert "not_permitted" == refused.value.code


async def test_rep_33_another_fault_that_is_not_listed_is_reviewed_on_the_site_and_then_shown_and_agreed(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.at("9:30")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FoundUnlisted(work="更换整段暗管"), REPAIRER)

    assert local(case.day, "9:45") == (await case.duty("REP-28"))["due_at"]
    assert [("告知", Role.ENGINEERING_SUPERVISOR)] == await case.told("REP-33")
    await case.hears(REVIEWED, SUPERVISOR)
    await case.hears(ANSWERED, SUPERVISOR)
    assert "待住户同意" == (await case.view())["stage"]
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    assert ("FEE-02", "event.amount") == await refusal(case, stages.AGREED, REPAIRER)
    await stages.agrees(case, Decimal(90))

    assert "待开工" == (await case.view())["stage"]


# WAR-01: what others are to do.


def handed(case: OpenedCase, clock: str) -> HandedToOthers:
    return HandedToOthers(
        others=Others.WARRANTOR, unit="某建设单位", answer_by=local(case.day, clock), reason="在保修期内"
    )


async def test_war_01_under_warranty_it_waits_with_a_date_that_may_be_put_off_and_ends_when_it_is_settled(
    opened: Open,
) -> None:
    case = await opened()
    await in_hand(case)
    await case.hears(handed(case, "15:00"), SUPERVISOR)
    assert "等待外单位" == (await case.view())["stage"]
    assert {"WAR-01"} == {row["key"] for row in await open_duties(case)}
    await case.hears(handed(case, "17:00"), SUPERVISOR)

    await case.at("17:00:01")
    duty = await case.duty("WAR-01")
    assert ("breached", local(case.day, "17:00")) == (duty["state"], duty["breached_at"])
    await case.hears(OthersReported(settled=True, text="已更换"), FRONT_DESK)

    assert "保修或外单位已处理" == (await case.view())["result"]


async def test_war_01_not_settled_it_is_the_companys_after_all_and_its_clocks_begin_anew(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(handed(case, "17:00"), REPAIRER)
    await case.at("11:00")

    await case.hears(OthersReported(settled=False, text="不在保修范围"), FRONT_DESK)

    assert "待派工" == (await case.view())["stage"]
    assert local(case.day, "11:05") == (await case.duty("REP-25", 2))["due_at"]
    assert local(case.day, "11:00") == (await case.duty("REP-17", 2))["started_at"]
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    assert "待到场" == (await case.view())["stage"]


async def open_duties(case: OpenedCase) -> list[asyncpg.Record]:
    await case.settles()
    return list(await case.desk.pool.fetch("select key from duties where case_no = $1 and ended_at is null", case.no))


# REP-04: complex ones.


async def test_rep_04_no_grade_is_given_and_no_work_begun_before_the_survey(opened: Open) -> None:
    case = await opened()
    await complex_at_nine(case)

    assert ("REP-04", "event.type") == await refusal(case, Assessed(urgency=Urgency.URGENT), SUPERVISOR)
    await case.at("9:20")
    await case.hears(Surveyed(finding="接头渗水"), REPAIRER)
    await case.hears(Assessed(urgency=Urgency.URGENT), SUPERVISOR)

    assert local(case.day, "11:00") == (await case.duty("REP-16"))["due_at"]
    assert ("REP-04", "event.type") == await refusal(case, Surveyed(finding="再看"), REPAIRER)


# REP-125, REP-127, REP-128: what may be agreed.


async def test_rep_125_a_flooding_is_put_off_by_nobody_but_the_manager(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    tomorrow = AppointmentMoved(wanted=local(case.day, "9:00") + timedelta(days=1), reason="住户外出")

    assert ("REP-125", "event.wanted") == await refusal(case, tomorrow, FRONT_DESK)
    assert await case.hears(tomorrow, CENTRE_MANAGER)


async def test_rep_128_beyond_seven_working_days_only_the_manager_agrees(opened: Open) -> None:
    case = await opened()
    last = (await case.duty("REP-128"))["due_at"]

    assert await case.hears(CompletionAgreed(finish_by=last), FRONT_DESK)
    beyond = CompletionAgreed(finish_by=last + timedelta(seconds=1))
    assert ("REP-128", "event.finish_by") == await refusal(case, beyond, FRONT_DESK)
    assert await case.hears(beyond, CENTRE_MANAGER)


async def test_rep_129_what_the_manager_himself_agreed_to_is_the_limit(opened: Open) -> None:
    case = await opened()
    last = (await case.duty("REP-128"))["due_at"]

    await case.hears(CompletionAgreed(finish_by=last + timedelta(days=5)), CENTRE_MANAGER)

    duty = await case.duty("REP-128")
    assert (last + timedelta(days=5), last) == (duty["due_at"], duty["first_due_at"])


async def test_rep_125_a_flooding_that_the_manager_put_off_is_reached_by_then(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    later = local(case.day, "15:00")

    await case.hears(AppointmentMoved(wanted=later, reason="住户已关总阀"), CENTRE_MANAGER)

    assert later == (await case.duty("REP-124"))["due_at"]


# REP-110 to REP-117, MAT-03 to MAT-06: on the site.


async def on_site(case: OpenedCase, *, checked: SiteChecked = stages.CHECKED) -> None:
    await stages.until_price_shown(case)
    await case.hears(stages.AGREED, REPAIRER)
    await case.hears(checked, REPAIRER)


async def test_rep_112_work_does_not_begin_before_its_content_is_confirmed_again(opened: Open) -> None:
    case = await opened()
    await on_site(case, checked=SiteChecked(items=(SiteItem.CARD_SHOWN,)))

    assert ("REP-112", "event.type") == await refusal(case, stages.started(case), REPAIRER)
    await case.hears(SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,)), REPAIRER)

    assert await case.hears(stages.started(case), REPAIRER)


async def test_rep_113_rep_114_rep_119_what_is_not_ticked_holds_up_what_follows(opened: Open) -> None:
    case = await opened()
    await on_site(case, checked=SiteChecked(items=(SiteItem.CONTENT_CONFIRMED,)))
    await case.hears(stages.started(case), REPAIRER)

    assert ("REP-113", "event.type") == await refusal(case, stages.FREE, REPAIRER)
    await case.hears(SiteChecked(items=(SiteItem.MAT_LAID,)), REPAIRER)
    assert ("REP-113", "event.type") == await refusal(case, stages.FREE, REPAIRER)
    await case.hears(SiteChecked(items=(SiteItem.KEPT_CLEAN,)), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    assert ("REP-119", "event.type") == await refusal(case, stages.ACCEPTED, REPAIRER)
    await case.hears(SiteChecked(items=(SiteItem.DEMONSTRATED,)), REPAIRER)

    assert await case.hears(stages.ACCEPTED, REPAIRER)


async def test_mat_03_to_mat_06_unfit_material_is_warned_of_and_then_used_if_the_resident_wants_it(
    opened: Open,
) -> None:
    case = await opened()
    await case.hears(MaterialSupplied(material="水龙头"), FRONT_DESK)
    await on_site(case)

    assert ("MAT-03", "event.type") == await refusal(case, stages.started(case), REPAIRER)
    other = MaterialChecked(finding_of_material=MaterialFinding.OTHER)
    assert ("MAT-04", "event.remark") == await refusal(case, other, REPAIRER)
    await case.hears(MaterialChecked(finding_of_material=MaterialFinding.UNFIT), REPAIRER)
    assert ("MAT-05", "event.type") == await refusal(case, stages.started(case), REPAIRER)
    await case.hears(MaterialChecked(finding_of_material=MaterialFinding.UNFIT, warned=True), REPAIRER)

    assert await case.hears(stages.started(case), REPAIRER)


async def test_rep_116_the_owners_water_is_used_only_with_consent(opened: Open) -> None:
    case = await opened()
    await on_site(case)

    used = ResourceUsed(resource=Resource.WATER)
    assert ("REP-116", "event.consented") == await refusal(case, used, REPAIRER)
    assert await case.hears(ResourceUsed(resource=Resource.WATER, consented=True, agreed_by="住户"), REPAIRER)


async def test_rep_117_of_another_problem_the_resident_is_told(opened: Open) -> None:
    case = await opened()
    await on_site(case)

    await case.hears(ProblemFound(problem="阀门锈死", proposal="更换阀门"), REPAIRER)

    assert [("告知", Role.FRONT_DESK)] == await case.told("REP-117")


# FEE-12, FEE-13, REP-35, REP-118: what it costs.


async def test_fee_12_fee_13_a_price_quoted_is_accepted_before_anybody_is_sent(opened: Open) -> None:
    case = await opened()
    await in_hand(case)

    accepted = QuoteAccepted(agreed_by="住户")
    assert ("FEE-12", "event.type") == await refusal(case, accepted, FRONT_DESK)
    await case.hears(Quoted(item="W01", amount=Decimal(80), price_version="LY-2024"), FRONT_DESK)
    assert ("FEE-13", "event.type") == await refusal(case, stages.ASSIGNED, SUPERVISOR)
    await case.hears(accepted, FRONT_DESK)

    assert await case.hears(stages.ASSIGNED, SUPERVISOR)


async def test_rep_35_what_costs_more_than_was_agreed_is_agreed_anew(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await case.hears(CostAgreed(amount=Decimal("29.99"), agreed_by="住户", means=Means.TELEPHONE), REPAIRER)
    await case.hears(stages.CHECKED, REPAIRER)
    await case.hears(stages.started(case), REPAIRER)

    assert ("REP-35", "event.charges") == await refusal(case, stages.FINISHED, REPAIRER)
    await case.hears(CostAgreed(amount=Decimal("30.00"), agreed_by="住户", means=Means.TELEPHONE), REPAIRER)

    assert await case.hears(stages.FINISHED, REPAIRER)


async def test_rep_118_the_fee_of_further_work_agreed_to_may_be_charged_beside_the_rest(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await case.hears(CostAgreed(amount=Decimal(0), agreed_by="住户", means=Means.IN_PERSON), REPAIRER)
    await case.hears(stages.CHECKED, REPAIRER)
    await case.hears(stages.started(case), REPAIRER)
    finish_by = case.moment + timedelta(hours=2)

    further = FurtherWorkAgreed(work="换阀门", fee=Decimal(30), finish_by=finish_by, agreed_by="住户")
    assert ("FEE-02", "event.item") == await refusal(case, further, REPAIRER)
    await case.hears(further, SUPERVISOR)

    assert await case.hears(WorkFinished(fault=FaultKind.WATER, charges=(stages.LABOUR,)), REPAIRER)


# REP-120 to REP-123, REP-47: accepted, and whether it stays repaired.


async def test_rep_123_unsatisfied_it_is_done_again_and_at_the_second_time_the_supervisor_hears(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    assert ("REP-120", "event.type") == await refusal(case, stages.SIGNED, REPAIRER)

    for times in (1, 2):
        await case.hears(AcceptanceStated(satisfied=False, remark="仍渗水"), REPAIRER)
        assert "整改中" == (await case.view())["stage"]
        heard = await case.told("REP-123")
        assert times == heard.count(("告知", Role.REPAIRER))
        assert times - 1 == heard.count(("告知", Role.ENGINEERING_SUPERVISOR))
        await case.hears(stages.FINISHED, REPAIRER)
        await case.hears(TrialDone(passed=True), REPAIRER)
    await stages.signs(case)

    assert "待返单" == (await case.view())["stage"]


async def test_rep_123_satisfied_at_first_and_not_after_all_it_is_done_again(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    await case.hears(AcceptanceStated(satisfied=False, remark="又渗水"), REPAIRER)

    assert "整改中" == (await case.view())["stage"]
    assert (await refusal(case, stages.SIGNED, REPAIRER))[0] != ""


async def test_rep_122_the_copies_are_handed_on_only_once_the_order_is_filed(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_confirmed(case)

    assert ("REP-122", "event.type") == await refusal(case, CopiesHandedOn(), SUPERVISOR)


async def test_rep_47_within_the_grace_period_it_is_reopened_and_beyond_it_closed(opened: Open) -> None:
    case = await opened()
    await stages.until_settled(case)
    assert "修后观察" == (await case.view())["stage"]
    assert ("REP-47", "event.solved") == await refusal(case, FeedbackGiven(solved=True), FRONT_DESK)
    assert ("REP-04", "event.type") == await refusal(case, SurveyCalledFor(reason="墙内"), SUPERVISOR)
    await case.at("9:00", days=2)
    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)
    assert "重新派工" == (await case.view())["stage"]
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.at("9:00", days=9)
    assert await case.is_open()

    other = await opened()
    await stages.until_settled(other)
    await other.at("8:59:59", days=3)
    assert await other.is_open()
    await other.at("9:00", days=3)

    assert "已完成" == (await other.view())["result"]


async def test_rep_08_how_long_it_took_to_the_site_stands_in_the_duty(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.at("9:07")
    await case.hears(ArrivedOnSite(), REPAIRER)

    duty = await case.duty("REP-26")
    assert timedelta(minutes=7) == duty["ended_at"] - duty["started_at"]
