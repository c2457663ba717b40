"""The commands: each parses its arguments and calls one function. `--help` of each is its manual.

It is longer than other modules, since most of it is those manuals.
"""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from hubbub import settings
from hubbub.answers import Answers
from hubbub.cli import (
    answered,
    assist,
    community,
    copies,
    correct,
    known,
    live,
    methods,
    people,
    scoring,
    show,
    take,
    taken,
    thriving,
    users,
    wants,
)
from hubbub.cli.given import Why, Work
from hubbub.cli.given import identifier_of as _work
from hubbub.cli.given import store_of as _open
from hubbub.identify import KINDS
from hubbub.store import StoreError

app = typer.Typer(
    name="hubbub",
    help=__import__("hubbub").__doc__,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def hubbub(
    context: typer.Context,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The store: `sqlite:///FILE`, a file's path or `postgresql://USER@HOST/DATABASE`. By default "
            "`HUBBUB_STORE`, else one file in your data directory. A file is made if there is none.",
        ),
    ] = None,
) -> None:
    """Hubbub tells researchers who talks about their work, who listens to those people, and whom to talk to next."""
    context.obj = store


@app.command()
def identify(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]…", help="Files; none: standard input.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(help=f"What the files are: {', '.join(KINDS)}. If not given, it is seen from their content."),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Read `{"input": "…", "kind": "…"}` a line, answer `{"ids": […]}` a line; the kind may be missing.',
        ),
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Tell what was seen, by which rule, what was rejected, and the reason.")
    ] = False,
) -> None:
    """Find identifiers of works and people in texts, addresses, pages, wikitext, lists of references; print one a line.

    Exit status 1: nothing was found, or a line could not be read.

        hubbub identify paper.html
        echo 'see https://doi.org/10.1371/journal.pone.0000308.' | hubbub identify
        hubbub identify paper.html --why
    """
    if jsonl and why:
        show.fail("--why is for people, --jsonl for programs; give one of them", status=2)
    if kind not in (None, *KINDS):
        show.fail(f"the kind {kind!r} is not known; it is one of {', '.join(KINDS)}", status=2)
    answer = take.account if why else take.identifiers
    found = take.jsonl(files or []) if jsonl else answer(files or [], kind)
    raise typer.Exit(0 if found else 1)


@app.command()
def ingest(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="`crossref_event_data` or `bluesky`; see `hubbub sources`.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Archives, plain, gz or zst.")],
) -> None:
    """Read archives into the store: event pages and dumps, or firehose frames.

    Reading twice changes nothing. If it is stopped midway, the same command goes on where it was. What cannot be read
    is set aside with its reason, all else is kept. Exit status 1: something was set aside or a file could not be read.

        hubbub ingest crossref_event_data events/*.json.gz
        hubbub ingest bluesky jetstream-2026-07-04.ndjson.zst
    """
    with _open(context) as store:
        raise typer.Exit(take.archives(store, source, files))


Remove = Annotated[bool, typer.Option("--remove", help="Take them off instead.")]


@app.command()
def track(
    context: typer.Context,
    works: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Works in any usual form, or files that list them.")
    ],
    shelf: Annotated[str, typer.Option(metavar="NAME", help="The shelf; it is made if there is none.")] = "tracked",
    remove: Remove = False,
) -> None:
    """Put works on a shelf: from then on `sync` and `serve` look for what is said about them.

    A file may be BibTeX, RIS, CSL-JSON, CSV with a column `doi`, `id`, `url` …, or hold one identifier a line.

        hubbub track 10.1371/journal.pone.0000308 arXiv:2101.00001 github:numpy/numpy
        hubbub track thesis.bib --shelf thesis
        hubbub track 0000-0002-1825-0097 --shelf "Ann Example" --remove
    """
    with _open(context) as store:
        wants.track(store, works, shelf, remove)


