"""The recipes for serving others work: nginx or Caddy before hubbub, and the unit of systemd."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
import trustme

from hubbub.answers import Answers
from hubbub.store import open_store
from hubbub.web.server import bind
from tests.cli.commanded import PROGRAM, environment
from tests.conftest import BY, missing

PAGE = Path(__file__).parents[2] / "docs/how-to/serve-others.md"
SERVERS = Path(__file__).parents[2] / ".cache/servers"
NAME = "hubbub.example.org"
PASSWORD = "correct horse battery"


def recipe(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def free_port() -> int:
    with bind("127.0.0.1", 0) as bound:
        port: int = bound.getsockname()[1]
    return port


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """`hubbub serve --name …` over a store with an admin, by its port."""
    with open_store(str(tmp_path / "hubbub.db")) as store:
        Answers(store).access.add("root", PASSWORD, True, BY)
    order = [str(PROGRAM), "serve", "--offline", "--port", "0", "--name", NAME]
    with subprocess.Popen(order, stdout=subprocess.PIPE, env=environment(tmp_path / "hubbub.db"), text=True) as process:
        assert process.stdout
        said = next(line for line in process.stdout if line.startswith("hubbub is at "))
        yield int(said.partition("127.0.0.1:")[2].partition("/")[0])
        process.terminate()


@pytest.fixture(params=["nginx", "caddy"])
def before(request: pytest.FixtureRequest, served: int, tmp_path: Path) -> Iterator[httpx.Client]:
    """A browser that comes through a proxy, over TLS."""
    # `./run test` unpacks them there; installed they would begin to serve.
    places = f"{os.environ['PATH']}:/usr/sbin:{SERVERS}/usr/bin:{SERVERS}/usr/sbin"
    program = shutil.which(request.param, path=places) or missing(f"not installed: {request.param}")
    with {"nginx": _nginx, "caddy": _caddy}[request.param](program, served, tmp_path) as (port, context):
        here = Here(context, port)
        with httpx.Client(base_url=f"https://{NAME}:{port}", trust_env=False, transport=here) as client:
            _wait(client)
            yield client


@contextmanager
def _nginx(program: str, served: int, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    authority, port = trustme.CA(), free_port()
    certificate = authority.issue_cert(NAME)
    certificate.cert_chain_pems[0].write_to_path(folder / "hubbub.pem")
    certificate.private_key_pem.write_to_path(folder / "hubbub.key")
    server = recipe("nginx").replace("listen 443", f"listen 127.0.0.1:{port}").replace("4822", str(served))
    server = server.replace("/etc/ssl/", f"{folder}/")
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    told = folder / "nginx.conf"
    told.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {kept} {server} }}"
    )
    order = [program, "-e", str(folder / "error.log"), "-c", str(told)]
    checked = subprocess.run([*order, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with _running(order, os.environ):
        yield port, context


@contextmanager
def _caddy(program: str, served: int, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Caddy gets its certificate by itself, here from the authority that it is itself."""
    ports = {"https_port": free_port(), "http_port": free_port()}
    told = folder / "Caddyfile"
    told.write_text(
        "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n"
        + "".join(f"\t{name} {port}\n" for name, port in ports.items())
        + "}\n"
        + recipe("caddy").replace("4822", str(served))
    )
    root = folder / "caddy/pki/authorities/local/root.crt"
    environ = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with _running([program, "run", "--adapter", "caddyfile", "--config", str(told)], environ) as process:
        until = monotonic() + 20
        while not (root.exists() and root.stat().st_size):
            assert process.poll() is None
            assert monotonic() < until
            sleep(0.1)
        yield ports["https_port"], ssl.create_default_context(cafile=root)


@contextmanager
def _running(order: Sequence[str], environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(order, env=environ) as process:
        try:
            yield process
        finally:
            process.terminate()


class Here(httpx.HTTPTransport):
    """A name that is found on this machine, as a resolver would say."""

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        super().__init__(verify=context)
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": NAME}
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


def _wait(client: httpx.Client) -> None:
    until = monotonic() + 20
    while True:
        try:
            client.get("/static/icon.svg")
        except httpx.TransportError:
            assert monotonic() < until
            sleep(0.1)
        else:
            return


def test_behind_a_proxy_the_session_is_of_tls_alone_and_addresses_are_those_of_the_name(before: httpx.Client) -> None:
    assert before.get("/").status_code == 200
    assert before.post("/work/doi/10.5555/x").status_code == 401
    came = before.post(
        "/login", data={"name": "root", "password": PASSWORD}, headers={"Origin": str(before.base_url).rstrip("/")}
    )
    assert came.status_code == 303
    assert re.match(r"__Host-hubbub=.*; Secure$", came.headers["set-cookie"].replace("SameSite=lax; Secure", "Secure"))
    assert before.get("/users", headers={"Cookie": came.headers["set-cookie"].partition(";")[0]}).status_code == 200
    assert f"https://{NAME}" in before.get("/").text.replace("%3A", ":").replace("%2F", "/")
    other = before.get("/", headers={"Host": "evil.example"})  # Caddy itself answers, with nothing
    assert (other.status_code, other.content) == (200, b"") or other.status_code == 400


def test_from_elsewhere_a_proxys_word_is_not_believed(before: httpx.Client) -> None:
    """Who says to a proxy that they come from another address, is counted by the one from which they come."""
    for number in range(21):
        before.post(
            "/login",
            data={"name": f"nobody {number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )
    assert before.post("/login", data={"name": "root", "password": PASSWORD}).status_code == 429


def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze") or pytest.skip("not installed: systemd")
    unit = tmp_path / "hubbub.service"
    unit.write_text(recipe("ini").replace("/opt/hubbub/bin/hubbub", str(PROGRAM)))
    done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "hubbub" in line]) == (0, [])
