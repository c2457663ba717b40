"""Reference data: goes in as packed tables (see ORIGIN.md), comes out as frozen sets, read when first asked for."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from io import StringIO


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = gzip.decompress(files(__name__).joinpath(name).read_bytes()).decode()
    return csv.DictReader(StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def scholarly_hosts() -> frozenset[str]:
    """Hosts whose pages are scholarly works: lower case, IDNA, without `www.`."""
    return frozenset(row["host"] for row in _rows("scholarly_hosts.tsv.gz"))


@cache
def other_hosts() -> frozenset[str]:
    """Hosts that are not scholarly by themselves, though a host below them may be: platforms and institutions."""
    return frozenset(row["host"] for row in _rows("other_hosts.tsv.gz"))


@cache
def scholarly_paths() -> Mapping[str, tuple[str, ...]]:
    """By host, the paths below which it carries scholarly works: institutions host journals and repositories so."""
    paths: dict[str, tuple[str, ...]] = {}
    for row in _rows("scholarly_paths.tsv.gz"):
        paths[row["host"]] = (*paths.get(row["host"], ()), row["path"].lower())
    return paths
