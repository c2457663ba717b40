"""The corpora: what was written somewhere, and what must be found in it; scored by scheme.

A line of `corpora/SCHEME.jsonl` is a case: `input` as it was seen at `seen`, read as `kind`; `finds` names all of the
scheme's identifiers in it, and is empty where something only looks like one. `round` 2 was collected when the code had
been written.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from hubbub import identify

CORPORA = Path(__file__).with_name("corpora")
FLOORS = CORPORA / "floors.toml"
Pair = tuple[str, str]


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


def told(*lines: str) -> None:
    """Print lines."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def main() -> None:
    """Print the scores; with names of schemes, also what is wrong."""
    for scheme in sys.argv[1:] or schemes():
        for round_ in (1, 2):
            some = [case for case in cases(scheme) if case.round == round_]
            total, wrong = score(scheme, some)
            positive = sum(bool(case.finds) for case in some)
            if some:
                told(
                    f"{scheme:18} round {round_}: {positive:3} positive, {len(some) - positive:3} negative, "
                    f"recall {total.recall:.3f}, precision {total.precision:.3f}"
                )
            if len(sys.argv) > 1:
                told(*wrong)


if __name__ == "__main__":
    main()
