"""REP-36: what stands open or was refused in a room is shown with the next request and with each of its cases."""

import json
from typing import Any

from tests.api.office import CALL, FREE_ROOMS, REPORT, Office
from tests.api.test_joining import repair
from tests.api.test_notices import browser

DESK, REPAIRER = "fd-1", "rp-1"


async def refuse(office: Office, no: str) -> None:
    """The resident would not have it; both have signed and the desk has filed it."""
    supervisor = await office.holder("工程部主管")
    assigned = {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01", "override_reason": "试"}
    signed = {"type": "refusal_signed", "reason": "嫌贵"}
    steps: list[tuple[str, dict[str, Any]]] = [
        (DESK, {"type": "engineering_notified"}),
        (supervisor, {"type": "form_collected"}),
        (supervisor, {"type": "assessed", "urgency": "常规"}),
        (supervisor, assigned),
        (REPAIRER, {"type": "order_taken"}),
        (REPAIRER, {"type": "arrived_on_site"}),
        (REPAIRER, {"type": "fault_compared", "matches": True}),
        (REPAIRER, {"type": "price_shown"}),
        (REPAIRER, {"type": "consent_refused", "reminded": True}),
        (supervisor, {"type": "refusal_explained"}),
        (REPAIRER, signed),
        (supervisor, signed),
        (DESK, {"type": "refusal_filed", "reference": "B-1"}),
    ]
    for who, event in steps:
        await office.did(no, event, who)


async def opened(office: Office, room: str, **changes: Any) -> dict[str, Any]:
    answer = await office.post("/v1/repairs", CALL | {"room": room} | changes, DESK)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_rep_36_the_next_request_of_the_room_shows_the_order_that_was_refused(office: Office, room: str) -> None:
    refused = await office.call(DESK, room=room)
    await refuse(office, refused)

    again = await opened(office, room)

    (shown,) = again["same_room"]
    assert (refused, "住户报修", False, "住户不同意", "水") == (
        shown["no"], shown["procedure_name"], shown["open"], shown["result"], shown["what"]
    )  # fmt: skip
    events = (await office.get(f"/v1/cases/{refused}", DESK)).json()["events"]
    assert [event["at"] for event in events if event["type"] == "consent_refused"] == [shown["refused_at"]]
    assert f"已受理；同一房号另有：{refused}（住户不同意维修）" == again["message"]
    assert again["same_room"] == (await office.get(f"/v1/cases/{again['no']}", DESK)).json()["same_room"]
    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys[DESK]})
        page = (await pages.get(f"/cases/{again['no']}")).text
    assert f'<a href="/cases/{refused}">' in page
    assert "同一房号或地点的其他单" in page
    assert "住户不同意维修（" in page


async def test_several_of_the_room_are_one_line_that_says_what_they_are_about(office: Office, room: str) -> None:
    refused = await office.call(DESK, room=room)
    await refuse(office, refused)
    await office.call(DESK, room=room)

    no = await office.call(DESK, room=room)

    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys[DESK]})
        page = (await pages.get(f"/cases/{no}")).text
    line = "同一房号或地点的其他单 2 件，其中住户不同意维修 1 件：水"
    folded = page[page.index(f"<details><summary>{line}</summary>") :].partition("</details>")[0]
    assert f'<a href="/cases/{refused}">' in folded


async def test_what_is_open_in_the_room_is_shown_with_its_stage_on_both_sides(office: Office, room: str) -> None:
    first = await office.call(DESK, room=room)

    second = await opened(office, room, situation="水浸")

    assert [(first, True, "待领单", None)] == [
        (one["no"], one["open"], one["stage"], one["refused_at"]) for one in second["same_room"]
    ]
    shown = (await office.get(f"/v1/cases/{first}", DESK)).json()["same_room"]
    assert [(second["no"], "水（水浸）")] == [(one["no"], one["what"]) for one in shown]


async def test_what_was_withdrawn_is_not_shown_nor_what_is_elsewhere_or_only_a_drill(office: Office, room: str) -> None:
    withdrawn = await office.call(DESK, room=room)
    await office.did(withdrawn, {"type": "withdrawn", "reason": "自行修好"}, DESK)
    await office.call(DESK, room=next(FREE_ROOMS))
    drill = await office.call(DESK, room=room, drill=True)

    first = await opened(office, room)

    assert ([], "已受理") == (first["same_room"], first["message"])
    assert [] == (await office.get(f"/v1/cases/{drill}", DESK)).json()["same_room"]


async def test_what_was_repaired_lately_is_shown_as_a_case_that_a_later_one_may_name(office: Office) -> None:
    report = REPORT | {"building": "2", "facility": "屋面外墙", "content": "外墙渗水"}
    done = await office.reports(DESK, **report)
    await repair(office, done)

    again, another = [
        (await office.post("/v1/public-repairs", report | more, DESK)).json() for more in ({}, {"facility": "消防设施"})
    ]
    following = await office.post("/v1/public-repairs", report | {"after": done, "reason": "又渗水"}, DESK)

    (shown,) = (one for one in again["same_room"] if one["no"] == done)  # the building has cases of other tests too
    assert (False, "已修复", True) == (shown["open"], shown["result"], shown["may_precede"])
    assert f"{done}（已修复，可接续前单）" in again["message"]
    assert done not in {one["no"] for one in another["same_room"]}
    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys[DESK]})
        page = (await pages.get(f"/cases/{again['no']}")).text
    assert "已修复；可接续前单" in page
    for told in (following.json(), (await office.get(f"/v1/cases/{following.json()['no']}", DESK)).json()):
        assert done not in {one["no"] for one in told["same_room"]}, "it is named as the case before already"


async def test_nothing_personal_is_shown_of_another_case(office: Office, room: str) -> None:
    await office.call(DESK, room=room)

    shown = json.dumps((await opened(office, room))["same_room"], ensure_ascii=False)

    assert not any(word in shown for word in (room, str(CALL["content"]), str(CALL["phone"]), "住户001"))
    kept = await office.pool.fetch("select r.*, encode(digest, 'escape') as said from case_rooms r")
    assert kept
    assert not any(room in str(tuple(row)) for row in kept)
