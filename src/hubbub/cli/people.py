"""What a person asks of people: a work or a shelf comes in; who spoke, who they are and how far they reach goes out."""

import sys
from datetime import UTC, datetime
from textwrap import shorten
from typing import Annotated, Any

import typer
from rich.text import Text

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.beginning import Plan
from hubbub.answers.engaging import Suggestion, Suggestions
from hubbub.answers.exported import as_csv as table
from hubbub.answers.people import People, Person
from hubbub.answers.reaching import Audiences
from hubbub.cli import community, show, wants
from hubbub.cli.given import account_of, no_shelf, store_of
from hubbub.cli.show import called, counted, mixed, numbered, out, plain, stamped, tabled, worded
from hubbub.people.labels import UNKNOWN, likely
from hubbub.reference.places import place
from hubbub.store.people import Word

NAMED = 25  # voices in a table
PROFILE = 120  # letters of a profile
_Account = Annotated[str | None, typer.Option(metavar="ACCOUNT", help="Remember this answer to a suggestion.")]


def people(
    context: typer.Context,
    about: Annotated[str, typer.Argument(metavar="ID|SHELF", help="A work in any usual form, or the name of a shelf.")],
    json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header, one row an account.")] = False,
) -> None:
    """Show who spoke of a work or of a shelf of works: who they are, with reasons, and how far they reach.

    Feeds stand apart: they are venues and no people. What an account is, is read from what it publishes of its work;
    most say too little, and stay unknown.

        hubbub people 10.1371/journal.pone.0000308
        hubbub people me --csv > people.csv
    """
    if json and csv:
        show.fail("--json and --csv exclude each other; choose one", status=2)
    with store_of(context) as store:
        answers = Answers(store)
        found = answers.people(wants.checked(about))
        work = identify.parse(about) if found is None else None
        found = answers.people(work) if work else found
    if found is None:
        no_shelf(context, about, nor="identifier")
    if json:
        show.as_json(found)
    elif csv:
        _as_csv(found)
    else:
        _people(found)


