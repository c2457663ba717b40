"""SlideShare: the pages of slides come in; what they are, and how often they were viewed and liked, comes out.

The service gives no keys to its API any more, so the values are read that its pages carry for their own scripts. Slides
have an older address below their owner, and a newer one by their number.
"""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import msgspec
from msgspec import Struct, field
from selectolax.lexbor import LexborHTMLParser

from hubbub.collect.reading import Count, sample, stamp
from hubbub.collect.source import Fetch, page_of
from hubbub.identify import parse
from hubbub.model import About, Alias, Description, Example, Fact, Fault, Host, Identifier, Page, Tally, Watch

NAME = "slideshare"
HOME = "https://www.slideshare.net"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Named(Struct):
    name: str


class Slides(Struct):
    title: str
    address: str | None = field(name="canonicalUrl", default=None)
    user: Named | None = None
    created: str | None = field(name="createdAt", default=None)
    categories: tuple[Named, ...] = ()
    views: Count | None = None
    likes: Count | None = None


class PageProps(Struct):
    slideshow: Slides


class Props(Struct):
    page: PageProps = field(name="pageProps")


class Carried(Struct):
    """What a page carries for its scripts."""

    props: Props


class SlideShare:
    """Slides of the largest host."""

    about = About(
        name=NAME,
        title="SlideShare",
        home="https://www.slideshare.net/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("www.slideshare.net", 0.2),),
        terms="https://support.scribd.com/hc/en-us/articles/210129326",
        licence="slides belong to their authors",
        keeps_pages="never",
        yields=("Tally", "Description", "Alias"),
        deletions="never",
        shapes="documented",
        colour="#0a6c74",
        note="The pages of slides that somebody follows: title, author, views and likes.",
        examples=(
            Example(
                "slides.html",
                (
                    ("description", "slideshare:example/on-slides"),
                    ("tally views 337", "slideshare:example/on-slides"),
                    ("alias is_same_as slideshare:example/on-slides", "slideshare:on-slides/12176916"),
                ),
                lane="slides:example/on-slides",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name slides."""
        for work in watch.works:
            if work.scheme == NAME:
                yield f"slides:{work.value}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield the page of slides, or what stands where they were."""
        about = lane.partition(":")[2]
        numbered = about.rpartition("/")[2].isdecimal()
        address = f"{HOME}/{'slideshow/' if numbered else ''}{quote(about, safe='/')}"
        yield page_of(lane, await fetch.get(address, accept=(200, 404, 410)))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what the page says of its slides."""
        tree = LexborHTMLParser(page.body.decode(errors="replace").replace("\x00", ""))
        script = tree.css_first("script#__NEXT_DATA__")
        try:
            carried = msgspec.json.decode(script.text() if script else "", type=Carried)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            yield Fault("no slides on the page: they are gone, or the page has changed", sample=sample(page.body))
            return
        yield from _facts(page, Identifier(NAME, page.lane.partition(":")[2]), carried.props.page.slideshow)


def _facts(page: Page, work: Identifier, slides: Slides) -> Iterator[Fact]:
    day = _DAY.match(slides.created or "")
    yield Description(
        identifier=work,
        via=NAME,
        version=stamp(page.received_at),
        title=slides.title,
        kind="presentation",
        creators=(slides.user.name,) if slides.user else (),
        issued=day[0] if day else None,
        venue="SlideShare",
        fields=tuple(category.name for category in slides.categories),
    )
    other = parse(slides.address or "")
    if other and other.scheme == NAME and other != work:
        yield Alias(identifier=work, relation="is_same_as", other=other, via=NAME, version=stamp(page.received_at))
    for kind, value in (("views", slides.views), ("likes", slides.likes)):
        if value is not None:
            yield Tally(identifier=work, via=NAME, kind=kind, value=value, as_of=page.received_at)
