"""What a person sees of one work: its report and its mentions come in, text and CSV go out."""

import sys
from collections.abc import Iterable, Sequence

from rich.text import Text

from hubbub.answers import Report, Said
from hubbub.answers.shapes import DayCount, Match, SecondHand
from hubbub.cli.show import called, counted, numbered, out, plain, stamped, tabled, worded
from hubbub.collect.source import sources as installed
from hubbub.model import Identifier
from hubbub.reference.places import place
from hubbub.tell import bulk

LATEST = 5  # posts in a report
BAR, SPARK = 12, 54  # characters, so that a line fits on 80
SPARKS = "▁▂▃▄▅▆▇█"


def as_csv(said: Iterable[Said]) -> None:
    """Print one row a post; the evidence is that of the first statement, `statements` says how many there are."""
    for part in bulk.mentions("csv", said):
        sys.stdout.write(part.decode())


def _named(identifier: Identifier) -> str:
    return f"{identifier}{f' version {identifier.version}' if identifier.version else ''}"


def report(one: Report, latest: Sequence[Said], scored: Text | None) -> None:
    """Print all about one work; `scored` is its attention score on one line."""
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
        _versions(one)
        _registered(one)
        return
    out.print()
    _headline(one)
    if scored:
        out.print(Text("attention score ") + scored)
        out.print(Text(f"what each mention adds to it: hubbub score {one.identifier}", style="dim"))
    _versions(one)
    if one.second_hand:
        told = f"{counted('post', one.second_hand)} more at second hand: hubbub mentions {one.identifier} --second-hand"
        out.print(Text(plain(told), style="dim"))
    _sources(one)
    _days(one.days)
    _voices(one)
    _registered(one)
    if latest:
        out.print(Text("\nLatest", style="bold"))
        for said in latest:
            _said(said)
    out.print(Text(f"\nChecked {stamped(one.checked_at)}. Rules: {one.method}.", style="dim"))
    out.print(Text(f"All mentions with their evidence: hubbub mentions {one.identifier}", style="dim"))


def _headline(one: Report) -> None:
    numbers = Text()
    for label, value in (("post", one.posts), ("account", one.accounts), ("amplification", one.amplifications)):
        numbers.append(numbered(value), style="bold").append(f" {worded(label, value)}   ")
    out.print(numbers)
    out.print(f"from {stamped(one.first_at)} to {stamped(one.last_at)}" if one.first_at else "at unknown times")
    reach = one.reach
    if reach.low is None or reach.high is None:
        out.print("potential reach unknown: no follower count is known")
    else:
        span = f"{reach.low:,}" if reach.low == reach.high else f"{reach.low:,} to {reach.high:,}"
        out.print(f"potential reach {span} followers (known for {reach.known:,} of {reach.accounts:,} accounts)")


def _sources(one: Report) -> None:
    table = tabled("where", "category", "posts", "accounts", "amplifications", "")
    most = max(count.posts + count.amplifications for count in one.sources)
    for count in one.sources:
        share = (count.posts + count.amplifications) / most
        bar = Text("█" * max(1, round(share * BAR)), style=place(count.source).colour) if out.is_terminal else ""
        numbers = (numbered(count.posts), numbered(count.accounts), numbered(count.amplifications))
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
    table = tabled("who spoke", "followers", "posts", "amplifications", "last")
    for voice in one.voices[:10]:
        followers = numbered(voice.speaker.followers)
        table.add_row(
            called(voice.speaker), followers, f"{voice.posts:,}", f"{voice.amplifications:,}", stamped(voice.last_at)
        )
    out.print()
    out.print(table)


def _versions(one: Report) -> None:
    """List the versions that are counted together, each with all its names."""
    if one.apart:
        out.print(Text(plain(f"\nThis identifier is shown apart: {one.apart}."), style="yellow"))
    if len(one.versions) == 1 and len(one.versions[0].identifiers) == 1:
        return
    table = tabled("counted together", "posts", "accounts", "amplifications", "which")
    for version in one.versions:
        counts = map(numbered, (version.posts, version.accounts, version.amplifications))
        first, *others = version.identifiers
        table.add_row(plain(str(first)), *counts, version.kind)
        for name in others:
            table.add_row(plain(f"  = {name}"))
    out.print()
    out.print(table)
    out.print(Text(plain(f"Who says so, and how to correct it: hubbub match {one.identifier}"), style="dim"))


