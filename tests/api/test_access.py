"""Who gets in and what he may do: keys, tokens, posts, estates; every route says which right it asks for."""

import base64
import secrets
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi import APIRouter, FastAPI

from api import app as application
from api.door import DeskRoute, refuse_undeclared
from api.rights import NoRightDeclared
from api.tokens import subject_of
from domain.people import POSTS, Role
from infra.reference.principals import Grant, grant, revoke
from infra.settings import Settings
from tests.api.office import CALL, Office

READS = ("/v1/cases", "/v1/cases/{no}", "/v1/cases/{no}/timeline", "/v1/inbox")


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"Authorization": "Bearer lyd_wrong"},
        {"Authorization": "Basic bHlkX3g6eA=="},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYWxsLWNlbnRlciJ9."},
        {"Authorization": "Bearer " + "x" * 5000},
    ],
)
async def test_without_a_good_key_nothing_is_answered(lonely: Office, credentials: dict[str, str]) -> None:
    lonely.forgive()
    answers = [await lonely.http.get(path.format(no="REP-20261122-00001"), headers=credentials) for path in READS]
    answers.append(await lonely.http.post("/v1/repairs", headers=credentials, content=b"{"))

    assert {401} == {answer.status_code for answer in answers}
    assert {"Bearer"} == {answer.headers["www-authenticate"].split()[0] for answer in answers}


async def test_a_good_key_beside_a_bad_token_is_refused(lonely: Office) -> None:
    lonely.forgive()
    both = [("Authorization", f"Bearer {lonely.keys['fd-1']}"), ("Authorization", "Bearer bad")]

    answer = await lonely.http.get("/v1/cases", headers=both)

    assert 401 == answer.status_code


async def test_many_failures_from_one_address_must_wait(lonely: Office) -> None:
    lonely.forgive()

    answers = [await lonely.http.get("/v1/cases", headers={"Authorization": "Bearer bad"}) for _ in range(40)]

    assert 401 == answers[0].status_code
    assert 429 == answers[-1].status_code
    assert int(answers[-1].headers["retry-after"]) > 0
    lonely.forgive()


async def test_another_estates_case_looks_like_none_at_all(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    nowhere = "REP-20200101-00001"

    foreign = [await lonely.get(path.format(no=no), "other-estate") for path in READS[1:3]]
    absent = [await lonely.get(path.format(no=nowhere), "other-estate") for path in READS[1:3]]
    posted = await lonely.does(no, {"type": "noted", "text": "x"}, "other-estate")
    opened = await lonely.post("/v1/repairs", CALL, "other-estate")

    assert [404] * 5 == [answer.status_code for answer in (*foreign, *absent, posted)]
    assert (422, ["XY"]) == (opened.status_code, opened.json()["allowed"])
    assert [answer.json() for answer in foreign] == [answer.json() for answer in absent]
    assert [] == (await lonely.get("/v1/cases", "other-estate")).json()["cases"]
    assert [] == (await lonely.get("/v1/inbox", "other-estate")).json()["notices"]


async def test_a_repairer_may_not_open_a_case_nor_an_engineer_print(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    opened = await lonely.post("/v1/repairs", CALL, "rp-1")
    printed = await lonely.prints(no, "rp-1")
    assigned = await lonely.does(no, {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}, "fd-1")

    assert [403, 403, 403] == [opened.status_code, printed.status_code, assigned.status_code]
    assert ["工程部主管"] == assigned.json()["allowed"]


async def test_a_person_speaks_for_nobody_else_and_a_system_lends_only_its_own_posts(lonely: Office) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]

    for_another = await lonely.does(no, {"type": "noted", "text": "x"}, "fd-1", by="fd-2")
    nobody = await lonely.does(no, {"type": "noted", "text": "x"}, by="nobody-1")
    not_his = await lonely.does(no, {"type": "engineering_notified"}, by="rp-1")
    his = await lonely.does(no, {"type": "engineering_notified"}, by="fd-2")

    assert [403, 422, 403, 202] == [answer.status_code for answer in (for_another, nobody, not_his, his)]


async def test_a_key_taken_back_stops_working(lonely: Office) -> None:
    before = await lonely.get("/v1/cases", "fd-6")
    async with lonely.pool.acquire() as connection:
        await revoke(connection, "fd-6")
    lonely.house.desk.principals.forget()

    after = await lonely.get("/v1/cases", "fd-6")

    assert [200, 401] == [before.status_code, after.status_code]
    lonely.forgive()


async def test_a_call_lies_not_in_the_future_and_far_back_only_for_a_supervisor(lonely: Office) -> None:
    now = datetime.now(UTC)
    later, long_ago = (now + timedelta(minutes=5)).isoformat(), (now - timedelta(hours=2)).isoformat()

    future = await lonely.post("/v1/repairs", CALL | {"call_started_at": later}, "fd-1")
    late = await lonely.post("/v1/repairs", CALL | {"call_started_at": long_ago}, "fd-1")
    by_supervisor = await lonely.post("/v1/repairs", CALL | {"call_started_at": long_ago}, "cs-1")

    assert [409, 409, 202] == [answer.status_code for answer in (future, late, by_supervisor)]
    assert "bad_time" == future.json()["code"] == late.json()["code"]


def with_tokens(settings: Settings) -> tuple[Settings, bytes]:
    key = secrets.token_bytes(32)
    access = {"token_keys": {"a": base64.b64encode(key).decode()}}
    return Settings.model_validate(
        {"mode": "embedded", "data_folder": settings.data_folder, "postgres_dsn": settings.dsn, "access": access}
    ), key


def claims(**changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    whole = {
        "sub": "fd-1",
        "iss": "liyuan",
        "aud": "liyuan-desk",
        "iat": now,
        "exp": now + timedelta(hours=1),
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_a_signed_token_names_its_principal(settings: Settings) -> None:
    told, key = with_tokens(settings)

    assert "fd-1" == subject_of(jwt.encode(claims(), key, "HS256", headers={"kid": "a"}), told)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"iss": None},
        {"aud": None},
        {"iss": "other"},
        {"aud": "other"},
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"exp": datetime.now(UTC) + timedelta(days=30)},
    ],
)
def test_a_token_that_lacks_or_overstates_a_claim_is_refused(settings: Settings, changes: dict[str, object]) -> None:
    told, key = with_tokens(settings)

    assert subject_of(jwt.encode(claims(**changes), key, "HS256", headers={"kid": "a"}), told) is None


