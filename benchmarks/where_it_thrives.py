"""How well few works of a journal foretell the rest of it, against the raw ratio and intervals that were not widened.

    python -m benchmarks.where_it_thrives [--splits 20]

Half of the 81 journals of `tests/metrics/biorxiv` are the reference for the others. By venue and number of works seen:
`rmse`, the error of the shrunken ratio over that of the raw one (below 1 is better); `held`, how often the 90 %
interval held what the rest got; `plain`, how often it would have at the model's own level. `null`: verdicts on
researchers like all others, which are wrong whatever they say. The last line is JSON: the worst of each, and cells a
second of `grid`.
"""

import argparse
import json
import time
from math import nan

import numpy as np

from hubbub.metrics import venues
from tests.metrics.journals import VENUES, Split, seen

SEEN = (2, 5, 10, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=20)
    splits = parser.parse_args().splits
    table, nulls = [], []
    for venue in VENUES:
        halves = [Split(venue, seed) for seed in range(splits)]
        wrong = [row.verdict in venues.CLAIMS for half in halves for row in half.null(10, 100)]
        nulls.append(float(np.mean(wrong)))
        for k in SEEN:
            figures = np.mean([figured(half, k) for half in halves], axis=0)
            rmse = float(np.sqrt(figures[0] / figures[1]))
            table.append((rmse, float(figures[2]), float(figures[3])))
            print(f"{venue:10} {k:2} works: rmse {rmse:.2f}, held {figures[2]:.3f}, plain {figures[3]:.3f}")
        print(f"{venue:10} null {nulls[-1]:.3f}")
    cells, prior = [halves[0].cell(halves[0].pool[:10])] * 2000, {VENUES[-1]: halves[0].prior}
    start = time.perf_counter()
    venues.grid(cells, prior)
    rate = len(cells) / (time.perf_counter() - start)
    errors, held, plain = zip(*table, strict=True)
    worst = {"rmse": max(errors), "held": [min(held), max(held)], "plain": [min(plain), max(plain)], "null": max(nulls)}
    print(json.dumps(worst | {"cells_s": round(rate)}))


def figured(half: Split, k: int) -> tuple[float, float, float, float]:
    """Squared errors of the shrunken and the raw ratio; shares of the rests that both intervals held."""
    rows, rest, due = half.dealt(k)
    observed, expected = seen(rows)
    truth, shrunken = rest / due, np.array([row.ratio or nan for row in rows])
    surprise = venues.surprise(half.prior, observed, expected, rest, due)
    low, high = venues.foreseen(half.prior, observed, expected, due)
    return (
        float(np.mean((shrunken - truth) ** 2)),
        float(np.mean((observed / expected - truth) ** 2)),
        float(np.mean((low - 1e-6 <= rest) & (rest <= high + 1e-6))),
        float(np.mean(surprise <= 0.9)),
    )


if __name__ == "__main__":
    main()
