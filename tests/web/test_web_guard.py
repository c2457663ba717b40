"""Who may ask, and what every answer carries."""

import errno
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hubbub.answers import Answers
from hubbub.web.guard import HEADERS, host_of
from hubbub.web.server import address_of, bind, serve
from tests.web.conftest import PAPER

PATHS = (
    "/",
    "/work/doi/10.5555/hubbub.2025.001",
    "/work/doi/10.5555/%3Cscript%3E",
    "/sources",
    "/status",
    "/find?q=x",
    "/find?q=10.5555/x",
    "/nothing",
)


@pytest.mark.parametrize("path", [*PATHS, "/static/hubbub.css", "/sources.css", "/openapi.json", "/work/doi/x?page=x"])
def test_every_response_is_strict(client: httpx.Client, path: str) -> None:
    check(client.get(path))


def test_a_fault_and_a_refusal_are_strict_too(client: httpx.Client, broken_server: str) -> None:
    check(httpx.get(broken_server, trust_env=False))
    check(client.get("/", headers={"Host": "evil.example"}))
    check(client.post("/"))


@pytest.mark.parametrize(
    "path",
    [*PATHS, f"/badge/doi/{PAPER.value}.svg", f"/feeds/work/doi/{PAPER.value}.atom", "/assets/embed.js", "/v1/events",
     "/api/v1/works", "/static/hubbub.css"],
)  # fmt: skip
def test_heads_are_told_as_the_answer_would_be_without_its_body(client: httpx.Client, path: str) -> None:
    head, answer = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (answer.status_code, b"")
    for name in ("content-type", "content-length", "etag", "location"):
        assert head.headers.get(name) == answer.headers.get(name)


def check(response: httpx.Response) -> None:
    for name, value in HEADERS.items():
        assert response.headers.get_list(name) == [value]
    assert "script-src" not in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "server" not in response.headers or response.headers["server"] == "uvicorn"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:1234", "[::1]", "[::1]:1234"])
def test_names_of_this_machine_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.nip.io", "", "::1",
        "127.0.0.1:80@evil", "0.0.0.0",
    ],
)  # fmt: skip
def test_other_names_are_refused(client: httpx.Client, host: str) -> None:
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert "Works" not in response.text


OWN = "http://localhost:8000"


@pytest.mark.parametrize(
    ("foreign", "headers"),
    [
        (True, {"sec-fetch-site": "cross-site"}), (True, {"sec-fetch-site": "same-site"}),
        (True, {"sec-fetch-site": "cross-site", "origin": OWN}), (True, {"origin": "https://evil.example"}),
        (True, {"origin": "null"}), (True, {"origin": "http://localhost:8001"}), (True, {"origin": ""}),
        (True, {"origin": "http://localhost:8000.evil.example"}),
        (False, {"sec-fetch-site": "same-origin"}), (False, {"sec-fetch-site": "same-origin", "origin": "null"}),
        (False, {"origin": OWN}), (False, {}),
    ],
)  # fmt: skip
def test_only_our_own_pages_may_send_a_form(own_server: str, foreign: bool, headers: dict[str, str]) -> None:
    host = {"host": "localhost:8000"}
    sent = httpx.post(f"{own_server}/work/doi/10.5555/quiet", headers=host | headers, trust_env=False)
    assert sent.status_code == (403 if foreign else 303)
    check(sent)
    if foreign:
        assert sent.text == "Another site sent this. hubbub does only what its own pages ask for.\n"
    page = httpx.get(f"{own_server}/work/doi/10.5555/quiet", headers=host | headers, trust_env=False)
    assert page.status_code == 200
    assert ("Waiting to be looked up" in page.text) is not foreign


def test_the_host_is_read_without_its_port() -> None:
    assert [host_of(h) for h in ("a:1", "a", "[::1]:8", "[::1]", "A:x")] == ["a", "a", "::1", "::1", "a:x"]


@pytest.mark.parametrize(
    ("host", "names"),
    [("0.0.0.0", ()), ("::", ()), ("192.168.1.2", ()), ("example.org", ()), ("", ()), ("127.0.0.1", ("example.org",))],
)
def test_a_store_without_users_is_served_on_this_machine_only(
    own_answers: Answers, host: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        serve(own_answers, host, 0, names=names)


def test_a_busy_port_is_told() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(OSError, match="another program") as told:
        bind("127.0.0.1", taken.getsockname()[1])
    assert told.value.errno == errno.EADDRINUSE


def test_an_impossible_port_is_told() -> None:
    with pytest.raises(ValueError, match="65535"):
        bind("127.0.0.1", 70_000)


def test_the_other_loopback_has_an_address_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        bound = bind("::1", 0)
    except OSError:
        pytest.skip("no IPv6 loopback")
    with bound:
        assert address_of(bound) == f"http://[::1]:{bound.getsockname()[1]}/"


def test_serve_says_its_address_answers_and_stops(tmp_path: Path) -> None:
    code = (
        "import sys; from hubbub.answers import Answers; from hubbub.store import open_store; from hubbub import web\n"
        "with open_store(sys.argv[1]) as store:\n"
        "    web.serve(Answers(store), port=0, on_ready=lambda address: print(address, flush=True))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "x.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            response = httpx.get(address, trust_env=False)
            assert response.status_code == 200
            assert "server" not in response.headers
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
        assert process.returncode == 0