@app.command()
def me(
    context: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT]…",
            help="An ORCID, an account (`bluesky:HANDLE`, `github:NAME`, `mastodon:NAME@SERVER`, `speakerdeck:NAME`), "
            "the page of a community at Zenodo, works, or files that list works.",
        ),
    ] = None,
    remove: Remove = False,
) -> None:
    """Say who you are and what you have made, or, without arguments, show what hubbub knows of it.

    Works that your accounts list come by themselves with the next `sync`.

        hubbub me 0000-0002-1825-0097 github:alice bluesky:alice.example.org publications.bib
    """
    with _open(context) as store:
        if what:
            wants.own(store, what, remove)
        else:
            show.shelf(Answers(store).shelf(wants.ME))


@app.command()
def roster(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a header.")]
) -> None:
    """Make a shelf of each person of a department.

    The columns are `name`, `orcid`, `works` (identifiers, with spaces between) and any source's name for an account.
    Run it again after a change: each person's shelf is made to hold what the file says, and nothing else. Shelves of
    people who are not in the file any more stay as they are.

        hubbub roster department.csv
    """
    with _open(context) as store:
        wants.roster(store, file)


@app.command()
def subscribe(
    context: typer.Context,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ADDRESS]…",
            help="Feeds, OPML files, and what sources take: `mastodon:SERVER`, `wikipedia:LANGUAGE`, `oai:ADDRESS` …",
        ),
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Also the list of science blogs and news that comes with hubbub.")
    ] = False,
    remove: Remove = False,
) -> None:
    """Read feeds, servers and repositories from now on.

    hubbub subscribe https://blog.example.org/feed.xml
    """
    if not addresses and not shipped:
        show.fail("nothing to subscribe to; give addresses, or --shipped", status=2)
    with _open(context) as store:
        wants.subscribe(store, addresses or [], shipped, remove)


@app.command()
def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="`https://x.com/NAME/status/NUMBER`")],
    work: Work,
) -> None:
    """Add a post on X by its address, as your word that it is about a work. X lets nobody collect it.

    hubbub add https://x.com/alice/status/1742012345678901234 10.1371/journal.pone.0000308
    """
    identifier = _work(work)
    with _open(context) as store:
        wants.add(store, address, identifier)


@app.command()
def login(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A credential that a source names; see `hubbub sync`.")],
) -> None:
    """Ask for a credential, without showing it, and lay it into the system's safe."""
    live.login(name)


@app.command()
def sync(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="None: all of them.")] = None,
) -> None:
    """Ask the services once, now, about all that is on your shelves, and say what came of it.

    Exit status 1: a source failed; all others were read.
    """
    with _open(context) as store:
        raise typer.Exit(live.sync(store, names or []))


@app.command()
def listen(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="SOURCE…", help="Sources that have streams.")],
) -> None:
    """Read streams until Ctrl-C; the next time it goes on where it was.

    Exit status 1: a stream brought nothing, for want of a login or of an answer.

        hubbub listen bluesky
    """
    with _open(context) as store:
        raise typer.Exit(live.listen(store, names))


@app.command()
def status(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False
) -> None:
    """Say how collecting goes: what is planned, read and failing at each source."""
    with _open(context) as store:
        found = Answers(store).status()
    if json:
        show.as_json(found)
    else:
        show.status(found)


