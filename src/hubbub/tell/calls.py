"""Everything that programs may ask of hubbub, in this process or over HTTP: answers come in, the same answers go out.

Each method is a call, its signature and words the description of the API. Whoever has no `Answers` but an address of a
server overrides `ask`; see `hubbub.client`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from hubbub import identify
from hubbub.answers import Answers
from hubbub.answers.community import Community
from hubbub.answers.desking import Desk
from hubbub.answers.engaging import Suggestions
from hubbub.answers.network import Network
from hubbub.answers.people import People
from hubbub.answers.reaching import Audiences
from hubbub.answers.scoring import Attention
from hubbub.answers.selected import CURSOR, MentionPage, WorkPage, place_of
from hubbub.answers.selecting import Selection
from hubbub.answers.shapes import AccountReport, Card, Match, Report, Said, SecondHand, Shelf, SourceReport, WorkLine
from hubbub.answers.standing import Standing
from hubbub.answers.status import Status
from hubbub.collect.source import sources
from hubbub.model import About, Identifier
from hubbub.reference.attention import formulas
from hubbub.standings import chosen
from hubbub.store.changes import Since
from hubbub.store.people import Word
from hubbub.tell import bulk, event_data
from hubbub.tell.bulk import Format, MentionFormat
from hubbub.tell.routes import RefusedError, Route, get, post

if TYPE_CHECKING:  # numpy is loaded where it is asked for
    from hubbub.answers.thriving import Thriving

Found = TypeVar("Found")

_TEXT = r"^[^\x00]*$"  # no store keeps a NUL
Text = Annotated[str, Meta(max_length=2_000, pattern=_TEXT)]
Work = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=_TEXT,
        description="A work in any usual form: `doi:10.…`, a bare DOI, `arXiv:…`, `PMID …`, the address of its page.",
    ),
]
Address = Annotated[
    str, Meta(min_length=1, max_length=2_000, pattern=_TEXT, description="The page's, with `https://`.")
]
Name = Annotated[str, Meta(min_length=1, max_length=500, pattern=_TEXT)]
Cursor = Annotated[
    str, Meta(pattern=CURSOR, max_length=40, description="Where the page begins: `next` of the page before it.")
]
Limit = Annotated[int, Meta(ge=1, le=1_000, description="How many a page has at most.")]
Own = Annotated[
    tuple[Annotated[str, Meta(min_length=3, max_length=500, pattern=r"^[^\x00:]+:[^\x00]+$")], ...],
    Meta(max_length=100, description="Accounts of your own, as `SOURCE:KEY`."),
]
SINCE = Meta(description="The first UTC day that it is of; posts of unknown time are then left out.")


class Source(Struct, frozen=True):
    """A source: what the store holds of it, and its card of facts; None where it is a place that others tell of."""

    held: SourceReport
    card: About | None


class WorkChange(Struct, frozen=True):
    """A name of a work of which something changed, and about when; its other names may not be listed."""

    identifier: Identifier
    changed_at: datetime


class ChangePage(Struct, frozen=True):
    """Works that changed, in order, and the cursor of what follows, also where nothing does yet."""

    changes: tuple[WorkChange, ...]
    next: str


class Calls:
    """All calls, answered from one store; what is corrected is so `by` somebody, else by who uses this machine."""

    def __init__(self, answers: Answers, by: str | None = None) -> None:
        self._answers, self._by = answers, by

    def ask(self, route: Route, told: Mapping[str, Any]) -> Any:
        """Answer a call. Raises RefusedError if it cannot be answered."""
        return route.answer(self, **route.read(told))

    # Works

    @get("/works")
    def works(self, q: Text = "", cursor: Cursor | None = None, limit: Limit = 100) -> WorkPage:
        """List the works that hubbub has heard of, or those in whose titles, names or venues `q` stands."""
        return self._answers.works(q, cursor, limit)

    @get("/works/{work}")
    def work(self, work: Work, voices: Annotated[int, Meta(ge=0, le=1_000)] = 50) -> Report:
        """Say all about one work: counts by source, category and day, versions, reach, and up to so many `voices`."""
        return self._answers.report(read(work), voices)

    @get("/works/{work}/mentions")
    def mentions(self, work: Work, cursor: Cursor | None = None, limit: Limit = 100) -> MentionPage:
        """List the posts that mention a work and those that pass them on, each with its evidence, the newest first."""
        return _found(self._answers.mentions(read(work), cursor, limit), "shelf")

    @get("/works/{work}/second-hand")
    def second_hand(self, work: Work, limit: Limit = 100) -> tuple[SecondHand, ...]:
        """List the posts that link to stories about a work, the newest first. They are in no count."""
        return self._answers.second_hand(read(work), limit)

    @get("/works/{work}/match")
    def match(self, work: Work) -> Match:
        """Say why identifiers are one work: who says so, what is doubted, and what people have corrected."""
        return self._answers.match(read(work))

    @get("/works/{work}/score")
    def score(self, work: Work, formula: Text = "", limit: Limit = 100) -> Attention:
        """Score a work by the formula that is set, or one of ours, and say what each mention adds.

        The words are told of the `limit` mentions that add most.
        """
        if formula and formula not in formulas():  # nobody reads a file that a stranger names
            raise RefusedError(404, "hubbub comes with no formula of that name.")
        try:
            return self._answers.score(read(work), chosen(formula or None), limit)
        except ValueError as error:
            raise RefusedError(404, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    @get("/works/{work}/standing")
    def standing(self, work: Work) -> tuple[Standing, ...]:
        """Say where a work stands among others by its score, as it was last reckoned, a cohort each."""
        return self._answers.standings(read(work))

    @get("/works/{work}/people")
    def people(self, work: Work) -> People:
        """Say who spoke of a work, what they probably are, and how far they reach."""
        return _found(self._answers.people(read(work)), "shelf")

    @get("/works/{work}/reach")
    def reach(self, work: Work) -> Audiences | None:
        """Say how far those who spoke of a work reach together; null if nothing is known of any follower."""
        return self.people(work).reach

    @get("/works/{work}/network")
    def network(self, work: Work) -> Network:
        """Say how those who spoke of a work hang together."""
        return _found(self._answers.network(read(work)), "shelf")

    @post("/works/{work}/wish")
    def wish(self, work: Work) -> None:
        """Leave word that somebody wants to know about a work now."""
        identifier = read(work)
        if self._answers.report(identifier, voices=0).simulated:
            raise RefusedError(403, "This work is invented, so nobody can be asked about it.")
        self._answers.wish(identifier)

    @post("/works/{work}/corrections")
    def correct(self, work: Work, other: Work, same: bool | None, why: Text = "") -> None:
        """Keep that two identifiers are the `same`, or not of one work; null takes back what was said of them."""
        try:
            self._answers.correct(read(work), read(other), same, why, self._by)
        except ValueError as error:
            raise RefusedError(409, f"{error}.") from error

    @post("/works/{work}/set-aside")
    def set_aside(self, work: Work, source: Name, post: Name, why: Text = "", takes_back: bool = False) -> None:
        """Keep that a post does not mention a work, or take that back."""
        if not self._answers.set_aside(read(work), source, post, why, takes_back, self._by):
            raise RefusedError(404, "hubbub holds no such mention. It may only pass another post on.")

    @post("/works/{work}/missing")
    def miss(self, work: Work, address: Address) -> None:
        """Leave word that the page at an address mentions a work, so that somebody looks."""
        try:
            self._answers.miss(read(work), address, self._by)
        except ValueError as error:
            raise RefusedError(404, f"{error}.") from error

    # Shelves

    @get("/shelves")
    def shelves(self) -> tuple[Card, ...]:
        """Name all shelves, and say how many works each holds."""
        return self._answers.cards()

    @get("/shelves/{shelf}")
    def shelf(self, shelf: Name) -> Shelf:
        """Say what is on a shelf."""
        return _found(self._answers.shelf(shelf), "shelf")

    @get("/shelves/{shelf}/mentions")
    def shelf_mentions(self, shelf: Name, cursor: Cursor | None = None, limit: Limit = 100) -> MentionPage:
        """List the posts that mention works of a shelf, each once, as for one work."""
        return _found(self._answers.mentions(shelf, cursor, limit), "shelf")

    @get("/shelves/{shelf}/people", public=False)
    def shelf_people(self, shelf: Name) -> People:
        """Say who spoke of the works on a shelf, what they probably are, and how far they reach."""
        return _found(self._answers.people(shelf), "shelf")

    @get("/shelves/{shelf}/reach", public=False)
    def shelf_reach(self, shelf: Name) -> Audiences | None:
        """Say how far those who spoke of works on a shelf reach together; null if no follower is known."""
        return self.shelf_people(shelf).reach

    @get("/shelves/{shelf}/network", public=False)
    def shelf_network(self, shelf: Name) -> Network:
        """Say how those who spoke of works on a shelf hang together."""
        return _found(self._answers.network(shelf), "shelf")

    @get("/shelves/{shelf}/rings", public=False)
    def rings(self, shelf: Name, each: Annotated[int, Meta(ge=1, le=100)] = 10) -> Suggestions:
        """Say whom to engage next for a shelf, in three rings of up to `each`, with reasons."""
        return _found(self._answers.engage(shelf, now(), each), "shelf")

    @get("/shelves/{shelf}/grid", public=False)
    def grid(self, shelf: Name, against: Text = "") -> "Thriving":
        """Say where the works of a shelf do well, by kind and venue, alone or `against` another shelf."""
        try:
            found = _found(self._answers.thrive(shelf, now(), against or None), "shelf")
        except ValueError as error:
            raise RefusedError(404, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        # Where nothing bounds a ratio it is infinite, which JSON has no word for but null.
        return msgspec.json.decode(msgspec.json.encode(found), type=type(found))

    @get("/shelves/{shelf}/community", public=False)
    def community(self, shelf: Name, own: Own = ()) -> Community:
        """Say whether the community of a shelf grows: who came, who came back, and what moved it."""
        return _found(self._answers.community(shelf, now(), _accounts(own)), "shelf")

    @get("/shelves/{shelf}/desk", public=False)
    def desk(self, shelf: Name, own: Own = ()) -> Desk:
        """Say what to answer now for a shelf, questions first; nothing while strangers pile on."""
        return _found(self._answers.desk(shelf, now(), _accounts(own)), "shelf")

    @post("/shelves/{shelf}/responses")
    def respond(self, shelf: Name, source: Name, account: Name, word: Word | None) -> None:
        """Remember what is answered to a suggestion; null takes it back."""
        _found(self._answers.card(shelf), "shelf")
        self._answers.respond(shelf, source, account, word)

    # Whom and where from

    @get("/accounts/{source}/{account}")
    def account(self, source: Name, account: Name, limit: Limit = 100) -> AccountReport:
        """Say what one account said of works, the newest `limit` posts first."""
        return _found(self._answers.account(source, account, limit), "account")

    @get("/sources")
    def sources(self) -> tuple[Source, ...]:
        """Say of every source what it is, by its card, and what the store holds of it."""
        cards = sources()
        return tuple(
            Source(one, cards[one.name].about if one.name in cards else None) for one in self._answers.sources()
        )

    @get("/changes")
    def changes(self, cursor: Cursor = "0", limit: Limit = 1_000) -> ChangePage:
        """List the works of which anything changed behind a cursor, in order; each stands where it changed last.

        Keep `next` and ask again later: then it tells what has changed meanwhile.
        """
        found = self._answers.changes(Since(*place_of(cursor)), limit)
        told = tuple(WorkChange(one.identifier, one.at) for one in found)
        return ChangePage(told, "{}.{}".format(*found[-1].since) if found else cursor)

    @get("/status")
    def status(self) -> Status:
        """Say how collecting goes."""
        return self._answers.status()

    # In bulk

    @get("/bulk/mentions.{form}")
    def bulk_mentions(
        self,
        form: MentionFormat,
        work: Work | None = None,
        shelf: Name | None = None,
        since: Annotated[date, SINCE] | None = None,
    ) -> Iterator[bytes]:
        """Give a file of all posts that mention works, or those that mention `work` or any on `shelf`.

        JSON lines have all evidence, as pages of mentions do; CSV and Parquet have one row a post. Their order is that
        in which hubbub heard of them. Of `events`, one a line, each is what one collector asserts, in the shape of
        Crossref Event Data.
        """
        named = None if work is None else read(work)
        if form == "events":
            of_shelf = () if shelf is None else self.shelf(shelf).works
            works = (*filter(None, [named]), *(one.identifier for one in of_shelf))
            at = None if since is None else datetime.combine(since, time(), UTC)
            every = work is None and shelf is None
            return self._events(Selection(works=None if every else works, said=(at, None)))
        told = _found(self._answers.every_mention(named, shelf, since), "shelf")
        return _written(bulk.mentions, form, told)

    def _events(self, selection: Selection) -> Iterator[bytes]:
        with self._answers.asserted() as asserted:
            yield from event_data.lines(asserted.every(selection))

    @get("/bulk/works.{form}")
    def bulk_works(self, form: Format, shelf: Name | None = None) -> Iterator[bytes]:
        """Give a file of all works that hubbub has heard of, or of those on `shelf`, with their counts."""
        told = self.every_work() if shelf is None else self.shelf(shelf).works
        return _written(bulk.works, form, told)

    # Page by page

    def every_work(self, q: str = "") -> Iterator[WorkLine]:
        """Go through all pages of `works`."""
        return _every(lambda cursor: self.works(q, cursor, 1_000), lambda page: page.works)

    def every_mention(self, work: str) -> Iterator[Said]:
        """Go through all pages of `mentions`."""
        return _every(lambda cursor: self.mentions(work, cursor, 1_000), lambda page: page.mentions)

    def every_shelf_mention(self, shelf: str) -> Iterator[Said]:
        """Go through all pages of `shelf_mentions`."""
        return _every(lambda cursor: self.shelf_mentions(shelf, cursor, 1_000), lambda page: page.mentions)


def read(written: str) -> Identifier:
    """Read an identifier without a version. Raises RefusedError, 404."""
    found = identify.parse(written)
    if found is None:
        raise RefusedError(404, "hubbub cannot read that as an identifier.")
    return Identifier(found.scheme, found.value)


def now() -> datetime:
    """The moment as of which is answered."""
    return datetime.now(UTC)


def _found(answer: Found | None, what: Literal["shelf", "account"]) -> Found:
    if answer is None:
        raise RefusedError(404, f"hubbub has no such {what}.")
    return answer


def _written(write: Callable[[Format, Any], Iterator[bytes]], form: Format, told: Iterable[Any]) -> Iterator[bytes]:
    try:
        return write(form, told)
    except ModuleNotFoundError as error:
        raise RefusedError(501, "Parquet is written by hubbub[parquet], which is not installed here.") from error


def _accounts(own: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(source, key) for source, _, key in (one.partition(":") for one in own)]


def _every(read: Callable[[str | None], Any], shown: Callable[[Any], tuple[Found, ...]]) -> Iterator[Found]:
    cursor: str | None = None
    while True:
        page = read(cursor)
        yield from shown(page)
        if (cursor := page.next) is None:
            return
