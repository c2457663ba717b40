"""What browsers ask before a page of another site may: the methods of an address come in; whether it may goes out."""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hubbub.web.guard import OPEN

# Whatever a client adds to what it asks: headers change nothing here, and the star alone would not mean a token's.
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


def preflight(methods: Iterable[str], public: bool) -> Response:
    """Say which methods there are, and to pages of other sites that they may read where that is `public`."""
    known = {"OPTIONS", *methods}
    told = {"Allow": ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))}
    return Response(status_code=204, headers=told | (OPEN | PREFLIGHT if public else {}))


class Open(APIRoute):
    """A route that pages of other sites may read."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; browsers ask first without a key, so nobody's right is looked at."""
        if scope["method"] == "OPTIONS":
            methods = self.methods or ()
            await preflight(methods, public="GET" in methods)(scope, receive, send)
        else:
            await super().handle(scope, receive, send)
