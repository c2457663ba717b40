"""Every setting, its meaning and its default. What a person sets on the command line goes before the environment."""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

# The port of the web app on loopback: "HUBB" on a telephone's keys.
PORT = 4822
# The longest list of followers that is read; of a longer one its end is unknown, so nobody is missed in it.
FOLLOWERS_CEILING = 10_000


def store_address() -> str:
    """`HUBBUB_STORE`: the store's address, `sqlite:///FILE`; by default one file in the user's data directory."""
    return os.environ.get("HUBBUB_STORE") or _sqlite(user_data_path("hubbub") / "hubbub.db")


def demo_address() -> str:
    """The demo's store, apart from the real one, where nobody misses it."""
    return _sqlite(user_cache_path("hubbub") / "demo.db")


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path}"
