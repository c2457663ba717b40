"""What a person sees: answers come in, text goes out. Colours and bars on a terminal only; JSON, CSV for programs."""

import csv
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

from hubbub.answers import Report, Said, SourceReport
from hubbub.answers.shapes import DayCount, Shelf, Speaker
from hubbub.answers.status import Status
from hubbub.collect.source import sources as installed
from hubbub.identify import Found, Why
from hubbub.model import About, Identifier
from hubbub.pipeline import Outcome
from hubbub.reference.places import place
from hubbub.runner import Turn

LATEST = 5  # posts in a report
BAR, SPARK = 12, 54  # characters, so that a line fits on 80
PIPED_WIDTH = 240  # wide enough that no table wraps
SEEN = 60  # characters of what was seen
NUMBERS = ("posts", "accounts", "amplifications", "followers", "certainty", "lanes", "due", "read now", "number")
SPARKS = "▁▂▃▄▅▆▇█"
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


def as_csv(said: Iterable[Said]) -> None:
    """Print one row a mention; the evidence is that of the first statement, `statements` says how many there are."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(_row(None))
    for one in said:
        rows.writerow([_cell(value) for value in _row(one).values()])


def _row(one: Said | None) -> dict[str, Any]:
    """Name the columns, and fill them from a mention."""
    post = ("source", "post", "url", "posted_at", "own", "counted", "amplifies", "title", "text", "language")
    speaker = ("key", "handle", "name", "followers")
    evidence = ("relation", "found_in", "as_written", "method", "certainty", "via", "record")
    row = {column: getattr(one, column, None) for column in post}
    row |= {column.replace("key", "account"): getattr(one and one.speaker, column, None) for column in speaker}
    row |= {column: getattr(one and one.evidence[0], column, None) for column in evidence}
    if one is not None:
        row["posted_at"] = one.posted_at and one.posted_at.isoformat()
    return row | {"statements": one and len(one.evidence)}


def _cell(value: Any) -> Any:
    """Keep a terminal from obeying a stranger's text, and a spreadsheet from taking it for a formula."""
    if not isinstance(value, str):
        return value
    text = _CODES.sub("", value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def found(ones: Sequence[Found]) -> None:
    """List identifiers, on a terminal with how each was found."""
    if not ones:
        errors.print("nothing found")
    if not out.is_terminal:
        for one in ones:
            line(plain(str(one.identifier)))
        return
    table = _table("identifier", "as written", "found by", "certainty")
    for one in ones:
        table.add_row(plain(str(one.identifier)), plain(one.as_written), one.method, f"{one.certainty:.0%}")
    out.print(table)


def account(rows: Iterable[Why]) -> None:
    """Tell what was seen, where, what became of it and why."""
    table = _table("verdict", "identifier", "seen", "where", "rule", "why")
    for row in rows:
        identifier = plain(str(row.identifier)) if row.identifier else ""
        seen = plain(row.seen[:SEEN])
        table.add_row(row.verdict.replace("_", " "), identifier, seen, plain(row.where), row.rule, plain(row.reason))
    out.print(table)


def counted(noun: str, number: int) -> str:
    """Say how many: 1 post, 2 posts."""
    return f"{number:,} {_of(noun, number)}"


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
    table = _table("work", "title", "posts", "amplifications", "last")
    for work in one.works:
        numbers = (_number(work.posts), _number(work.amplifications))
        last = _stamp(work.last_at) if work.last_at else ""
        table.add_row(plain(str(work.identifier)), plain(work.title or ""), *numbers, last)
    out.print(table)


def status(one: Status) -> None:
    """Print how collecting goes."""
    table = _table("source", "lanes", "due", "read now", "last kept", "next due", "streams")
    for source in one.sources:
        table.add_row(
            source.source,
            f"{source.lanes:,}",
            f"{source.due:,}",
            f"{source.read:,}",
            _stamp(source.kept_at) if source.kept_at else "",
            _stamp(source.next_at) if source.next_at else "",
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
    waiting = [counted("wish", one.wishes)] * bool(one.wishes) + [counted("page", one.inbox)] * bool(one.inbox)
    if waiting:
        out.print(f"Waiting for hubbub serve or sync: {' and '.join(waiting)}.")


def outcome(path: Path, came: Outcome | str) -> None:
    """Say what reading a file came to."""
    if isinstance(came, str):
        failure(f"{path} {came}")
        return
    mark = Text("✓ ", style="green") if not came.set_aside else Text("! ", style="yellow")
    out.print(mark + Text(f"{plain(path.name)}: {kept(came)}"))
    for reason, aside in came.set_aside.items():
        where = f"at byte {aside.first_at:,}"
        where = where if aside.times == 1 else f"{aside.times:,} times, first {where}"
        failure(f"{path.name}: set aside: {reason} ({where})")


def report(one: Report, latest: Sequence[Said]) -> None:
    """Print all about one work."""
    about = one.description
    title = about.title if about and about.title else str(one.identifier)
    out.print(Text(plain(title), style="bold"))
    parts = (
        [", ".join(about.creators[:4]) + (" et al." if len(about.creators) > 4 else ""), about.venue, about.issued]
        if about
        else []
    )
    if any(parts):
        out.print(Text(plain(" · ".join(part for part in parts if part)), style="dim"))
    if about and about.title:
        out.print(Text(str(one.identifier), style="cyan"))
    if one.simulated:
        out.print(
            Text(
                f"Simulated: this work belongs to the shelf “{one.simulated}”. Nothing here is real.",
                style="bold yellow",
            )
        )
    if one.posts is None:
        out.print("\nNothing has been collected about it yet. That is not the same as no attention:")
        out.print(
            f"look for it (hubbub track {one.identifier}, then hubbub sync), or ingest an archive that covers it."
        )
        _registered(one)
        return
    out.print()
    _headline(one)
    _sources(one)
    _days(one.days)
    _voices(one)
    _registered(one)
    if latest:
        out.print(Text("\nLatest", style="bold"))
        for said in latest:
            _said(said)
    out.print(Text(f"\nChecked {_stamp(one.checked_at)}. Rules: {one.method}.", style="dim"))
    out.print(Text(f"All mentions with their evidence: hubbub mentions {one.identifier}", style="dim"))


def _headline(one: Report) -> None:
    numbers = Text()
    for label, value in (("post", one.posts), ("account", one.accounts), ("amplification", one.amplifications)):
        numbers.append(_number(value), style="bold").append(f" {_of(label, value)}   ")
    out.print(numbers)
    out.print(f"from {_stamp(one.first_at)} to {_stamp(one.last_at)}" if one.first_at else "at unknown times")
    reach = one.reach
    if reach.low is None or reach.high is None:
        out.print("potential reach unknown: no follower count is known")
    else:
        span = f"{reach.low:,}" if reach.low == reach.high else f"{reach.low:,} to {reach.high:,}"
        out.print(f"potential reach {span} followers (known for {reach.known:,} of {reach.accounts:,} accounts)")


def _sources(one: Report) -> None:
    table = _table("where", "category", "posts", "accounts", "amplifications", "")
    most = max(count.posts + count.amplifications for count in one.sources)
    for count in one.sources:
        share = (count.posts + count.amplifications) / most
        bar = Text("█" * max(1, round(share * BAR)), style=place(count.source).colour) if out.is_terminal else ""
        numbers = (_number(count.posts), _number(count.accounts), _number(count.amplifications))
        table.add_row(plain(place(count.source).title), count.category, *numbers, bar)
    out.print()
    out.print(table)


def _days(days: Sequence[DayCount]) -> None:
    """Draw the days from the first to the last, several to a column where there are many."""
    if not out.is_terminal or len(days) < 2:
        return
    first, last = days[0].day, days[-1].day
    width = min((last - first).days + 1, SPARK)
    columns = [0] * width
    for day in days:
        columns[(day.day - first).days * width // ((last - first).days + 1)] += day.posts + day.amplifications
    top = max(columns)
    line_ = "".join(SPARKS[-(-count * (len(SPARKS) - 1) // top)] if count else " " for count in columns)
    out.print(
        Text(f"\n{first:%d %b %Y} ", style="dim") + Text(line_, style="cyan") + Text(f" {last:%d %b %Y}", style="dim")
    )


def _voices(one: Report) -> None:
    if not one.voices:
        return
    table = _table("who spoke", "followers", "posts", "amplifications", "last")
    for voice in one.voices[:10]:
        followers = _number(voice.speaker.followers)
        table.add_row(
            _who(voice.speaker), followers, f"{voice.posts:,}", f"{voice.amplifications:,}", _stamp(voice.last_at)
        )
    out.print()
    out.print(table)


def _registered(one: Report) -> None:
    """List what registries and repositories say, apart from our own counts."""
    if one.aliases:
        table = _table("other identifier", "which", "says")
        for alias in one.aliases:
            says = ", ".join(map(_teller, alias.via))
            table.add_row(plain(str(alias.identifier)), f"{alias.relation.replace('_', ' ')} it", plain(says))
        out.print()
        out.print(table)
        if one.more_aliases:
            out.print("There are more of them.")
    if one.tallies:
        table = _table("counted elsewhere", "number", "says", "as of")
        for tally in one.tallies:
            told = plain(_teller(tally.via)), _stamp(tally.as_of)
            table.add_row(plain(tally.kind), f"{tally.value:,}", *told)
        out.print()
        out.print(table)


def _teller(name: str) -> str:
    """What a source is called that tells of works, where posts are or not."""
    return installed()[name].about.title if name in installed() else place(name).title


def mentions(identifier: Identifier, said: Sequence[Said]) -> None:
    """List mentions for a person to read."""
    if not said:
        out.print(f"Nothing has been collected about {identifier} yet.")
    for one in said:
        _said(one)
        for evidence in one.evidence:
            how = f"{evidence.via}: “{evidence.as_written}” in the {evidence.found_in}, by {evidence.method}"
            out.print(Text("    " + plain(how), style="dim"))


def _said(one: Said) -> None:
    verb = "" if one.own else " passed on"
    note = "" if one.counted else " (refers the other way: not counted)"
    who = _who(one.speaker) if one.speaker else ""
    where = plain(place(one.source).title)
    out.print(Text(f"\n{_stamp(one.posted_at)}  {where}{verb}{note}  ", style="dim") + Text(who, style="bold"))
    words = plain(one.text or one.title or "")
    if one.original:
        author = f"{_who(one.original.speaker)}: " if one.original.speaker else ""
        words = f"{author}{plain(one.original.text or one.original.title or one.amplifies or '')}"
    if words:
        out.print(Text("  " + words))
    if one.url:
        out.print(Text("  " + plain(one.url), style="cyan"))


def sources(found: Sequence[SourceReport]) -> None:
    """List the sources: collectors first, then places of which something is held."""
    table = _table("source", "name", "kind", "category", "posts", "last kept", "set aside")
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
                _stamp(one.last_at) if one.last_at else "",
                plain(aside),
            )
    out.print(table)


def _table(*columns: str) -> Table:
    """A table without lines; columns of numbers stand to the right."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in NUMBERS else "left")
    return table


_PLURALS = {"shelf": "shelves", "address": "addresses", "wish": "wishes"}


def _of(noun: str, number: int | None) -> str:
    return noun if number == 1 else _PLURALS.get(noun, f"{noun}s")


def _number(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def _who(speaker: Speaker) -> str:
    handle = f"@{speaker.handle}" if speaker.handle else ""
    return plain(" ".join(part for part in (speaker.name, handle) if part) or speaker.key)


def _stamp(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "unknown"
