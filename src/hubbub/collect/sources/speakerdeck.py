"""Speaker Deck: its oEmbed answers and the lists of a speaker's decks come in; titles, owners and views come out.

Views stand on the lists only, so those of every speaker whose decks somebody follows are read.
"""

import re
from collections.abc import AsyncIterator, Iterator

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hubbub.collect.reading import stamp, whole
from hubbub.collect.source import Fetch, WrongAnswerError, page_of
from hubbub.identify import parse
from hubbub.model import About, Accounts, Alias, Description, Example, Fact, Fault, Host, Identifier, Page, Tally, Watch

NAME = "speakerdeck"
HOME = "https://speakerdeck.com"
PAGES = 20  # of one speaker a run
_SPEAKER = re.compile(rf"{re.escape(HOME)}/([\w.-]{{1,100}})")
_VIEWS = re.compile(r"(\d{1,3}(?:,\d{3}){0,4}|\d{1,15}) views?")


class Embed(Struct):
    title: str
    author_name: str | None = None


class SpeakerDeck:
    """Decks of slides."""

    about = About(
        name=NAME,
        title="Speaker Deck",
        home="https://speakerdeck.com/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("speakerdeck.com", 0.5),),
        accounts=(Accounts(r"(?P<name>[\w.-]{1,100})", f"{HOME}/{{name}}"),),
        terms="https://speakerdeck.com/terms",
        licence="decks belong to their authors",
        keeps_pages="never",
        yields=("Tally", "Description", "Alias"),
        deletions="never",
        shapes="documented",
        colour="#00786a",
        note="Decks that somebody follows, and all decks of their speakers, with their views.",
        examples=(
            Example("oembed.json", (("description", "speakerdeck:example/on-decks"),), lane="deck:example/on-decks"),
            Example(
                "decks_page1.html",
                (
                    ("tally views 1234", "speakerdeck:example/on-decks"),
                    ("alias is_work_of url:https://speakerdeck.com/example", "speakerdeck:example/on-decks"),
                ),
                lane="speaker:example",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name decks, and the speakers of decks or whose decks are wanted."""
        decks = [work.value for work in watch.works if work.scheme == NAME]
        yield from (f"deck:{deck}" for deck in decks)
        owners = [found[1] for owner in watch.owners if (found := _SPEAKER.fullmatch(owner.value))]
        yield from dict.fromkeys(f"speaker:{name}" for name in (*(deck.partition("/")[0] for deck in decks), *owners))

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield what is told of a deck, or a speaker's decks until a list brings no other ones."""
        kind, _, about = lane.partition(":")
        if kind == "deck":
            asked = {"url": f"{HOME}/{about}"}
            yield page_of(lane, await fetch.get(f"{HOME}/oembed.json", params=asked, accept=(200, 404)))
            return
        seen: set[Identifier] = set()
        for number in range(int(since or 1), PAGES + 1):
            answer = await fetch.get(f"{HOME}/{about}", params={"page": number})
            found = {deck for deck, _ in _decks(answer.body)}
            if number == 1 and not found:
                raise WrongAnswerError(f"there are no decks at {HOME}/{about}; check the name")
            more = number < PAGES and not found <= seen
            seen |= found
            yield page_of(lane, answer, str(number + 1) if more else "")
            if not more:
                return

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what is told of a deck, or of each deck of a list."""
        kind, _, about = page.lane.partition(":")
        if kind == "deck":
            embed = whole(page, Embed)
            if isinstance(embed, Fault):
                yield embed
            else:
                names = (embed.author_name,) if embed.author_name else ()
                yield _description(page, Identifier(NAME, about), embed.title, names)
            return
        speaker = parse(f"{HOME}/{about}")
        for deck, node in _decks(page.body):
            if speaker:
                version = stamp(page.received_at)
                yield Alias(identifier=speaker, relation="is_work_of", other=deck, via=NAME, version=version)
            shown = node.css_first('[title$=" views"], [title$=" view"]')
            views = _VIEWS.fullmatch((shown.attributes.get("title") or "") if shown else "")
            if views:
                value = int(views[1].replace(",", ""))
                yield Tally(identifier=deck, via=NAME, kind="views", value=value, as_of=page.received_at)


def _decks(body: bytes) -> Iterator[tuple[Identifier, LexborNode]]:
    """The decks of a list, each with what stands about it."""
    tree = LexborHTMLParser(body.decode(errors="replace").replace("\x00", ""))
    for node in tree.css(".deck-preview"):
        link = node.css_first("a.deck-preview-link")
        deck = parse(HOME + (link.attributes.get("href") or "")) if link else None
        if deck and deck.scheme == NAME:
            yield deck, node


def _description(page: Page, deck: Identifier, title: str, creators: tuple[str, ...]) -> Description:
    return Description(
        identifier=deck,
        via=NAME,
        version=stamp(page.received_at),
        title=title,
        kind="presentation",
        creators=creators,
        venue="Speaker Deck",
    )
