"""Several processes answer at one address, each of about as many connections as the others.

If they shared one socket, whichever wakes first would take all connections that wait, and the others none. So each
listens by a socket of its own, and Linux draws by the address of who asks (`SO_REUSEPORT`).
"""

import socket
from collections.abc import Callable

from uvicorn import Config
from uvicorn.supervisors import Multiprocess


class Workers(Multiprocess):
    """As many processes as the configuration says, in place of the socket that held the address for them."""

    def __init__(self, config: Config, bound: socket.socket, on_ready: Callable[[], None]) -> None:
        self._bound, self._on_ready = bound, on_ready
        self._family, self._address = bound.family, bound.getsockname()[:2]
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().__init__(config, [])

    def init_processes(self) -> None:
        """Start all; who asks before they are ready waits in the queue of a socket."""
        super().init_processes()
        self._bound.close()
        self._on_ready()

    @property
    def sockets(self) -> list[socket.socket]:
        """What the next process listens by. It closes with that process, so that nobody waits for one that is gone."""
        return [socket.create_server(self._address, family=self._family, reuse_port=True)]

    @sockets.setter
    def sockets(self, given: list[socket.socket]) -> None:
        """Nothing is shared."""
