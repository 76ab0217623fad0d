"""What staff are told: the inbox, saying that one has read it, the stream of what is new, and the pages."""

import asyncio
import json
from itertools import count
from typing import Any
from uuid import UUID

import httpx2

from infra.settings import Settings
from tests.api.office import CALL_CENTRE, Office, fresh_key

DESK = "fd-1"
RUNGS = count(1)
NOWHERE = "00000000-0000-0000-0000-000000000000"


async def test_who_is_addressed_finds_the_notice_in_the_inbox_and_acknowledges_it_once(office: Office) -> None:
    notice = await put(office, await office.call(DESK), post="工程部主管", recipient="en-1")

    shown = (await office.get("/v1/inbox", "en-1", limit=200)).json()["notices"]
    answers = [await office.post(f"/v1/notices/{notice}/ack", None, "en-1") for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    first, again = (answer.json() for answer in answers)
    assert (first["acknowledged_at"], "en-1") == (again["acknowledged_at"], again["acknowledged_by"])
    assert [True] == [one["yours"] for one in shown if one["id"] == str(notice)]
    unread = (await office.get("/v1/inbox", "en-1", unread=True, limit=200)).json()["notices"]
    assert str(notice) not in {notice["id"] for notice in unread}


async def test_a_colleague_sees_a_notice_and_cannot_acknowledge_it_so_its_ladder_climbs_on(office: Office) -> None:
    no = await office.call(DESK)
    notice = await put(office, no, post="维修人员", recipient="rp-2")

    shown = (await office.get("/v1/inbox", "rp-1", limit=200)).json()["notices"]
    refused = [await office.post(f"/v1/notices/{notice}/ack", None, who) for who in ("rp-1", CALL_CENTRE)]

    assert [False] == [one["yours"] for one in shown if one["id"] == str(notice)]
    assert [(403, "not_permitted")] * 2 == [(answer.status_code, answer.json()["code"]) for answer in refused]
    assert {"「通知已阅」须由收件人本人办理（REP-13）"} == {answer.json()["remedy"] for answer in refused}
    assert [None] == [
        row["acknowledged_at"]
        for row in await office.pool.fetch("select acknowledged_at from notices where id = $1", notice)
    ]
    acknowledged = "select count(*) from entries where case_no = $1 and type = 'notice_acknowledged'"
    assert 0 == await office.pool.fetchval(acknowledged, no)


async def test_what_went_to_a_post_with_nobody_on_duty_whoever_holds_it_acknowledges(office: Office) -> None:
    no = await office.call(DESK)
    notice = await put(office, no, post="维修人员", recipient="")

    answer = await office.post(f"/v1/notices/{notice}/ack", None, "rp-1")

    assert (200, "rp-1") == (answer.status_code, answer.json()["acknowledged_by"])


async def test_what_went_to_a_post_that_a_system_only_lends_it_sees_and_does_not_acknowledge(office: Office) -> None:
    no = await office.call(DESK)
    notices = [await put(office, no, post=post, recipient="") for post in ("前台客服员", "维修人员")]

    shown = (await office.get("/v1/inbox", CALL_CENTRE, limit=200)).json()["notices"]
    answers = [await office.post(f"/v1/notices/{notice}/ack", None, CALL_CENTRE) for notice in notices]

    assert {str(notices[0]): True, str(notices[1]): False} == {
        one["id"]: one["yours"] for one in shown if one["id"] in map(str, notices)
    }
    assert [200, 403] == [answer.status_code for answer in answers]


async def test_all_that_stood_on_the_page_is_read_at_one_press_once_and_nothing_that_came_since(office: Office) -> None:
    no = await office.call(DESK)
    shown = [await put(office, no, post="工程部主管", recipient="en-1", text=text) for text in ("一", "二", "三")]
    since = await put(office, no, post="工程部主管", recipient="en-1", text="四")
    form = {"notices": " ".join(map(str, shown))}

    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys["en-1"]})
        drawn = (await pages.get("/inbox")).text
        answers = await asyncio.gather(*(pages.post("/inbox/ack", data=form) for _ in range(3)))

    assert {(303, "/inbox")} == {(answer.status_code, answer.headers["location"]) for answer in answers}
    assert all(str(one) in drawn for one in (*shown, since))
    read = await office.pool.fetch("select id, acknowledged_by from notices where id = any ($1)", [*shown, since])
    assert dict.fromkeys(shown, "en-1") | {since: None} == {row["id"]: row["acknowledged_by"] for row in read}
    acts = "select count(*) from commands where case_no = $1 and verb = 'notice_acknowledged'"
    assert len(shown) == await office.pool.fetchval(acts, no)


