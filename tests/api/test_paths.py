"""The second edition's paths over HTTP: work off the list up to its charge, and what else is kept and shown."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from domain.limits import due_text
from infra.invariants import violations
from infra.sealing import Sealer
from tests.api.office import CALL, REPORT, Office
from tests.api.pages import at_desk, form_of
from tests.api.pages import words as read
from tests.api.test_case import walk

DESK, SUPERVISOR, REPAIRER = "fd-1", "en-1", "rp-1"
WORK, REVIEWED, FURTHER = "拆改墙内暗管", Decimal(90), Decimal("60.50")
UNLISTED = {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "REVIEWED", "override_reason": "试"}


def soon(hours: int = 2) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


FURTHER_WORK: dict[str, Any] = {"type": "further_work_agreed", "work": "换角阀", "fee": str(FURTHER)}


async def agreed_work(office: Office, **call: str) -> str:
    """An unlisted repair, reviewed, agreed to, begun, and further work agreed to on the site."""
    no = await office.call(DESK, **call)
    await walk(office, no, SUPERVISOR, until="assessed")
    for who, event in (
        (SUPERVISOR, {"type": "sent_to_review", "work": WORK}),
        (SUPERVISOR, {"type": "reviewed", "feasible": True, "amount": str(REVIEWED), "remark": "需凿墙"}),
        (SUPERVISOR, {"type": "review_answered", "text": "可以维修，九十元"}),
        (DESK, {"type": "review_consent", "cost_accepted": True, "repair_agreed": True}),
        (SUPERVISOR, UNLISTED),
    ):
        await office.did(no, event, who)
    await walk(office, no, SUPERVISOR, after="assigned", until="site_checked", cost=str(REVIEWED))
    unfit = {"finding_of_material": "不合格", "remark": "已开裂", "warned": True, "choice": "使用"}
    for who, event in (
        (DESK, {"type": "material_supplied", "material": "住户旧龙头"}),
        (REPAIRER, {"type": "material_checked", **unfit}),
    ):
        await office.did(no, event, who)
    await walk(office, no, SUPERVISOR, after="site_checked", until="work_started")
    for who, event in (
        (REPAIRER, {"type": "resource_used", "resource": "水", "consented": True, "agreed_by": "住户001"}),
        (REPAIRER, {"type": "problem_found", "problem": "角阀锈死", "proposal": "一并更换"}),
        (SUPERVISOR, {**FURTHER_WORK, "finish_by": soon(), "agreed_by": "住户001"}),
    ):
        await office.did(no, event, who)
    return no


def finished(*charges: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "work_finished", "fault": "水", "charges": list(charges)}


@pytest.fixture(scope="module")
async def done(office: Office) -> str:
    """From the call to the filed form: charged as reviewed, as agreed for further work, and by the list."""
    no = await agreed_work(office)
    listed = {"type": "further_work_agreed", "work": "换龙头", "item": "W01", "fee": "85", "agreed_by": "住户001"}
    await office.did(no, {**listed, "finish_by": soon()}, REPAIRER)
    charges = ({"item": "REVIEWED"}, {"item": "EXTRA", "amount": str(FURTHER)}, {"item": "W01", "kind": "labour"})
    await office.did(no, finished(*charges), REPAIRER)
    await walk(office, no, SUPERVISOR, after="work_finished")
    return no


async def test_fee_02_fee_106_reviewed_and_further_work_are_charged_at_their_amounts_under_no_list(
    office: Office, done: str
) -> None:
    rows = await office.pool.fetch(
        "select item, kind, price_version, unit_price, quantity, amount from charges where case_no = $1 order by line",
        done,
    )

    version = rows[2]["price_version"]
    assert version.startswith("LY-")
    assert [
        ("REVIEWED", "other", None, REVIEWED, 1, REVIEWED),
        ("EXTRA", "other", None, FURTHER, 1, FURTHER),
        ("W01", "labour", version, 35, 1, 35),
    ] == [tuple(row) for row in rows]


async def test_a_case_off_the_list_breaks_no_invariant(office: Office, done: str) -> None:
    found = await violations(office.pool, Sealer(office.settings.master_ring()), None)

    assert [] == [one for one in found if done in one.subject]


@pytest.fixture(scope="module")
async def at_work(office: Office) -> str:
    return await agreed_work(office)


@pytest.mark.parametrize(
    ("charges", "field"),
    [
        ([{"item": "REVIEWED", "amount": "89.99"}], "event.charges.0.amount"),
        ([{"item": "REVIEWED", "amount": "0"}], "event.charges.0.amount"),
        ([{"item": "REVIEWED", "quantity": 2}], "event.charges.0.amount"),
        ([{"item": "REVIEWED", "quantity": "0.5", "amount": "45"}], "event.charges.0.amount"),
        ([{"item": "W01"}, {"item": "REVIEWED"}, {"item": "REVIEWED"}], "event.charges.2.item"),
        ([{"item": "REVIEWED"}, {"item": "EXTRA", "amount": "60"}], "event.charges.1.amount"),
        ([{"item": "EXTRA"}, {"item": "EXTRA"}], "event.charges.1.item"),
    ],
)
async def test_fee_02_another_amount_another_quantity_or_twice_is_refused(
    office: Office, at_work: str, charges: list[dict[str, Any]], field: str
) -> None:
    answer = await office.does(at_work, finished(*charges), REPAIRER)

    assert (409, field) == (answer.status_code, answer.json()["field"]), answer.text
    assert "FEE-02" in answer.json()["remedy"]


@pytest.mark.parametrize("item", ["REVIEWED", "EXTRA"])
async def test_fee_02_fee_106_without_a_review_or_further_work_neither_is_charged(office: Office, item: str) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="work_started")

    answer = await office.does(no, finished({"item": item}), REPAIRER)

    assert (409, "event.charges.0.item") == (answer.status_code, answer.json()["field"]), answer.text
    assert "FEE-02" in answer.json()["remedy"]


@pytest.mark.parametrize("name", ["EXTRA", "REVIEWED"])
async def test_what_stands_for_no_item_of_the_list_is_neither_compared_nor_assigned_as_one(
    lonely: Office, name: str
) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    compared = {"type": "fault_compared", "matches": False, "actual_item": name}

    answers = [await lonely.does(no, event, by=SUPERVISOR) for event in (compared, UNLISTED | {"item": name})]

    codes = [answer.status_code for answer in answers]
    assert [409, 202 if name == "REVIEWED" else 409] == codes


PERSONAL = ("住户001", WORK, "换角阀", "住户旧龙头", "角阀锈死", "一并更换", "已开裂", "需凿墙", "可以维修，九十元")


async def test_who_agreed_and_what_was_written_of_the_home_is_masked_without_a_purpose(
    office: Office, done: str
) -> None:
    masked = (await office.get(f"/v1/cases/{done}", DESK)).json()
    clear = (await office.get(f"/v1/cases/{done}", DESK, purpose="收费核对")).json()

    assert [] == [words for words in PERSONAL if words in str(masked)]
    assert [] == [words for words in PERSONAL if words not in str(clear)]
    by_type = {entry["type"]: entry["event"] for entry in masked["events"]}
    assert {"住**"} == {by_type[kind]["agreed_by"] for kind in ("cost_agreed", "resource_used", "further_work_agreed")}
    hidden = [("further_work_agreed", "work"), ("sent_to_review", "work"), ("material_supplied", "material")]
    hidden += [("problem_found", "problem"), ("problem_found", "proposal")]
    assert {"**"} == {by_type[kind][field] for kind, field in hidden}
    assert ("不合格", "85") == (
        by_type["material_checked"]["finding_of_material"],
        by_type["further_work_agreed"]["fee"],
    )


async def test_a_survey_is_masked_without_a_purpose(office: Office) -> None:
    no = await office.call(DESK)
    await office.did(no, {"type": "survey_called_for", "reason": "邻居家漏"}, SUPERVISOR)
    await office.did(no, {"type": "surveyed", "finding": "楼上住户私改"}, REPAIRER)

    masked = str((await office.get(f"/v1/cases/{no}", DESK)).json())

    assert ("邻居家漏" in masked, "楼上住户私改" in masked) == (False, False)


async def test_the_printed_order_says_what_was_found_warned_of_agreed_to_and_charged(office: Office, done: str) -> None:
    paper = PdfReader(io.BytesIO((await office.prints(done, DESK)).content))

    told = "".join("".join(page.extract_text() for page in paper.pages).split()).replace("\u200b", "")
    for words in (
        "自备材料不合格（已开裂），已提示使用不当材料的后果，住户选择使用",
        "收费评审：可以维修，90.00元，需凿墙",
        "使用业主水，住户001同意",
        "发现：角阀锈死；建议：一并更换",
        "追加维修：换角阀，60.50元，",
        "同意收费并维修，90.00元，住户001（当面）",
        "其他费用评审项目90.00",
        "其他费用追加维修60.50",
        "￥185.50",
    ):
        assert words in told, words
    assert "REVIEWED" not in told
    assert "EXTRA" not in told


# REP-102, REP-121, REP-131 and PUB-106, and what is to be minded at each stage.


@pytest.mark.parametrize("field", ["room", "content", "phone"])
async def test_rep_102_a_report_without_its_room_its_content_or_its_telephone_is_not_taken(
    lonely: Office, field: str
) -> None:
    blank = await lonely.post("/v1/repairs", CALL | {field: " "})
    taken = await lonely.post("/v1/repairs", CALL)

    assert (422, field) == (blank.status_code, blank.json()["field"])
    assert 202 == taken.status_code


async def test_rep_121_accepted_but_not_signed_for_nothing_that_completes_it_is_taken(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="acceptance_stated")

    early = [
        await office.does(no, event, who)
        for who, event in (
            (REPAIRER, {"type": "customer_copy_given"}),
            (SUPERVISOR, {"type": "copy_returned", "copy": 2}),
            (DESK, {"type": "feedback_given", "solved": True}),
        )
    ]
    blank = await office.does(no, {"type": "resident_signed", "signer": "住户001", "signature": " "}, REPAIRER)

    assert [(409, "not_expected")] * 3 == [(answer.status_code, answer.json()["code"]) for answer in early]
    assert all("resident_signed" in answer.json()["allowed"] for answer in early)
    assert (422, "event.signature") == (blank.status_code, blank.json()["field"])
    await walk(office, no, SUPERVISOR, after="acceptance_stated", until="customer_copy_given")


async def test_rep_131_the_case_says_when_a_department_last_told_how_far_it_is(office: Office) -> None:
    no = await office.call(DESK)
    before = (await office.get(f"/v1/cases/{no}", DESK)).json()["last_progress_at"]

    times = []
    for who, text in ((SUPERVISOR, "已联系厂家"), (REPAIRER, "配件明日到")):
        at = datetime.now(UTC)
        await office.did(no, {"type": "progress_reported", "text": text}, who, at=at.isoformat())
        times.append(at)
        case = (await office.get(f"/v1/cases/{no}", DESK)).json()
        assert at == datetime.fromisoformat(case["last_progress_at"])
    await office.did(no, {"type": "noted", "text": "."}, DESK)

    assert before is None
    case = (await office.get(f"/v1/cases/{no}", DESK)).json()
    assert times[-1] == datetime.fromisoformat(case["last_progress_at"])
    assert ("配件明日到" in str(case), "open") == (False, case["state"])


async def test_pub_106_what_the_weather_damaged_and_cleaners_found_is_a_public_repair_told_to_engineering(
    office: Office,
) -> None:
    no = await office.reports(DESK, channel="保洁", fault="恶劣天气损坏")

    case = (await office.get(f"/v1/cases/{no}", DESK)).json()
    told = await office.pool.fetch("select rule, post from notices where case_no = $1 and level = '告知'", no)

    assert ("PUB", "保洁", "open") == (case["procedure"], case["channel"], case["state"])
    assert {("PUB-01", "工程部")} == {tuple(row) for row in told}


async def test_ov_40_until_when_the_residents_answer_is_waited_for_is_said_by_the_case_and_its_page(
    office: Office,
) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="assessed")
    for event in (
        {"type": "sent_to_review", "work": "改管"},
        {"type": "reviewed", "feasible": True, "amount": "90"},
        {"type": "review_answered", "text": "90 元"},
    ):
        before = (await office.get(f"/v1/cases/{no}", DESK)).json()["periods"]
        await office.did(no, event, SUPERVISOR)

    case = (await office.get(f"/v1/cases/{no}", DESK)).json()
    desk = await at_desk(office, DESK)
    page = await desk.sees(f"/cases/{no}")

    told = next(event for event in case["events"] if event["type"] == "review_answered")
    answered = datetime.fromisoformat(told["at"])
    ends = [answered + timedelta(hours=hours) for hours in (4, 24, 24 * 7)]
    assert [] == before
    assert [("REP-30", moment) for moment in ends] == [
        (one["rule"], datetime.fromisoformat(one["ends_at"])) for one in case["periods"]
    ]
    assert f"等候住户答复期满（REP-30），至 {due_text(ends[-1])}" in read(page)
    await office.did(no, {"type": "review_consent", "cost_accepted": True, "repair_agreed": True}, DESK)
    assert [] == (await office.get(f"/v1/cases/{no}", DESK)).json()["periods"]


async def test_rep_04_a_complex_repair_is_listed_as_waiting_for_its_survey(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="form_collected")
    await office.did(no, {"type": "survey_called_for", "reason": "管网不明"}, SUPERVISOR)

    listed = (await office.get("/v1/cases", DESK, waiting_for="现场勘查", stage="待现场勘查")).json()["cases"]
    spans = (await office.get(f"/v1/cases/{no}/timeline", DESK)).json()["spans"]

    assert no in [case["no"] for case in listed]
    assert (["现场勘查"], "待现场勘查") == (spans[-1]["waiting_for"], spans[-1]["stage"])


AT_STAGES = {
    "order_taken": ("待到场", {"REP-08", "REP-108", "MAT-01"}),
    "arrived_on_site": ("现场确认", {"REP-110", "REP-111", "REP-112"}),
    "cost_agreed": ("待开工", {"REP-112", "REP-113", "REP-116"}),
    "work_started": ("维修中", {"REP-113", "REP-114", "REP-115", "REP-116", "REP-117"}),
    "work_finished": ("待试用检查", {"REP-119"}),
    "trial_done": ("待验收", {"REP-119", "REP-120"}),
    "acceptance_stated": ("待住户签字", set[str]()),
    "resident_signed": ("待返单", set[str]()),
}
"""REP-08, REP-111, REP-114, REP-115: conduct, which is shown where it is due."""


async def test_rep_08_rep_111_rep_114_rep_115_what_to_mind_is_that_of_the_stage(office: Office) -> None:
    no = await office.call(DESK)

    last, shown = "", {}
    for kind in AT_STAGES:
        await walk(office, no, SUPERVISOR, after=last, until=kind)
        case = (await office.get(f"/v1/cases/{no}", REPAIRER)).json()
        shown[kind] = (case["stage"], {one["rule"] for one in case["guidance"]})
        assert all(one["text"] for one in case["guidance"])
        last = kind

    assert shown == AT_STAGES


async def test_rep_114_done_again_it_is_minded_again_and_a_closed_case_minds_nothing(office: Office, done: str) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="trial_done")
    await office.did(no, {"type": "acceptance_stated", "satisfied": False, "remark": "仍滴水"}, REPAIRER)

    again = (await office.get(f"/v1/cases/{no}", REPAIRER)).json()

    assert "整改中" == again["stage"]
    assert {"REP-114", "REP-115", "REP-116", "REP-117", "REP-123"} == {one["rule"] for one in again["guidance"]}
    assert [] == (await office.get(f"/v1/cases/{done}", DESK)).json()["guidance"]


async def test_fee_12_what_is_quoted_is_the_price_of_the_list_and_what_it_does_not_name_is_not_quoted(
    office: Office,
) -> None:
    no = await office.call(DESK)

    await office.did(no, {"type": "quoted", "item": "W01"}, DESK)
    unlisted = await office.does(no, {"type": "quoted", "item": "W99"}, DESK)

    quoted = [one["event"] for one in (await office.get(f"/v1/cases/{no}", DESK)).json()["events"]][-1]
    assert ("85.00", "W01") == (quoted["amount"], quoted["item"])
    assert (409, "event.item") == (unlisted.status_code, unlisted.json()["field"])


async def test_fee_13_a_paid_order_is_not_assigned_before_the_price_is_accepted_and_the_form_shows_both(
    office: Office,
) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="assessed")
    sent = {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01", "override_reason": "试"}
    await office.did(no, {"type": "payment_stated", "payment": "有偿"}, DESK)

    early = [await office.does(no, sent, SUPERVISOR)]
    unquoted = await office.does(no, {"type": "quote_accepted", "agreed_by": "住户001"}, DESK)
    await office.did(no, {"type": "quoted", "item": "W01"}, DESK)
    early.append(await office.does(no, sent, SUPERVISOR))
    await office.did(no, {"type": "quote_accepted", "agreed_by": "住户001"}, DESK)
    await office.did(no, sent, SUPERVISOR)

    assert [409, 409, 409] == [answer.status_code for answer in (*early, unquoted)]
    assert all("（FEE-13）" in answer.json()["remedy"] for answer in early)
    assert "（FEE-12）" in unquoted.json()["remedy"]
    form = await office.prints(no, DESK)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(form.content)).pages)
    assert ("■有偿" in text, "住户001认可报价" in text) == (True, True)


async def test_fee_106_further_work_of_the_list_costs_what_the_list_says(office: Office) -> None:
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, until="work_started")
    further = {"type": "further_work_agreed", "work": "换龙头", "item": "W01", "finish_by": soon(), "agreed_by": "住户"}

    other = await office.does(no, {**further, "fee": "80"}, REPAIRER)
    unlisted = await office.does(no, {**further, "item": "", "fee": "80"}, REPAIRER)
    await office.did(no, {**further, "fee": "85"}, REPAIRER)

    assert (409, "event.fee") == (other.status_code, other.json()["field"]), other.text
    assert (409, "event.item") == (unlisted.status_code, unlisted.json()["field"]), unlisted.text


async def test_rep_115_a_fault_whose_kind_has_an_operating_procedure_names_it_on_the_work_card(office: Office) -> None:
    water, wood = await office.call("fd-1"), await office.call("fd-1", fault="门窗")
    lamp = await office.reports("fd-1")

    told = {
        no: (await office.get(f"/v1/cases/{no}", "rp-1")).json()["operating_procedure"] for no in (water, lamp, wood)
    }
    desk = await at_desk(office, "rp-1")
    shown = {no: await desk.sees(f"/cases/{no}") for no in (water, lamp)}

    address = "https://docs.example/WX-GC-02"
    assert told == {
        water: {"title": "给排水维修操作规程", "reference": "WX-GC-01"},
        lamp: {"title": "电气维修操作规程", "reference": address},
        wood: None,
    }
    assert "维修操作规程：给排水维修操作规程 WX-GC-01（REP-115）" in shown[water]
    assert f'电气维修操作规程 <a href="{address}">{address}</a>' in shown[lamp]


async def test_rep_04_what_is_refused_before_the_survey_names_the_survey(office: Office) -> None:
    no = await office.call("fd-1")
    await office.did(no, {"type": "engineering_notified"}, by="fd-1")
    await office.did(no, {"type": "survey_called_for", "reason": "墙内暗管"}, by="en-1")

    await office.did(no, {"type": "form_collected"}, by="en-1")
    told = (
        await office.does(no, {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}, by="en-1")
    ).json()

    assert ["surveyed"] == told["allowed"]


async def test_an_act_that_its_edition_knows_no_more_is_told_what_is_waited_for(office: Office) -> None:
    no = await office.call("fd-1")

    answer = await office.does(no, {"type": "consent_given"}, by="rp-1")

    assert 409 == answer.status_code, answer.text
    assert answer.json()["allowed"]
    assert "须由办理" not in answer.text


@pytest.mark.parametrize(("path", "field"), [("/v1/repairs", "fault_since"), ("/v1/public-repairs", "found_at")])
async def test_what_is_said_to_have_begun_lies_not_ahead(office: Office, path: str, field: str) -> None:
    body = CALL if field == "fault_since" else REPORT
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    answer = await office.post(path, body | {field: ahead}, "fd-1")

    assert (409, field) == (answer.status_code, answer.json()["field"]), answer.text


async def test_mat_06_who_warned_the_resident_says_what_he_chose(office: Office) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="arrived_on_site")
    await office.did(no, {"type": "material_supplied", "material": "龙头"}, by="rp-1")
    poor = {"type": "material_checked", "finding_of_material": "质量不佳", "warned": True}

    refused = await office.does(no, poor, by="rp-1")
    await office.did(no, poor | {"choice": "更换"}, by="rp-1")

    assert (409, "event.choice") == (refused.status_code, refused.json()["field"]), refused.text


async def test_mat_06_what_is_to_be_replaced_is_supplied_and_verified_anew_before_work_starts(office: Office) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="site_checked")
    supplied = {"type": "material_supplied", "material": "龙头"}
    unfit = {"type": "material_checked", "finding_of_material": "不合格", "warned": True, "choice": "更换"}
    started = {"type": "work_started", "expected_done": soon()}
    await office.did(no, supplied, by="rp-1")
    await office.did(no, unfit, by="rp-1")

    refused = [await office.does(no, started, by="rp-1")]
    await office.did(no, supplied, by="rp-1")
    refused.append(await office.does(no, started, by="rp-1"))
    await office.did(no, {"type": "material_checked", "finding_of_material": "合格"}, by="rp-1")
    await office.did(no, started, by="rp-1")

    assert [409, 409] == [answer.status_code for answer in refused]
    assert ["（MAT-06）", "（MAT-03）"] == [answer.json()["remedy"][-8:] for answer in refused]


async def test_rep_10_who_works_on_it_changes_the_completion_expected_once_begun_and_the_front_desk_passes_it_on(
    office: Office,
) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="site_checked")
    changed = {"type": "expected_done_changed", "expected_done": soon(hours=3), "reason": "配件晚到"}
    desk = await at_desk(office, "rp-1")

    early = await office.does(no, changed, by="rp-1")
    await walk(office, no, "en-1", after="site_checked", until="work_started")
    form = form_of(await desk.sees(f"/cases/{no}"), "expected_done_changed")
    await office.did(no, changed, by="rp-1")
    told = (await office.get(f"/v1/cases/{no}/told", "fd-1")).text

    assert (409, "event.type") == (early.status_code, early.json()["field"]), early.text
    assert all(words in form for words in ("预计完成时间", "原因"))
    assert "预计完成时间已改" in told


async def test_what_is_printed_by_others_is_no_button_of_the_repairers_that_are_not_sent(office: Office) -> None:
    no = await office.call("fd-1")
    await walk(office, no, "en-1", until="arrived_on_site")
    theirs, his = [await (await at_desk(office, who)).sees(f"/cases/{no}") for who in ("rp-2", "rp-1")]
    refused = (await office.get(f"/v1/cases/{no}", "rp-2", purpose="上门维修")).json()

    assert ("打印第一联" in theirs, "打印第一联" in his) == (False, True)
    assert "本单维修人员" in refused["allowed"]
    assert "保洁" not in refused["allowed"]
