"""Orders given back, helpers, and who signs for whom, on skipped time: the clocks, who hears, who may."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.events import AnyEvent, Withdrawn
from domain.events.public import Hazard, RepairerArranged, SheetSignedFor
from domain.events.repair import (
    AppointmentMoved,
    ConsentRefused,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FormCollected,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
)
from domain.events.sending import HelpersSent, OrderDeclined, SentAnyway
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned
from domain.people import Actor, Role, StaffId
from infra.invariants.derived import derived_again
from infra.invariants.filed import FiledCase, queries, read_case
from infra.invariants.plain import reckoned_plainly
from infra.invariants.words import spelt
from infra.postgres.ledger import PostgresRegister
from tests.workflows import stages
from tests.workflows.desk import (
    CENTRE_MANAGER,
    COMPANY_MANAGER,
    FOREMAN,
    FRONT_DESK,
    LY,
    OTHER_REPAIRER,
    REPAIRER,
    SUPERVISOR,
    Desk,
    Open,
    OpenedCase,
    local,
    person,
)
from workflows.doors import web_ui_name
from workflows.messages import FromWebUi

DECLINED = OrderDeclined(reason="手头有急活")
TO_OTHER = Reassigned(repairer=OTHER_REPAIRER.id, reason="原维修人员退单")
HELPER = person("rp-3", Role.REPAIRER, Role.ENGINEERING)
HELPED = HelpersSent(helpers=(HELPER.id,))


async def refusal_of(case: OpenedCase, event: AnyEvent, by: Actor) -> str:
    return (await case.refuses(event, by)).code


async def recipients(case: OpenedCase, rule: str, text: str) -> list[str]:
    await case.settles()
    rows = await case.desk.pool.fetch(
        "select recipient from notices where case_no = $1 and rule = $2 and strpos(text, $3) > 0 order by recipient",
        case.no,
        rule,
        text,
    )
    return [row["recipient"] for row in rows]


async def test_an_order_given_back_waits_to_be_reassigned_and_the_supervisor_hears(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)

    await case.hears(DECLINED, REPAIRER)

    view = await case.view()
    assert ("待改派", ["改派"], []) == (view["stage"], view["waiting_for"], view["crew"])
    assert SUPERVISOR.id in await recipients(case, "REP-18", "退单")
    assert "not_permitted" == await refusal_of(case, ArrivedOnSite(), REPAIRER)
    assert "not_expected" == await refusal_of(case, ArrivedOnSite(), SUPERVISOR)

    await case.hears(TO_OTHER, SUPERVISOR)
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    assert "现场确认" == (await case.view())["stage"]


async def test_ov_01_a_declined_order_reassigned_at_the_last_second_is_in_time(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.at("9:30")
    await case.hears(DECLINED, REPAIRER)

    await case.at("9:35")
    await case.hears(TO_OTHER, SUPERVISOR)

    assert "met" == (await case.duty("REP-18/改派"))["state"]


async def test_ov_01_a_second_later_it_is_a_breach_that_climbs_to_the_company(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.at("9:30")
    await case.hears(DECLINED, REPAIRER)

    await case.at("9:35:01")

    assert "breached" == (await case.duty("REP-18/改派"))["state"]
    assert ("超时", Role.COMPANY_MANAGER) in await case.told("REP-18")
    await case.hears(TO_OTHER, SUPERVISOR)
    assert (await case.duty("REP-18/改派"))["ended_at"] is not None


async def test_who_has_arrived_who_was_never_sent_and_who_only_helps_cannot_decline(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(HELPED, SUPERVISOR)

    assert "not_permitted" == await refusal_of(case, DECLINED, OTHER_REPAIRER)
    assert "rule_broken" == await refusal_of(case, DECLINED, HELPER)
    assert "rule_broken" == await refusal_of(case, OrderDeclined(reason=" "), REPAIRER)
    await case.hears(ArrivedOnSite(), REPAIRER)
    assert "not_expected" == await refusal_of(case, DECLINED, REPAIRER)


async def test_rep_26_who_gave_the_order_back_is_not_awaited_and_who_takes_it_has_ten_minutes(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(DECLINED, REPAIRER)
    await case.at("9:04")
    await case.hears(TO_OTHER, SUPERVISOR)
    await case.at("9:11")
    await case.hears(OrderTaken(), OTHER_REPAIRER)

    first, second = await case.duty("REP-26"), await case.duty("REP-26", 2)

    assert ("superseded", None) == (first["state"], first["breached_at"])
    assert first["ended_at"] < local(case.day, "9:04")
    assert (OTHER_REPAIRER.id, local(case.day, "9:21")) == (second["owed_by_id"], second["due_at"])


async def test_what_is_in_hand_is_what_still_waits_for_the_repairer(opened: Open, desk: Desk) -> None:
    register = PostgresRegister(desk.pool, desk.settings)

    async def in_hand(*staff: Actor) -> list[int]:
        crew = {one.id: one.in_hand for one in await register.repairers(LY, "水", datetime.now(UTC))}
        return [crew[one.id] for one in staff]

    mine, helping = await in_hand(REPAIRER, HELPER)
    case = await opened()
    await stages.until_signed(case)
    assert [mine + 1, helping] == await in_hand(REPAIRER, HELPER)
    await case.hears(CustomerCopyGiven(), REPAIRER)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    assert [mine, helping] == await in_hand(REPAIRER, HELPER), "open, and nothing is his to do"

    other = await opened()
    await stages.until_assigned(other)
    await other.hears(HELPED, SUPERVISOR)
    assert [mine + 1, helping + 1] == await in_hand(REPAIRER, HELPER)
    await other.hears(DECLINED, REPAIRER)
    assert [mine, helping + 1] == await in_hand(REPAIRER, HELPER)
    await other.hears(Withdrawn(reason="住户自行修好"), FRONT_DESK)
    assert [mine, helping] == await in_hand(REPAIRER, HELPER)


async def test_declined_twice_it_is_owed_twice(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.hears(DECLINED, REPAIRER)
    await case.hears(TO_OTHER, SUPERVISOR)
    await case.hears(DECLINED, OTHER_REPAIRER)

    assert "open" == (await case.duty("REP-18/改派", 2))["state"]


async def test_helpers_hear_of_it_act_on_the_site_and_are_told_of_changes(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)

    assert "not_permitted" == await refusal_of(case, ArrivedOnSite(), HELPER)
    await case.hears(HELPED, SUPERVISOR)

    assert [HELPER.id] == await recipients(case, "REP-18", "增派您协助本单")
    assert [REPAIRER.id, HELPER.id] == (await case.view())["crew"]
    assert "rule_broken" == await refusal_of(case, OrderTaken(), HELPER)
    await case.hears(OrderTaken(), REPAIRER)
    await case.hears(AppointmentMoved(wanted="尽快", reason="住户在家"), FRONT_DESK)
    await case.hears(ArrivedOnSite(), HELPER)
    await case.hears(FaultCompared(matches=True), HELPER)
    await case.hears(Withdrawn(reason="住户自行修好"), FRONT_DESK)
    assert [HELPER.id] == await recipients(case, "REP-18", "预约时间已改")
    assert [HELPER.id] == await recipients(case, "REP-18", "本单已撤单")


@pytest.mark.parametrize(
    ("helpers", "why"),
    [
        ((), "nobody"),
        ((REPAIRER.id,), "the repairer himself"),
        ((OTHER_REPAIRER.id, OTHER_REPAIRER.id), "one twice"),
        ((OTHER_REPAIRER.id, HELPER.id), "who helps already"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_only_others_are_sent_to_help_and_each_once(opened: Open, helpers: tuple[StaffId, ...], why: str) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.hears(HELPED, SUPERVISOR)

    assert "rule_broken" == await refusal_of(case, HelpersSent(helpers=helpers), SUPERVISOR), why
    assert "not_permitted" == await refusal_of(case, HelpersSent(helpers=(OTHER_REPAIRER.id,)), REPAIRER)


async def test_nobody_is_sent_to_help_before_somebody_is_sent_or_after_the_work_is_signed_for(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)
    assert "rule_broken" == await refusal_of(case, HELPED, SUPERVISOR)

    done = await opened()
    await stages.until_signed(done)
    assert "rule_broken" == await refusal_of(done, HELPED, SUPERVISOR)


async def test_rep_38_helpers_sign_for_nobody(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.hears(HELPED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await case.hears(ConsentRefused(reminded=True), HELPER)
    await case.hears(RefusalExplained(), SUPERVISOR)

    assert "rule_broken" == await refusal_of(case, RefusalSigned(reason="嫌贵"), HELPER)
    assert "rule_broken" == await refusal_of(case, RefusalSigned(reason="嫌贵"), COMPANY_MANAGER)
    await case.hears(RefusalSigned(reason="嫌贵"), REPAIRER)
    assert "rule_broken" == await refusal_of(case, RefusalSigned(reason="嫌贵"), HELPER)
    await case.hears(RefusalSigned(reason="嫌贵"), SUPERVISOR)
    assert "待备案" == (await case.view())["stage"]


@pytest.mark.parametrize("manager", [COMPANY_MANAGER, CENTRE_MANAGER], ids=lambda one: one.id)
async def test_rep_38_where_the_supervisor_has_the_order_himself_a_manager_signs_for_him(
    opened: Open, manager: Actor
) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.hears(FormCollected(), FOREMAN)
    await case.hears(replace(stages.ASSIGNED, repairer=FOREMAN.id), FOREMAN)
    for event in (
        OrderTaken(),
        ArrivedOnSite(),
        FaultCompared(matches=True),
        PriceShown(price_version="LY-2024"),
        ConsentRefused(reminded=True),
        RefusalExplained(),
        RefusalSigned(reason="嫌贵"),
    ):
        await case.hears(event, FOREMAN)

    waiting = (await case.view())["waiting_posts"]
    assert (True, False) == (Role.COMPANY_MANAGER in waiting, Role.CENTRE_MANAGER in waiting)
    assert "rule_broken" == await refusal_of(case, RefusalSigned(reason="嫌贵"), FOREMAN)
    assert "not_permitted" == await refusal_of(case, RefusalSigned(reason="嫌贵"), FRONT_DESK)
    await case.hears(RefusalSigned(reason="嫌贵"), manager)
    await case.hears(RefusalFiled(reference="B-1"), FRONT_DESK)
    assert (False, "住户不同意") == ((await case.view())["open"], (await case.view())["result"])


async def test_the_crew_that_is_shown_is_held_against_the_file(opened: Open) -> None:
    case = await opened()
    await stages.until_assigned(case)
    await case.hears(HELPED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    await case.settles()

    async def broken() -> list[str]:
        heads = await case.desk.pool.fetch(queries["cases_to_check"])
        (head,) = [head for head in heads if head["no"] == case.no]
        async with case.desk.pool.acquire() as connection:
            read = await read_case(connection, case.desk.sealer, head)
        assert isinstance(read, FiledCase)
        return [one.text for one in (*derived_again(read), *reckoned_plainly(read), *await spelt(read))]

    assert [] == await broken()
    await case.desk.pool.execute("update case_views set crew = '{rp-9}' where case_no = $1", case.no)
    assert ["所示维修人员与案卷不符"] == await broken()


async def test_a_public_repair_is_declined_and_helped_alike(reported: Open) -> None:
    case = await reported()
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(SheetSignedFor(collector=REPAIRER.id), FRONT_DESK)
    await case.hears(RepairerArranged(repairer=REPAIRER.id), SUPERVISOR)
    await case.hears(HELPED, SUPERVISOR)
    await case.at("9:30")
    await case.hears(DECLINED, REPAIRER)

    assert ("待改派", [HELPER.id]) == ((await case.view())["stage"], (await case.view())["crew"])
    await case.at("9:35:01")
    assert "breached" == (await case.duty("REP-18/改派"))["state"]
    await case.hears(TO_OTHER, SUPERVISOR)
    await case.hears(ArrivedOnSite(), HELPER)
    assert [OTHER_REPAIRER.id, HELPER.id] == (await case.view())["crew"]


async def test_a_dangerous_fault_declined_stays_with_its_ten_minutes(reported: Open) -> None:
    case = await reported(Hazard.MANHOLE)
    await case.hears(RepairerArranged(repairer=REPAIRER.id), SUPERVISOR)
    await case.hears(DECLINED, REPAIRER)

    await case.at("9:10:01")

    assert "breached" == (await case.duty("PUB-101"))["state"]


async def test_rep_107_the_web_ui_too_refuses_who_is_off_shift_but_for_a_reason_which_is_noted(
    opened: Open, desk: Desk, night_worker: StaffId
) -> None:
    case = await opened()
    await stages.until_assigned(case)
    handle = desk.client.get_workflow_handle(case.no)

    def reassigned(override: str) -> Awaitable[object]:
        message = FromWebUi(by=SUPERVISOR.id, repairer=night_worker, text="原维修人员请假", override_reason=override)
        return handle.execute_update(web_ui_name(Reassigned), message)

    with pytest.raises(WorkflowUpdateFailedError) as refused:
        async with asyncio.timeout(20):
            await reassigned(" ")
    await reassigned("住得最近")

    assert isinstance(refused.value.cause, ApplicationError)
    assert "REP-107" in str(refused.value.cause)
    assert ["改派", "破例派工"] == (await case.labels())[-2:]
    sent, noted = (entry.event for entry in (await case.entries())[-2:])
    assert isinstance(sent, Reassigned)
    assert isinstance(noted, SentAnyway)
    assert "原维修人员请假；仍派其前往：住得最近" == sent.reason
    assert ("不当班", "主管已说明原因") == (noted.lack, noted.waiver)
    assert [] == await recipients(case, "REP-107", "照派"), "he said so himself"


@pytest.fixture
async def night_worker(desk: Desk) -> AsyncIterator[StaffId]:
    """A repairer of the test's own, trained for water, on shift from 0:00 to 8:00."""
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.execute("insert into staff (id, name) values ('tw-1', '夜班维修') on conflict do nothing")
        await connection.execute("insert into staff_posts values ('tw-1', 'LY', '维修人员') on conflict do nothing")
        await connection.execute("insert into skills values ('tw-1', 'LY', '水') on conflict do nothing")
        await connection.execute(
            "insert into assignments values ('LY', '维修人员', '夜班', '{1,2,3,4,5,6,7}', 'tw-1', '2024-01-01')"
            " on conflict do nothing"
        )
    yield StaffId("tw-1")
    await desk.pool.execute("delete from assignments where staff = 'tw-1'")
    await desk.pool.execute("delete from skills where staff = 'tw-1'")
    await desk.pool.execute("delete from staff_posts where staff = 'tw-1'")
