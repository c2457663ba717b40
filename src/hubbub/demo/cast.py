"""The people of the simulated world: `cast.toml` and a source of chance come in, invented accounts come out."""

import unicodedata
from functools import cache
from importlib.resources import files
from random import Random

import msgspec
from msgspec import Struct

FAME = (2.2, 0.65)  # mean and deviation of the decimal logarithm of followers
UNKNOWN = 0.12  # share of the crowd whose followers nobody told us


class Person(Struct, frozen=True, eq=False):
    """An invented account. Its DID is of a host that cannot exist, so it is nobody's."""

    handle: str
    name: str
    bio: str
    crowd: str
    language: str
    followers: int | None
    following: int | None

    @property
    def did(self) -> str:
        return f"did:web:{self.handle}"


class _Named(Struct, frozen=True):
    name: str
    handle: str
    crowd: str
    fame: float
    bio: str


class _Names(Struct, frozen=True):
    given: tuple[str, ...]
    family: tuple[str, ...]
    bio: tuple[str, ...]
    likes: tuple[str, ...]


class _Sheet(Struct, frozen=True):
    named: dict[str, _Named]
    names: dict[str, _Names]
    speakers: dict[str, int]
    homes: dict[str, tuple[str, ...]]


@cache
def _sheet() -> _Sheet:
    return msgspec.toml.decode(files(__package__).joinpath("cast.toml").read_bytes(), type=_Sheet)


class Cast:
    """Everyone who took part so far: the named, and a crowd that grows as newcomers are asked for."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.named = {key: self._of_named(one) for key, one in _sheet().named.items()}
        self._taken = {person.handle for person in self.named.values()}

    def newcomer(self, crowd: str) -> Person:
        """Bring in somebody of a crowd who was not there before."""
        while (person := self._invent(crowd)).handle in self._taken:
            pass
        self._taken.add(person.handle)
        return person

    def _of_named(self, one: _Named) -> Person:
        followers = round(10**one.fame * self._chance.uniform(0.9, 1.1))
        return Person(one.handle, one.name, one.bio, one.crowd, "en", followers, self._chance.randint(20, 900))

    def _invent(self, crowd: str) -> Person:
        chance, sheet = self._chance, _sheet()
        language = chance.choices(list(sheet.speakers), list(sheet.speakers.values()))[0]
        names = sheet.names[language]
        given, family = chance.choice(names.given), chance.choice(names.family)
        home = chance.choice(sheet.homes[crowd])
        shown = [part.partition("|")[0] for part in (given, family)]
        name = "".join(reversed(shown)) if language == "ja" else " ".join(shown)
        written = f"{_ascii(given)}-{_ascii(family)}" if chance.random() < 0.7 else _ascii(given) + _ascii(family)[:1]
        bio = chance.choice(names.bio).format(home=home.removesuffix(".example"), likes=chance.choice(names.likes))
        followers = round(10 ** min(4.6, max(0.3, chance.gauss(*FAME))))
        following = round(10 ** min(3.7, max(0.7, chance.gauss(2.3, 0.4))))
        if chance.random() < UNKNOWN:
            return Person(f"{written}.{home}", name, bio, crowd, language, None, None)
        return Person(f"{written}.{home}", name, bio, crowd, language, followers, following)


def _ascii(name: str) -> str:
    """The part of a handle that a name gives."""
    written = name.rpartition("|")[2].lower().replace("ß", "ss")
    return unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
