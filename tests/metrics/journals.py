"""Real counts by journal, see biorxiv/ORIGIN.md; journals stand in for researchers."""

import csv
import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.metrics import venues
from hubbub.metrics.venues import Cell, Row

OLD = 1000.0
VENUES = ("tweets", "readers", "blogs", "news", "wikipedia")


@cache
def column(name: str) -> NDArray[np.float64]:
    """One column, one entry an article; NaN where it is empty."""
    with gzip.open(Path(__file__).parent / "biorxiv" / "articles.csv.gz", "rt") as file:
        return np.array([float(row[name] or "nan") for row in csv.DictReader(file)])


def strata() -> NDArray[np.str_]:
    """Articles of one year that were, or were not, preprints before."""
    return np.array([f"{d:.0f} {y:.0f}" for d, y in zip(column("deposited"), column("year"), strict=True)])


def expected(venue: str, reference: NDArray[np.bool_], measure: venues.Measure) -> NDArray[np.float64]:
    """What is expected of each article, by those that are reference works."""
    norms = venues.norms(column(venue)[reference], strata()[reference], measure)
    return np.array([norms[name].mean for name in strata()])


class Split:
    """Half of the journals are the reference, by which the others are judged from k of their works."""

    def __init__(self, venue: str, seed: int) -> None:
        self.venue, self.chance = venue, np.random.default_rng(seed)
        self.journal, self.mentions = column("journal"), column(venue)
        self.judged = self.chance.permutation(np.unique(self.journal))[:40]
        reference = ~np.isin(self.journal, self.judged)
        self.pool = np.flatnonzero(reference)
        self.measure = venues.measure_for(self.mentions[reference])
        self.expected = expected(venue, reference, self.measure)
        self.prior = venues.learn(
            self.mentions[reference], self.expected[reference], self.journal[reference], self.measure, self.chance
        )

    def cell(self, works: NDArray[np.intp]) -> Cell:
        return Cell(
            "article", self.venue, self.mentions[works].tolist(), [OLD] * len(works), self.expected[works].tolist()
        )

    def dealt(self, k: int) -> tuple[list[Row], NDArray[np.float64], NDArray[np.float64]]:
        """Rows by k works of each journal; what the rest of each got, and what was expected of it."""
        works = [self.chance.permutation(np.flatnonzero(self.journal == journal)) for journal in self.judged]
        rows = venues.grid([self.cell(some[:k]) for some in works], {self.venue: self.prior})
        values = venues.measured(self.mentions, self.measure)
        rest, due = (np.array([of[some[k:]].sum() for some in works]) for of in (values, self.expected))
        return rows, rest, due

    def null(self, works: int, researchers: int) -> list[Row]:
        """Rows of researchers who are like all others: their works are drawn from those of the reference."""
        drawn = [self.chance.choice(self.pool, works) for _ in range(researchers)]
        return venues.grid([self.cell(some) for some in drawn], {self.venue: self.prior})


def seen(rows: Sequence[Row]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([row.observed for row in rows], float), np.array([row.expected for row in rows], float)
