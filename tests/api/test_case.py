"""A repair from the call to the filed form over HTTP, and what can be seen of it on the way."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from pypdf import PdfReader

from domain.events.on_site import SiteItem
from tests.api.office import Office, fresh_key

SUPERVISOR, DESK, REPAIRER = "es-1", "fd-1", "rp-1"
AGREED = {"type": "cost_agreed", "amount": "170", "agreed_by": "住户001", "means": "当面"}
"""Two of W01 by the version in force."""

CHECKED = {"type": "site_checked", "items": [item.value for item in SiteItem]}


async def walk(
    office: Office,
    no: str,
    supervisor: str,
    *,
    solved: bool = True,
    after: str = "",
    until: str = "",
    cost: str = AGREED["amount"],
) -> list[dict[str, Any]]:
    """Everything that is done in an ordinary repair, each by whoever does it; from behind a step, and to another."""
    steps: list[tuple[str, dict[str, Any]]] = [
        (DESK, {"type": "engineering_notified"}),
        (supervisor, {"type": "form_collected"}),
        (supervisor, {"type": "assessed", "urgency": "常规"}),
        (
            supervisor,
            {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01", "override_reason": "试"},
        ),
        (REPAIRER, {"type": "order_taken"}),
        (REPAIRER, {"type": "arrived_on_site"}),
        (REPAIRER, {"type": "fault_compared", "matches": True}),
        (REPAIRER, {"type": "price_shown"}),
        (REPAIRER, AGREED | {"amount": cost}),
        (REPAIRER, CHECKED),
        (REPAIRER, {"type": "work_started", "expected_done": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}),
        (REPAIRER, {"type": "work_finished", "fault": "水", "charges": [{"item": "W01", "quantity": 2}]}),
        (REPAIRER, {"type": "trial_done", "passed": True}),
        (REPAIRER, {"type": "acceptance_stated", "satisfied": True}),
        (REPAIRER, {"type": "resident_signed", "signer": "住户001", "signature": "paper"}),
        (REPAIRER, {"type": "customer_copy_given"}),
        (supervisor, {"type": "copy_returned", "copy": 2}),
        (supervisor, {"type": "copy_returned", "copy": 3}),
        (supervisor, {"type": "copies_confirmed"}),
        (supervisor, {"type": "work_order_filed", "reference": "G-1"}),
        (supervisor, {"type": "copies_handed_on"}),
        (DESK, {"type": "return_registered", "reference": "LY-0001"}),
        (DESK, {"type": "feedback_given", "solved": solved}),
    ]
    kinds = [event["type"] for _, event in steps]
    begin = kinds.index(after) + 1 if after else 0
    end = kinds.index(until) + 1 if until else len(steps)
    taken = [await office.did(no, event, who) for who, event in steps[begin:end]]
    if solved and end == len(steps):
        await office.until_closed(no)
    return taken


async def test_a_repair_is_carried_to_its_end_over_http(office: Office) -> None:
    supervisor = await office.holder("工程部主管")
    no = await office.call(DESK)

    taken = await walk(office, no, supervisor)

    assert [step["number"] for step in taken] == sorted(step["number"] for step in taken)
    closed = (await office.get(f"/v1/cases/{no}", DESK)).json()
    assert "closed" == closed["state"]
    assert "已完成" == closed["result"]
    assert {"met"} == {duty["state"] for duty in closed["obligations"] if duty["state"] != "superseded"}
    charges = await office.pool.fetch("select kind, amount from charges where case_no = $1 order by line", no)
    prices = {"labour": 70, "material": 100}  # two of W01 by the version in force
    assert prices == {row["kind"]: int(row["amount"]) for row in charges}


async def test_feedback_that_it_is_not_solved_counts_as_reopened(office: Office) -> None:
    supervisor = await office.holder("工程部主管")
    no = await office.call(DESK)

    await walk(office, no, supervisor, solved=False)

    case = (await office.get(f"/v1/cases/{no}", DESK)).json()
    assert ("open", 1) == (case["state"], case["reopened"])


async def test_what_is_personal_is_masked_unless_a_purpose_is_given_and_that_is_on_record(office: Office) -> None:
    no = await office.call(DESK)

    masked = (await office.get(f"/v1/cases/{no}", DESK)).json()
    clear = (await office.get(f"/v1/cases/{no}", DESK, purpose="回访")).json()

    assert "住户001" not in str(masked)
    assert "19900000001" not in str(masked)
    assert "厨房水龙头漏水" not in str(masked)
    assert "199****0001" == masked["events"][0]["event"]["phone"]
    assert "19900000001" == clear["events"][0]["event"]["phone"]
    log = await office.pool.fetch("select principal, purpose from access_log where case_no = $1", no)
    assert [(DESK, "回访")] == [tuple(row) for row in log]


async def test_a_repairer_sees_the_phone_only_while_the_order_is_his(office: Office) -> None:
    supervisor = await office.holder("工程部主管")
    no = await office.call(DESK)

    before = await office.get(f"/v1/cases/{no}", REPAIRER, purpose="联系住户")
    await office.did(no, {"type": "engineering_notified"}, DESK)
    await office.did(no, {"type": "form_collected"}, supervisor)
    await office.did(no, {"type": "assessed", "urgency": "常规"}, supervisor)
    order = {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01", "override_reason": "试"}
    await office.did(no, order, supervisor)
    his = await office.get(f"/v1/cases/{no}", REPAIRER, purpose="联系住户")
    other = await office.get(f"/v1/cases/{no}", "rp-2", purpose="联系住户")

    assert [403, 200, 403] == [before.status_code, his.status_code, other.status_code]


async def test_prv_106_a_repairer_reads_no_more_of_a_home_that_he_has_nothing_to_do_in(office: Office) -> None:
    supervisor = await office.holder("工程部主管")
    no = await office.call(DESK)
    told = []

    await walk(office, no, supervisor, until="customer_copy_given")
    for after, until in (("", ""), ("customer_copy_given", "copies_confirmed")):
        if until:
            await walk(office, no, supervisor, after=after, until=until)
        seen = await office.get(f"/v1/cases/{no}", REPAIRER, purpose="联系住户")
        told += [seen.status_code, (await office.prints(no, REPAIRER)).status_code]

    assert [200, 200, 403, 403] == told


async def test_war_01_whom_a_repair_is_handed_to_is_shown_for_a_purpose_alone(office: Office) -> None:
    supervisor = await office.holder("工程部主管")
    no = await office.call(DESK)
    await walk(office, no, supervisor, until="assessed")
    by = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    handed = {"type": "handed_to_others", "others": "保修单位", "unit": "王师傅家电 13800000000", "answer_by": by}
    await office.did(no, handed | {"reason": "保修期内"}, supervisor)

    shown = [await office.get(f"/v1/cases/{no}", DESK), await office.get(f"/v1/cases/{no}", DESK, purpose="联系住户")]

    assert [False, True] == ["王师傅家电 13800000000" in answer.text for answer in shown]


async def test_every_minute_of_a_case_is_accounted_for(office: Office) -> None:
    no = await office.call(DESK)
    await office.did(no, {"type": "engineering_notified"}, DESK)

    course = (await office.get(f"/v1/cases/{no}/timeline", DESK)).json()

    spans = course["spans"]
    assert [span["end"] for span in spans[:-1]] == [span["start"] for span in spans[1:]]
    whole = datetime.fromisoformat(course["end"]) - datetime.fromisoformat(course["start"])
    parts = [datetime.fromisoformat(span["end"]) - datetime.fromisoformat(span["start"]) for span in spans]
    assert whole == sum(parts, timedelta())
    assert "待领单" == spans[-1]["stage"]


async def test_the_second_printing_of_a_copy_says_so(office: Office) -> None:
    no = await office.call(DESK)

    first = await office.prints(no, DESK)
    second = await office.prints(no, DESK)

    texts = [PdfReader(io.BytesIO(answer.content)).pages[0].extract_text() for answer in (first, second)]
    assert no in texts[0]
    assert ["补打" in text for text in texts] == [False, True]


async def test_a_printing_asked_for_twice_counts_once_and_is_seen_again_as_it_was(office: Office) -> None:
    no, key, path = await office.call(DESK), fresh_key(), "forms/repair-order"
    before = await office.get(f"/v1/cases/{no}/{path}", DESK, copy=2)

    first, repeated = [await office.prints(no, DESK, copy=2, key=key) for _ in range(2)]
    await office.did(no, {"type": "engineering_notified"}, DESK)
    await office.prints(no, DESK, copy=1)
    seen = [await office.get(first.headers["content-location"], DESK) for _ in range(2)]
    seen.append(await office.get(f"/v1/cases/{no}/{path}", DESK, copy=2))

    assert 409 == before.status_code
    assert [200] * 5 == [answer.status_code for answer in (first, repeated, *seen)]
    texts = [PdfReader(io.BytesIO(answer.content)).pages[0].extract_text() for answer in (first, repeated, *seen)]
    assert 1 == len(set(texts)), "what has happened since does not stand on it"
    assert "补打" not in texts[0]
    counted = await office.pool.fetch("select copy, printing from form_prints where case_no = $1 order by copy", no)
    assert [(1, 1), (2, 1)] == [tuple(row) for row in counted]


async def test_an_ordinary_repair_prints_on_one_page_and_the_customer_reads_nothing_of_our_papers(
    office: Office,
) -> None:
    no = await office.call(DESK)
    await walk(office, no, await office.holder("工程部主管"))

    prints = [await office.prints(no, DESK, copy=copy) for copy in (1, 2, 3, 4)]

    pages = [PdfReader(io.BytesIO(answer.content)).pages for answer in prints]
    assert [1, 1, 1, 1] == [len(one) for one in pages]
    texts = [one[0].extract_text() for one in pages]
    assert ["领单" in text for text in texts] == ["移交前台" in text for text in texts] == [False, True, True, True]
    assert all("到场" in text and no in text for text in texts)


async def test_the_list_pages_through_every_case_once(office: Office) -> None:
    made = [await office.call(DESK) for _ in range(3)]

    seen: list[str] = []
    cursor = None
    while True:
        page = (await office.get("/v1/cases", DESK, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [case["no"] for case in page["cases"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert set(made) <= set(seen)
    assert len(seen) == len(set(seen))


async def test_the_timeline_says_what_the_case_itself_says_it_waits_for(office: Office) -> None:
    no = await office.call(DESK)
    said: list[tuple[list[str], list[str]]] = []

    for who, event in (
        (DESK, {"type": "noted", "text": "住户催促"}),
        (DESK, {"type": "engineering_notified"}),
        (SUPERVISOR, {"type": "assessed", "urgency": "常规"}),
        (SUPERVISOR, {"type": "form_collected"}),
        (SUPERVISOR, {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01"}),
        (REPAIRER, {"type": "order_taken"}),
    ):
        await office.did(no, event, await office.holder("工程部主管") if who == SUPERVISOR else who)
        case = (await office.get(f"/v1/cases/{no}", DESK)).json()
        course = (await office.get(f"/v1/cases/{no}/timeline", DESK)).json()
        said.append((case["waiting_for"], course["spans"][-1]["waiting_for"]))

    assert [case for case, _ in said] == [course for _, course in said]
    assert ["出发", "到场"] == said[-1][0]
