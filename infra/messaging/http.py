"""One POST to a messaging provider, judged by what is really in the answer."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from infra.messaging.channel import Failure, Refused, TryLater, Unanswered, Unreached


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a 2xx answer says: the fields of its JSON object."""

    fields: Mapping[str, object]


_MOST_BYTES = 65_536
_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)


def open_client(*, timeout: timedelta, proxy: str | None = None) -> httpx2.AsyncClient:
    """A client without redirects and environment. Its loggers are silenced: they print addresses, which hold keys."""
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx2.AsyncClient(timeout=timeout.total_seconds(), follow_redirects=False, trust_env=False, proxy=proxy)


class Line:
    """Posts JSON and returns the JSON object of a 2xx answer, or what the lack of one means."""

    def __init__(self, client: httpx2.AsyncClient, *, timeout: timedelta) -> None:
        self._client = client
        self._timeout = timeout.total_seconds()

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | Failure:
        """Ends within the time limit even if the other side dribbles; reads 64 KB at most."""
        sent = {"content-type": "application/json; charset=utf-8", **(headers or {})}
        try:
            async with asyncio.timeout(self._timeout):
                async with self._client.stream("POST", url, content=body, params=params, headers=sent) as response:
                    return _judged(response, await _read(response))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as unreached:
            return Unreached(code=type(unreached).__name__)
        except (httpx2.HTTPError, TimeoutError) as silence:
            return Unanswered(code=type(silence).__name__)


async def _read(response: httpx2.Response) -> bytes:
    read = bytearray()
    async for chunk in response.aiter_bytes():
        read += chunk
        if len(read) > _MOST_BYTES:
            return b""
    return bytes(read)


def _judged(response: httpx2.Response, body: bytes) -> Answer | Failure:
    status = f"http_{response.status_code}"
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return TryLater(code=status, after=_retry_after(response))
    if response.is_server_error:
        return Unanswered(code=status)
    if not response.is_success:
        return Refused(code=status)
    try:
        answer = json.loads(body)
    except ValueError:
        return Unanswered(code="no_receipt")
    return Answer(fields=answer) if isinstance(answer, dict) else Unanswered(code="no_receipt")


def _retry_after(response: httpx2.Response) -> timedelta:
    asked = response.headers.get("retry-after", "")
    return min(timedelta(seconds=int(asked)), _LONGEST_WAIT) if asked.isascii() and asked.isdigit() else _WAIT