@app.command()
def report(
    context: typer.Context,
    work: Work,
    json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Say all about one work: where it is talked about, by whom, when, and how far it may reach.

    hubbub report 10.1371/journal.pone.0000308
    """
    identifier = _work(work)
    with _open(context) as store:
        answers = Answers(store)
        if json:
            show.as_json(answers.report(identifier, voices=None))
        else:
            scored = scoring.of(answers, identifier)
            latest = answers.said(identifier, limit=answered.LATEST, newest=True)
            answered.report(answers.report(identifier), latest, scored)


@app.command()
def mentions(
    context: typer.Context,
    work: Work,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON list, each mention with its evidence.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header, one row a mention.")] = False,
    second: Annotated[
        bool, typer.Option("--second-hand", help="List the posts that link to stories about the work instead.")
    ] = False,
    wrong: Annotated[
        str | None,
        typer.Option(metavar="POST", help="Set aside that this post (its address, or `SOURCE:KEY`) mentions the work."),
    ] = None,
    right: Annotated[
        str | None, typer.Option(metavar="POST", help="Take that back; `hubbub match ID` lists what is set aside.")
    ] = None,
    why: Why = "",
) -> None:
    """List every mention of one work, oldest first, with its evidence.

    What is set aside is never counted again, also if it is read anew.

        hubbub mentions doi:10.1371/journal.pone.0000308 --csv > mentions.csv
        hubbub mentions doi:10.1371/journal.pone.0000308 --wrong https://bsky.app/profile/…
    """
    if json and csv:
        show.fail("--json and --csv exclude each other; choose one", status=2)
    if second and csv:
        show.fail("--second-hand has no CSV; use --json", status=2)
    identifier = _work(work)
    with _open(context) as store:
        if wrong or right:
            correct.set_aside(Answers(store), identifier, wrong or right or "", why, takes_back=wrong is None)
            return
        said: Sequence[Any] = Answers(store).second_hand(identifier) if second else Answers(store).said(identifier)
    if json:
        show.as_json(said)
    elif csv:
        answered.as_csv(said)
    elif second:
        answered.second_hand(identifier, said)
    else:
        answered.mentions(identifier, said)


app.command()(correct.match)
app.command()(correct.missing)
app.command()(people.people)
app.command()(people.engage)
app.command()(people.forget)
app.command()(community.community)
app.command()(known.know)
app.command()(community.desk)
app.command()(taken.export)
app.command()(thriving.thrive)
app.command()(scoring.score)
app.command()(scoring.standing)
app.command()(methods.methods)
app.command()(assist.mcp)
app.add_typer(users.user)
app.command()(users.reading)
app.command()(users.audit)
app.command()(copies.backup)
app.command()(copies.restore)


@app.command()
def sources(context: typer.Context) -> None:
    """List the sources: where they collect, what the store holds of them and what was set aside."""
    with _open(context) as store:
        show.sources(Answers(store).sources())


@app.command()
def rebuild(context: typer.Context) -> None:
    """Find every mention anew in the posts that are kept, and so recount everything.

    Run it after an update of hubbub that finds more. Readers go on meanwhile. At the end the file is written anew, so
    that no trace of withdrawn posts is left in it.
    """
    with _open(context) as store:
        take.rebuild(store)


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)
    ] = settings.PORT,
    listen: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="Read its streams too; may be given several times.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only show what the store holds.")] = False,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen. Elsewhere than on this machine it takes a user.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name it answers to, as `hubbub.example.org`; may be given several times."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that answer, for many readers.", min=1, max=64)] = 1,
) -> None:
    """Open the web app on this machine, print its address, and collect meanwhile.

    Others can reach it only once somebody has to log in: see `hubbub user add`. Stop it with Ctrl-C.

        hubbub serve
        hubbub serve --name hubbub.example.org
        hubbub serve --host 0.0.0.0 --name hubbub.example.org
    """
    with _open(context) as store:
        take.may_be_served(store, host, name or [])
        with live.running(store, listen or [], offline):
            take.serve(store, port, host, name or [], workers)


@app.command()
def demo(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)
    ] = settings.PORT,
    fill_only: Annotated[bool, typer.Option("--fill-only", help="Fill the store and stop.")] = False,
) -> None:
    """Fill a store of its own with recorded mentions and a simulated community, and open the web app on it. Offline."""
    with _open(context, settings.demo_address) as store:
        take.demo(store)
        if not fill_only:
            take.serve(store, port)


def main() -> None:
    """Run a command; what a person can mend is said in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a mark that an old terminal lacks is no reason to stop
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")
    try:
        app()
    except (StoreError, settings.SettingError) as error:
        show.failure(str(error))
        sys.exit(1)
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        sys.stderr.close()
        sys.exit(0)
