"""What stands before every page: requests for other hosts are refused, every response gets the strict headers.

A page on the web that points its own name at 127.0.0.1 would otherwise read what this server shows.
"""

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# Pages carry no script, so none may run. The bookmarklet is a link that the browser runs on other pages.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
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
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(named) == 1 and host_of(named[0]) in LOOPBACK:
            await self._app(scope, receive, guarded)
        else:
            refusal = PlainTextResponse("hubbub answers only under the name localhost or 127.0.0.1.\n", status_code=400)
            await refusal(scope, receive, guarded)
