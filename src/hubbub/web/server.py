"""Answers come in; a server on this machine runs until it is stopped, and says its address once it is ready."""

import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from hubbub import settings
from hubbub.answers import Answers
from hubbub.web.guard import LOOPBACK


def serve(
    answers: Answers,
    host: str = "127.0.0.1",
    port: int = settings.PORT,
    on_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the pages until interrupted. Port 0 takes a free one.

    Raises ValueError if `host` is not this machine alone, OSError if the port cannot be had.
    """
    bound = bind(host, port)
    import uvicorn  # after the port is had: the reason why not should come at once

    from hubbub.web.app import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                on_ready(address_of(bound))

    config = uvicorn.Config(create_app(answers), log_level="warning", access_log=False, server_header=False, ws="none")
    with bound, suppress(KeyboardInterrupt):  # the usual way to stop
        Server(config).run(sockets=[bound])


def bind(host: str, port: int) -> socket.socket:
    """Take the port, or say in a sentence why not."""
    if host not in LOOPBACK:
        raise ValueError(f"hubbub serves this machine only: bind to 127.0.0.1, ::1 or localhost, not to {host}.")
    if port not in range(65536):
        raise ValueError(f"A port is a number from 0 to 65535, not {port}.")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
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
