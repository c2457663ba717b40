"""Whether a community grows, as a person asks it: a shelf comes in; who came and who did not, and why, goes out."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from hubbub.answers import Answers, desking
from hubbub.answers.community import Community, Listening, Member, Proportion
from hubbub.answers.desking import Desk, PileOn
from hubbub.answers.exported import as_csv
from hubbub.cli import show, wants
from hubbub.cli.given import account_of, no_shelf, store_of
from hubbub.cli.show import called, counted, mixed, numbered, out, plain, stamped, tabled
from hubbub.people.pace import Pace
from hubbub.reference.places import place

Own = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="ACCOUNT", help="An account of your own, as it is listed: `SOURCE:KEY`."),
]
_MONTHS = 12
_LISTED = 8  # voices of a list
_SAID = 160  # characters of a post
_STATES = ("new", "returning", "at risk", "lapsed")


def community(
    context: typer.Context,
    shelf: Annotated[str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`.")] = wants.ME,
    own: Own = None,
    json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header, one row a voice.")] = False,
) -> None:
    """Say whether the community of a shelf grows: who came, who came back, who did not, and what moved it.

    The latest 13 weeks are compared with all before. Feeds stand apart, and so do your own accounts: those that
    `hubbub me` knows, and those you name.

        hubbub community me
        hubbub community me --as bluesky:did:plc:44ybard66vv44zksje25o7dz
    """
    if json and csv:
        show.fail("--json and --csv exclude each other; choose one", status=2)
    with store_of(context) as store:
        accounts = [account_of(one) for one in own or ()]
        found = Answers(store).community(wants.checked(shelf), datetime.now(UTC), accounts)
    if found is None:
        no_shelf(context, shelf)
    if json:
        show.as_json(found)
    elif csv:
        sys.stdout.write(_as_csv(found))
    else:
        _community(found)


def desk(
    context: typer.Context,
    shelf: Annotated[str, typer.Argument(metavar="SHELF", help="The shelf; your own is `me`.")] = wants.ME,
    own: Own = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Print the posts of a pile-on that lasts as CSV, without their texts.")
    ] = False,
) -> None:
    """Show what to answer today: threads inside their half-life that deserve an answer, questions first.

    Half of what is said of a work comes within hours, so an answer on the same day is read. Where many strangers pile
    on one post, nothing is suggested; hubbub says so, and how to get help.

        hubbub desk me
        hubbub desk me --evidence > evidence.csv
    """
    if json and evidence:
        show.fail("--json and --evidence exclude each other; choose one", status=2)
    with store_of(context) as store:
        accounts = [account_of(one) for one in own or ()]
        found = Answers(store).desk(wants.checked(shelf), datetime.now(UTC), accounts)
    if found is None:
        no_shelf(context, shelf)
    if json:
        show.as_json(found)
    elif evidence and found.pile_on is None:
        show.fail("there is no pile-on on these works, so there is no evidence of one")
    elif evidence and found.pile_on:
        sys.stdout.write(desking.evidence(found.pile_on))
    else:
        answer_today(found)


def answer_today(found: Desk) -> None:
    """Print what deserves an answer, or that people pile on."""
    out.print(Text("Answer today", style="bold"))
    if found.pile_on:
        _calm(found.pile_on, found.shelf)
        return
    for one in found.tasks:
        who = plain(called(one.words.speaker)) if one.words.speaker else "somebody"
        out.print(Text(f"  {who}", style="cyan") + Text(f"  {stamped(one.at)}", style="dim"))
        out.print(f"    {', '.join(one.reasons)}; until {stamped(one.until)}")
        if words := plain(one.words.text or one.words.title or ""):
            out.print(f"    {words[:_SAID]}{'…' * (len(words) > _SAID)}")
        if one.words.url:
            out.print(Text(f"    {plain(one.words.url)}", style="dim"))
    if not found.tasks:
        out.print("Nothing waits for an answer now.")
    if not found.own:
        out.print(Text("What you have answered is not known: hubbub me, or --as, says who you are.", style="dim"))


def _calm(found: PileOn, shelf: str) -> None:
    for sentence in (
        f"{found.accounts:,} strangers answer one post. While that lasts, nothing is suggested.",
        "You do not have to answer. It mostly passes within a day or two.",
        "What helps: let only those answer whom you follow or mention (on Bluesky, the settings of the post);",
        "mute the conversation; ask somebody you trust to look at it for you; report what threatens you.",
        f"For a block list, or for those who help you, the posts as evidence: hubbub desk {plain(shelf)} --evidence",
    ):
        out.print(sentence)


def _as_csv(found: Community) -> str:
    columns = ("source", "account", "handle", "name", "state", "days", "works", "first_at", "last_at", "community")
    followers = ("followers_since", "followers_before", "followers_until", "followers_now")
    return as_csv((*columns, "same_person", *followers), map(_row, found.members))


def _row(one: Member) -> tuple[Any, ...]:
    who, times = one.speaker, [at.isoformat() if at else None for at in (one.first_at, one.last_at)]
    circle = None if one.circle is None else one.circle + 1
    same = ", ".join(f"{other.source}:{other.key}" for other in one.same)
    of = one.followers
    followers = (of.since.isoformat(), of.before, of.until.isoformat(), of.now) if of else (None,) * 4
    return (who.source, who.key, who.handle, who.name, one.state, one.days, one.works, *times, circle, same, *followers)


def _community(found: Community) -> None:
    out.print(Text(f"{counted('voice', found.voices)} of {counted('work', len(found.works))}", style="bold"))
    out.print(Text(f"As of {stamped(found.as_of)}; last collected {stamped(found.checked_at)}.", style="dim"))
    if not found.voices:
        out.print("Nobody is known to have spoken of these works yet. That is a beginning, and no verdict:")
        out.print("look for what was said (hubbub sync), and for whom it may interest (hubbub engage).")
        if found.listening.own:
            _own(found.listening)
        return
    _left_out(found)
    _period(found)
    _listening(found.listening)
    if found.unseen is None:
        out.print("\nFewer than five mentions: too few for any rate, so these are lists only.")
    else:
        if found.pace:
            _pace(found.pace)
        _months(found)
        _moved(found)
        _rates(found)
        if found.mix:
            mixed(found.mix)
        _circles(found)
    _members(found)


def _left_out(found: Community) -> None:
    """Say who is counted, and who is not."""
    told = [
        f"{counted('account', found.accounts)} of {counted('person', found.voices)}" * (found.accounts > found.voices),
        f"{counted('feed', found.feeds)} left out" * bool(found.feeds),
        f"{counted('account', len(found.own))} of your own left out" * bool(found.own),
        f"{found.hidden:,} who want to be named by nobody" * bool(found.hidden),
        f"{counted('post', found.unnamed)} by nobody knows whom" * bool(found.unnamed),
        f"{counted('mention', found.undated)} without a time" * bool(found.undated),
    ]
    if said := "; ".join(filter(None, told)):
        out.print(Text(f"{said}.", style="dim"))


def _period(found: Community) -> None:
    of = found.period
    out.print(Text(f"\nFrom {of.since:%Y-%m-%d} to {of.until:%Y-%m-%d}", style="bold"))
    told = f"{counted('voice', of.voices)}: {of.new:,} new, {of.returning:,} returning."
    out.print(f"{told} {of.at_risk:,} at risk, {of.lapsed:,} lapsed; {of.came_once:,} came once before.")
    if of.returned:
        out.print(f"Of the voices of the 13 weeks before, {_share(of.returned)} came back.")


def _listening(of: Listening) -> None:
    """Say whether followers become more: one's own, account by account, and those of the voices together."""
    _own(of)
    if of.before is not None and of.now is not None:
        grew = f"{of.before:,} became {of.now:,} ({of.now - of.before:+,})"
        out.print(f"Those of {of.known:,} of the voices’ {of.accounts:,} accounts: {grew}.")
        out.print(f"{of.more:,} have more, {of.fewer:,} have fewer. Who follows several of them counts as often.")
        return
    out.print(
        f"Those of the voices: told at both ends for {of.known:,} of {of.accounts:,} accounts, too few to add up."
    )
    if of.first:
        out.print(Text(f"The first number that is kept is of {of.first}.", style="dim"))


