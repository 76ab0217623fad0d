"""What the forms of our pages refuse: hostile text in any field, and questions about another estate; never a 5xx."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from html import unescape
from urllib.parse import quote_from_bytes

import httpx2
import pytest

from api.pages.controls import Choices, controls_of
from api.wire.events import EVENTS
from tests.api.office import CALL, REPORT, Office
from tests.api.pages import FILLED, Desk, at_desk

HOSTILE: Mapping[str, bytes] = {
    "NUL": b"\x00",
    "NUL within": b"1\x0001",
    "lone surrogate": b"\xed\xa0\x80",
    "very long": "字".encode() * 5000,
    "emoji": "👨‍👩‍👧".encode(),
    "markup": b"</textarea><script>alert(1)</script>\"'",
    "SQL": b"'; drop table cases; --",
    "right to left": "\u202e".encode(),
}
SERVER_FAULT, AWAY = 500, 503
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


@pytest.fixture
async def front(lonely: Office) -> AsyncIterator[Desk]:
    lonely.forgive()
    desk = await at_desk(lonely, "fd-1")
    yield desk
    lonely.forgive()


async def posts(desk: Desk, path: str, fields: Mapping[str, bytes]) -> httpx2.Response:
    """Byte for byte, as no browser would send it."""
    body = "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in fields.items())
    return await desk.sends_raw(path, body.encode())


def is_answered(answers: Iterable[httpx2.Response]) -> None:
    for answer in answers:
        assert answer.status_code < SERVER_FAULT or answer.status_code == AWAY, answer.text  # away
        assert "<script>alert" not in answer.text


REPORTED = REPORT | {"hazard": "无", "phone": "", "found_at": "", "call_started_at": "", "drill": ""}
PAGES: Mapping[str, Mapping[str, str]] = {
    "/repairs/new": FILLED,
    "/repairs/new/household": FILLED,
    "/public-repairs/new": REPORTED,
}

CHARGED = ("charges_item", "charges_quantity")
READ_ALIKE = ("engineering_notified", "noted")
"""When it was and the key of the form are read before the event is, whichever it is: here one that needs nothing more,
and one that does.
"""


async def call_number(office: Office) -> str:
    return str((await office.post("/v1/repairs", CALL)).json()["no"])


@hostile
@pytest.mark.parametrize("page", PAGES)
async def test_no_field_of_a_call_makes_the_desk_stumble(front: Desk, page: str, text: bytes) -> None:
    filled = {name: value.encode() for name, value in PAGES[page].items()}

    answers = await asyncio.gather(*(posts(front, page, filled | {name: text}) for name in (*filled, "key")))

    is_answered(answers)
    for name, answer in zip((*filled, "key"), answers, strict=True):
        if name in ("estate", "building", "room"):
            assert 422 == answer.status_code
            assert re.search(rf'id="{name}-wrong">[^<]+', answer.text), f"it is said beside {name}"


@hostile
async def test_no_field_of_an_event_makes_the_desk_stumble(lonely: Office, front: Desk, text: bytes) -> None:
    no = await call_number(lonely)
    fields = [(kind, control.name) for kind, event in EVENTS.items() for control in controls_of(event, Choices())]
    charged = [(kind, of_it) for kind, name in fields if name == "charges" for of_it in CHARGED]
    alike = [(kind, name) for kind in READ_ALIKE for name in ("at", "key")]

    answers = [
        await posts(front, f"/cases/{no}/events", {"type": kind.encode(), "charges_quantity": b"1", name: text})
        for kind, name in (*fields, *charged, *alike, ("noted", "type"))
    ]

    is_answered(answers)
    assert len(answers) > len(EVENTS)


@hostile
async def test_no_other_form_and_no_address_makes_the_desk_stumble(lonely: Office, front: Desk, text: bytes) -> None:
    no = await call_number(lonely)
    place = quote_from_bytes(text[:300], safe="")

    answers = [
        await posts(front, f"/cases/{no}/full", {"purpose": text}),
        await posts(front, f"/cases/{no}/print", {"copy": text}),
        await posts(front, f"/cases/{no}/print", {"copy": b"1", "key": text}),
        await posts(front, "/inbox/ack", {"notices": text}),
        await posts(front, "/inbox/ack", {"notices": b"", "of_posts": text}),
        await posts(front, f"/cases/{place}/events", {"type": b"noted", "text": text}),
        await posts(front, f"/cases/{place}/full", {"purpose": "回访".encode()}),
        await posts(front, f"/cases/{place}/print", {"copy": b"1"}),
        await posts(front, "/login", {"key": text}),
    ]

    is_answered(answers)
    assert {303, 401, 404, 409, 422} >= {answer.status_code for answer in answers}


async def test_what_is_asked_about_the_rooms_of_another_estate_is_always_answered_alike(
    lonely: Office, front: Desk
) -> None:
    await lonely.pool.execute("insert into buildings (estate, code, name) values ('XY', '1', '一'), ('XY', '2', '二')")
    await lonely.pool.execute(
        "insert into rooms (estate, code, building) values ('XY', '2-101', '2'), ('XY', '1-101', '1')"
    )
    asked = [("1", "2-101"), ("1", "101"), ("2", "101"), ("1", "9-999"), ("", "2-101")]

    answers = [
        await front.sends("/repairs/new", FILLED | {"estate": "XY", "building": building, "room": room})
        for building, room in asked
    ]

    told = {
        (answer.status_code, *re.findall(r'class="(?:wrong|problem)"[^>]*>([^<]*)', answer.text)) for answer in answers
    }
    assert 1 == len(told), told
    assert "没有这个小区" in unescape(str(told))
