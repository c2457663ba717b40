"""Counts by day come in; the geometry of two small bar charts over one time axis goes out, in percent of their boxes.

Posts and amplifications have charts of their own, since one is often a hundred times the other. Long spans are drawn
by week, month or year.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from hubbub.answers.shapes import DayCount
from hubbub.web.words import day

Step = Literal["day", "week", "month", "year"]
FEWEST = 21  # slots, so that a single day is a bar and not a wall
DRAWN = range(1990, 2101)  # sources have given the years 1 and 9999, beside which all others are one bar
GAP = 0.22  # of a slot


class Bar(Struct, frozen=True):
    """One part of a slot's stack; `of` is whose it is, by which it has its colour."""

    of: str
    x: float
    y: float
    width: float
    height: float


class Slot(Struct, frozen=True):
    """One stack of bars. `label` says when and how many."""

    label: str
    bars: tuple[Bar, ...]


class Tick(Struct, frozen=True):
    """A label, and where it stands in percent. A minor one is left out where space is short."""

    at: float
    label: str
    minor: bool = False


class Panel(Struct, frozen=True):
    """One chart. `levels` are the grid lines."""

    levels: tuple[Tick, ...]
    slots: tuple[Slot, ...]


class Row(Struct, frozen=True):
    """One line of the same as a table."""

    label: str
    posts: int
    amplifications: int


class Chart(Struct, frozen=True):
    """Both charts, their axis, and the numbers as a table. A panel without any count is None."""

    step: Step
    posts: Panel | None
    amplifications: Panel | None
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    sources: tuple[str, ...]


def draw(days: tuple[DayCount, ...]) -> Chart | None:
    """Lay the charts out, or None if no day is known."""
    days = tuple(d for d in days if d.day.year in DRAWN and (d.posts or d.amplifications))
    if not days:
        return None
    first, last = min(d.day for d in days), max(d.day for d in days)
    step = _step((last - first).days)
    starts = list(_starts(_floor(first, step), last, step))
    if missing := FEWEST - len(starts):
        starts = _widened(starts, step, max(missing, 0))
    posts, amplifications = _sums(days, step, lambda d: d.posts), _sums(days, step, lambda d: d.amplifications)
    ranks = Counter[str]()
    for one in days:
        ranks[one.source] += one.posts * 1000 + one.amplifications
    order = tuple(source for source, _ in sorted(ranks.items(), key=lambda r: (-r[1], r[0])))
    rows = tuple(
        Row(_label(s, step), sum(posts.get(s, {}).values()), sum(amplifications.get(s, {}).values()))
        for s in starts
        if s in posts or s in amplifications
    )
    return Chart(
        step, _panel(starts, posts, order, step), _panel(starts, amplifications, order, step), _ticks(starts, step),
        rows, order,
    )  # fmt: skip


def _step(span: int) -> Step:
    return "day" if span <= 100 else "week" if span <= 730 else "month" if span <= 366 * 12 else "year"


def _floor(at: date, step: Step) -> date:
    match step:
        case "day":
            return at
        case "week":
            return at - timedelta(at.weekday())
        case "month":
            return at.replace(day=1)
    return at.replace(month=1, day=1)


def _next(at: date, step: Step) -> date:
    days = {"day": 1, "week": 7, "month": 32, "year": 366}[step]
    return _floor(at + timedelta(days), step)


def _starts(first: date, last: date, step: Step) -> Iterator[date]:
    while first <= last:
        yield first
        first = _next(first, step)


def _widened(starts: list[date], step: Step, missing: int) -> list[date]:
    before, after = list[date](), list[date]()
    for turn in range(missing):
        if turn % 3:
            after.append(_next((after or starts)[-1], step))
        else:
            before.insert(0, _floor((before or starts)[0] - timedelta(1), step))
    return before + starts + after


def _sums(days: tuple[DayCount, ...], step: Step, value: Callable[[DayCount], int]) -> dict[date, Counter[str]]:
    sums: dict[date, Counter[str]] = {}
    for one in days:
        if n := value(one):
            sums.setdefault(_floor(one.day, step), Counter())[one.source] += n
    return sums


def _panel(starts: list[date], sums: dict[date, Counter[str]], order: tuple[str, ...], step: Step) -> Panel | None:
    top = max((sum(counts.values()) for counts in sums.values()), default=0)
    if not top:
        return None
    unit = 100 / len(starts)
    slots = []
    for place, start in enumerate(starts):
        if counts := sums.get(start):
            below, bars = 0, []
            for source in order:
                if n := counts[source]:
                    below += n
                    bars.append(
                        Bar(
                            source,
                            round((place + GAP / 2) * unit, 3),
                            round(100 - 100 * below / top, 3),
                            round((1 - GAP) * unit, 3),
                            round(100 * n / top, 3),
                        )
                    )
            slots.append(Slot(f"{_label(start, step)}: {below:,}", tuple(bars)))
    return Panel(levels(top), tuple(slots))


def levels(top: int) -> tuple[Tick, ...]:
    """Grid lines for numbers up to the top one."""
    size = 1
    while size * 3 < top:
        size = size * 5 // 2 if str(size).startswith("2") else size * 2
    return tuple(Tick(round(100 - 100 * n / top, 3), f"{n:,}") for n in range(0, top + 1, size))


def _ticks(starts: list[date], step: Step) -> tuple[Tick, ...]:
    every = max(1, -(-len(starts) // 8))
    unit = 100 / len(starts)
    written: list[Tick] = []
    for turn, place in enumerate(range(every // 2, len(starts), every)):
        written.append(Tick(round((place + 0.5) * unit, 3), _short(starts, place, step), minor=bool(turn % 2)))
    return tuple(written)


def _short(starts: list[date], place: int, step: Step) -> str:
    at = starts[place]
    if step == "year":
        return str(at.year)
    if step == "month":
        return f"{at:%b} {at.year}"
    return f"{at.day} {at:%b}" if starts[0].year == starts[-1].year else f"{at.day} {at:%b} {at:%y}"


def _label(at: date, step: Step) -> str:
    match step:
        case "day":
            return day(at)
        case "week":
            return f"Week of {day(at)}"
        case "month":
            return f"{at:%B} {at.year}"
    return str(at.year)
