"""Feeds of blogs and news: RSS, RDF, Atom or JSON Feed come in; posts and the outlets that published them come out.

An entry is named by the address of its page, so that one that several feeds carry is one post.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser

from hubbub import identify
from hubbub.collect.entries import TOO_LARGE, Entry, read, web_address
from hubbub.collect.html import links_and_text
from hubbub.collect.reading import stamp
from hubbub.collect.source import Fetch, WrongAnswerError, page_of
from hubbub.model import About, Account, Answer, Example, Fact, Fault, Host, Link, Page, Post, Watch

NAME = "feeds"
PLACE = "newsfeed"  # the place has the name that Crossref Event Data gave it
ACCEPT = {"Accept": "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, */*;q=0.5"}
PAGES = 50  # of one feed in one run, where it has more than one
TEXT = 200_000  # characters of one entry


class Feeds:
    """Blogs and news whose feeds somebody has given."""

    about = About(
        name=NAME,
        title="News and blog feeds",
        home="https://www.rssboard.org/",
        category="mentions",
        modes=("poll",),
        hours=1,
        hosts=(Host("the host of any feed", per_second=1, at_once=2),),
        terms="https://www.rssboard.org/rss-specification",
        licence="entries belong to their authors",
        keeps_pages="never",
        yields=("Post", "Account"),
        deletions="never",
        shapes="recorded",
        colour="#b02a55",
        note="RSS, RDF, Atom and JSON Feed, with their older pages. A feed shows what is new: what is no longer in it"
        " is not withdrawn.",
        examples=(
            Example(
                "scienceseeker.xml",
                (("https://duncan.hull.name/2012/05/18/two-ton", "doi:10.1371/journal.pone.0035869"),),
                lane="feed:http://scienceseeker.org/search/default/?type=post",
                address="http://scienceseeker.org/search/default/?type=post",
            ),
            Example(
                "openedition.xml",
                (("https://ruedesfacs.hypotheses.org/?p=1666", "doi:10.2307/683422"),),
                lane="feed:http://search.openedition.org/feed.php",
                address="http://search.openedition.org/feed.php",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterable[str]:
        """`feed:ADDRESS` of each address that somebody has given."""
        return (f"feed:{one}" for one in watch.lists if one.startswith(("https://", "http://")))

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Read the newest page, and older ones until what was read before; the first time as far as the feed goes.

        The resume point says how new the newest entry was that was read before, and while older pages are read, how
        new the newest is now, and the page that comes next.
        """
        before, newest, address = [*since.split(" "), "", ""][:3]
        address, seen = address or lane.removeprefix("feed:"), set[str]()
        for _ in range(PAGES):
            seen.add(address)
            answer = await fetch.get(address, headers=ACCEPT)
            feed = read(answer.body, answer.address)
            if isinstance(feed, Fault) and feed.reason == TOO_LARGE:
                yield page_of(lane, answer, before)
                return
            if isinstance(feed, Fault):
                raise WrongAnswerError(_refused(answer, feed))
            newest_here = max((_version(one) for one in feed.entries if isinstance(one, Entry)), default="")
            newest = newest or max(newest_here, before)
            following = feed.following if newest_here > before and feed.following not in seen else None
            yield page_of(lane, answer, f"{before} {newest} {following}" if following else newest)
            if following is None:
                return
            address = following

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield each entry and its outlet."""
        feed = read(page.body, page.address)
        if isinstance(feed, Fault):
            yield feed
            return
        outlets: dict[str, Account] = {}
        for entry in feed.entries:
            if isinstance(entry, Fault):
                yield entry
                continue
            home = identify.canonical(entry.outlet or feed.home)
            if home and home not in outlets:
                outlets[home] = _outlet(home, (entry.outlet_name if entry.outlet else feed.title) or None, page)
                yield outlets[home]
            yield _post(entry, home, feed.language, page)


def _version(entry: Entry) -> str:
    """When it was last changed, if the feed says so."""
    changed_at = entry.updated_at or entry.published_at
    return stamp(changed_at) if changed_at else ""


def _post(entry: Entry, home: str | None, language: str | None, page: Page) -> Post:
    links, text = links_and_text(entry.content) if entry.is_html else ((), entry.content)
    others = tuple(map(Link, entry.links)) + _in_coins(entry.content)
    made_at = entry.published_at or entry.updated_at
    return Post(
        source=PLACE,
        id=_key(entry.address),
        via=NAME,
        assertion=f"{page.lane.removeprefix('feed:')} {entry.id}",
        version=_version(entry) or stamp(page.received_at),
        url=entry.address,
        title=entry.title or None,
        text=text[:TEXT] or None,
        links=tuple(dict.fromkeys(links + others)),
        author=home,
        posted_at=min(made_at, page.received_at) if made_at else None,
        language=entry.language or language,
    )


def _key(address: str) -> str:
    """The canonical address of a page, taken out of the address of a service that only sends on to it."""
    found = identify.in_address(address)
    page = found[0].identifier if found else None
    return page.value if page and page.scheme == "url" else identify.canonical(address) or address


def _outlet(home: str, name: str | None, page: Page) -> Account:
    return Account(source=PLACE, id=home, via=NAME, version=stamp(page.received_at), name=name, url=home)


def _in_coins(html: str) -> tuple[Link, ...]:
    """What the blogs of ResearchBlogging cite: a machine-readable reference in a span that nobody sees (COinS)."""
    if "Z3988" not in html:
        return ()
    spans = LexborHTMLParser(html.replace("\x00", "")).css("span.Z3988[title]")
    named = [name for span in spans for name in parse_qs(span.attributes["title"] or "").get("rft_id", ())]
    works = [identify.parse(name.removeprefix("info:").replace("doi/", "doi:", 1)) for name in named]
    addresses = [identify.address(work) for work in works if work]
    return tuple(Link(one, "references", "metadata") for one in addresses if one)


def _refused(answer: Answer, fault: Fault) -> str:
    """Say what is there instead of a feed and, if it is a page that names its feed, where that is."""
    host = urlsplit(answer.address).hostname
    named = LexborHTMLParser(answer.body[:TEXT]).css_first(
        "link[rel=alternate][type$='rss+xml'], link[type$='atom+xml']"
    )
    feed = named and web_address(answer.address, named.attributes.get("href"))
    return f"{host} answered {fault.reason}; " + (f"its feed is at {feed}" if feed else "give the address of a feed")
