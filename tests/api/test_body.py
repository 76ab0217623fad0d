"""What the outermost layer makes of a body before anything else sees it."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.body import BodyCap

FORM = b"key=k-1&channel=%E7%94%B5%E8%AF%9D&drill="


async def handed_on(messages: list[Message]) -> list[bytes]:
    """What the application got of a request that arrived as these."""
    got: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # the shape of one
        got.append((await receive())["body"])

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    await BodyCap(app)({"type": "http", "path": "/repairs/new", "headers": []}, receive, send)
    return got


async def test_a_body_that_comes_in_parts_is_handed_on_whole() -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": FORM, "more_body": True},
        {"type": "http.request", "body": b"true", "more_body": False},
    ]

    assert [FORM + b"true"] == await handed_on(parts)


@pytest.mark.parametrize("before", [(), (FORM,)], ids=["nothing", "half a form"])
async def test_of_a_sender_who_is_gone_in_the_middle_nothing_is_recorded(before: tuple[bytes, ...]) -> None:
    parts: list[Message] = [{"type": "http.request", "body": one, "more_body": True} for one in before]

    assert [] == await handed_on([*parts, {"type": "http.disconnect"}])
