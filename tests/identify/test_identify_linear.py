"""No pattern takes more than linear time, whatever it meets: each is tried on the worst that its own parts make."""

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from random import Random
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple, NoReturn

import pytest

from hubbub import identify
from hubbub.identify import carried, doi, formats
from hubbub.identify.address import _anywhere, _table
from hubbub.identify.canonical import LONGEST
from hubbub.identify.formats import fields, lines
from hubbub.identify.page.tags import _LONGEST as LONGEST_VALUE
from hubbub.identify.schemes import _value, pattern
from hubbub.identify.tables import page_rules, schemes
from tests.identify.forms import letters, strings

METHODS = "match|fullmatch|search|sub|split|findall|finditer"
ANCHORED = {"match", "fullmatch"}
WHOLE = 1 << 20  # characters
SAMPLES = 3
# What the code lets no more characters reach than these.
BOUNDS = {
    "canonical": LONGEST,
    "carried._proxy": 253,
    "carried": LONGEST,
    "checks._VOLUME": 200,
    "checks": LONGEST_VALUE,
    "doi._tails": 2 * doi.LONGEST,
    "doi._ends": 2 * doi.LONGEST,
    "doi._versioned": doi.LONGEST,
    "doi._WHOLE": doi.LONGEST,
    "doi._IN_ADDRESS": LONGEST,
    "formats._SIGNS": formats._START,
    "formats.fields": fields._LONGEST,
    "formats.lines._HEAD": lines.LONGEST,
    "formats.lines._PREFIX": lines.LONGEST,
    "page.claims": LONGEST_VALUE,
    "page.tags": LONGEST_VALUE,
    "tables.tracking": LONGEST,
    "typed": LONGEST,
}
QUICK = 0.1  # seconds of the processor for 16,000 characters, or as many as there may be


class Case(NamedTuple):
    """A pattern, whether it is only tried at the start of a text, and how long a text is at most."""

    pattern: re.Pattern[Any]
    anchored: bool
    longest: int


@cache
def patterns() -> dict[str, Case]:
    """All patterns of the package by where they stand."""
    found: dict[str, Case] = {}
    for module in [identify, *map(importlib.import_module, names())]:
        source = inspect.getsource(module)
        short = module.__name__.removeprefix("hubbub.identify").lstrip(".")
        for name, value in vars(module).items():
            for at, one in enumerate(compiled(value, module.__name__)):
                used = set(re.findall(rf"\b{name}(?:\(\))?\.({METHODS})\(", source))
                found[f"{short}.{name} {at}"] = Case(one, bool(used) and used <= ANCHORED, bound(f"{short}.{name}"))
        for method, form in inline(source):
            found[f"{short} {form}"] = Case(re.compile(form), method in ANCHORED, bound(f"{short} {form}"))
    first = {case: name for name, case in reversed([*found.items(), *of_rows()])}  # many hosts share a pattern
    return {name: case for case, name in first.items()}


def bound(name: str) -> int:
    return next((longest for start, longest in BOUNDS.items() if name.startswith(start)), WHOLE)


def names() -> Iterator[str]:
    return (one.name for one in pkgutil.walk_packages(identify.__path__, "hubbub.identify."))


def compiled(value: Any, module: str) -> Iterator[re.Pattern[Any]]:
    """Patterns as a module keeps them: alone, in tables, or made when first asked for."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from compiled(one, module)
    elif hasattr(value, "cache_info") and value.__module__ == module:
        said = inspect.signature(value)
        if said.return_annotation == re.Pattern[str] and not said.parameters:
            yield value()


def inline(source: str) -> Iterator[tuple[str, str]]:
    """Patterns that stand where they are used."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[ast.Constant(value=str(form)), *_]
            ) if method in METHODS.split("|"):
                yield method, form


