"""The one place that reads the store for people and programs: an identifier comes in, frozen answers go out.

Every number comes with the mentions behind it, every mention with its post and its evidence. Unknown is None, never 0.
It is longer than other modules: whatever can be asked stands in one list.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from getpass import getuser
from typing import TYPE_CHECKING

from hubbub import identify, metrics, rereading
from hubbub.access import Access, By
from hubbub.answers import exported, network, newest, places, registered, removing, second, selected
from hubbub.answers.asserted import Assertions
from hubbub.answers.community import Community, Listening
from hubbub.answers.desking import Desk, desk
from hubbub.answers.engaging import EACH, Suggestions, suggest
from hubbub.answers.exported import SUGGESTED, Dossier, Format
from hubbub.answers.growing import grow, listen
from hubbub.answers.lately import Lately, Order, Wanted, lately
from hubbub.answers.listed import listed
from hubbub.answers.methods import Methods, methods
from hubbub.answers.network import Network
from hubbub.answers.newest import Newest
from hubbub.answers.people import People, of_shelf, of_work
from hubbub.answers.removing import Asked
from hubbub.answers.same import same
from hubbub.answers.scoring import Attention, attention, total
from hubbub.answers.selected import MentionPage, WorkPage
from hubbub.answers.shapes import (
    AccountReport,
    Card,
    CategoryCount,
    Home,
    Latest,
    Match,
    MissingLine,
    PageLine,
    Report,
    Ripple,
    Said,
    Same,
    SecondHand,
    Shelf,
    SourceCount,
    SourceReport,
    Speaker,
)
from hubbub.answers.standing import Standing, standings
from hubbub.answers.status import Status, status
from hubbub.answers.summing import Summary, numbered, summary
from hubbub.answers.translated import numbers
from hubbub.answers.view import View
from hubbub.answers.works import corrections, statements, versions
from hubbub.metrics.score import Total
from hubbub.model import Acquaintance, Category, Identifier
from hubbub.named import known
from hubbub.reference.attention import Formula
from hubbub.store import Store, questions
from hubbub.store.changes import BEGINNING, Changed, Since, changes, last
from hubbub.store.people import Word, refusal
from hubbub.store.removals import Answer
from hubbub.store.standing import as_of
from hubbub.store.times import moment

if TYPE_CHECKING:
    from hubbub.answers.thriving import Thriving
    from hubbub.metrics.reference import Works

METHOD = f"find {identify.METHOD_VERSION}, count {metrics.METHOD}"


class Answers:
    """Reads one store. Safe for several threads; each answer is of one moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.access = Access(store)

    @property
    def address(self) -> str:
        """Where the store is; it may hold a password."""
        return self._store.address

    def counts(self, identifier: Identifier) -> tuple[SourceCount, ...]:
        """Count a work at each source that mentions it."""
        with View(self._store) as view:
            return view.counts(known(view.connection, identifier).rows)

    def report(self, identifier: Identifier, voices: int | None = 50) -> Report:
        """Say all about one work; `voices` is how many of those who spoke are named."""
        with View(self._store) as view:
            named = known(view.connection, identifier)
            row, works = named.row, named.rows
            found = view.counts(works)
            aliases, more = ((), False) if row is None else registered.aliases(view.connection, row)
            speakers, reach = view.voices(works, voices)
            return Report(
                identifier=identifier,
                description=registered.description(view.connection, named),
                simulated=view.simulated(works),
                method=METHOD,
                posts=sum(one.posts for one in found) if found else None,
                accounts=_sum(one.accounts for one in found),
                amplifications=sum(one.amplifications for one in found) if found else None,
                first_at=min((one.first_at for one in found if one.first_at), default=None),
                last_at=max((one.last_at for one in found if one.last_at), default=None),
                checked_at=max((one.checked_at for one in found), default=None),
                categories=_categories(found),
                sources=found,
                days=view.days(works),
                reach=reach,
                voices=tuple(speakers),
                aliases=aliases,
                more_aliases=more,
                versions=versions(view.connection, named, found),
                apart=named.work.apart,
                second_hand=second.count(view, named),
                tallies=() if row is None else registered.tallies(view.connection, row, identifier),
                wish=None if row is None else view.wish(row),
            )

    def ripple(self, identifier: Identifier) -> Ripple:
        """Say how loud a work is, by category, and how far those who spoke of it reach."""
        with View(self._store) as view:
            named = known(view.connection, identifier)
            found = view.counts(named.rows)
            _, reach = view.voices(named.rows, 0)
            simulated = view.simulated(named.rows) is not None
        posts = sum(one.posts for one in found) if found else None
        return Ripple(posts, _categories(found), reach, named.work.identifiers, simulated)

    def summary(self, identifier: Identifier, by: Formula) -> Summary | None:
        """Sum up who spoke of a work and its score by a formula, in few questions; None where the name is unknown."""
        return summary(self._store, identifier, by)

    def standings(self, identifier: Identifier) -> tuple[Standing, ...]:
        """Say where a work stands among others by its score, as it was last reckoned, a cohort each."""
        return standings(self._store, identifier)

    def numbers(self, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
        """Say which `Summary.number` works have, as far as they are spoken of."""
        return numbers(self._store, identifiers)

    def lately(self, wanted: Wanted, order: Order, offset: int = 0, limit: int = 25) -> Lately:
        """List works that were spoken of lately, as it was last reckoned."""
        return lately(self._store, wanted, order, offset, limit)

    def numbered(self, number: int) -> Identifier | None:
        """Find the identifier that `Summary.number` stands for; None if there is none."""
        return numbered(self._store, number)

    def said(
        self, identifier: Identifier, limit: int | None = None, offset: int = 0, newest: bool = False
    ) -> list[Said]:
        """List the posts that mention the work and those that pass them on, oldest (or `newest`) first."""
        with View(self._store) as view:
            return view.said(known(view.connection, identifier), limit, offset, newest)

    def mentions(self, about: Identifier | str, cursor: str | None = None, limit: int = 100) -> MentionPage | None:
        """List the posts that mention a work, or any on a shelf, the newest first; None if there is no such shelf."""
        return selected.mentions(self._store, about, cursor, limit)

    def every_mention(
        self, work: Identifier | None = None, shelf: str | None = None, since: date | None = None
    ) -> Iterator[Said] | None:
        """Go through the posts that mention a work, any on a shelf or, without either, any at all, a batch at a time.

        `since` is the UTC day from which on they are. None if there is no such shelf.
        """
        return selected.every(self._store, work, shelf, since)

    def works(self, words: str = "", cursor: str | None = None, limit: int = 100) -> WorkPage:
        """List the works that are heard of, or those in whose descriptions the words stand."""
        return selected.works(self._store, words, cursor, limit)

    def second_hand(self, identifier: Identifier, limit: int | None = None) -> tuple[SecondHand, ...]:
        """List the posts that link to stories about the work, the newest first."""
        with View(self._store) as view:
            return second.second_hand(view, known(view.connection, identifier), limit)

    def match(self, identifier: Identifier) -> Match:
        """Say why identifiers are one work with this one, and what people have corrected."""
        with View(self._store) as view:
            named = known(view.connection, identifier)
            return Match(
                identifier=named.identifier,
                versions=versions(view.connection, named, view.counts(named.rows)),
                apart=named.work.apart,
                statements=statements(named),
                corrections=corrections(named),
                set_aside=view.set_aside(named),
                pages=tuple(PageLine(*one) for one in questions.looked(view.connection, named.rows)),
                missing=tuple(MissingLine(*one) for one in questions.missing(view.connection, named.rows)),
            )

    def miss(self, identifier: Identifier, address: str, by: str | None = None) -> Identifier:
        """Leave word that a page mentions a work, so that somebody looks; returns the page's identifier.

        Raises ValueError if it is no address of a page, or one that names a work itself.
        """
        page = identify.parse(address) if "://" in address else None
        if page is None or page.scheme != "url":
            raise ValueError("give the address of the page that mentions the work, with https://")
        with self._store.writing() as writer:
            work = Identifier(identifier.scheme, identifier.value)
            writer.questions.miss(page, work, by or somebody(), datetime.now(UTC))
        return page

    def correct(
        self, one: Identifier, other: Identifier, same: bool | None, why: str = "", by: str | None = None
    ) -> None:
        """Keep that two identifiers are the `same`, or not of one work; with None, take back what was said of them.

        Raises ValueError where both are one identifier.
        """
        one, other = (Identifier(name.scheme, name.value) for name in (one, other))
        if one == other:
            raise ValueError(f"{one} is one identifier; name two")
        with self._store.writing() as writer:
            if same is None:
                writer.corrections.take_back(one, other)
            else:
                writer.corrections.say(one, other, same, by or somebody(), datetime.now(UTC), why)

    def set_aside(
        self, identifier: Identifier, source: str, post: str, why: str = "", takes_back: bool = False,
        by: str | None = None,
    ) -> bool:  # fmt: skip
        """Keep that a post does not mention a work, or take that back; say whether the post names the work."""
        with View(self._store) as view:
            named = known(view.connection, identifier)
        works, who = [*named.rows.values()], by or somebody()
        return bool(rereading.correct(self._store, (source, post), works, who, why, takes_back))

    def newest(self, about: Identifier | str, before: int | None, limit: int) -> Newest | None:
        """Say what is newly said of a work or of those on a shelf, `before` a post; None if there is no such shelf."""
        if isinstance(about, str):
            return newest.of_shelf(self._store, about, before, limit)
        return newest.of_work(self._store, about, before, limit)

    def newest_at(self, venue: str, before: int | None, limit: int) -> Newest | None:
        """Say what is newly said at a venue of any work, as `newest`; None if the store has not heard of it."""
        return newest.at_venue(self._store, venue, before, limit)

    def home(self) -> Home:
        """Say what the first page shows."""
        with View(self._store) as view:
            return view.home()

    def shelf(self, name: str) -> Shelf | None:
        """Say what is on a shelf; None if there is none."""
        with View(self._store) as view:
            return view.shelf(name)

    def card(self, name: str) -> Card | None:
        """Say what a shelf is and how many works it holds; None if there is none."""
        with View(self._store) as view:
            return view.card(name)

    def account(self, source: str, key: str, limit: int = 200) -> AccountReport | None:
        """Say what one account said, the newest `limit` posts first; None if nothing of it is held."""
        with View(self._store) as view:
            return view.account(source, key, limit)

    def same(self, source: str, key: str) -> Same:
        """Say which other accounts are proven to be the same person's, and which may be."""
        with View(self._store) as view:
            return same(view, source, key)

    def people(self, about: Identifier | str) -> People | None:
        """Say who spoke of a work or of those on a shelf, who they are and how far they reach; None without a shelf."""
        return of_shelf(self._store, about) if isinstance(about, str) else of_work(self._store, about)

    def network(self, about: Identifier | str) -> Network | None:
        """Say how those who spoke of a work or of those on a shelf hang together; None without a shelf."""
        if isinstance(about, str):
            return network.of_shelf(self._store, about)
        return network.of_work(self._store, about)

    def engage(self, shelf: str, now: datetime, each: int = EACH) -> Suggestions | None:
        """Say whom to engage next for a shelf, in three rings of up to `each`, with reasons; None without a shelf."""
        return suggest(self._store, shelf, now, each)

    def cards(self) -> tuple[Card, ...]:
        """Name all shelves, and say how many works each holds."""
        with View(self._store) as view:
            return view.cards()

    def desk(self, shelf: str, now: datetime, own: Collection[tuple[str, str]] = ()) -> Desk | None:
        """Say what to answer now for a shelf, questions first; None if there is no such shelf.

        `own` are as for `community`. Nothing is to be answered while a pile-on lasts.
        """
        return desk(self._store, shelf, now, own)

    def thrive(self, shelf: str, now: datetime, against: "str | Works | None" = None) -> "Thriving | None":
        """Say where a shelf's works do well, by kind and venue, `against` another shelf or given works.

        None if there is no such shelf; ValueError if there is no such other shelf, or it is the same.
        """
        from hubbub.answers.thriving import thrive  # scipy is loaded where it is asked for

        return thrive(self._store, shelf, against, now)

    def score(self, identifier: Identifier, by: Formula, limit: int | None = 50) -> Attention:
        """Score a work by a formula, and say what each mention adds; `limit` of them with their words."""
        return attention(self._store, identifier, by, limit)

    def total(self, identifier: Identifier, by: Formula) -> Total | None:
        """Score a work by a formula; None where no mention is held."""
        return total(self._store, identifier, by)

    def community(self, shelf: str, now: datetime, own: Collection[tuple[str, str]] = ()) -> Community | None:
        """Say whether the community of a shelf grows; None if there is no such shelf.

        `own` are accounts of one's own, by source and key, beside those whose works the shelf holds.
        """
        return grow(self._store, shelf, now, own)

    def listening(self, shelf: str, now: datetime) -> Listening | None:
        """Say whether those who listen to a shelf's people and voices become more; None if there is no such shelf."""
        return listen(self._store, shelf, now)

    def respond(self, shelf: str, source: str, account: str, word: Word | None) -> None:
        """Remember what is answered to a suggestion; None takes it back."""
        with self._store.writing() as writer:
            writer.responses.say(shelf, source, account, word, datetime.now(UTC))

    def listed(self, written: str) -> tuple[Speaker, ...]:
        """Find the accounts that are held and meant by `SOURCE:KEY`, the address of a profile, or a handle."""
        with View(self._store) as view:
            return listed(view, written)

    def know(self, shelf: str, lists: Mapping[tuple[str, Acquaintance], Collection[str]]) -> None:
        """Remember by hash whom the people of a shelf know, block or mute, a list a place and word."""
        with self._store.writing() as writer:
            for (source, word), accounts in lists.items():
                writer.acquaintances.say(shelf, source, word, accounts, datetime.now(UTC))

    def forget(self, source: str, account: str) -> None:
        """Withdraw an account for good, with all that it said; it does not come back."""
        with self._store.writing() as writer:
            writer.keep([refusal(source, account)], datetime.now(UTC))

    def ask_removal(self, source: str, account: str, why: str, by: By) -> str:
        """Keep a request to be forgotten, and return the code by which it is asked after.

        Raises ValueError where too many wait.
        """
        return removing.ask(self._store, source, account, why, by)

    def removal(self, code: str) -> Answer | None:
        """Say what became of a request to be forgotten; None where no such code is known."""
        return removing.answer_of(self._store, code)

    def removals(self) -> tuple[Asked, ...]:
        """Say which accounts ask to be forgotten, the first asked for first."""
        return removing.waiting(self._store)

    def grant_removal(self, source: str, account: int) -> None:
        """Forget an account, given by its hash, whose removal is asked for. Raises LookupError where it is not."""
        removing.forget(self._store, source, account)

    def refuse_removal(self, account: int, reason: str) -> None:
        """Say why an account, given by its hash, is kept. Raises ValueError without a reason, LookupError as above."""
        removing.refuse(self._store, account, reason)

    def dossier(self, shelf: str, now: datetime) -> Dossier | None:
        """Say of all works on a shelf what is to be handed in; None if there is none."""
        found = self.shelf(shelf)
        if found is None:
            return None
        return exported.dossier((self.report(one.identifier, voices=0) for one in found.works), METHOD, now)

    def export(self, kind: Format, name: str, now: datetime, ring: int | None = None) -> str | None:
        """Write the people (of one `ring`), the outlets or the works of a shelf as a file; None without a shelf."""
        if kind == "dossier":
            dossier = self.dossier(name, now)
            return exported.table(dossier) if dossier else None
        shelf = self.shelf(name)
        if shelf is None:
            return None
        if kind == "opml":
            said = ((one.identifier, self.said(one.identifier)) for one in shelf.works)
            return exported.opml(shelf.title, exported.outlets(said))
        found = suggest(self._store, name, now, SUGGESTED)
        return exported.suggestions(kind, found, shelf.title, now, ring) if found else None

    def latest(self) -> Latest:
        """Say how new what is known of works is: while this stays the same, so do all answers about one work."""
        with self._store.connect() as connection:
            return Latest(last(connection), moment(as_of(connection)))

    def changes(self, since: Since = BEGINNING, limit: int = 1000) -> list[Changed]:
        """List the names of works that changed `since`, in order, at most `limit`; go on after the last one's."""
        return self._store.ask(changes, since, limit)

    def status(self) -> Status:
        """Say how collecting goes."""
        return self._store.ask(status)

    @contextmanager
    def asserted(self) -> Iterator[Assertions]:
        """Open what is asserted, to be passed on, at one moment."""
        with View(self._store) as view:
            yield Assertions(view)

    def methods(self, by: Formula) -> Methods:
        """Say how every number is made, with scores by a formula: what NISO RP-25 asks for."""
        return self._store.ask(lambda connection: methods(connection, by))

    def wish(self, identifier: Identifier) -> None:
        """Leave word in the store that somebody wants to know about a work now."""
        with self._store.writing() as writer:
            writer.wanted.wish([identifier], datetime.now(UTC))

    def sources(self) -> list[SourceReport]:
        """Say of every source what the store holds of it."""
        return self._store.ask(places.sources)


def _categories(found: Iterable[SourceCount]) -> tuple[CategoryCount, ...]:
    by_category: dict[Category, list[SourceCount]] = {}
    for one in found:
        by_category.setdefault(one.category, []).append(one)
    return tuple(
        CategoryCount(
            category,
            sum(one.posts for one in counted),
            _sum(one.accounts for one in counted),
            sum(one.amplifications for one in counted),
        )
        for category, counted in by_category.items()
    )


def somebody() -> str:
    """Who uses this machine, as far as it knows."""
    try:
        return getuser()
    except (KeyError, OSError):  # as in a container without names
        return "somebody"


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Add what is known; None if nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


__all__ = ["METHOD", "Answers", "Report", "Said", "SourceReport"]