async def test_nothing_is_read_where_one_of_them_is_another_persons(office: Office) -> None:
    no = await office.call(DESK)
    own = await put(office, no, post="工程部主管", recipient="en-1")
    others = await put(office, no, post="维修人员", recipient="rp-2")

    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys["en-1"]})
        answers = [await pages.post("/inbox/ack", data={"notices": f"{own} {one}"}) for one in (others, NOWHERE, "x")]

    assert {404} == {answer.status_code for answer in answers}
    unread = "select count(*) from notices where id = any ($1) and acknowledged_at is null"
    assert 2 == await office.pool.fetchval(unread, [own, others])


async def test_a_notice_says_whose_it_is_and_what_its_case_is_about(office: Office) -> None:
    no = await office.call(DESK)
    notice = await put(office, no, post="维修人员", recipient="rp-2")

    shown = (await office.get("/v1/inbox", "rp-1", limit=200)).json()["notices"]

    told = next(one for one in shown if one["id"] == str(notice))
    assert ("rp-2", "1栋", "水") == (told["recipient"], told["building"], told["about"])


async def test_a_notice_to_another_post_cannot_be_found_or_acknowledged(office: Office) -> None:
    no = await office.call(DESK)
    told = await notice_of(office, no, "工程部")

    refused = await office.post(f"/v1/notices/{told['id']}/ack", None, "cs-1")
    absent = [await office.post(f"/v1/notices/{one}/ack", None, "cs-1") for one in (NOWHERE, "no-uuid")]
    inbox = (await office.get("/v1/inbox", "cs-1", limit=200)).json()["notices"]

    assert 404 == refused.status_code
    assert ("unknown_notice", "notice") == (refused.json()["code"], refused.json()["field"])
    assert [refused.json()] * 2 == [answer.json() for answer in absent]
    assert told["id"] not in {notice["id"] for notice in inbox}


async def test_rep_104_who_reads_the_alarm_of_an_emergency_has_been_told_of_it(office: Office) -> None:
    no = await office.call("fd-1", situation="水管爆裂")
    told = await office.pool.fetchrow(
        "select id, recipient from notices where case_no = $1 and key = 'REP-104' and post = '工程部'", no
    )
    assert told is not None

    answer = await office.post(f"/v1/notices/{told['id']}/ack", None, told["recipient"])

    assert answer.json()["command"] is not None
    duties = (await office.get(f"/v1/cases/{no}", "fd-1")).json()["obligations"]
    assert ["met"] == [duty["state"] for duty in duties if duty["key"] == "REP-104"]


async def test_acknowledging_a_breach_stops_its_ladder_in_the_case_itself(office: Office) -> None:
    no = await office.call(DESK)
    notice = await put(office, no, post="客服部主管", recipient="cs-1")
    key = fresh_key()

    answers = await asyncio.gather(*(office.post(f"/v1/notices/{notice}/ack", None, "cs-1", key) for _ in range(5)))

    assert {200} == {answer.status_code for answer in answers}
    entries = await office.pool.fetch(
        "select by_id from entries where case_no = $1 and type = 'notice_acknowledged'", no
    )
    assert ["cs-1"] == [row["by_id"] for row in entries]


async def test_the_stream_tells_of_a_new_case_at_once_and_ends_with_the_desk(office: Office) -> None:
    heard: list[dict[str, Any]] = []
    async with office.http.stream("GET", "/v1/stream", headers=office.headers(DESK), timeout=20) as stream:
        lines = stream.aiter_lines()
        async with asyncio.timeout(10):
            await anext(lines)
        no = await office.call(DESK)
        async with asyncio.timeout(10):
            async for line in lines:
                if line.startswith("data:"):
                    heard.append(json.loads(line.removeprefix("data:")))
                    if heard[-1]["no"] == no:
                        break

    assert "住户001" not in json.dumps(heard, ensure_ascii=False)
    assert no == heard[-1]["no"]


