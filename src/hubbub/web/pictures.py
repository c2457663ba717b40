"""What a community report shows as pictures: months and communities come in; their geometry goes out.

Bars are in percent of their box. Circles are in the units of their picture, which is as wide as `WIDE`.
"""

from collections.abc import Sequence
from datetime import date
from math import sqrt

from msgspec import Struct

from hubbub.answers.community import Circle, Month
from hubbub.web.chart import GAP, Bar, Slot, Tick, levels

WIDE, LARGEST, BETWEEN = 640.0, 84.0, 10.0
LABELS = 8  # of an axis of months
FEWEST = 6  # slots, so that a single month is a bar and no wall
MOST = 120  # slots of a picture


class Stack(Struct, frozen=True):
    """A chart of months."""

    levels: tuple[Tick, ...]
    slots: tuple[Slot, ...]
    ticks: tuple[Tick, ...]


class Bubble(Struct, frozen=True):
    """A community, its number in the list, its centre and its radius."""

    number: int
    voices: int
    x: float
    y: float
    radius: float


class Bubbles(Struct, frozen=True):
    """Communities as circles, whose areas are as their voices, in a picture of this height."""

    height: float
    bubbles: tuple[Bubble, ...]


def ledger(months: Sequence[Month]) -> Stack | None:
    """Draw who came in each month: those who came before below, the new ones above. None if nobody came."""
    parts = [(one.month, (("returning", one.returning), ("new", one.new))) for one in months]
    return _stack(parts, GAP)


def growth(totals: Sequence[tuple[date, int]]) -> Stack | None:
    """Draw how many voices there were by the end of each month, or of every few months where there are many."""
    every = max(1, -(-len(totals) // MOST))
    return _stack([(month, (("total", total),)) for month, total in totals[::-1][::every][::-1]], 0.0)


def _stack(parts: Sequence[tuple[date, tuple[tuple[str, int], ...]]], gap: float) -> Stack | None:
    top = max((sum(number for _, number in stack) for _, stack in parts), default=0)
    if not top:
        return None
    unit = 100 / max(len(parts), FEWEST)
    slots = []
    for place, (month, stack) in enumerate(parts):
        below, bars = 0, []
        for css, number in stack:
            below += number
            if number:
                x, width = round((place + gap / 2) * unit, 3), round((1 - gap) * unit, 3)
                bars.append(Bar(css, x, round(100 - 100 * below / top, 3), width, round(100 * number / top, 3)))
        said = ", ".join(f"{number:,} {css}" for css, number in stack)
        slots.append(Slot(f"{month:%B %Y}: {said}", tuple(bars)))
    every = -(-len(parts) // LABELS)
    ticks = tuple(
        Tick(round((place + 0.5) * unit, 3), f"{parts[place][0]:%b %Y}", minor=bool(turn % 2))
        for turn, place in enumerate(range(every // 2, len(parts), every))
    )
    return Stack(levels(top), tuple(slots), ticks)


def communities(circles: Sequence[Circle]) -> Bubbles | None:
    """Draw communities in rows, the largest first. None if there is none."""
    if not circles:
        return None
    scale = LARGEST / sqrt(max(one.voices for one in circles))
    x, top, row, bubbles = 0.0, 0.0, 0.0, []
    for number, one in enumerate(circles, 1):
        radius = max(scale * sqrt(one.voices), LARGEST / 4)  # a number has to fit in
        if x + 2 * radius > WIDE:
            x, top, row = 0.0, top + row + BETWEEN, 0.0
        row = row or 2 * radius
        bubbles.append(Bubble(number, one.voices, round(x + radius, 1), round(top + row / 2, 1), round(radius, 1)))
        x += 2 * radius + BETWEEN
    return Bubbles(round(top + row, 1), tuple(bubbles))
