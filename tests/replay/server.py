"""A server on this machine that answers as many services do, from the recordings of all sources, or as they fail.

    python tests/replay/server.py FOLDER…

prints the address it listens at. It knows services by the Host header, so clients reach it by HUBBUB_MIRRORS. POST
/-/fault with JSON {"host": …, "fault": …, "times": …} makes a host fail; GET /-/asked lists what was asked for.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from websockets.http11 import Request as WebSocketRequest
from websockets.server import ServerProtocol

HTML = b"<!doctype html><title>Just a moment...</title><p>Checking your browser"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "' + b"&b;" * 1000 + b'">]><a>&c;</a>'


def plain(url: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What tells one request from another: host, path, and parameters in any order."""
    at = urlsplit(url)
    return at.netloc, at.path, tuple(sorted(parse_qsl(at.query, keep_blank_values=True)))


class Replay(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    recorded: ClassVar[dict[tuple[str, object], tuple[int, dict[str, str], bytes]]] = {}
    faults: ClassVar[dict[str, list[str]]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer, or fail."""
        if self.path == "/-/asked":
            self.say(200, json.dumps(self.asked).encode())
            return
        host = self.headers.get("Host", "")
        self.asked.append(f"{self.command} {host}{self.path}")
        waiting = self.faults.get(host, [])
        if waiting:
            FAULTS[waiting.pop(0)](self)
            return
        url = plain(f"https://{host}{self.path}")
        known = self.recorded.get((self.command, url)) or self.recorded.get((self.command, (*url[:2], ())))
        status, headers, body = known or (404, {}, b'{"error": "not recorded"}')
        if self.headers.get("Upgrade", "").lower() == "websocket" and status == 200:
            self.talk(body)
        else:
            self.say(status, body, headers)

    def do_POST(self) -> None:
        """Take an order, or answer as to a GET."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/-/fault":
            order = json.loads(body)
            self.faults[order["host"]] = [order["fault"]] * order.get("times", 1)
            self.say(200, b"{}")
            return
        self.do_GET()

    def say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def talk(self, body: bytes) -> None:
        """Send lines as the messages of a WebSocket, and end it."""
        protocol = ServerProtocol()
        told = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        protocol.receive_data(f"{self.requestline}\r\n{told}\r\n".encode())
        request = protocol.events_received()[0]
        assert isinstance(request, WebSocketRequest)
        protocol.send_response(protocol.accept(request))
        for line in body.splitlines():
            protocol.send_text(line)
        protocol.send_close(1000)
        for part in protocol.data_to_send():
            self.wfile.write(part)
        self.rfile.read(1)  # its farewell: what is closed before loses what is on its way
        self.close_connection = True

    def stall(self) -> None:
        """Begin an answer and say no more."""
        self.send_response(200)
        self.end_headers()
        time.sleep(3600)

    def cut(self) -> None:
        """Break off in the middle of a body."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"half": ')
        self.close_connection = True

    def skewed(self) -> None:
        """Answer from an hour ahead."""
        self.send_response_only(200)
        self.send_header("Date", self.date_time_string(time.time() + 3600))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def bomb(self) -> None:
        """Send little that unpacks to much."""
        self.say(200, gzip.compress(bytes(64 << 20), 1), {"Content-Encoding": "gzip"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


FAULTS: dict[str, Callable[[Replay], None]] = {
    "429": lambda one: one.say(429, b"slow down", {"Retry-After": "1"}),
    "429 long": lambda one: one.say(429, b"slow down", {"Retry-After": "7200"}),
    "500": lambda one: one.say(500, b"oops"),
    "401": lambda one: one.say(401, b'{"error": "who are you"}'),
    "html": lambda one: one.say(200, HTML, {"Content-Type": "text/html; charset=utf-8"}),
    "loop": lambda one: one.say(302, b"", {"Location": one.path}),
    "inwards": lambda one: one.say(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"}),
    "entities": lambda one: one.say(200, ENTITIES, {"Content-Type": "application/xml"}),
    "skewed": Replay.skewed,
    "stall": Replay.stall,
    "cut": Replay.cut,
    "bomb": Replay.bomb,
}


def load(folders: list[Path]) -> None:
    """Read what answers which request."""
    for folder in folders:
        for line in filter(None, (folder / "requests.ndjson").read_text().splitlines()):
            one = json.loads(line)
            body = (folder / one["file"]).read_bytes() if one.get("file") else b""
            answer = (one.get("status", 200), one.get("headers", {}), body)
            Replay.recorded[one.get("method", "GET"), plain(one["url"])] = answer


if __name__ == "__main__":
    load([Path(folder) for folder in sys.argv[1:]])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
    server.serve_forever()
