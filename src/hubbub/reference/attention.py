"""Formulas of attention scores: a TOML file goes in, weights by source and kind come out; two come with hubbub."""

import re
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Literal

import msgspec
from msgspec import Struct

NAMES = ("attention_v1", "attention_published")


class Weight(Struct, frozen=True, forbid_unknown_fields=True):
    """What a mention of this kind at this source adds; `*` means any.

    `once` says what counts once, however often it mentions the work: each `account` of the source, the whole `source`,
    or nothing but the `mention` itself.
    """

    source: str
    kind: str
    weight: float
    once: Literal["account", "source", "mention"] = "account"

    def __post_init__(self) -> None:
        if not isfinite(self.weight) or self.weight < 0:
            raise ValueError(f"The weight of {self.source} {self.kind} is {self.weight}, and has to be 0 or more.")


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """A score's weights, with the name, version and label that have to stand beside every score made by it.

    `rounding` is how the total is shown: `up` to the next whole number, to the `nearest`, or `none`.
    """

    name: str
    version: str
    label: str
    weights: tuple[Weight, ...]
    rounding: Literal["up", "nearest", "none"] = "up"

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for number, w in enumerate(self.weights):
            if (w.source, w.kind) in seen:
                raise ValueError(f"There are two weights for {w.source} {w.kind}: the second is weights[{number}].")
            seen.add((w.source, w.kind))


def formula(text: str | bytes) -> Formula:
    """Read a formula, such as an edited copy of one of ours; a ValueError says what is wrong with it, in which line."""
    try:
        told = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text: {error.reason} at byte {error.start:,}") from error
    try:
        return msgspec.toml.decode(told, type=Formula)
    except msgspec.MsgspecError as error:
        reason = str(error)
        line = _line(told, reason)
        raise ValueError(f"line {line}: {reason}" if line else reason) from error


def _line(text: str, reason: str) -> int | None:
    """The line of which a reason speaks by the place of a weight or the name of a field; None if it names its own."""
    code = re.sub(r"""\"[^"\n]*"|'[^'\n]*'|#[^\n]*""", lambda found: " " * len(found[0]), text)
    weight, field = re.search(r"weights\[(\d+)\]", reason), re.search(r"`\$\.(\w+)`", reason)
    if weight:
        starts = [found.start() for found in re.finditer(r"\{|\[\[\s*weights\s*\]\]", code)]
        number = int(weight[1])
        return code.count("\n", 0, starts[number]) + 1 if number < len(starts) else None
    at = re.search(rf"^\s*{field[1]}\s*=", code, re.MULTILINE) if field else None
    return code.count("\n", 0, at.end()) + 1 if at else None


@cache
def formulas() -> dict[str, Formula]:
    """The formulas that come with hubbub by their names: our own first."""
    return {name: formula(files(__package__).joinpath(f"{name}.toml").read_bytes()) for name in NAMES}
