"""Where a shelf thrives comes in; the geometry of a grid goes out, venues by kinds of output, in pixels.

Each cell has a sign and a word beside its colour, the number of works behind it, and a bar for the share of these that
is mentioned.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from hubbub.answers import told
from hubbub.web.look import face
from hubbub.web.words import counted, excerpt

if TYPE_CHECKING:  # these load numpy
    from hubbub.answers.thriving import Thriving
    from hubbub.metrics.against import Square

LABELS, HEAD = 176, 46  # pixels for the names of venues and of kinds
WIDTH, HEIGHT, GAP = 112, 62, 4
KINDS = 12  # that are drawn, those of most outputs first; the table has all
SHORT = {
    "does well": ("well", "does well"),
    "does not": ("poor", "does not"),
    "too little to tell": ("little", "too little"),
    "too early": ("early", "too early"),
    "cannot": ("cannot", "cannot"),
}


class Label(Struct, frozen=True):
    """The name of a venue or a kind, where it stands, and what is behind it."""

    at: float
    name: str
    note: str


class Cell(Struct, frozen=True):
    """One cell; `bar` is the width of the share of works that are mentioned, and `title` says all in words."""

    x: float
    y: float
    css: str
    verdict: str
    of: str
    ratio: str
    bar: float
    title: str


class Grid(Struct, frozen=True):
    """All of it; `left` kinds are not drawn."""

    width: int
    height: int
    cell: tuple[int, int]
    columns: tuple[Label, ...]
    lines: tuple[Label, ...]
    cells: tuple[Cell, ...]
    left: int


def draw(found: "Thriving") -> Grid | None:
    """Lay the grid out, or None if there is nothing to show."""
    if not found.grid:
        return None
    outputs = {kind.name: kind.outputs for kind in found.kinds}
    drawn = sorted(outputs, key=lambda kind: (-outputs[kind], kind))[:KINDS]
    kinds = drawn + [kind for kind in dict.fromkeys(one.row.kind for one in found.grid) if kind not in outputs]
    columns = [
        Label(LABELS + n * WIDTH + (WIDTH - GAP) / 2, excerpt(kind, 17), f"n = {outputs.get(kind, found.outputs):,}")
        for n, kind in enumerate(kinds)
    ]
    lines = [
        Label(HEAD + n * HEIGHT + (HEIGHT - GAP) / 2, face(one.name).title, counted(one.mentions, "mention"))
        for n, one in enumerate(found.venues)
    ]
    rows = {one.name: n for n, one in enumerate(found.venues)}
    cells = [
        _cell(square, kinds.index(square.row.kind), rows[square.row.venue])
        for square in found.grid
        if square.row.kind in kinds
    ]
    return Grid(
        LABELS + len(kinds) * WIDTH, HEAD + len(lines) * HEIGHT, (WIDTH - GAP, HEIGHT - GAP),
        tuple(columns), tuple(lines), tuple(cells), len(outputs) - len(drawn),
    )  # fmt: skip


def _cell(square: "Square", column: int, line: int) -> Cell:
    row = square.row
    css, word = SHORT[row.verdict]
    of = f"{square.heard:,} of {square.ripe:,}" if square.ripe else "all too young" if css == "early" else "none known"
    title = f"{row.kind} at {face(row.venue).title}: {row.verdict}; mentioned {told.share(square)}"
    if ratio := told.ratio(square):
        title += f"; ratio {ratio}; {told.reference(square)}"
    return Cell(
        LABELS + column * WIDTH,
        HEAD + line * HEIGHT,
        f"v-{css}",
        f"{told.SIGNS[row.verdict]} {'silent' if row.silent else word}",
        "" if row.verdict == "cannot" else of,
        f"× {told.figure(row.ratio)}" if row.ratio is not None else "",
        round((WIDTH - GAP) * square.heard / square.ripe, 2) if square.ripe else 0,
        title,
    )
