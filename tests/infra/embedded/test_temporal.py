"""The embedded Temporal keeps its cases, ends with its parent, and says plainly why it will not start."""

import asyncio
import os
import re
import select
import socket
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from infra.embedded.child import free_port
from infra.embedded.temporal import start_temporal
from infra.errors import CannotStart
from tests.infra.programs import start

KEEPS = """
import sys, threading
from pathlib import Path
from infra.embedded.child import free_port
from infra.embedded.temporal import start_temporal
server = start_temporal(Path(sys.argv[1]), port=free_port(), ui_port=None)
print(server.child.process.pid, flush=True)
threading.Event().wait()
"""


async def test_a_case_is_still_there_after_the_server_was_killed(tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    first = await asyncio.to_thread(start_temporal, tmp_path, port=port, ui_port=ui_port, namespace="desk")
    client = await Client.connect(first.address, namespace="desk")
    await client.start_workflow("样例", id="kept", task_queue="nobody")
    async with httpx2.AsyncClient() as browser:
        page = await browser.get(f"{first.ui_url}/namespaces/desk/workflows")
    first.child.process.kill()
    first.stop()

    second = start_temporal(tmp_path, port=port, ui_port=None, namespace="desk")

    again = await Client.connect(second.address, namespace="desk")
    assert page.status_code == 200
    assert (await again.get_workflow_handle("kept").describe()).id == "kept"
    second.stop()


async def test_a_killed_parent_takes_the_server_along(tmp_path: Path) -> None:
    parent = start(KEEPS, str(tmp_path))
    assert parent.stdout is not None
    server = os.pidfd_open(int(await asyncio.to_thread(parent.stdout.readline)))

    parent.kill()
    await asyncio.to_thread(parent.communicate)

    ended, _, _ = await asyncio.to_thread(select.select, [server], [], [], 30)
    assert ended == [server]
    os.close(server)


@pytest.mark.parametrize("which", ["port", "ui_port"])
def test_a_taken_port_is_named_with_the_setting_to_change(tmp_path: Path, which: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        ports = {"port": free_port(), "ui_port": free_port(), which: number}

        with pytest.raises(
            CannotStart, match=re.compile(f"port {number} .* is taken.*set LIYUAN_TEMPORAL_", re.DOTALL)
        ):
            start_temporal(tmp_path, **ports)

    assert not (tmp_path / "temporal.db").exists()


def test_a_damaged_database_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    damaged = b"this is no database at all " * 100
    (tmp_path / "temporal.db").write_bytes(damaged)

    with pytest.raises(CannotStart, match="is damaged; it was left as it is"):
        start_temporal(tmp_path, port=free_port(), ui_port=None)

    assert (tmp_path / "temporal.db").read_bytes() == damaged
