"""Feeds identify random input, as much as is asked for, and tells which laws it breaks.

`python -m tests.identify.fuzz --seconds 60` or `--inputs 10000000`; `--seed` runs again what was run before. Values,
addresses and texts are made from the patterns of all schemes and from the corpora and then damaged; pages and formats
are put together from them. Each is one input. Printed are the counts, as JSON, and for each law that is broken the
smallest input that was found for each scheme; then the run ends with 1.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from random import Random, SystemRandom
from typing import Any

from msgspec import Struct, field, to_builtins

from hubbub.identify import KINDS, address, always_kept, find, in_address, in_html, in_text, parse, sniff
from hubbub.identify.found import Found
from hubbub.identify.hints import Hints
from hubbub.identify.schemes import make
from hubbub.model import Identifier
from tests.identify.inputs import Inputs

LONGEST_TIME = 1.0  # seconds of processor time for one input of a few hundred characters
TOGETHER = 16  # texts that are read apart and together
BETWEEN = "\n⁂ ⁂\n"  # joins what must not touch
Check = Callable[[str, str], list[Found]]


class BrokenError(AssertionError):
    """A law that does not hold, and for what."""


class Run(Struct):
    """What one process did: inputs by kind, finds by scheme, the slowest input, and the laws that it broke."""

    inputs: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    broken: dict[str, str] = field(default_factory=dict)


def hold(is_so: bool, law: str, of: object) -> None:
    if not is_so:
        raise BrokenError(law, of)


def plain(one: Identifier) -> Identifier:
    return Identifier(one.scheme, one.value)


def plains(found: list[Found]) -> list[Identifier]:
    return [plain(one.identifier) for one in found]


def check_identifier(one: Identifier) -> None:
    """What is in normal form stays as it is, whether typed or made, and its page names it."""
    always_kept(one)
    hold(parse(str(one)) == plain(one), f"a {one.scheme} can be typed", (one, parse(str(one))))
    again = make(one.scheme, one.value)
    hold(again == plain(one), f"a {one.scheme} in normal form stays so", (one, again))
    page = address(one)
    if page is not None and one.scheme != "url" and not page.endswith(("...", "…")):
        hold(plains(in_address(page)) == [plain(one)], f"the page of a {one.scheme} names it", (page, in_address(page)))


def checked(found: list[Found]) -> list[Found]:
    for one in found:
        hold(0 < one.certainty <= 1, "what is found has a certainty", one)
        check_identifier(one.identifier)
    return found


def check_value(scheme: str, written: str) -> list[Found]:
    made = make(scheme, written)
    return checked([Found(made, written, "made", 1.0)] if made else [])


def check_typed(_: str, written: str) -> list[Found]:
    read = parse(written)
    return checked([Found(read, written, "typed", 1.0)] if read else [])


def check_text(_: str, written: str) -> list[Found]:
    return checked(in_text(written)) + checked(in_text(written, bare=False))


def check_format(kind: str, written: str) -> list[Found]:
    hold(sniff(written) in KINDS, "what an input is can be told", written)
    return checked(find(written, kind))


CHECKS: dict[str, Check] = {
    "value": check_value,
    "typed": check_typed,
    "address": lambda _, written: checked(in_address(written)),
    "text": check_text,
    "page": lambda _, written: checked(in_html(written, "https://journal.example.org/a/17")),
    "format": check_format,
}


def check_together(texts: Sequence[str], hints: Hints) -> None:
    """Texts are read as if each were alone, in any order; kept ones are let through, whatever stands around them."""
    alone = [plains(in_text(f"{BETWEEN}{text}{BETWEEN}")) for text in texts]
    for order in (1, -1):
        together = plains(in_text(BETWEEN.join(["", *texts[::order], ""])))
        apart = list(dict.fromkeys(one for some in alone[::order] for one in some))
        hold(together == apart, "texts do not hang on each other", (together, apart))
    lines = [json.dumps(text).encode() for text in texts]
    hinted = [line for line in lines if hints.lines(line)]
    body = b"\n".join(lines)
    seen = [body[start:end] for start, end in hints.lines(body)]
    hold(seen == hinted, "lines do not hang on each other", (seen, hinted))
    for text, line in zip(texts, lines, strict=True):
        kept = [one.identifier for one in in_text(text, bare=False) if always_kept(one.identifier)]
        hold(not kept or line in hinted, f"a line with a {kept and kept[0].scheme} is let through", text)


def law_broken(check: Callable[[Any], object], given: Any) -> tuple[str, str]:
    """Name the law that an input breaks, if any, and what breaks it."""
    try:
        check(given)
    except BrokenError as error:
        return error.args[0], repr(error.args[1])
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = trace.tb_frame.f_code.co_qualname if trace else ""
        return f"{type(error).__name__} in {where}", str(error)
    return "", ""


def smaller(check: Callable[[Any], object], given: Any, law: str) -> Any:
    """Take out what can be missed: halves first, then less and less."""
    size = len(given) // 2
    while size:
        at = 0
        while at < len(given):
            less = given[:at] + given[at + size :]
            if law_broken(check, less)[0] == law:
                given = less
            else:
                at += size
        size //= 2
    return given


def note(run: Run, check: Callable[[Any], object], given: Any) -> None:
    law, _ = law_broken(check, given)
    if law and law not in run.broken:
        least = smaller(check, given, law)
        run.broken[law] = f"{least!r}: {law_broken(check, least)[1]}"


def fuzz(seed: str, inputs: int, seconds: float) -> Run:
    """Check so many inputs, or for so long."""
    run, hints, texts = Run(), Hints(), list[str]()
    until = time.monotonic() + seconds
    for kind, label, written in islice(Inputs(Random(seed)), inputs):
        started = time.perf_counter()

        def check(some: str, kind: str = kind, label: str = label) -> None:
            run.found.update(one.identifier.scheme for one in CHECKS[kind](label, some))

        note(run, check, written)
        if time.perf_counter() - started > run.slowest[0]:  # once more, since the machine may have been busy
            started = time.thread_time()
            law_broken(check, written)
            run.slowest = max(run.slowest, (time.thread_time() - started, f"{kind} {label} {written!r}"))
        run.inputs[f"{kind} {label}"] += 1
        texts += [written] if kind == "text" else []
        if len(texts) == TOGETHER:
            note(run, lambda some: check_together(some, hints), texts)
            texts = []
        if time.monotonic() > until:
            break
    if run.slowest[0] > LONGEST_TIME:
        run.broken["an input takes no time"] = run.slowest[1]
    return run


def main() -> None:
    """Fuzz in some processes, and print what came of it."""
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--seconds", type=float, default=60.0)
    about.add_argument("--inputs", type=int, default=sys.maxsize)
    about.add_argument("--seed", default=str(SystemRandom().randrange(10**9)))
    about.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    said = about.parse_args()
    started, whole = time.monotonic(), Run()
    share = -(-said.inputs // said.processes)
    with ProcessPoolExecutor(said.processes) as pool:
        runs = [pool.submit(fuzz, f"{said.seed}/{n}", share, said.seconds) for n in range(said.processes)]
    for run in (one.result() for one in runs):
        whole.inputs += run.inputs
        whole.found += run.found
        whole.slowest = max(whole.slowest, run.slowest)
        whole.broken = run.broken | whole.broken
    told = {"seed": said.seed, "inputs": whole.inputs.total(), "seconds": round(time.monotonic() - started)}
    told |= {"found": whole.found, "slowest": whole.slowest, "by kind": whole.inputs, "broken": whole.broken}
    sys.stdout.write(json.dumps(to_builtins(told), indent=1) + "\n")
    sys.exit(1 if whole.broken else 0)


if __name__ == "__main__":
    main()
