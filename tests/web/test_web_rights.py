"""Who may do what: every route, asked by everybody, with the wrong right and with the right one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from hubbub.access import Access, Right, Scope
from hubbub.answers import Answers
from hubbub.store import open_store
from hubbub.web import rights
from hubbub.web.api import ROUTES as API_ROUTES
from hubbub.web.app import create_app
from tests.conftest import BY
from tests.web.conftest import PAPER, START, TEXTS, Running, spoken

PASSWORD = "correct horse battery"
# What the names in a path's template stand for.
FILLED = {
    "scheme": "doi", "value:path": PAPER.value, "name:path": "hers", "source": "bluesky", "key:path": "did:plc:0",
    "kind": "opml", "work": f"doi:{PAPER.value}", "shelf": "hers", "account": "did:plc:0", "numbers": "1",
    "name": "bluesky", "form": "atom", "number": "1", "size": "64",
    "window": "1d", "event": "00000000-0000-4000-8000-000000000001",
}  # fmt: skip


# The app that is mounted there reads its paths as they are written, so it is no part of this one.
_API = ["GET /api/v1/", "GET /api/v1/openapi.json", *(f"{one.verb} /api/v1{one.path}" for one in API_ROUTES)]


def routes(app: FastAPI) -> list[str]:
    """Every route of the app as the table names it."""
    found = []

    def walk(told: list[BaseRoute], before: str) -> None:
        for route in told:
            if isinstance(route, Mount):
                found.extend(_API if route.path == "/api/v1" else [f"GET {before}{route.path}"])
            elif isinstance(route, Route):
                found.extend(
                    f"{method} {before}{route.path}" for method in sorted(route.methods or ()) if method != "HEAD"
                )
            elif (inner_router := getattr(route, "original_router", None)) is not None:
                walk(inner_router.routes, before)

    walk(app.routes, "")
    return found


class World(NamedTuple):
    """A server over a store with users, and a key for each who asks."""

    client: httpx.Client
    access: Access
    answers: Answers
    tokens: dict[str, str]


def _client(address: str) -> httpx.Client:
    """A client that keeps no connection: a server closes those that wait, as on a busy machine."""
    return httpx.Client(base_url=address, trust_env=False, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))


def user(access: Access, name: str, scope: Scope, admin: bool = False) -> str:
    """A user with a token."""
    if name not in {one.name for one in access.users()}:
        access.add(name, PASSWORD, admin, BY)
    secret = access.log_in(name, PASSWORD, "192.0.2.1")
    assert secret
    who = access.by_session(secret)
    assert who
    return access.grant(who, "for a test", scope)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[World]:
    with open_store(str(tmp_path_factory.mktemp("rights") / "hubbub.db")) as store:
        with store.writing() as writer:
            writer.keep([spoken(1, PAPER, 0, timedelta(0), TEXTS[0])], START)
            for shelf in ("hers", "others"):
                writer.wanted.shelve(shelf, shelf, "", False, [PAPER])
        answers = Answers(store)
        access = answers.access
        tokens = {
            "admin": user(access, "root", "admin", admin=True), "admin's writer": user(access, "root", "write"),
            "keeper": user(access, "ann", "write"), "keeper's reader": user(access, "ann", "read"),
            "other": user(access, "bob", "write"), "no admin": user(access, "bob", "admin"),
        }  # fmt: skip
        access.keep("ann", "hers", True, BY)
        with running(answers) as address, _client(address) as client:
            yield World(client, access, answers, tokens)


def asked(world: World, route: str, who: str | None, **more: Any) -> httpx.Response:
    method, _, path = route.partition(" ")
    filled = re.sub(r"{([^}]*)}", lambda name: FILLED[name[1]], path)
    headers = {"Authorization": f"Bearer {world.tokens[who]}"} if who else {}
    world.client.cookies.clear()
    return world.client.request(method, filled, headers=headers | more.pop("headers", {}), **more)


def is_let_in(response: httpx.Response) -> bool:
    """Say whether it was for the right that there was an answer; what an empty form comes to is another matter."""
    to_log_in = response.status_code == 303 and response.headers["location"].startswith("/login?next=")
    return response.status_code not in (401, 403) and not to_log_in


def test_a_token_that_is_not_enough_is_named(world: World) -> None:
    told = asked(world, "POST /api/v1/works/{work}/wish", "keeper's reader", json={})
    assert (told.status_code, told.json()["detail"]) == (403, "A token of scope read is not enough for this.")
    told = asked(world, "POST /api/v1/works/{work}/wish", None, json={})
    assert (told.status_code, told.json()["detail"]) == (401, "Please log in for this, or send a token.")


# Who is let in, by right, whether it writes, and whether reading is private.
WHO = {
    "everybody": None, "keeper's reader": "keeper's reader", "keeper": "keeper", "other": "other",
    "no admin": "no admin", "admin's writer": "admin's writer", "admin": "admin",
}  # fmt: skip


def expected(right: Right, writes: bool, private: bool) -> set[str]:
    everybody = set(WHO)
    known, writers = everybody - {"everybody"}, everybody - {"everybody", "keeper's reader"}
    match right:
        case "open":
            return everybody
        case "read":
            return known if private else everybody
        case "people":
            return known
        case "write":
            return writers
        case "shelf":
            return {"keeper", "admin", "admin's writer"} | (set() if writes else {"keeper's reader"})
        case "self":
            return set()  # a token makes no tokens
        case "admin":
            return {"admin"}


APP_ROUTES = routes(create_app(Answers(None)))  # type: ignore[arg-type]  # nothing is asked of it


def test_every_route_has_its_right_and_every_right_its_route() -> None:
    assert set(rights.table()) == set(APP_ROUTES)


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("route", APP_ROUTES)
def test_a_route_lets_in_whom_the_table_says(world: World, route: str, private: bool) -> None:
    world.access.read_by("private" if private else "public", BY)
    path = route.replace("GET /static", "GET /static/hubbub.css")
    right, writes = rights.table()[route], not route.startswith("GET")
    let_in = {name for name, who in WHO.items() if is_let_in(asked(world, path, who))}
    if route == "POST /login":  # it answers 403 to a wrong password
        let_in = set(WHO)
    assert let_in == expected(right, writes, private)


def test_a_browser_may_ask_whether_it_may_send_a_key(world: World) -> None:
    world.access.read_by("private", BY)
    headers = {"Origin": "https://journal.example", "Access-Control-Request-Method": "GET",
               "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    answer = world.client.options("/api/v1/works", headers=headers)
    assert answer.status_code < 300
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert world.client.get("/api/v1/works").status_code == 401
