"""How alike works are: titles, authors and fields come in, a number for each work goes out.

Two works are alike by the cosines of their titles' words, of their authors and of their fields. A word, an author or a
field weighs the more the fewer works have it, by ln((1 + works) / works that have it), a smooth form of Spärck Jones
1972 (J. Doc. 28, 11); what one work alone has makes nothing alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What a cosine counts: two of three works of a field have little else in common, unlike two with the same author.
_TITLE, _AUTHORS, _FIELD = 5.0, 5.0, 1.0
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """What works are told by: `place` in `works`, `word` and `weight` are columns, one row a word of a work."""

    works: NDArray[np.int64]
    place: NDArray[np.int64]
    word: NDArray[np.int64]
    weight: NDArray[np.float64]


def words(
    works: NDArray[np.int64], titles: Sequence[str], authors: Sequence[Iterable[str]], fields: Sequence[str]
) -> Words:
    """Return what each of the different `works` is told by; what is not known of a work is empty.

    Raises ValueError if the four differ in length.
    """
    parts = [np.empty((3, 0))]
    if not len(works) == len(titles) == len(authors) == len(fields):
        raise ValueError("each work needs a title, authors and a field, even if they are empty")
    taken = 0
    for share, kind in (
        (_TITLE, [set(_WORD.findall(title.casefold())) for title in titles]),
        (_AUTHORS, [{name.strip() for name in names} - {""} for names in authors]),
        (_FIELD, [{field} - {""} for field in fields]),
    ):
        having: dict[str, list[int]] = defaultdict(list)
        for row, found in enumerate(kind):
            for name in found:
                having[name].append(row)
        # By name: what is added up is so in one order, whatever that of works or of a set.
        told = [(number, rows) for number, (_, rows) in enumerate(sorted(having.items())) if len(rows) > 1]
        described = sum(map(bool, kind))
        place = np.array([row for _, rows in told for row in rows], np.int64)
        word = np.repeat([number for number, _ in told], [len(rows) for _, rows in told])
        weight = np.repeat([np.log((described + 1) / len(rows)) for _, rows in told], [len(rows) for _, rows in told])
        length = np.sqrt(np.bincount(place, weight**2, len(works)))[place]
        weight = np.divide(weight * np.sqrt(share), length, out=np.zeros(len(place)), where=length > 0)
        parts.append(np.stack([place, word + taken, weight]))
        taken += len(having)
    place, word, weight = np.concatenate(parts, axis=1)
    return Words(works, place.astype(np.int64), word.astype(np.int64), weight)


def likeness(told: Words, own: NDArray[np.int64], works: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how alike each of the different `works` is to `own`, summed over these: at least 0, and 0 if unknown."""
    mine = np.flatnonzero(np.isin(told.works, own)[told.place])
    mine = mine[np.argsort(told.weight[mine], kind="stable")]  # so that sums do not depend on the order of works
    asked = np.bincount(told.word[mine], told.weight[mine], told.word.max(initial=-1) + 1)
    alike = np.bincount(told.place, told.weight * asked[told.word], len(told.works))
    out = np.zeros(len(works))
    _, here, there = np.intersect1d(told.works, works, return_indices=True)
    out[there] = alike[here]
    return out
