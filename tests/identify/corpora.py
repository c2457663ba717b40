"""The corpora: what was written somewhere, and what must be found in it; scored by scheme.

A line of `corpora/SCHEME.jsonl` is a case: `input` as it was seen at `seen`, read as `kind`; `finds` names all of the
scheme's identifiers in it, and is empty where something only looks like one. `round` 2 was collected when the code had
been written.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from hubbub import identify

CORPORA = Path(__file__).with_name("corpora")
FLOORS = CORPORA / "floors.toml"
Pair = tuple[str, str]


class Floor(NamedTuple):
    """A recall and a precision."""

    recall: float
    precision: float


class Case(Struct, forbid_unknown_fields=True):
    """What was written, and the values of one scheme that it holds (scheme, value and, where there is one, version)."""

    input: str
    kind: str
    finds: list[list[str]]
    seen: str
    round: int


class Score(Struct):
    """Of the identifiers of a scheme in its cases: how many are right, how many were to be found and were found."""

    right: int = 0
    wanted: int = 0
    found: int = 0

    @property
    def recall(self) -> float:
        """The share found of what is there."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """The share of what is found that is there."""
        return self.right / self.found if self.found else 1.0


def schemes() -> list[str]:
    """The schemes that have cases."""
    return sorted(path.stem for path in CORPORA.glob("*.jsonl"))


def cases(scheme: str) -> list[Case]:
    """The cases of a scheme."""
    lines = (CORPORA / f"{scheme}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Case) for line in lines if line.strip()]


def found(case: Case, scheme: str) -> set[Pair]:
    """What is found of a scheme in a case."""
    ones = identify.find(case.input, case.kind)
    return {(one.identifier.scheme, one.identifier.value) for one in ones if one.identifier.scheme == scheme}


def score(scheme: str, some: Iterable[Case]) -> tuple[Score, list[str]]:
    """Score cases, and tell of each that is wrong what was to be found and what was."""
    total, wrong = Score(), []
    for case in some:
        wanted, got = {(one[0], one[1]) for one in case.finds}, found(case, scheme)
        total.right += len(wanted & got)
        total.wanted += len(wanted)
        total.found += len(got)
        if wanted != got:
            missed, invented = sorted(v for _, v in wanted - got), sorted(v for _, v in got - wanted)
            wrong.append(f"{case.kind}: {case.input!r}\n    missed {missed}, invented {invented} [{case.seen}]")
    return total, wrong


def floors() -> dict[str, Floor]:
    """Of each scheme the recall and precision below which it must not fall."""
    return {scheme: Floor(*both) for scheme, both in tomllib.loads(FLOORS.read_text())["floors"].items()}


def keep_floors(lower: bool) -> None:
    """Write the floors anew: raised to what is reached, and lowered to it only if that is asked for."""
    held, lines = floors(), []
    for scheme in schemes():
        total, _ = score(scheme, cases(scheme))
        reached = Floor(floored(total.recall), floored(total.precision))
        old = held.get(scheme, reached)
        kept = reached if lower else Floor(max(reached.recall, old.recall), max(reached.precision, old.precision))
        lines.append(f"{scheme} = [{kept.recall:.3f}, {kept.precision:.3f}]\n")
    head = FLOORS.read_text().partition("[floors]\n")
    FLOORS.write_text("".join([*head[:2], *lines]))


def floored(share: float) -> float:
    """Three digits, never rounded up."""
    return int(share * 1000) / 1000


def main() -> None:
    """Print the scores of schemes, and of those that are named also what is wrong."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("schemes", nargs="*")
    asked.add_argument("--floors", action="store_true", help="raise the floors to what is reached")
    asked.add_argument("--lower-floors", action="store_true", help="lower them to it, too")
    given = asked.parse_args()
    for scheme in given.schemes or schemes():
        for number in (1, 2):
            some = [case for case in cases(scheme) if case.round == number]
            total, wrong = score(scheme, some)
            positive = sum(bool(case.finds) for case in some)
            told = f"{positive:3} positive, {len(some) - positive:3} negative"
            shares = f"recall {total.recall:.3f}, precision {total.precision:.3f}"
            sys.stdout.write(f"{scheme:18} round {number}: {told}, {shares}\n" if some else "")
            sys.stdout.writelines(f"{line}\n" for line in wrong if given.schemes)
    if given.floors or given.lower_floors:
        keep_floors(given.lower_floors)


if __name__ == "__main__":
    main()
