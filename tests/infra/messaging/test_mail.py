"""Mail against a real SMTP server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import ValidationError

from infra.messaging.channel import Contact, Message, Receipt, Refused, TryLater, Unanswered, Unreached
from infra.messaging.mail import Mail
from infra.messaging.settings import MailSettings
from tests.infra.messaging.receiver import HANG, receiving

STAFF = Contact(email="staff-a@example.invalid")
MESSAGE = Message(key="0190-key", text="REP-20261122-00001 10分钟内到场", urgent=True)


class Postbox:
    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 OK queued as 4F21"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.letters.append(envelope)
        return self.data_answer


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail(postbox: Postbox, unused_tcp_port: int) -> Iterator[Mail]:
    controller = Controller(postbox, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    yield towards(unused_tcp_port)
    controller.stop()


def towards(port: int) -> Mail:
    settings = MailSettings(host="127.0.0.1", port=port, sender="desk@example.invalid", security="none")
    return Mail(settings, timeout=timedelta(seconds=0.5))


async def test_the_queue_id_of_the_server_is_the_receipt(mail: Mail, postbox: Postbox) -> None:
    outcome = await mail.send(MESSAGE, STAFF)

    content = postbox.letters[0].content
    assert isinstance(content, bytes)
    assert Receipt(id="OK queued as 4F21") == outcome
    assert postbox.letters[0].rcpt_tos == ["staff-a@example.invalid"]
    assert b"Message-ID: <0190-key@example.invalid>" in content


@pytest.mark.parametrize("field", ["recipient_answer", "data_answer"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("451 try again", TryLater(code="smtp_451", after=timedelta(seconds=60))),
        ("550 no such user", Refused(code="smtp_550")),
    ],
)
async def test_4xx_passes_and_5xx_stays(
    mail: Mail, postbox: Postbox, field: str, answer: str, expected: object
) -> None:
    setattr(postbox, field, answer)

    outcome = await mail.send(MESSAGE, STAFF)

    assert expected == outcome


async def test_no_server_is_certainly_not_delivered(unused_tcp_port: int) -> None:
    outcome = await towards(unused_tcp_port).send(MESSAGE, STAFF)

    assert Unreached(code="SMTPConnectError") == outcome


async def test_a_server_that_never_greets_is_not_reached_within_the_time_limit() -> None:
    async with receiving() as receiver:
        receiver.otherwise = HANG

        outcome = await towards(receiver.port).send(MESSAGE, STAFF)

    assert isinstance(outcome, Unreached | Unanswered)


def test_clear_text_to_another_machine_is_refused() -> None:
    with pytest.raises(ValidationError, match="loopback only"):
        MailSettings(host="mail.example", port=25, sender="a@example.invalid", security="none")
