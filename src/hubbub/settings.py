"""Every setting, its meaning and its default. What a person sets on the command line goes before the environment."""

import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path

# The port of the web app on loopback: "HUBB" on a telephone's keys.
PORT = 4822
# The longest list of followers that is read; of a longer one its end is unknown, so nobody is missed in it.
FOLLOWERS_CEILING = 10_000
# Lists of accounts with more followers are not read at all: what is read of them takes long, and tells little.
FAMOUS = 50_000
# At one source: those who spoke whose profiles and lists are asked for, and those around them whose profiles are.
SPEAKERS_CEILING, NEAR_CEILING = 5_000, 200

# A password's length in characters; of a longer one, hashing would be work for nothing.
PASSWORD_LEAST, PASSWORD_MOST = 12, 1_000
# A session ends when it was not used for so long, and after so long in any case.
SESSION_IDLE, SESSION_LONGEST = timedelta(days=14), timedelta(days=90)
# How many log-ins in a row may fail before the pause that doubles with each; failures are forgotten after a day.
FAILURES_FREE, PAUSE_MOST, FAILURES_KEPT = 5, timedelta(minutes=15), timedelta(days=1)
# From one address users of a whole house may come.
FAILURES_FREE_ADDRESS = 20
# Requests to be forgotten: how many from one address in a day are kept without a pause, how many may wait in all, how
# long a reason is in characters, and how long an answer is kept.
REMOVALS_FREE, REMOVALS_WAITING, WHY_MOST, REMOVALS_KEPT = 5, 1_000, 500, timedelta(days=365)


class SettingError(ValueError):
    """A setting that cannot be read; the message says which, and what it should look like."""


def store_address() -> str:
    """`HUBBUB_STORE`: the store's address as `--store` takes it; by default one file in the user's data directory."""
    return os.environ.get("HUBBUB_STORE") or _sqlite(user_data_path("hubbub") / "hubbub.db")


def demo_address() -> str:
    """The demo's store, apart from the real one, where nobody misses it."""
    return _sqlite(user_cache_path("hubbub") / "demo.db")


def contact() -> str | None:
    """`HUBBUB_CONTACT`: an e-mail address that is told to the services, some of which answer faster then."""
    return os.environ.get("HUBBUB_CONTACT") or None


def formula() -> str | None:
    """`HUBBUB_FORMULA`: the file of the formula of attention scores, or the name of one of ours."""
    return os.environ.get("HUBBUB_FORMULA") or None


def allowed_hosts() -> frozenset[tuple[str, int | None]]:
    """`HUBBUB_ALLOW_HOSTS`: hosts that may be asked though they are not public: `host` or `host:port`, with commas."""
    hosts = (one.strip().lower() for one in os.environ.get("HUBBUB_ALLOW_HOSTS", "").split(","))
    try:
        split = [urlsplit(f"//{one}") for one in hosts if one]
        return frozenset((one.hostname or "", one.port) for one in split)
    except ValueError as error:
        raise SettingError(f"HUBBUB_ALLOW_HOSTS is no list like `localhost:8081, 10.0.0.5`: {error}") from error


def mirrors() -> dict[str, str]:
    """`HUBBUB_MIRRORS`: where else to ask: `api.crossref.org=https://mirror.example.org`, with spaces between several.

    Host, path and query stay as they are. A mirror within the house must be allowed too.
    """
    pairs = [one.partition("=") for one in os.environ.get("HUBBUB_MIRRORS", "").split()]
    for host, _, address in pairs:
        if not host or not re.fullmatch(r"(https?|wss?)://[^/?#@\s]+(/[^?#\s]*)?", address):
            raise SettingError(
                f"HUBBUB_MIRRORS is no list like `api.crossref.org=https://mirror.example.org`: see that of {host!r}"
            )
    return {host.lower(): address for host, _, address in pairs}


def credential(name: str) -> str | None:
    """`HUBBUB_<NAME>`: a credential by its name in capitals; otherwise the system's safe is asked (`hubbub login`)."""
    return os.environ.get(f"HUBBUB_{name.upper()}") or None


def answers_path() -> Path:
    """Where answers of services are kept for a while, so that what has not changed is not sent again."""
    return user_cache_path("hubbub") / "answers.db"


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path}"