def _own(of: Listening) -> None:
    table = tabled("your account", "source", "followers before", "followers now", "change", "told")
    for one in of.own:
        who, told = (plain(called(one.speaker)), one.speaker.source), one.followers
        if told is None:
            table.add_row(*who, "unknown", "unknown", "", "never")
        elif told.change is None:
            table.add_row(*who, "unknown", numbered(told.now), "", f"on {told.until} alone")
        else:
            first = "first seen on " if told.since > of.since.date() else ""
            days = f"{first}{told.since}, last {told.until}"
            table.add_row(*who, numbered(told.before), numbered(told.now), f"{told.change:+,}", days)
    out.print(Text("\nFollowers", style="bold"))
    out.print(table if of.own else "Yours: unknown, as no account of yours is known here: hubbub me, or --as.")


def _pace(of: Pace) -> None:
    out.print(f"Growth against comparable works: {of.verdict}.")
    if of.ratio is None:
        out.print("None of the works has 30 comparable ones in this store.")
        return
    grew = f"{of.before:,} voices with own words became {of.now:,}, {of.ratio:.2g} times what {of.peers:,} works like"
    out.print(
        f"{grew} these did at their places (95 %: {of.least:.2g} to {of.most:.2g}); those went to {of.usual:.0%}."
    )
    if of.alone:
        out.print(Text(f"{counted('work', of.alone)} left out: too few are comparable.", style="dim"))


