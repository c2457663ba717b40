"""Answers come in; a server runs until it is stopped, and says its address once it is ready.

It listens on this machine. Elsewhere, or by other names, it does so only for a store that has users.
"""

import errno
import gc
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from hubbub import settings
from hubbub.answers import Answers
from hubbub.store import open_store
from hubbub.web.guard import LOOPBACK, host_of

STARTS = 60  # seconds that a process may take to start: on a busy machine the usual five end it, with all who wait

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(
    answers: Answers,
    host: str = "127.0.0.1",
    port: int = settings.PORT,
    on_ready: Callable[[str], None] = lambda address: None,
    names: Sequence[str] = (),
    workers: int = 1,
) -> None:
    """Serve the pages until interrupted, under `names` too, with so many processes. Port 0 takes a free one.

    Raises ValueError if others could reach a store that has no users, OSError if the port cannot be had.
    """
    exposed = is_exposed(host, names)
    if exposed and not answers.access.look().users:
        raise ValueError(f"A store without users is served on this machine only, not on {host} {' '.join(names)}.")
    bound = bind(host, port)
    address = address_of(bound)
    import uvicorn  # after the port is had: the reason why not should come at once

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                on_ready(address)

    known = [host_of(name) for name in names]
    # Each process has a store and answers of its own.
    app = made(answers, known, exposed) if workers == 1 else partial(_app, answers.address, known, exposed)
    # What a proxy says of who asks is believed only from a proxy on this machine.
    config = uvicorn.Config(
        app, factory=workers > 1, workers=workers, log_level="warning", access_log=False, server_header=False,
        ws="none", proxy_headers=True, forwarded_allow_ips=["127.0.0.1", "::1"],
        timeout_worker_healthcheck=STARTS,
    )  # fmt: skip
    with bound, suppress(KeyboardInterrupt):  # the usual way to stop
        if workers > 1:
            from hubbub.web.workers import Workers

            Workers(config, bound, lambda: on_ready(address)).run()
        else:
            Server(config).run(sockets=[bound])


def _app(address: str, names: Sequence[str], exposed: bool) -> "FastAPI":
    return made(Answers(open_store(address)), names, exposed)


def made(answers: Answers, names: Sequence[str] = (), exposed: bool = False) -> "FastAPI":
    """Make the app that a process serves; see `create_app`."""
    # What is loaded here stays: to look for garbage in it would slow down the start, and later stop all answers.
    gc.disable()
    from hubbub.web.app import create_app

    app = create_app(answers, names, exposed)
    gc.freeze()
    gc.enable()
    return app


def is_exposed(host: str, names: Sequence[str]) -> bool:
    """Say whether others than the person at the machine may reach it, by the net or through a proxy."""
    return host not in LOOPBACK or bool(names)


def bind(host: str, port: int) -> socket.socket:
    """Take the port, or say in a sentence why not."""
    if port not in range(65536):
        raise ValueError(f"A port is a number from 0 to 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OSError(error.errno, "another program is using it") from error
        raise


def address_of(bound: socket.socket) -> str:
    """The address that people open."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