async def test_the_pages_are_reached_by_a_key_entered_once_and_show_nothing_personal(office: Office) -> None:
    no = await office.call(DESK)
    async with browser(office.settings) as pages:
        unknown = await pages.get("/inbox")
        wrong = await pages.post("/login", data={"key": "lyd_wrong"})
        entered = await pages.post("/login", data={"key": office.keys[DESK]})
        inbox = await pages.get("/inbox")
        case = await pages.get(f"/cases/{no}")
        absent = await pages.get("/cases/REP-20200101-00001")
        sheet = await pages.post(f"/cases/{no}/print", data={"copy": "2"}, follow_redirects=True)
        cookie = entered.headers["set-cookie"].lower()
        await pages.post("/logout")
        gone = await pages.get("/inbox")

    assert [303, 401, 303, 200, 200, 404, 200, 303] == [
        answer.status_code for answer in (unknown, wrong, entered, inbox, case, absent, sheet, gone)
    ]
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert no in inbox.text
    assert "住户001" not in case.text
    assert "厨房" not in case.text
    assert "<script" not in case.text
    assert "style=" not in case.text
    assert sheet.content.startswith(b"%PDF")


async def test_who_logs_out_ends_the_sessions_he_had_and_a_copy_of_the_cookie_opens_nothing(lonely: Office) -> None:
    who, other = "cs-1", "fd-2"
    async with browser(lonely.settings) as first, browser(lonely.settings) as second, browser(lonely.settings) as third:
        for pages, principal in ((first, who), (second, who), (third, other)):
            await pages.post("/login", data={"key": lonely.keys[principal]})
        copied = dict(first.cookies)
        before = [(await pages.get("/inbox")).status_code for pages in (first, second, third)]

        await first.post("/logout")
        first.cookies.update(copied)
        after = [(await pages.get("/inbox")).status_code for pages in (first, second, third)]
        await first.post("/login", data={"key": lonely.keys[who]})
        again = (await first.get("/inbox")).status_code

    lonely.forgive()
    assert [200, 200, 200] == before
    assert [303, 303, 200] == after
    assert 200 == again


async def test_a_page_of_somebody_else_cannot_post_for_a_person_logged_in(office: Office) -> None:
    no = await office.call(DESK)
    async with browser(office.settings) as pages:
        await pages.post("/login", data={"key": office.keys[DESK]})

        foreign = await pages.post(f"/cases/{no}/print", data={"copy": "1"}, headers={"Origin": "http://evil.example"})

    assert "/login" == foreign.headers["location"]
    assert 0 == await office.pool.fetchval("select count(*) from form_prints where case_no = $1", no)


async def put(office: Office, no: str, *, post: str, recipient: str, text: str = "超时") -> UUID:
    """A breach that was told."""
    notice: UUID = await office.pool.fetchval(
        "insert into notices"
        " (case_no, run_id, entry_number, key, cycle, rule, level, rung, post, recipient, text, raised_at)"
        " select no, 'r', 1, 'REP-24', 1, 'REP-24', '超时', $5, $2, $3, $4, now() from cases where no = $1"
        " returning id",
        no,
        post,
        recipient,
        text,
        next(RUNGS),
    )
    return notice


async def notice_of(office: Office, no: str, post: str) -> dict[str, Any]:
    """The notice as the call centre, which holds every post, finds it."""
    found = (await office.get("/v1/inbox", CALL_CENTRE, limit=200)).json()["notices"]
    return next(notice for notice in found if notice["no"] == no and notice["post"] == post)


def browser(settings: Settings) -> httpx2.AsyncClient:
    base = f"http://127.0.0.1:{settings.api_port}"
    return httpx2.AsyncClient(base_url=base, headers={"Origin": base}, timeout=20)
