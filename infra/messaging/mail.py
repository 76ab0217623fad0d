"""Mail through the company's server."""

from datetime import timedelta
from email.message import EmailMessage
from ssl import SSLError

import aiosmtplib

from infra.messaging.channel import (
    ChannelName,
    Contact,
    Failure,
    Message,
    Outcome,
    Receipt,
    Refused,
    TryLater,
    Unanswered,
    Unreached,
)
from infra.messaging.settings import MailSettings

_WAIT = timedelta(seconds=60)
_LASTING = 500


class Mail:
    """The Message-ID is made of the message's key, so that a repetition can be told from a new mail."""

    name = ChannelName.MAIL

    def __init__(self, settings: MailSettings, *, timeout: timedelta) -> None:
        self._settings = settings
        self._timeout = timeout.total_seconds()

    def reaches(self, to: Contact) -> bool:
        return bool(to.email)

    async def send(self, message: Message, to: Contact) -> Outcome:
        """The receipt is the server's last answer, which names its queue id."""
        chosen = self._settings
        client = aiosmtplib.SMTP(
            hostname=chosen.host,
            port=chosen.port,
            timeout=self._timeout,
            use_tls=chosen.security == "tls",
            start_tls=chosen.security == "starttls",
            username=chosen.username or None,
            password=chosen.password.get_secret_value() or None,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError, SSLError) as unreached:
            return _failed(unreached, else_=Unreached(code=type(unreached).__name__))
        try:
            _, answer = await client.send_message(self._letter(message, to))
        except (aiosmtplib.SMTPException, OSError) as failure:
            return _failed(failure, else_=Unanswered(code=type(failure).__name__))
        finally:
            client.close()
        return Receipt(id=answer[:200])

    def _letter(self, message: Message, to: Contact) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._settings.sender
        letter["To"] = to.email
        letter["Subject"] = self._settings.subject
        letter["Message-ID"] = f"<{message.key}@{self._settings.sender.rpartition('@')[2]}>"
        if message.urgent:
            letter["X-Priority"] = "1"
        letter.set_content(message.text)
        return letter


def _failed(error: Exception, *, else_: Failure) -> Failure:
    """RFC 5321: a 4xx answer passes, a 5xx stays. Without an answer, ``else_``."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return else_
    if error.code < 0:
        return else_
    code = f"smtp_{error.code}"
    return Refused(code=code) if error.code >= _LASTING else TryLater(code=code, after=_WAIT)
