"""What is said in the simulated world: a work and a way of speaking come in, text with facets and a card comes out."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from random import Random

import msgspec
from msgspec import Struct

from hubbub.model import Identifier

FORMS = {"facet": 45, "card": 30, "both": 15, "written": 10}  # how a link is put into a post, of a hundred
MOOD = {"summary": 3, "praise": 3, "question": 2, "critique": 2, "pointer": 3}  # ways of speaking, weighed
TAGGED = 0.25
OWN_TONGUE = 0.75  # how often those who speak another language than English use it, where they have words for it


class Work(Struct, frozen=True):
    """An invented work and what there is to say about it, as `works.toml` has it."""

    id: str
    title: str
    kind: str
    creators: tuple[str, ...]
    issued: str
    venue: str
    at: datetime
    size: int
    passed: float
    crowd: dict[str, int]
    lead: str
    tag: str
    short: str
    says: tuple[str, ...]
    asks: tuple[str, ...]
    doubts: tuple[str, ...]
    announcer: str | None = None
    companion: str | None = None
    guests: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    topic: dict[str, str] = {}
    mood: dict[str, int] | None = None

    @property
    def identifier(self) -> Identifier:
        scheme, _, value = self.id.partition(":")
        return Identifier(scheme, value)

    @property
    def address(self) -> str:
        scheme, _, value = self.id.partition(":")
        return ("https://doi.org/" if scheme == "doi" else "https://github.com/") + value


class Card(Struct, frozen=True):
    """A preview of a linked page."""

    address: str
    title: str
    description: str


class Facet(Struct, frozen=True):
    """A part of a text, in bytes of UTF-8, that is a link or a tag."""

    start: int
    end: int
    address: str | None = None
    tag: str | None = None


class Words(Struct, frozen=True):
    """A post's content."""

    text: str
    language: str
    facets: tuple[Facet, ...] = ()
    card: Card | None = None


@cache
def works() -> Mapping[str, Work]:
    """The invented works by their keys."""
    return msgspec.toml.decode(files(__package__).joinpath("works.toml").read_bytes(), type=dict[str, Work])


@cache
def _phrases() -> dict[str, dict[str, list[str]]]:
    return msgspec.toml.decode(files(__package__).joinpath("phrases.toml").read_bytes())  # type: ignore[no-any-return]


def mood(chance: Random, work: Work) -> str:
    """Choose a way of speaking of a work."""
    weights = work.mood or MOOD
    return chance.choices(list(weights), list(weights.values()))[0]


def speak(chance: Random, work: Work, way: str, language: str = "en") -> Words:
    """Say something of a work, with a link to it."""
    if language in work.topic and chance.random() < OWN_TONGUE:
        spoken = _phrases()[language]
        phrase = chance.choice(spoken["question" if way in ("question", "critique") else "pointer"])
    else:
        language, phrase = "en", chance.choice(_phrases()["en"][way])
    return _with_link(chance, phrase, work, language)


def chat(chance: Random, work: Work) -> Words:
    """Answer something, without a link."""
    return Words(_fill(chance, chance.choice(_phrases()["en"]["reply"]), work, ""), "en")


def thread(chance: Random, work: Work) -> tuple[Words, ...]:
    """The authors' own story, part by part; the first carries the link."""
    if not work.thread:
        return (speak(chance, work, "summary"),)
    first, *rest = work.thread
    return _with_link(chance, first, work, "en"), *(Words(phrase, "en") for phrase in rest)


def _fill(chance: Random, phrase: str, work: Work, link: str) -> str:
    slots = {name: chance.choice(of or ("",)) for name, of in _slots(work).items()}
    return phrase.format(**slots, short=work.short, title=work.title, link=link, topic="{topic}")


def _slots(work: Work) -> dict[str, tuple[str, ...]]:
    return {"says": work.says, "asks": work.asks, "doubts": work.doubts}


def _with_link(chance: Random, phrase: str, work: Work, language: str) -> Words:
    form = chance.choices(list(FORMS), list(FORMS.values()))[0]
    shown = work.address if form == "written" else _shortened(work.address)
    if form == "written" and work.id.startswith("doi:") and chance.random() < 0.5:
        shown = work.id
    inside = "{link}" in phrase
    text = _fill(chance, phrase, work, shown).replace("{topic}", work.topic.get(language, ""))
    if not inside and form != "card":
        text += f"\n{shown}"
    facets = []
    if shown in text and form != "written":
        facets.append(_facet(text, shown, address=work.address))
    if chance.random() < TAGGED:
        text += f" #{work.tag}"
        facets.append(_facet(text, f"#{work.tag}", tag=work.tag))
    card = Card(work.address, work.title, f"{work.venue}, {work.issued[:4]}") if form in ("card", "both") else None
    return Words(text, language, tuple(facets), card)


def _facet(text: str, part: str, address: str | None = None, tag: str | None = None) -> Facet:
    start = len(text[: text.rindex(part)].encode())
    return Facet(start, start + len(part.encode()), address, tag)


def _shortened(address: str) -> str:
    """An address as Bluesky's own client shows it: no scheme, the path cut after 13 characters."""
    host, _, path = address.removeprefix("https://").partition("/")
    return f"{host}/{path[:12]}..." if len(path) > 14 else f"{host}/{path}"
