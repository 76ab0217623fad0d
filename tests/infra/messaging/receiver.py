"""A real HTTP receiver on loopback that behaves as told: it answers, lies, refuses, hangs or dies."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

HANG = "hang"
DIE_MIDWAY = "die midway"
DIE_AT_ONCE = "die at once"
DRIBBLE = "dribble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        content: dict[str, object] = json.loads(self.body)
        return content


@dataclass(slots=True)
class Receiver:
    """``script`` is used up answer by answer; after that every request gets ``otherwise``."""

    port: int = 0
    otherwise: str | tuple[int, object] = (200, {"errcode": 0, "errmsg": "ok"})
    script: deque[str | tuple[int, object]] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    arrival: asyncio.Condition = field(default_factory=asyncio.Condition)
    gate: asyncio.Event | None = None
    now_inside: int = 0
    most_inside: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def hears(self, count: int) -> None:
        async with self.arrival:
            await self.arrival.wait_for(lambda: len(self.heard) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.heard.append(await _request(reader))
            self.now_inside += 1
            self.most_inside = max(self.most_inside, self.now_inside)
            async with self.arrival:
                self.arrival.notify_all()
            if self.gate:
                await self.gate.wait()
            self.now_inside -= 1
            await self._answer(self.script.popleft() if self.script else self.otherwise, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, answer: str | tuple[int, object], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if answer == HANG:
            await reader.read()
        elif answer == DIE_MIDWAY:
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"errcode"')
            await writer.drain()
        elif answer == DRIBBLE:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.05)
        elif isinstance(answer, tuple):
            status, content = answer
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{extra}connection: close\r\n\r\n".encode()
            )
            writer.write(body)
            await writer.drain()


async def _request(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(first.split(" ")[1])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Heard(path=parts.path, query=query, headers=headers, body=body)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
