"""How long it takes to put a work together from what is said of its identifiers, in a store of 10^5 aliases.

    python benchmarks/match.py [--works 25000]

Each work has four aliases: three more names and a preprint; one more has 400 versions. Prints the median milliseconds
for one of the many works, and for the one with the versions.
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from hubbub.model import Identifier
from hubbub.named import known
from hubbub.store import Store, open_store
from hubbub.store import schema as s

VERSIONS, ROUNDS = 400, 300


def fill(store: Store, works: int) -> None:
    """Write aliases below the registry's rules, table by table."""
    names, aliases = [], []
    for work in range(1, works * 5, 5):
        schemes = ("doi", "pmid", "pmcid", "url", "arxiv")
        names += [{"id": work + i, "scheme": scheme, "value": f"{work}"} for i, scheme in enumerate(schemes)]
        said = [(1, "is_same_as"), (2, "is_same_as"), (3, "is_same_as"), (4, "is_preprint_of")]
        aliases += [(work, relation, work + i) for i, relation in said]
    first = works * 5 + 1
    names += [{"id": first + i, "scheme": "doi", "value": f"version {i}"} for i in range(VERSIONS + 1)]
    aliases += [(first, "is_version_of", first + i) for i in range(1, VERSIONS + 1)]
    told = {"via": 1, "version": "1", "stands": True}
    rows = [{"identifier": one, "relation": relation, "other": other, **told} for one, relation, other in aliases]
    with store._engine.begin() as connection:
        connection.execute(insert(s.source), {"id": 1, "name": "crossref"})
        connection.execute(insert(s.identifier), names)
        connection.execute(insert(s.alias), rows)


def median(store: Store, asked: list[Identifier], names: int) -> float:
    """Median milliseconds of putting works together."""
    taken = []
    for one in asked:
        with store.connect() as connection:
            began = time.perf_counter()
            found = known(connection, one)
            taken.append((time.perf_counter() - began) * 1000)
        assert len(found.rows) == names
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--works", type=int, default=25_000)
    works = parser.parse_args().works
    with tempfile.TemporaryDirectory() as folder, open_store(str(Path(folder) / "hubbub.db")) as store:
        fill(store, works)
        some = random.Random(1).choices(range(1, works * 5, 5), k=ROUNDS)
        print(f"5 names: {median(store, [Identifier('pmid', str(one)) for one in some], 5):.2f} ms")
        print(f"{VERSIONS + 1} versions: {median(store, [Identifier('doi', 'version 7')] * 9, VERSIONS + 1):.1f} ms")


if __name__ == "__main__":
    main()
