"""Answers come in; they go out compressed, where the browser or program takes that and it tells nobody anything.

Who sends a cookie may get a page with a secret in it, as the token of a form. Compressed, its length would tell that
secret to whoever can put words beside it and see how long it gets (the attack called BREACH).
"""

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hubbub.tell.bulk import MEDIA

SMALLEST = 1_000  # bytes that are worth it
LEVEL = 6
PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, MEDIA["parquet"][0])


class Compressed:
    """ASGI middleware around an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._packed = app, GZipMiddleware(app, SMALLEST, LEVEL, exclude_content_types=PACKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                if told.get("content-encoding") == "gzip" and told.get("etag", "").startswith('"'):
                    told["etag"] = f"W/{told['etag']}"  # the same answer, but not the same bytes
            await send(message)

        told = dict(scope["headers"]) if scope["type"] == "http" else {}
        if b"gzip" in told.get(b"accept-encoding", b"") and b"cookie" not in told:
            await self._packed(scope, receive, marked)
        else:
            await self._app(scope, receive, send)
