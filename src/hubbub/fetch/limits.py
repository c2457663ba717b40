"""How large, how long and how often: what the door to the network takes from strangers."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Sizes in bytes after unpacking, times in seconds."""

    largest: int = 32 << 20  # an answer
    line: int = 4 << 20  # a line or message of a stream
    redirects: int = 8
    connecting: float = 10.0
    stalled: float = 30.0  # until the next bytes of an answer
    whole: float = 180.0  # all of an answer, so that what drips ends too
    silent: float = 120.0  # until the next bytes of a stream
    patience: float = 90.0  # what a host may ask to be left alone before it is said instead of waited for
    attempts: int = 4
    pause: float = 1.0  # before the second attempt; about doubled before each further one
