"""The signed webhook: one POST to a gateway of the company, usually for SMS."""

import hashlib
import hmac
import json
import time

from infra.messaging.channel import ChannelName, Contact, Message, Outcome, Receipt, Refused, TryLater, Unanswered
from infra.messaging.http import Answer, Line
from infra.messaging.pace import Pace
from infra.messaging.settings import WebhookSettings


class Webhook:
    """Body ``{"id", "to", "text", "urgent"}``, headers ``X-Desk-Id``, ``X-Desk-Timestamp``, ``X-Desk-Signature``.

    The signature is the hex HMAC-SHA256 of ``timestamp.id.body``. The gateway must drop an id it has already sent,
    refuse a timestamp over five minutes off, and answer ``{"code": 0, "receipt": "..."}``.
    """

    name = ChannelName.WEBHOOK

    def __init__(self, settings: WebhookSettings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self._pace = Pace(settings.per_minute)

    def reaches(self, to: Contact) -> bool:
        return bool(to.phone)

    async def send(self, message: Message, to: Contact) -> Outcome:
        if wait := await self._pace.turn(urgent=message.urgent):
            return TryLater(code="own_limit", after=wait)
        content = {"id": message.key, "to": to.phone, "text": message.text, "urgent": message.urgent}
        body = json.dumps(content, ensure_ascii=False).encode()
        moment = str(int(time.time()))
        signed = f"{moment}.{message.key}.".encode() + body
        signature = hmac.new(self._settings.secret.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
        answer = await self._line.post(
            self._settings.url,
            body,
            headers={
                "x-desk-id": message.key,
                "x-desk-timestamp": moment,
                "x-desk-signature": signature,
                "idempotency-key": message.key,
            },
        )
        if not isinstance(answer, Answer):
            return answer
        code, receipt = answer.fields.get("code"), answer.fields.get("receipt")
        if code == 0 and isinstance(receipt, str) and receipt:
            return Receipt(id=receipt[:200])
        if isinstance(code, int) and code != 0:
            return Refused(code=str(code))
        return Unanswered(code="no_receipt")
