"""What stands before every page: requests for other hosts are refused, every response gets the strict headers.

A page on the web that points its own name at 127.0.0.1 would otherwise read what this server shows, and any page could
send it a form.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

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


class Guard:
    """ASGI middleware around the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                scripted = told.get("Content-Security-Policy") == SCRIPTED["Content-Security-Policy"]
                opened = "Access-Control-Allow-Origin" in told
                kept = {"Cache-Control": told["Cache-Control"]} if opened and "Cache-Control" in told else {}
                told.update(HEADERS | (SCRIPTED if scripted else {}) | (OPEN if opened else {}) | kept)
            await send(message)

        headers = Headers(scope=scope)
        named, answer = headers.getlist("host"), self._app
        if len(named) != 1 or host_of(named[0]) not in LOOPBACK:
            answer = PlainTextResponse("hubbub answers only under the name localhost or 127.0.0.1.\n", 400)
        elif scope["method"] not in ("GET", "HEAD", "OPTIONS") and is_foreign(headers):
            answer = PlainTextResponse("Another site sent this. hubbub does only what its own pages ask for.\n", 403)
        await answer(scope, receive, guarded)