def _share(of: Proportion) -> str:
    return f"{of.hits:,} of {of.of:,} ({of.hits / of.of:.0%}, between {of.least:.0%} and {of.most:.0%})"


def _months(found: Community) -> None:
    table = tabled("month", "voices", "new", "returning", "at risk", "lapsed", "all so far")
    for one in found.months[-_MONTHS:]:
        numbers = (one.voices, one.new, one.returning, one.at_risk, one.lapsed, one.total)
        table.add_row(f"{one.month:%Y-%m}", *map(numbered, numbers))
    out.print()
    out.print(table)
    out.print(Text("At risk and lapsed: all who were so at the month’s end, quiet for 13 weeks then.", style="dim"))


def _moved(found: Community) -> None:
    for one in found.changes:
        rates = f"{one.before:.1f} to {one.after:.1f} mentions a week"
        out.print(f"\nFrom the week of {one.at:%Y-%m-%d} on, {rates}. What happened near it, as hints:")
        for near in one.near:
            out.print(f"  {near.at:%Y-%m-%d} {near.kind}: {plain(near.title)}")
        if not one.near:
            out.print("  nothing that is known")


def _rates(found: Community) -> None:
    out.print()
    if found.unseen:
        seen, most, without = found.unseen.seen, found.unseen.estimate, found.unseen.without_top_work
        told = "unknown, as none of them spoke of just two works" if most is None else f"of the order of {most:,}"
        told += "" if without is None else f" ({without:,} without the top work)"
        out.print(f"Audience: {seen:,} seen; in all, {told}.")
    if found.answered:
        out.print(f"Answered within a day: {_share(found.answered)}.")
    elif not found.own:
        out.print("Answered within a day: unknown, as no account of yours is known here: hubbub me, or --as.")
    if found.originality is not None:
        told = f"{found.originality:.0%} of these people's mentions are in own words"
        if found.concentration is not None:
            told += f"; {found.concentration:.0%} of the amplifications are of one post"
        out.print(f"{told}.")
    if found.carrier and found.carrier.url:
        out.print(Text(f"  {plain(found.carrier.url)}", style="dim"))


def _circles(found: Community) -> None:
    shown = [one for one in found.circles if one.works or one.words]
    if not shown:
        return
    table = tabled("community", "voices", "speaks of", "words in profiles", "mostly on")
    for number, one in enumerate(shown, 1):
        works = "; ".join(plain(work.title or str(work.identifier)) for work in one.works)
        where = place(one.place).title if one.place else ""
        table.add_row(str(number), numbered(one.voices), works, ", ".join(map(plain, one.words)), where)
    out.print()
    out.print(table)
    if small := len(found.circles) - len(shown):
        out.print(Text(f"and {small:,} smaller ones, which are not described", style="dim"))


def _members(found: Community) -> None:
    for state in _STATES if found.unseen else (*_STATES, "came once", "time unknown"):
        ones = [one for one in found.members if one.state == state]
        if ones:
            out.print(Text(f"\n{state.capitalize()}", style="bold"))
        for one in ones[:_LISTED]:
            who = Text(f"  {called(one.speaker)}", style="cyan")
            same = "".join(f", also {plain(called(other))}" for other in one.same)
            last = f"  {counted('day', one.days)}, last {stamped(one.last_at)}{same}"
            out.print(who + Text(last, style="dim"))
        if len(ones) > _LISTED:
            out.print(Text(f"  and {len(ones) - _LISTED:,} more: --csv or --json", style="dim"))
