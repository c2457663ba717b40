"""Formulas of attention scores: a TOML file goes in, weights by source and kind come out; two come with hubbub."""

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
        if len({(w.source, w.kind) for w in self.weights}) < len(self.weights):
            raise ValueError(f"The formula {self.name} has two weights for one source and kind.")


def formula(text: str | bytes) -> Formula:
    """Read a formula, such as an edited copy of one of ours; a ValueError says what is wrong with it."""
    return msgspec.toml.decode(text, type=Formula)


@cache
def formulas() -> dict[str, Formula]:
    """The formulas that come with hubbub by their names: our own first."""
    return {name: formula(files(__package__).joinpath(f"{name}.toml").read_bytes()) for name in NAMES}
