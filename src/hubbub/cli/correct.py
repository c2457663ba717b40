"""What a person corrects: words on identifiers and posts come in, the store keeps them."""

from collections.abc import Iterable
from typing import Annotated

import typer

from hubbub.answers import Answers
from hubbub.cli import answered, show
from hubbub.cli.given import Why, Work, identifier_of, store_of
from hubbub.cli.wants import checked
from hubbub.model import Identifier


def match(
    context: typer.Context,
    work: Work,
    same: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Say that this is the same; may be given several times.")
    ] = None,
    not_: Annotated[
        list[str] | None, typer.Option("--not", metavar="ID", help="Say that this is another work.")
    ] = None,
    forget: Annotated[list[str] | None, typer.Option(metavar="ID", help="Take back what was said of this one.")] = None,
    why: Why = "",
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show which identifiers are one work and who says so, and correct it.

    What is corrected goes before all that registries say, now and later, and is kept with who said it, when and why.

        hubbub match 10.1371/journal.pone.0000308
        hubbub match 10.1371/journal.pone.0000308 --not pmid:17375194 --why "an erratum"
    """
    identifier = identifier_of(work)
    verdicts = {True: same, False: not_, None: forget}
    words = [(identifier_of(written), verdict) for verdict, ones in verdicts.items() for written in ones or ()]
    with store_of(context) as store:
        answers = Answers(store)
        _correct(answers, identifier, words, why)
        found = answers.match(identifier)
    if json:
        show.as_json(found)
    else:
        answered.match(found)


def missing(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of the page that mentions the work.")],
    work: Work,
) -> None:
    """Say that a page mentions a work, though hubbub knows of no such mention.

    `hubbub sync` or `serve` looks at the page, if its site lets programs read it. If it holds the work, it becomes a
    mention; `hubbub match ID` says what came of it.

        hubbub missing https://news.example.org/flies 10.1371/journal.pone.0000308
    """
    identifier = identifier_of(work)
    with store_of(context) as store:
        try:
            page = Answers(store).miss(identifier, checked(address))
        except ValueError as error:
            show.fail(str(error), status=2)
    show.line(f"{show.plain(page.value)} will be looked at. Next: hubbub sync")


def _correct(answers: Answers, one: Identifier, words: Iterable[tuple[Identifier, bool | None]], why: str) -> None:
    """Say of identifiers that they are the same as one, or another work; or take back what was said (None)."""
    for other, same in words:
        try:
            answers.correct(one, other, same, why)
        except ValueError as error:
            show.fail(str(error), status=2)


def set_aside(answers: Answers, work: Identifier, written: str, why: str, takes_back: bool) -> None:
    """Set aside that a post, by its address or as SOURCE:KEY, mentions a work; or take that back."""
    if takes_back:
        known = {
            (o.source, o.post): o.words and o.words.url for o in answers.match(work).set_aside if o.source and o.post
        }
    else:
        known = {(o.source, o.post): o.url for o in answers.said(work)}
    post = next((post for post, url in known.items() if written in (url, ":".join(post))), None)
    if post is None:
        what, lists = ("set aside from", "match") if takes_back else ("held to mention", "mentions")
        show.fail(f"{written!r} is no post that is {what} {work}; hubbub {lists} {work} lists them", status=2)
    if not answers.set_aside(work, *post, why, takes_back):
        show.fail(f"{written} only passes on another post; name that one", status=2)
    show.line(f"1 mention of {work} {'counts again' if takes_back else 'set aside'}.")
