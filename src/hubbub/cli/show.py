"""What a person sees: answers come in, text goes out. Colours and bars on a terminal only; JSON, CSV for programs."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hubbub.answers import SourceReport
from hubbub.answers.mixed import Mix
from hubbub.answers.shapes import Shelf, Speaker
from hubbub.answers.status import Status
from hubbub.identify import Found, Why
from hubbub.model import About
from hubbub.pipeline import Outcome
from hubbub.runner import Turn

PIPED_WIDTH = 240  # wide enough that no table wraps
SEEN = 60  # characters of what was seen
NUMBERS = (
    "voices",
    "new",
    "returning",
    "at risk",
    "lapsed",
    "all so far",
    "share",
    "posts",
    "accounts",
    "amplifications",
    "followers",
    "followers before",
    "followers now",
    "change",
    "certainty",
    "lanes",
    "due",
    "read now",
    "number",
)
# Strangers' text must not drive the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CODES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # the same without what only turns the direction of writing

# No markup, no emoji codes: what strangers write in brackets or between colons is no order to rich.
out = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)


def plain(text: str) -> str:
    """Strip what would drive the terminal, and put it on one line."""
    return " ".join(_CONTROL.sub("", text).split())


def line(text: str) -> None:
    """Print one line of our own."""
    out.print(text, soft_wrap=True)


def failure(sentence: str) -> None:
    """Say what went wrong and what to do."""
    errors.print(Text("hubbub: ", style="bold red") + Text(plain(sentence)), soft_wrap=True)


def fail(sentence: str, status: int = 1) -> NoReturn:
    """Say what went wrong and stop."""
    failure(sentence)
    sys.exit(status)


def as_json(answer: Any) -> None:
    """Print an answer for programs; what would drive a terminal is escaped, as JSON allows."""
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    sys.stdout.write(_CODES.sub(lambda code: f"\\u{ord(code[0]):04x}", text) + "\n")


def found(ones: Sequence[Found]) -> None:
    """List identifiers, on a terminal with how each was found."""
    if not ones:
        errors.print("nothing found")
    if not out.is_terminal:
        for one in ones:
            line(plain(str(one.identifier)))
        return
    table = tabled("identifier", "as written", "found by", "certainty")
    for one in ones:
        table.add_row(plain(str(one.identifier)), plain(one.as_written), one.method, f"{one.certainty:.0%}")
    out.print(table)


def account(rows: Iterable[Why]) -> None:
    """Tell what was seen, where, what became of it and why."""
    table = tabled("verdict", "identifier", "seen", "where", "rule", "why")
    for row in rows:
        identifier = plain(str(row.identifier)) if row.identifier else ""
        seen = plain(row.seen[:SEEN])
        table.add_row(row.verdict.replace("_", " "), identifier, seen, plain(row.where), row.rule, plain(row.reason))
    out.print(table)


def counted(noun: str, number: int) -> str:
    """Say how many: 1 post, 2 posts."""
    return f"{number:,} {worded(noun, number)}"


def kept(came: Outcome) -> str:
    """Say what came in: 2 posts, 1 mention, 0 withdrawn."""
    return f"{counted('post', came.posts)}, {counted('mention', came.mentions)}, {came.withdrawn:,} withdrawn"


def turn(one: Turn) -> str:
    """Say what a source's turn has come to so far, on one line."""
    facts = f", {counted('fact', one.outcome.facts)} about works and accounts" if one.outcome.facts else ""
    failed = sum(one.failures.values())
    return f"{one.source}: {kept(one.outcome)}{facts}" + (f", {counted('failure', failed)}" if failed else "")


def turns(ones: Iterable[Turn], cards: Mapping[str, About]) -> None:
    """Say of each source what its turn came to, what went wrong, and what a login would open."""
    idle = []
    for one in ones:
        if not (one.lanes or one.failures or one.logins):
            idle.append(one.source)
            continue
        if one.lanes:
            mark = Text("✓ ", style="green") if not one.failures else Text("! ", style="yellow")
            out.print(mark + Text(turn(one)))
        for reason, aside in one.outcome.set_aside.items():
            such = f", such as {aside.sample[:80]}" if aside.sample else ""
            failure(f"{one.source}: set aside: {reason} ({counted('time', aside.times)}){such}")
        if one.failures:
            first, *others = one.failures
            failure(f"{one.source}: {first}" + (f" (and {len(others):,} more: hubbub status)" if others else ""))
        for sentence in one.logins:
            out.print(Text("· ", style="dim") + Text(plain(f"{one.source}: {sentence}")))
            for credential in cards[one.source].credentials:
                out.print(Text(f"    {credential}; then: hubbub login {credential.name}", style="dim"))
    if idle:
        out.print(Text(f"Nothing is asked of {', '.join(idle)}.", style="dim"))