def test_a_token_of_another_key_or_algorithm_is_refused(settings: Settings) -> None:
    told, key = with_tokens(settings)

    assert subject_of(jwt.encode(claims(), secrets.token_bytes(32), "HS256", headers={"kid": "a"}), told) is None
    assert subject_of(jwt.encode(claims(), key, "HS256", headers={"kid": "b"}), told) is None
    assert subject_of(jwt.encode(claims(), secrets.token_bytes(64), "HS512", headers={"kid": "a"}), told) is None
    assert subject_of(jwt.encode(claims(), "", "none", headers={"kid": "a"}), told) is None


def test_a_route_without_a_declared_right_stops_the_start() -> None:
    async def leak() -> str:
        return "everything"

    with pytest.raises(NoRightDeclared):
        APIRouter(route_class=DeskRoute).get("/leak")(leak)


def test_a_route_beside_the_door_stops_the_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in application.ROUTERS:
        app.include_router(router)
    refuse_undeclared(app)

    app.get("/leak")(lambda: "everything")

    with pytest.raises(NoRightDeclared):
        refuse_undeclared(app)


DESK = {Role.FRONT_DESK, Role.CUSTOMER_SERVICE_SUPERVISOR}
HEADS = {Role.ENGINEERING_SUPERVISOR, Role.COMPANY_MANAGER, Role.ESTATE_DIRECTOR, Role.CENTRE_MANAGER}
MAY = {
    "list": set(POSTS),
    "read": set(POSTS) - {Role.CLEANING},
    "course": set(POSTS) - {Role.CLEANING},
    "inbox": set(POSTS),
    "note": set(POSTS) - {Role.CLEANING},
    "by room": DESK | HEADS | {Role.DUTY_DIRECTOR},
    "personal": DESK | HEADS | {Role.DUTY_DIRECTOR},
    "print": DESK | HEADS,
    "open": DESK,
    "assess": {Role.ENGINEERING_SUPERVISOR, Role.ENGINEERING},
    "extend": {Role.CENTRE_MANAGER},
}
"""The matrix of posts and doings in a repair; the repairer's own order is tested on a real one."""


@pytest.mark.parametrize("post", sorted(POSTS))
async def test_each_post_may_do_what_the_matrix_says_and_nothing_else(lonely: Office, post: Role) -> None:
    no = (await lonely.post("/v1/repairs", CALL)).json()["no"]
    async with lonely.pool.acquire() as connection:
        wish = Grant(name=f"only-{post.name.lower()}", posts=frozenset({post}), estates=frozenset({"LY"}))
        lonely.keys[wish.name] = await grant(connection, wish, replace=True)
    who, by = wish.name, await lonely.holder(post)
    extension = {"type": "extension_granted", "key": "REP-124", "until": "2030-01-01T00:00:00Z", "reason": "配件"}

    answers = {
        "list": await lonely.get("/v1/cases", who),
        "by room": await lonely.post("/v1/cases/search", {"room": "1-101", "purpose": "回访"}, who),
        "read": await lonely.get(f"/v1/cases/{no}", who),
        "course": await lonely.get(f"/v1/cases/{no}/timeline", who),
        "inbox": await lonely.get("/v1/inbox", who),
        "note": await lonely.does(no, {"type": "noted", "text": "x"}, who, by=by),
        "personal": await lonely.get(f"/v1/cases/{no}", who, purpose="回访"),
        "print": await lonely.prints(no, who),
        "open": await lonely.post("/v1/repairs", CALL | {"by": by}, who),
        "assess": await lonely.does(no, {"type": "assessed", "urgency": "常规"}, who, by=by),
        "extend": await lonely.does(no, extension, who, by=by),
    }

    allowed = {doing for doing, answer in answers.items() if answer.status_code not in {403, 404}}
    assert {doing for doing, posts in MAY.items() if post in posts} == allowed
    assert all(answer.status_code in {200, 202, 403, 404, 409} for answer in answers.values())
