"""The real servers behind the tests: started on first need, once for all xdist workers, stopped in order at the end.

One thread of the controlling process owns them, so the kernel stops them should that process be killed.
"""

import asyncio
import json
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg

from infra.embedded.child import free_port
from infra.embedded.postgres import EmbeddedPostgres, start_postgres
from infra.embedded.temporal import EmbeddedTemporal, start_skipping_server, start_temporal
from infra.postgres.migrate import migrate

TEMPLATE = "liyuan_template"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # it would go round all databases, which live for minutes
    "max_connections": "200",
}
PATIENCE = 110


class Servers:
    """Answers ``ask(kind)`` over a socket; ``kind`` is postgres, temporal_dev or temporal_skipping."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="liyuan-tests-"))
        self.folder.chmod(0o711)  # the service user of PostgreSQL passes through
        self.socket = self.folder / "servers.sock"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen(64)
        self._running: list[EmbeddedPostgres | EmbeddedTemporal] = []
        self._answers: dict[str, str] = {}
        self._thread = threading.Thread(target=self._serve, name="servers")
        self._thread.start()

    def close(self) -> None:
        ask(self.socket, "stop")
        self._thread.join()
        self._listener.close()
        shutil.rmtree(self.folder)

    def _serve(self) -> None:
        kinds: dict[str, Callable[[], str]] = {
            "postgres": self._postgres,
            "temporal_dev": self._temporal_dev,
            "temporal_skipping": self._temporal_skipping,
        }
        while True:
            connection, _ = self._listener.accept()
            with connection:
                kind = connection.recv(100).decode()
                if kind == "stop":
                    for server in reversed(self._running):
                        server.stop()
                    connection.sendall(b'{"is": "stopped"}')
                    return
                try:
                    if kind not in self._answers:
                        self._answers[kind] = kinds[kind]()
                    answer = {"is": self._answers[kind]}
                except Exception as problem:  # noqa: BLE001 - the asking test reports it
                    answer = {"problem": f"{type(problem).__name__}: {problem}"}
                connection.sendall(json.dumps(answer).encode())

    def _postgres(self) -> str:
        server = start_postgres(self.folder, options=FAST)
        self._running.append(server)
        asyncio.run(_make_template(server))
        return server.dsn()

    def _temporal_dev(self) -> str:
        server = start_temporal(self.folder / "dev", port=free_port(), ui_port=free_port())
        self._running.append(server)
        return server.address

    def _temporal_skipping(self) -> str:
        server = start_skipping_server(self.folder, port=free_port())
        self._running.append(server)
        return server.address


async def _make_template(server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute(f"create database {TEMPLATE}")
    finally:
        await connection.close()
    await migrate(server.dsn(TEMPLATE))


def ask(path: Path, kind: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        connection.sendall(kind.encode())
        answer = json.loads(connection.recv(10_000))
    if "problem" in answer:
        raise RuntimeError(answer["problem"])
    return str(answer["is"])
