"""Compiled scans: patterns go in; one native scan that looks for all of them at once comes out."""

import os
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256

import hyperscan
from platformdirs import user_cache_path


@lru_cache(maxsize=8)
def compiled(forms: tuple[str, ...]) -> hyperscan.Database:
    """Compile a scan, which takes its time, once for all that look for the same."""
    database = hyperscan.Database()
    database.compile(
        expressions=[form.encode() for form in forms],
        ids=list(range(len(forms))),
        flags=[hyperscan.HS_FLAG_CASELESS] * len(forms),
    )
    return database


def kept(name: str, forms: tuple[str, ...]) -> hyperscan.Database:
    """The same, kept in the user's cache under a name: to compile it takes as long as all else of a short command."""
    file = user_cache_path("hubbub") / f"{name}.scan"
    mark = sha256("\0".join(forms).encode()).digest()
    with suppress(OSError, hyperscan.error):  # none is kept, or a broken one, or one of another version or processor
        written = file.read_bytes()
        if written.startswith(mark):
            return hyperscan.loadb(written[len(mark) :], hyperscan.HS_MODE_BLOCK)
    database = compiled(forms)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(mark + hyperscan.dumpb(database))
        part.replace(file)
    return database
