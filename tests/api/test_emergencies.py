"""The call of an emergency is taken from whoever has used up the requests of the second; nothing else is."""

import limits
import pytest

from tests.api.office import CALL, Office

DESK = "fd-1"


@pytest.fixture
async def used_up(lonely: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The front desk has asked as often as it may."""
    monkeypatch.setattr(lonely.house.rates, "person", limits.parse("1/day"))
    await lonely.get("/v1/cases", DESK)
    return lonely


@pytest.mark.parametrize("situation", ["水管爆裂", "电路短路", "水浸", "停电", "停水", "马桶堵塞"])
async def test_an_emergency_is_taken_over_the_quota(used_up: Office, situation: str) -> None:
    answer = await used_up.post("/v1/repairs", CALL | {"situation": situation}, DESK)

    assert 202 == answer.status_code, answer.text


@pytest.mark.parametrize("call", [CALL, CALL | {"situation": "一般"}, [], {"situation": ["停电"]}, {"content": "停电"}])
async def test_any_other_call_waits(used_up: Office, call: object) -> None:
    answer = await used_up.post("/v1/repairs", call, DESK)

    assert 429 == answer.status_code, answer.text


async def test_an_emergency_of_nobody_known_is_not_taken(used_up: Office) -> None:
    call = CALL | {"situation": "停电"}

    answer = await used_up.http.post("/v1/repairs", json=call, headers={"Authorization": "Bearer lyd_unknown"})

    assert 401 == answer.status_code
