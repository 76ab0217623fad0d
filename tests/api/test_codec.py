"""Who reads a case's payloads in the Web UI through the API, and what may be sealed for sending from there."""

import json
from base64 import b64encode
from collections.abc import Mapping

import pytest
from temporalio.api.common.v1 import Payload

from api.codec import is_from_web_ui, is_local
from api.door import COOKIE
from api.tokens import new_session
from infra.codec_server import Asking
from infra.settings import Settings
from tests.api.office import Office

WEB_UI = "http://127.0.0.1:8233"
NOBODY: dict[str, list[object]] = {"payloads": []}


def _json(value: object) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value).encode())


def _settings(changed: Mapping[str, object]) -> Settings:
    return Settings.model_validate({"mode": "embedded", "web_ui_url": WEB_UI}).model_copy(update=changed)


@pytest.mark.parametrize(("staff", "status"), [("cs-1", 200), ("en-1", 200), ("rp-1", 403), ("fi-1", 403)])
async def test_a_session_counts_by_its_posts_even_on_this_machine(office: Office, staff: str, status: int) -> None:
    principal = await office.house.desk.principals.by_id(staff)
    assert principal is not None
    cookie = f"{COOKIE}={new_session(principal, office.settings)}"

    answer = await office.http.post("/codec/decode", json=NOBODY, headers={"origin": WEB_UI, "cookie": cookie})

    assert status == answer.status_code


@pytest.mark.parametrize(("origin", "status"), [({"origin": WEB_UI}, 200), ({}, 403), ({"origin": "http://evil"}, 403)])
async def test_without_a_session_only_our_own_web_ui_on_this_machine_reads(
    office: Office, origin: dict[str, str], status: int
) -> None:
    answer = await office.http.post("/codec/decode", json=NOBODY, headers=origin)

    assert status == answer.status_code


@pytest.mark.parametrize(
    ("changed", "host"),
    [({"mode": "server"}, "127.0.0.1"), ({}, "192.0.2.7"), ({"web_ui_url": "http://desk.example:8233"}, "127.0.0.1")],
)
def test_nobody_counts_as_local_elsewhere(changed: dict[str, object], host: str) -> None:
    settings = _settings(changed)
    asking = Asking(headers={"origin": settings.web_ui_url}, host=host)

    assert is_local(Asking(headers={"origin": WEB_UI}, host="127.0.0.1"), _settings({}))
    assert not is_local(asking, settings)


@pytest.mark.parametrize(
    ("sent", "sealed"),
    [
        ({"by": "cs-1", "text": "催一下"}, True),
        ({"by": "cm-1", "key": "REP-124", "until": "2026-11-22T10:30:00+08:00"}, True),
        ({"text": "没有人"}, False),
        ({"by": ""}, False),
        ({"by": "cs-1", "act": {}}, False),
        ({"act": {"by": {"id": "rp-1"}}}, False),
        ([{"by": "cs-1"}], False),
    ],
)
def test_only_a_supervisors_message_is_sealed(sent: object, sealed: bool) -> None:  # noqa: FBT001  # a table
    assert sealed == is_from_web_ui(_json(sent))


async def test_what_the_api_sends_cannot_be_sealed_there(office: Office) -> None:
    act = _json({"act": {"event": {"type": "arrived_on_site"}}})
    metadata = {"encoding": b64encode(b"json/plain").decode()}
    body = {"payloads": [{"metadata": metadata, "data": b64encode(act.data).decode()}]}

    answer = await office.http.post("/codec/encode", json=body, headers={"origin": WEB_UI})

    assert answer.status_code == 422
