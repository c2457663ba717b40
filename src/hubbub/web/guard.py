"""What stands before every page: who asks is found out, what is not for them is refused, answers get strict headers.

A page on the web that points its own name at 127.0.0.1 would otherwise read what this server shows, and any page could
send it a form.
"""

from collections.abc import Callable, Collection
from http.cookies import CookieError, SimpleCookie
from secrets import compare_digest
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubbub.access import Access, Lock, form_token
from hubbub.web.rights import SAFE, Asked, is_always_open, refused

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_FORM = 1 << 16  # bytes
FORM_TOKEN = "form_token"  # the field of every form  # noqa: S105

# Pages carry no script but those of SCRIPTED, so none may run. The bookmarklet is a link that the browser runs on other
# pages.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Pages that ask for it by this header draw a picture by scripts of our own, from what this server tells.
SCRIPTED = {"Content-Security-Policy": f"{CSP}; script-src 'self'; connect-src 'self'"}
# What is meant for pages of other sites, as badges are, asks for it by the first of these.
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with "no-referrer" a browser would not say whose form it sends
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
# What is told to one person is kept by no cache, not even by the browser's once they have logged out.
PERSONAL = {"Cache-Control": "private, no-store"}


def host_of(header: str) -> str:
    """The name in a Host header, without port and brackets."""
    name, colon, port = header.rpartition(":")
    if not colon or not port.isdigit():
        name = header
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name.lower()


def is_foreign(headers: Headers) -> bool:
    """Say whether another site's page sends this: browsers tell by the one header, older ones by the other."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def cookie_name(scheme: str) -> str:
    """The name of the session's cookie; what is set over TLS, browsers take from this very host alone."""
    return "__Host-hubbub" if scheme == "https" else "hubbub"


class Guard:
    """ASGI middleware around the app. `names` are those it answers to beside this machine's own.

    With `exposed`, others than the person at the machine can reach it, so that a store without users lets nobody write.
    `refuse` makes the answer to who has no right, in the form that the path's readers know.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        refuse: Callable[[Request, Exception], Response],
        names: Collection[str] = (),
        exposed: bool = False,
    ) -> None:
        self._app, self._access, self._refuse, self._exposed = app, access, refuse, exposed
        self._names = LOOPBACK.union(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # the server answers it as GET, and itself leaves the body out
            scope = {**scope, "method": "GET"}
        headers, asked = Headers(scope=scope), None
        named, answer = headers.getlist("host"), self._app
        if len(named) != 1 or host_of(named[0]) not in self._names:
            told = ", ".join(sorted(self._names - LOOPBACK)) or "localhost or 127.0.0.1"
            answer = PlainTextResponse(f"hubbub answers only under the name {told}.\n", 400)
        elif scope["method"] not in SAFE and is_foreign(headers):
            answer = PlainTextResponse("Another site sent this. hubbub does only what its own pages ask for.\n", 403)
        else:
            asked = await self._asked(scope, headers)
            scope.setdefault("state", {})["asked"] = asked
            try:
                receive = await self._let_in(scope, headers, receive, asked)
            except HTTPException as error:
                answer = self._refuse(Request(scope), error)
        await answer(scope, receive, self._guarded(scope, send, asked))

    async def _asked(self, scope: Scope, headers: Headers) -> Asked:
        held = self._access.known
        if held is None:
            held = await run_in_threadpool(self._access.look)
        lock = Lock(held.users or self._exposed, held.private)
        who, token = None, None
        if lock.users:  # nothing is looked up for who shows nothing
            if bearer := _bearer(headers):
                who = await run_in_threadpool(self._access.by_token, bearer)
            elif secret := secret_of(scope, headers):
                who = await run_in_threadpool(self._access.by_session, secret)
                token = form_token(secret) if who else None
        return Asked(self._access, lock, who, scope["method"] not in SAFE, token)

    async def _let_in(self, scope: Scope, headers: Headers, receive: Receive, asked: Asked) -> Receive:
        """Refuse who shows a wrong token, reads what is private, or sends no form of their own."""
        if asked.lock.users and asked.who is None and _bearer(headers):
            raise HTTPException(401, "This token is not valid.", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        closed = asked.lock.users and asked.lock.private and not is_always_open(scope["path"])
        if closed and asked.who is None and scope["method"] != "OPTIONS":  # browsers ask that without a key
            raise refused(None)
        if not asked.writes or asked.form_token is None:
            return receive
        sent = await body_of(receive)
        told = parse_qs(sent.decode("latin-1"), max_num_fields=1000).get(FORM_TOKEN, [""])[-1]
        if not compare_digest(told.encode("latin-1", "replace"), asked.form_token.encode()):
            raise HTTPException(403, "This form is of another session. Load the page anew and send it again.")
        return _replayed(sent, receive)

    def _guarded(self, scope: Scope, send: Send, asked: Asked | None) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                scripted = told.get("Content-Security-Policy") == SCRIPTED["Content-Security-Policy"]
                opened = "Access-Control-Allow-Origin" in told
                kept = {"Cache-Control": told["Cache-Control"]} if opened and "Cache-Control" in told else {}
                if asked and asked.is_personal and not is_always_open(scope["path"]):
                    kept = PERSONAL
                told.update(HEADERS | (SCRIPTED if scripted else {}) | (OPEN if opened else {}) | kept)
                if asked and asked.writes and asked.route and message["status"] < 400:
                    about = asked.about or scope["path"]
                    await run_in_threadpool(self._access.log, asked.by(asked.route), about)
            await send(message)

        return guarded


def secret_of(scope: Scope, headers: Headers) -> str | None:
    """The secret of the session that a browser shows."""
    try:
        cookies = SimpleCookie("; ".join(headers.getlist("cookie")))
    except CookieError:
        return None
    shown = cookies.get(cookie_name(scope["scheme"]))
    return shown.value if shown and shown.value else None


def _bearer(headers: Headers) -> str | None:
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


async def body_of(receive: Receive, longest: int = LONGEST_FORM) -> bytes:
    """What a request sends. Raises HTTPException, 413, where that is more than so many bytes."""
    sent, more = b"", True
    while more:
        message = await receive()
        sent += message.get("body", b"")
        more = message.get("more_body", False)
        if len(sent) > longest:
            raise HTTPException(413, "That is more than a form of hubbub holds.")
    return sent


def _replayed(sent: bytes, receive: Receive) -> Receive:
    """Receive the body that was read already, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": sent, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