def match(one: Match) -> None:
    """Print which identifiers are one work, who says so, and what people have corrected."""
    table = tabled("which", "identifier", "posts")
    for version in one.versions:
        for name in version.identifiers:
            is_first = name == version.identifiers[0]
            table.add_row(
                version.kind if is_first else "", plain(str(name)), numbered(version.posts) if is_first else ""
            )
    out.print(table)
    if one.apart:
        out.print(Text(plain(f"{one.identifier} is shown apart: {one.apart}."), style="yellow"))
    if one.statements:
        table = tabled("what is said", "says", "doubt")
        for told in one.statements:
            says = plain(f"{told.other} {told.relation.replace('_', ' ')} {told.identifier}")
            table.add_row(says, plain(", ".join(map(_teller, told.via))), told.doubt or "")
        out.print()
        out.print(table)
    if one.corrections or one.set_aside:
        table = tabled("corrected", "by", "on", "why")
        for word in one.corrections:
            says = plain(f"{word.one} is {'the same as' if word.same else 'another work than'} {word.other}")
            table.add_row(says, plain(word.said_by), stamped(word.said_at), plain(word.why))
        for aside in one.set_aside:
            post = f"{aside.source}:{aside.post}" if aside.post else "a post that is not held any more"
            says = plain(f"{post} does not mention {aside.identifier}")
            table.add_row(says, plain(aside.said_by), stamped(aside.said_at), plain(aside.why))
        out.print()
        out.print(table)
    _pages(one)


def _pages(one: Match) -> None:
    """Print what was found of addresses, and which mentions somebody misses."""
    if one.pages:
        table = tabled("page", "is", "by", "certainty", "evidence", "looked at", "again")
        for page in one.pages:
            table.add_row(
                plain(page.identifier.value),
                page.outcome or "not looked at yet",
                page.method or "",
                f"{page.certainty:.0%}" if page.certainty is not None else "",
                plain(page.evidence or ""),
                stamped(page.looked_at) if page.looked_at else "",
                stamped(page.due_at) if page.due_at else "never",
            )
        out.print()
        out.print(table)
    if one.missing:
        table = tabled("said to be missing", "by", "on", "outcome")
        for miss in one.missing:
            told = plain(miss.outcome or "waits for hubbub sync or serve")
            table.add_row(plain(miss.address.value), plain(miss.said_by), stamped(miss.said_at), told)
        out.print()
        out.print(table)


def _registered(one: Report) -> None:
    """List what registries and repositories say, apart from our own counts."""
    if one.aliases:
        table = tabled("other identifier", "which", "says")
        for alias in one.aliases:
            says = ", ".join(map(_teller, alias.via))
            table.add_row(plain(str(alias.identifier)), f"{alias.relation.replace('_', ' ')} it", plain(says))
        out.print()
        out.print(table)
        if one.more_aliases:
            out.print("There are more of them.")
    if one.tallies:
        table = tabled("counted elsewhere", "number", "says", "as of")
        for tally in one.tallies:
            told = plain(_teller(tally.via)), stamped(tally.as_of)
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
            if evidence.identifier != identifier:
                how += f", names {_named(evidence.identifier)}"
            out.print(Text("    " + plain(how), style="dim"))


def second_hand(identifier: Identifier, ones: Sequence[SecondHand]) -> None:
    """List posts that link to stories about a work, each with the way it takes."""
    if not ones:
        out.print(f"Nobody is known to have linked to a story about {identifier}.")
    for one in ones:
        _said(one.said)
        told = (
            f"links to “{one.story.title or one.story.address}” ({place(one.story.source).title}), about {identifier}"
        )
        out.print(Text("    " + plain(told), style="dim"))
        out.print(Text("    " + plain(one.story.address), style="cyan"))


def _said(one: Said) -> None:
    verb = "" if one.own else " passed on"
    note = "" if one.counted else " (refers the other way: not counted)"
    who = called(one.speaker) if one.speaker else ""
    where = plain(place(one.source).title)
    out.print(Text(f"\n{stamped(one.posted_at)}  {where}{verb}{note}  ", style="dim") + Text(who, style="bold"))
    words = plain(one.text or one.title or "")
    if one.original:
        author = f"{called(one.original.speaker)}: " if one.original.speaker else ""
        words = f"{author}{plain(one.original.text or one.original.title or one.amplifies or '')}"
    if words:
        out.print(Text("  " + words))
    if one.url:
        out.print(Text("  " + plain(one.url), style="cyan"))
