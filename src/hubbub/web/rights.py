"""The right that each route asks for: a request that was routed comes in; it goes on, or is refused.

`rights.toml` is the one table of it. The guard has said who asks; here the route is known.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hubbub.access import RIGHTS, Access, By, Lock, Right, Who, may
from hubbub.answers import somebody

SAFE = ("GET", "OPTIONS")  # HEAD is answered as GET


class Asked:
    """A request: who asks, what holds for everybody, and what it came to for the audit log.

    `who` is None for everybody; where `lock.users` is false, that is the person at the machine, who may do all.
    """

    def __init__(self, access: Access, lock: Lock, who: Who | None, writes: bool, form_token: str | None) -> None:
        self.access, self.lock, self.who, self.writes, self.form_token = access, lock, who, writes, form_token
        self.route: str | None = None
        self.about: str | None = None

    @property
    def name(self) -> str:
        """Who asks, as it is kept with what they say."""
        return self.who.name if self.who else somebody()

    def by(self, route: str) -> By:
        """Who changes something by a route."""
        return By(self.name, route)

    @property
    def is_personal(self) -> bool:
        """Say whether the answer is for this person alone."""
        return self.lock.users and (self.who is not None or self.lock.private)

    def may(self, right: Right, shelf: str | None = None) -> bool:
        """Say whether somebody has a right, to read or to write as the request does. May read the store for `shelf`."""
        who = self.who

        def keeps() -> bool:
            return who is not None and shelf is not None and self.access.keeps(who, shelf)

        return not self.lock.users or may(right, who, self.writes, self.lock.private, keeps)

    def sees(self, path: str, shelf: str | None = None) -> bool:
        """Say whether somebody may see the pages at a path, as the table has it. May read the store for `shelf`."""
        return self.may(table().get(f"GET {path}", "admin"), shelf)


@cache
def table() -> Mapping[str, Right]:
    """The right by the route: its method and its path as a template."""
    told = tomllib.loads(files(__package__).joinpath("rights.toml").read_text("utf-8"))
    return {route: right for right in RIGHTS for route in told.get(right, ())}


@cache
def _always() -> tuple[frozenset[str], tuple[str, ...]]:
    """Paths that are open to everybody, and the beginnings of such."""
    paths = [route.partition(" ")[2] for route, right in table().items() if right == "open"]
    return frozenset(paths), ("/static/",)


def is_always_open(path: str) -> bool:
    """Say whether a path is answered to everybody, also where reading is private."""
    exact, beginnings = _always()
    return path in exact or path.startswith(beginnings)


def asked_by(request: Request) -> Asked:
    """What the guard knows of a request."""
    asked: Asked = request.scope["state"]["asked"]
    return asked


async def check(request: Request) -> None:
    """Refuse what somebody has no right to: 401 where it may help to log in, else 403."""
    await check_route(request, f"{request.method} {request.scope['route'].path}", request.path_params.get("name"))


async def check_route(request: Request, route: str, shelf: str | None) -> None:
    """Refuse the same where an app that is mounted says which route of the table it is, and of which shelf."""
    asked = asked_by(request)
    right = table().get(route, "admin")
    asked.route = None if right in ("open", "read") else route  # a question may be sent as well
    if right == "shelf":  # the one right that asks the store
        allowed = await run_in_threadpool(asked.may, right, shelf)
    else:
        allowed = asked.may(right)
    if not allowed:
        raise refused(asked.who)


def refused(who: Who | None) -> HTTPException:
    """Why not: who has not said who they are is asked to."""
    if who is None:
        return HTTPException(401, "Please log in for this, or send a token.", {"WWW-Authenticate": "Bearer"})
    if who.session is None:
        return HTTPException(403, f"A token of scope {who.scope} is not enough for this.")
    return HTTPException(403, "You are logged in, but this is not yours to see or to do. An admin may change that.")