def engage(
    context: typer.Context,
    shelf: Annotated[str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`.")] = wants.ME,
    today: Annotated[bool, typer.Option("--today", help="Only five, of all rings.")] = False,
    done: _Account = None,
    unfit: _Account = None,
    later: _Account = None,
    never: _Account = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show whom to engage next for a shelf of works, with the reasons: to answer, to meet, to find.

    hubbub follows nobody and sends nothing. What you answer is remembered: done and unfit for this shelf, later for two
    weeks, never for every shelf. An account is named as it is listed: `SOURCE:KEY`.

        hubbub engage me --today
        hubbub engage me --done bluesky:did:plc:44ybard66vv44zksje25o7dz
    """
    words: dict[Word, str | None] = {"done": done, "unfit": unfit, "later": later, "never": never}
    with store_of(context) as store:
        answers = Answers(store)
        for word, account in words.items():
            if account is not None:
                answers.respond(shelf, *account_of(account), word)
        now = datetime.now(UTC)
        found, waiting = answers.engage(wants.checked(shelf), now), answers.desk(shelf, now)
    if found is None:
        no_shelf(context, shelf)
    if json:
        show.as_json(found)
    else:
        if waiting and (waiting.tasks or waiting.pile_on):
            community.answer_today(waiting)
            out.print()
        if not found.piled_on:
            _suggestions(found, today)


def forget(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account, as it is listed: `SOURCE:KEY`.")],
) -> None:
    """Forget an account for good, as its owner asked: all that it said, now and later, and that it was there.

    Only a hash is kept, by which it is known if it comes again.

        hubbub forget bluesky:did:plc:44ybard66vv44zksje25o7dz
    """
    with store_of(context) as store:
        Answers(store).forget(*account_of(account))
    show.line("Forgotten. What was exported before is not: ask who has it to remove it too.")


_RINGS = (
    "Answer and thank: they engaged with the works",
    "Meet: they are tied to those who did",
    "Find: they speak of the same, and nothing ties them to you yet",
)


def _suggestions(found: Suggestions, today: bool) -> None:
    if found.plan and found.plan.like:
        _plan(found.plan)
    if not found.voices and not any(found.rings):
        out.print("Nobody has spoken of these works yet, nor of works like them, as far as is known.")
        out.print("Collect more: put works like yours on a shelf of its own (hubbub track), then hubbub sync.")
        return
    if today:
        out.print(Text("Today", style="bold"))
        for one in found.today:
            _suggestion(one)
    for title, ring, odds in zip(_RINGS, found.rings if not today else (), found.odds.rings, strict=False):
        out.print(Text(f"\n{title}", style="bold"))
        if ring and not found.plan:
            times = f"{odds.times:g} times ({odds.low:g} to {odds.high:g}) as likely as an average account"
            out.print(Text(f"{times} to engage with the next work, {found.odds.measured}.", style="dim"))
            if not all(one.last for one in ring):
                out.print(Text("Of those who were never heard to speak of a work, that is not known.", style="dim"))
        for one in ring:
            _suggestion(one)
        if not ring:
            out.print("Nobody, as far as is known.")
    told = f" From {counted('voice', found.voices)}." if found.voices else ""
    out.print(Text(f"\nMost of your next audience is not on this list.{told}", style="dim"))


def _suggestion(one: Suggestion) -> None:
    who = one.speaker
    out.print(
        Text(f"  {plain(called(who))}", style="cyan") + Text(f"  {plain(f'{who.source}:{who.key}')}", style="dim")
    )
    for reason in one.reasons:
        out.print(f"    {reason.share:4.0%} {reason.says}")
    if one.through:
        out.print(f"    through {', '.join(plain(called(voice)) for voice in one.through)}")
    if one.last and one.last.url:
        out.print(Text(f"    last {stamped(one.last_at)}: {plain(one.last.url)}", style="dim"))
    if one.last is None:
        out.print(Text("    never heard to speak of a work", style="dim"))
    if who.description and not (one.last and one.last.url):
        out.print(Text(f"    says of itself: {shorten(plain(who.description), PROFILE)}", style="dim"))
    if one.adds:
        out.print(f"    would let {counted('listener', one.adds)} hear of you whom none of your voices reaches")
    if one.composer and one.composer != (one.last and one.last.url):
        out.print(Text(f"    answer at {plain(one.composer)}", style="dim"))


def _plan(plan: Plan) -> None:
    out.print("Nobody has spoken of these works yet. So begin where works like them are spoken of.\n")
    for work in plan.like:
        out.print(f"  {plain(work.title or str(work.identifier))}", style="cyan")
        out.print(Text(f"    {counted('post', work.posts or 0)}: hubbub people {work.identifier}", style="dim"))
    for number, week in enumerate(plan.weeks, 1):
        out.print(Text(f"\nWeek {number}: {week.title}", style="bold"))
        for step in week.steps:
            out.print(f"  - {plain(step)}")
        out.print(Text(f"  {week.why}", style="dim"))
    out.print()


def _as_csv(found: People) -> None:
    columns = ("source", "account", "handle", "name", "followers", "labels", "feed", "works", "posts", "amplifications")
    sys.stdout.write(table([*columns, "first_at", "last_at"], map(_row, (*found.voices, *found.feeds))))


def _row(one: Person) -> list[Any]:
    who = one.speaker
    told = [who.source, who.key, who.handle, who.name, who.followers, ", ".join(_labels(one)), "; ".join(one.feed)]
    times = [at.isoformat() if at else None for at in (one.first_at, one.last_at)]
    return [*told, one.works, one.posts, one.amplifications, *times]


def _people(found: People) -> None:
    voices = len(found.voices) + found.hidden
    out.print(Text(f"{counted('voice', voices)} of {counted('work', len(found.works))}", style="bold"))
    if not voices and not found.feeds:
        out.print("Nobody is known to have spoken of it. Collect first: hubbub sync, or ingest an archive.")
        return
    if found.persons < voices:
        people_ = "one person" if found.persons == 1 else f"{found.persons:,} people"
        out.print(Text(f"They are {people_}, as far as it is proven.", style="dim"))
    if found.hidden:
        out.print(Text(f"{found.hidden:,} of them want to be named by nobody, and are not.", style="dim"))
    _table(found.voices[:NAMED])
    if len(found.voices) > NAMED:
        out.print(Text(f"and {len(found.voices) - NAMED:,} more: --csv or --json", style="dim"))
    if found.feeds:
        out.print(Text("\nFeeds, which are venues and no people", style="bold"))
        _table(found.feeds[:NAMED])
    for person in found.same:
        accounts = " = ".join(f"{plain(called(one))} ({place(one.source).title})" for one in person.accounts)
        out.print(f"The same person, {' and '.join(person.proofs)}: {accounts}")
    if found.mix:
        mixed(found.mix)
        out.print()
    _reach(found.reach)
    if found.originality is not None:
        told = f"{found.originality:.0%} of all mentions, those of feeds too, are in own words"
        if found.concentration is not None:
            told += f"; {found.concentration:.0%} of the amplifications are of one post"
        out.print(f"{told}.")


def _table(ones: tuple[Person, ...]) -> None:
    table = tabled("account", "source", "is", "followers", "works", "posts", "amplifications", "last")
    for one in ones:
        numbers = (numbered(one.works), numbered(one.posts), numbered(one.amplifications))
        followers = numbered(one.speaker.followers)
        last = stamped(one.last_at) if one.last_at else ""
        is_ = plain("; ".join(one.feed) or ", ".join(_labels(one)))
        table.add_row(plain(called(one.speaker)), one.speaker.source, is_, followers, *numbers, last)
    out.print(table)


def _labels(one: Person) -> list[str]:
    """What an account is, more probably than not."""
    return [label.name for label in likely(one.labels)] or [UNKNOWN]


def _reach(reach: Audiences | None) -> None:
    if reach is None:
        out.print("Followers unknown: none of theirs is known.")
        return
    span = f"at least {reach.least:,}"
    if reach.most is not None:
        span = f"{reach.least:,}" if reach.least == reach.most else f"{reach.least:,} to {reach.most:,}"
        span += f" ({reach.total:,} with repeats)"
    known = [
        f"{number:,} {worded('voice', number)} {what}"
        for number, what in (
            (reach.listed, "whose followers are all known"),
            (reach.counted, "of whom only their number is known"),
            (reach.partly, "of whom some followers are known"),
        )
        if number
    ]
    out.print(f"Followers, each counted once: {span}, from {', '.join(known)}.")
    if reach.overlap:
        least, most = (f"{times:.2f}" for times in reach.overlap)
        out.print(f"A follower follows {least if least == most else f'{least} to {most}'} of the voices on average.")
    if reach.sectors or reach.known:
        told = [f"{one.name} {one.accounts:,}" for one in reach.sectors]
        out.print(
            f"What the listed followers are: {', '.join([*told, f'{UNKNOWN} {reach.untold:,}'])};"
            f" {reach.known:,} say enough to tell."
        )
    _gains(reach)


def _gains(reach: Audiences) -> None:
    if not reach.gains:
        return
    out.print(Text("\nWhat each voice adds to the reach of those before it", style="bold"))
    table = tabled("account", "source", "listed followers", "adds", "only by this one")
    for one in reach.gains[:NAMED]:
        who, numbers = one.speaker, (one.followers, one.gain, one.alone)
        table.add_row(plain(called(who)), who.source, *map(numbered, numbers))
    out.print(table)
    if len(reach.gains) > NAMED:
        out.print(Text(f"and {len(reach.gains) - NAMED:,} more: --json", style="dim"))