def of_rows() -> Iterator[tuple[str, Case]]:
    """Patterns of the tables."""
    for scheme, row in schemes().items():
        yield f"{scheme} value", Case(_value(scheme), True, LONGEST_VALUE)
        for name, form in (("text", row.text), ("bare", row.bare)):
            if form:
                yield f"{scheme} {name}", Case(pattern(scheme, form), False, WHOLE)
        for form in filter(None, (row.alone, row.kept, *row.pages)):
            yield f"{scheme} {form}", Case(re.compile(form), True, LONGEST)
    for host, shapes in _table().items():
        for shape in shapes:
            for part in filter(None, (shape.path, shape.host)):
                yield f"{host} {part.pattern}", Case(part, True, LONGEST)
    for place, path in _anywhere():
        yield f"{place.scheme} anywhere {path.pattern}", Case(path, False, LONGEST)
    for host, rows in carried._table().items():
        for _, path in rows:
            yield f"{host} {path.pattern}", Case(path, True, LONGEST)
    yield "home", Case(re.compile(page_rules().home), True, LONGEST)


def worst_cases(form: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Texts that nearly match: what a pattern matches over and over, cut short, and followed by a letter of its own."""
    written = form.pattern if isinstance(form.pattern, str) else form.pattern.decode("latin-1")
    rng = Random(written)
    make = strings(written, rng)
    own = list(dict.fromkeys(own_letters(parser.parse(written, form.flags & ~re.UNICODE))))
    for letter in own:
        yield partial(repeated, letter, "", "")
    for _ in range(SAMPLES):
        sample = make() + " "
        for end in {len(sample), len(sample) - 1 or 1, rng.randint(1, len(sample)), rng.randint(1, len(sample))}:
            start, letter = sample[:end], rng.choice(own or ["a"])
            yield partial(repeated, start, "", "\0")
            yield partial(repeated, letter, start, "\0")


def repeated(part: str, before: str, after: str, size: int) -> str:
    return before + part * (size // len(part)) + after


def own_letters(tree: Any) -> Iterator[str]:
    """A letter for each place of a pattern."""
    for op, arg in tree:
        if str(op) in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            yield from letters(op, arg)[:1]
        elif isinstance(arg, tuple | list):
            yield from (letter for part in flat(arg) for letter in own_letters(part))
        elif hasattr(arg, "data"):
            yield from own_letters(arg)


def flat(arg: Any) -> Iterator[Any]:
    for part in arg:
        if hasattr(part, "data"):
            yield part
        elif isinstance(part, list | tuple):
            yield from flat(part)


def spent(case: Case, make: Callable[[int], str], size: int, limit: float) -> float:
    """Seconds for what the code does with a pattern; raises AssertionError where the processor takes longer."""
    text = make(size)[: case.longest]
    given = text if isinstance(case.pattern.pattern, str) else text.encode()

    def stop(*_: object) -> NoReturn:
        raise AssertionError(make(100))

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        started = time.perf_counter()
        if case.anchored:
            case.pattern.match(given)
            case.pattern.fullmatch(given)
        else:
            for _ in case.pattern.finditer(given):
                pass
        return time.perf_counter() - started
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def prove(case: Case) -> None:
    """Raise AssertionError where a worst case takes longer than linear time would."""
    size = min(case.longest, WHOLE >> 6)
    makes = list(worst_cases(case.pattern))
    _, worst = max((spent(case, make, size, QUICK), at) for at, make in enumerate(makes))
    for part in (8, 1) if case.longest == WHOLE else ():
        spent(case, makes[worst], WHOLE // part, 20 * QUICK / part)


@pytest.mark.parametrize("part", range(16))
def test_every_pattern_is_linear(part: int) -> None:
    for name in sorted(patterns())[part::16]:
        try:
            prove(patterns()[name])
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None


@pytest.mark.parametrize("form", [r"(a+)+$", r"\s+\n", r"<a[^<>]*>.*?</a>", r"x[^y]*y", r"(?:\.pdf)*$"])
def test_a_pattern_that_is_not_linear_is_told(form: str) -> None:
    with pytest.raises(AssertionError):
        prove(Case(re.compile(form, re.DOTALL), False, WHOLE))
