"""Who can be given work, asked and refused over the API; helpers and declined orders as callers see them."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.office import CALL, REPORT, Office
from tests.api.test_case import walk
from tests.infra.paper.reading import text_of

SUPERVISOR = "en-1"
ASSIGNED = {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}
STAFF = """
insert into staff (id, name) values ('ta-off', '休班维修'), ('ta-new', '新手维修')
on conflict (id) do update set active = true;
insert into staff_posts values ('ta-off', 'LY', '维修人员'), ('ta-new', 'LY', '维修人员');
insert into skills values ('ta-off', 'LY', '水');
insert into assignments values ('LY', '维修人员', '全天', '{1,2,3,4,5,6,7}', 'ta-new', '2024-01-01');
"""
GONE = """
delete from assignments where staff like 'ta-%';
delete from skills where staff like 'ta-%';
delete from staff_posts where staff like 'ta-%';
update staff set active = false where id like 'ta-%';
delete from leaves where staff like 'rp-%';
"""


@pytest.fixture
async def staffed(office: Office) -> AsyncIterator[Office]:
    """With a repairer who is off shift, trained for water, and one on shift who is trained for nothing."""
    await office.pool.execute(STAFF)
    yield office
    await office.pool.execute(GONE)


@pytest.fixture
async def alone(lonely: Office) -> AsyncIterator[Office]:
    """The same where Temporal is away: what is not refused is kept."""
    await lonely.pool.execute(STAFF)
    yield lonely
    await lonely.pool.execute(GONE)


async def assignable(office: Office, **call: Any) -> str:
    no = await office.call("fd-1", **call)
    await office.did(no, {"type": "engineering_notified"}, "fd-1")
    await office.did(no, {"type": "form_collected"}, SUPERVISOR)
    await office.did(no, {"type": "assessed", "urgency": "常规"}, SUPERVISOR)
    return no


async def candidates(office: Office, no: str, who: str = SUPERVISOR) -> dict[str, dict[str, Any]]:
    answer = await office.get(f"/v1/cases/{no}/repairers", who)
    assert 200 == answer.status_code, answer.text
    return {one["id"]: one for one in answer.json()["repairers"]}


@pytest.mark.parametrize(
    ("event", "status", "rule"),
    [
        (ASSIGNED | {"repairer": "ta-off"}, 409, "REP-107"),
        (ASSIGNED | {"repairer": "ta-off", "override_reason": "住得近"}, 202, ""),
        (ASSIGNED | {"repairer": "ta-new"}, 409, "REP-05"),
        (ASSIGNED | {"repairer": "ta-new", "override_reason": "跟班学习"}, 202, ""),
        ({"type": "reassigned", "repairer": "ta-off", "reason": "rp-1 有急活"}, 409, "REP-107"),
        ({"type": "reassigned", "repairer": "ta-new", "reason": "rp-1 有急活"}, 409, "REP-05"),
        ({"type": "reassigned", "repairer": "ta-off", "reason": "rp-1 有急活", "override_reason": "住得近"}, 202, ""),
        ({"type": "helpers_sent", "helpers": ["rp-2", "ta-off"]}, 409, "REP-107"),
        ({"type": "helpers_sent", "helpers": ["rp-2", "ta-off"], "reason": "水太大"}, 202, ""),
        ({"type": "helpers_sent", "helpers": ["rp-2", "rp-3"]}, 202, ""),
    ],
)
async def test_work_goes_to_who_is_on_shift_and_trained_or_the_supervisor_says_why(
    alone: Office, event: dict[str, Any], status: int, rule: str
) -> None:
    no = (await alone.post("/v1/repairs", CALL)).json()["no"]

    answer = await alone.does(no, event, SUPERVISOR)

    assert status == answer.status_code, answer.text
    assert rule in answer.json().get("remedy", "")
    if rule:
        assert answer.json()["field"] == ("event.reason" if "helpers" in event else "event.override_reason")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (ASSIGNED | {"repairer": "fd-1", "override_reason": "x"}, "event.repairer"),
        ({"type": "helpers_sent", "helpers": ["rp-2", "fd-1"], "reason": "x"}, "event.helpers"),
        (ASSIGNED | {"team": "电工班", "override_reason": "x"}, "event.team"),
    ],
)
async def test_who_is_no_repairer_or_not_in_the_team_is_sent_for_no_reason_at_all(
    alone: Office, event: dict[str, Any], field: str
) -> None:
    no = (await alone.post("/v1/repairs", CALL)).json()["no"]

    answer = await alone.does(no, event, SUPERVISOR)

    assert (409, field) == (answer.status_code, answer.json()["field"])
    assert "REP-05" in answer.json()["remedy"]
    if field == "event.team":
        assert ["土木班", "水工班"] == sorted(answer.json()["allowed"])


async def test_rep_18_who_gave_the_order_back_gets_it_again_only_for_a_reason_of_its_own(staffed: Office) -> None:
    no = await assignable(staffed)
    await staffed.did(no, ASSIGNED, SUPERVISOR)
    await staffed.did(no, {"type": "order_declined", "reason": "手头有急活"}, "rp-1")
    again = {"type": "reassigned", "repairer": "rp-1", "reason": "他人更远"}

    refused = await staffed.does(no, again, SUPERVISOR)
    offered = await candidates(staffed, no)
    await staffed.did(no, again | {"override_reason": "急活已完"}, SUPERVISOR)

    assert (409, "event.override_reason") == (refused.status_code, refused.json()["field"])
    assert "REP-18" in refused.json()["remedy"]
    assert (True, "退过本单，须说明原因") == (offered["rp-1"]["choosable"], offered["rp-1"]["remark"])
    events = (await staffed.get(f"/v1/cases/{no}", SUPERVISOR, purpose="监督检查")).json()["events"]
    sent = {one["type"]: one["event"] for one in events}
    assert "他人更远；仍派其前往：急活已完" == sent["reassigned"]["reason"]
    assert ("退过本单", "主管已说明原因") == (sent["sent_anyway"]["lack"], sent["sent_anyway"]["waiver"])


async def test_the_shift_that_counts_is_that_of_when_the_work_was_given(alone: Office) -> None:
    no = (await alone.post("/v1/repairs", CALL)).json()["no"]
    then = datetime.now(UTC) - timedelta(minutes=5)
    await alone.pool.execute(
        "insert into leaves values ('LY', 'rp-5', $1, $2)", then - timedelta(hours=1), then + timedelta(minutes=1)
    )

    at_that_time = await alone.does(no, ASSIGNED | {"repairer": "rp-5"}, SUPERVISOR, at=then.isoformat())
    now = await alone.does(no, ASSIGNED | {"repairer": "rp-5"}, SUPERVISOR)

    assert [409, 202] == [at_that_time.status_code, now.status_code]


async def test_pub_04_a_public_fault_asks_for_its_own_trade_and_has_no_field_for_a_reason(alone: Office) -> None:
    no = (await alone.post("/v1/public-repairs", REPORT)).json()["no"]

    refused = [
        (await alone.does(no, {"type": "repairer_arranged", "repairer": staff}, SUPERVISOR)).json()
        for staff in ("ta-off", "ta-new")
    ]
    taken = await alone.does(no, {"type": "repairer_arranged", "repairer": "rp-1"}, SUPERVISOR)

    assert [("rule_broken", True), ("rule_broken", True)] == [
        (one["code"], "再改派给他并说明原因" in one["remedy"]) for one in refused
    ]
    assert 202 == taken.status_code


async def test_where_nobody_is_on_shift_the_case_is_not_stuck(alone: Office) -> None:
    no = (await alone.post("/v1/repairs", CALL)).json()["no"]
    await alone.pool.execute(
        "insert into leaves select 'LY', staff, now() - interval '1 hour', now() + interval '1 hour'"
        " from (select distinct staff from assignments where post = '维修人员') as s"
    )

    called_in = await alone.does(no, ASSIGNED | {"repairer": "ta-off"}, SUPERVISOR)
    on_leave = await alone.does(no, ASSIGNED, SUPERVISOR)
    await alone.pool.execute("delete from leaves where ends_at > now()")

    assert [202, 409] == [called_in.status_code, on_leave.status_code]


async def test_an_emergency_is_held_up_by_no_shift_and_the_supervisor_hears(staffed: Office) -> None:
    no = await assignable(staffed, situation="水浸")

    offered = await candidates(staffed, no)
    await staffed.did(no, ASSIGNED | {"repairer": "ta-off"}, SUPERVISOR)

    assert (True, "不当班，此时可叫其到岗") == (offered["ta-off"]["choosable"], offered["ta-off"]["remark"])
    case = (await staffed.get(f"/v1/cases/{no}", SUPERVISOR)).json()
    noted = next(entry for entry in case["events"] if entry["type"] == "sent_anyway")
    assert ("系统", ["ta-off"]) == (noted["by_posts"][0], case["crew"])
    assert {"repairer": "ta-off", "lack": "不当班", "waiver": "紧急，不因此等候"}.items() <= noted["event"].items()
    told = await staffed.pool.fetchval(
        "select text from notices where case_no = $1 and rule = 'REP-107' and recipient = $2", no, SUPERVISOR
    )
    assert "请确认其能到场" in told


async def test_an_emergency_that_is_not_filed_yet_is_one_already(alone: Office) -> None:
    no = (await alone.post("/v1/repairs", CALL | {"situation": "水浸"})).json()["no"]

    sent = await alone.does(no, ASSIGNED | {"repairer": "ta-off"}, SUPERVISOR)

    assert 202 == sent.status_code, sent.text


async def test_rep_107_everybody_is_shown_as_he_stands_and_proposed_in_order(staffed: Office) -> None:
    no = await assignable(staffed)
    busy = await assignable(staffed)
    before = await candidates(staffed, no)
    await staffed.did(busy, ASSIGNED, SUPERVISOR)
    await staffed.did(busy, {"type": "helpers_sent", "helpers": ["rp-2"]}, SUPERVISOR)
    await staffed.pool.execute("insert into leaves values ('LY', 'rp-3', now(), now() + interval '1 hour')")

    after = await candidates(staffed, no)

    assert [before[one]["in_hand"] + 1 for one in ("rp-1", "rp-2")] == [
        after[one]["in_hand"] for one in ("rp-1", "rp-2")
    ], "whose order it is and who helps have one more in hand"
    assert (False, "请假") == (after["rp-3"]["choosable"], after["rp-3"]["remark"])
    assert (False, "不当班", None) == tuple(after["ta-off"][name] for name in ("choosable", "remark", "on_duty_until"))
    assert (True, "无此专长，须说明原因") == (after["ta-new"]["choosable"], after["ta-new"]["remark"])
    free = [one for one in after.values() if not one["remark"]]
    assert free == list(after.values())[: len(free)]
    assert free == sorted(free, key=lambda one: (one["in_hand"], one["id"]))
    assert {"rp-1", "rp-2", "rp-4", "rp-5"} <= {one["id"] for one in free}


async def test_the_shift_of_a_repairer_ends_when_the_roster_says(staffed: Office) -> None:
    no = await assignable(staffed)

    until = datetime.fromisoformat((await candidates(staffed, no))["ta-new"]["on_duty_until"])

    assert timedelta() < until - datetime.now(UTC) <= timedelta(hours=24)
    assert 16 == until.astimezone(UTC).hour, "24:00 in Shanghai"


async def test_who_is_proposed_is_told_to_who_may_assign_and_to_nobody_else(staffed: Office) -> None:
    no = await assignable(staffed)

    answers = [await staffed.get(f"/v1/cases/{no}/repairers", who) for who in ("rp-1", "fd-1", "fi-1")]

    assert [403, 403, 403] == [answer.status_code for answer in answers]


async def test_who_gave_the_order_back_is_proposed_after_those_who_did_not(staffed: Office) -> None:
    no = await assignable(staffed)
    await staffed.did(no, ASSIGNED, SUPERVISOR)

    await staffed.did(no, {"type": "order_declined", "reason": "手头有急活"}, "rp-1")

    after = await candidates(staffed, no)
    choosable = [one for one in after.values() if one["choosable"]]
    assert ("rp-1", True) == (choosable[-1]["id"], choosable[-1]["declined"])
    assert [] == (await staffed.get(f"/v1/cases/{no}", SUPERVISOR)).json()["crew"]


async def test_helpers_stand_on_the_page_and_the_form_and_see_where_to_go(staffed: Office) -> None:
    no = await assignable(staffed)
    await staffed.did(no, ASSIGNED, SUPERVISOR)
    before = await staffed.get(f"/v1/cases/{no}", "rp-2", purpose="联系住户")

    await staffed.did(no, {"type": "helpers_sent", "helpers": ["rp-2"]}, SUPERVISOR)

    after = await staffed.get(f"/v1/cases/{no}", "rp-2", purpose="联系住户")
    assert [403, 200] == [before.status_code, after.status_code]
    assert ["rp-1", "rp-2"] == after.json()["crew"]
    sheet = await staffed.prints(no, "rp-2", copy=2)
    assert 200 == sheet.status_code, sheet.text
    assert "维修甲、维修乙" in text_of(sheet.content)


async def test_who_takes_over_at_work_goes_on_with_it_and_the_forms_name_both(staffed: Office) -> None:
    no = await staffed.call("fd-1")
    await walk(staffed, no, SUPERVISOR, until="work_started")
    relief = {"type": "reassigned", "repairer": "rp-2", "reason": "维修甲交班"}

    assert 422 == (await staffed.does(no, relief | {"reason": " "}, SUPERVISOR)).status_code
    assert 403 == (await staffed.does(no, relief, "rp-2")).status_code
    await staffed.did(no, relief, SUPERVISOR)
    assert 403 == (await staffed.get(f"/v1/cases/{no}", "rp-1", purpose="联系住户")).status_code
    await staffed.did(no, {"type": "order_taken"}, "rp-2")
    await staffed.did(no, {"type": "arrived_on_site"}, "rp-2")

    assert "维修中" == (await staffed.get(f"/v1/cases/{no}", SUPERVISOR)).json()["stage"]
    await staffed.did(no, {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "quantity": 1}]}, "rp-2")
    said = " ".join(text_of((await staffed.prints(no, "fd-1", copy=2)).content).split())
    assert "维修甲、维修乙" in said
    assert re.search(r"维修人员签名\s*维修乙", said), said


async def test_a_public_repair_taken_over_names_both_on_its_sheet(staffed: Office) -> None:
    no = await staffed.reports("fd-1", facility="供电照明", content="楼道灯闪")
    for who, event in (
        ("fd-1", {"type": "engineering_notified"}),
        ("fd-1", {"type": "sheet_signed_for", "collector": "rp-1"}),
        (SUPERVISOR, {"type": "repairer_arranged", "repairer": "rp-1"}),
        ("rp-1", {"type": "arrived_on_site"}),
        (SUPERVISOR, {"type": "reassigned", "repairer": "rp-2", "reason": "维修甲交班"}),
        ("rp-2", {"type": "arrived_on_site"}),
    ):
        await staffed.did(no, event, who)

    assert "待开工" == (await staffed.get(f"/v1/cases/{no}", SUPERVISOR)).json()["stage"]
    assert "维修甲、维修乙" in text_of((await staffed.prints(no, "fd-1", copy=2, form="inspection-sheet")).content)
