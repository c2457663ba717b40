"""Sites of a test on this machine: what stands at which address of which host, and what was asked for."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple


class Page(NamedTuple):
    """An answer."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


class Sites:
    """Pages by host and path, and the requests in their order."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.address = ""


@contextmanager
def sites() -> Iterator[Sites]:
    """Serve sites until the block is left."""
    known = Sites()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            address = f"{self.headers['Host']}{self.path}"
            known.asked.append(f"{self.command} {address}")
            page = known.pages.get(address, Page(status=404))
            body = page.body if isinstance(page.body, bytes) else page.body.encode()
            self.send_response(page.status)
            for name, value in {"Content-Type": "text/html", **page.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_GET = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