def shelf(one: Shelf | None) -> None:
    """Print whose works are on a shelf, and which."""
    if one is None:
        out.print("Nothing is on this shelf. Say who you are and what you have made: hubbub me --help")
        return
    out.print(Text(plain(one.title), style="bold"))
    for owner in one.owners:
        out.print(Text(f"  {plain(str(owner))}", style="cyan"))
    table = tabled("work", "title", "posts", "amplifications", "last")
    for work in one.works:
        numbers = (numbered(work.posts), numbered(work.amplifications))
        last = stamped(work.last_at) if work.last_at else ""
        table.add_row(plain(str(work.identifier)), plain(work.title or ""), *numbers, last)
    out.print(table)


def status(one: Status) -> None:
    """Print how collecting goes."""
    table = tabled("source", "lanes", "due", "read now", "last kept", "next due", "streams")
    for source in one.sources:
        table.add_row(
            source.source,
            f"{source.lanes:,}",
            f"{source.due:,}",
            f"{source.read:,}",
            stamped(source.kept_at) if source.kept_at else "",
            stamped(source.next_at) if source.next_at else "",
            ", ".join(source.streams),
        )
    if one.sources:
        out.print(table)
    else:
        out.print(
            "Nothing is planned yet. Say what you want to know about with hubbub track or hubbub me, then: hubbub sync"
        )
    for source in one.sources:
        for sentence, lanes in source.failures:
            failure(f"{source.source}: {sentence} ({counted('lane', lanes)})")
    if one.pages:
        came = ", ".join(f"{outcome} {number:,}" for outcome, number in sorted(one.pages.items()))
        out.print(f"Unknown pages that were looked at: {came}.")
    waiting = [counted("wish", one.wishes)] * bool(one.wishes) + [counted("page", one.inbox)] * bool(one.inbox)
    if waiting:
        out.print(f"Waiting for hubbub serve or sync: {' and '.join(waiting)}.")
    if one.removals:
        told = f"Waiting for an admin’s answer: {counted('request', one.removals)} to be forgotten."
        out.print(f"{told} The page /removals of the web app lists them.")


def outcome(path: Path, came: Outcome | str) -> None:
    """Say what reading a file came to."""
    if isinstance(came, str):
        failure(f"{path} {came}")
        return
    mark = Text("✓ ", style="green") if not came.set_aside else Text("! ", style="yellow")
    out.print(mark + Text(f"{plain(path.name)}: {kept(came)}"))
    for reason, times in came.passed_over.most_common():
        out.print(Text(f"    passed over: {reason} ({counted('record', times)})", style="dim"))
    for reason, aside in came.set_aside.items():
        where = f"at byte {aside.first_at:,}"
        where = where if aside.times == 1 else f"{aside.times:,} times, first {where}"
        failure(f"{path.name}: set aside: {reason} ({where})")


def sources(found: Sequence[SourceReport]) -> None:
    """List the sources: collectors first, then places of which something is held."""
    table = tabled("source", "name", "kind", "category", "posts", "last kept", "set aside")
    for one in sorted(found, key=lambda one: (not one.collector, -one.posts, one.name)):
        if one.collector or one.posts:
            aside = "; ".join(f"{count:,} × {reason}" for reason, count in one.set_aside)
            kind = "collector" if one.collector else "place"
            table.add_row(
                plain(one.name),
                plain(one.title),
                kind,
                one.category,
                f"{one.posts:,}",
                stamped(one.last_at) if one.last_at else "",
                plain(aside),
            )
    out.print(table)


def tabled(*columns: str) -> Table:
    """A table without lines; columns of numbers stand to the right."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in NUMBERS else "left")
    return table


_PLURALS = {"shelf": "shelves", "address": "addresses", "wish": "wishes"}


def worded(noun: str, number: int | None) -> str:
    return noun if number == 1 else _PLURALS.get(noun, f"{noun}s")


def numbered(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def called(speaker: Speaker) -> str:
    handle = f"@{speaker.handle}" if speaker.handle else ""
    return plain(" ".join(part for part in (speaker.name, handle) if part) or speaker.key)


def stamped(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "unknown"


def mixed(found: Mix) -> None:
    """Say who voices are, all together."""
    table = tabled("who they are", "voices", "share", "between")
    for one in filter(lambda one: one.voices, (*found.sectors, found.small, found.unknown)):
        table.add_row(one.name, numbered(one.voices), f"{one.share:.0%}", f"{one.least:.0%} and {one.most:.0%}")
    out.print()
    out.print(table)
    if found.unknown.share > 0.4:
        out.print("Of so many it is unknown what they are that the other shares say little.")
