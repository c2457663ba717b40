"""What accounts are: profiles come in, labels with their probability and their reasons go out.

Labels are researcher, student, practitioner, communicator (journalists too), educator (librarians too), policy,
organisation, publisher (journals too), feed, other person and unknown; whether an account belongs to the field asked
about is a label of its own. An account may be several things at once, and most say too little to be anything: `unknown`
is a label like the others, and its share is shown. The words and rules are in `labels.toml`. They come from what people
publish of their work, and nothing is ever said of gender, origin, politics, health, religion or private life.

Several labels per account: Toupin, Millerand & Lariviere (2022), PLOS ONE 17(6), e0268999. Names of lists as signs of
expertise: Ghosh et al. (2012), Cognos. The strengths are judgement, not fitted: read .9 as sure, .7 as likely.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from math import prod
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from hubbub.people.wilson import wilson
from hubbub.people.words import Meaning, Phrases, handle_words, words

UNKNOWN = "unknown"
IN_FIELD = "in the field"
FEWEST = 10  # accounts that a sector has at least where it is shown by name
LIKELY = 0.5  # from which on a label holds more probably than not


class Profile(Struct, frozen=True, kw_only=True):
    """What one account publishes about itself, and what it was seen doing.

    `links` are addresses that its profile declares, `lists` names of lists and starter packs it is on. `posts` were
    seen, `posts_with_works` of them link to works, `works` different ones, `works_in_field` of the field asked about.
    `feed` are the reasons for holding it to be a feed, see `feeds`.
    """

    source: str
    id: str
    handle: str = ""
    name: str = ""
    description: str = ""
    links: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    posts: int = 0
    posts_with_works: int = 0
    works: int = 0
    works_in_field: int = 0
    feed: tuple[str, ...] = ()


class Reason(Struct, frozen=True, order=True):
    """Where the sign was seen (bio, name, handle, list, link, behaviour, field) and what it is, as it is listed."""

    feature: str
    sign: str
    probability: float


class Label(Struct, frozen=True):
    """What the account is, how probably, by which reasons, the strongest first."""

    name: str
    probability: float
    reasons: tuple[Reason, ...] = ()


class _Sign(Struct, frozen=True):
    label: str
    strength: str


class _University(Struct, frozen=True):
    below: _Sign
    itself: _Sign
    page: _Sign
    domains: tuple[str, ...]


class _Behaviour(Struct, frozen=True):
    label: str
    strength: str
    works: int
    share: float


class _Field(Struct, frozen=True):
    strength: str
    words: int = 0
    works: int = 0


_Lists = dict[str, dict[str, tuple[str, ...]]]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    undone: tuple[str, ...]
    strength: dict[str, float]
    bio: _Lists
    name: _Lists
    handle: _Lists
    list: _Lists
    host: _Lists
    server: _Lists
    university: _University
    behaviour: tuple[_Behaviour, ...]
    field: tuple[_Field, ...]


_Found = tuple[str, Reason]


class _Rules:
    """The file, made ready."""

    def __init__(self, file: _File) -> None:
        self.strength, self.behaviour = file.strength, file.behaviour
        self.field, self.university = file.field, file.university
        self.bio, self.name, self.handle, self.list = (
            Phrases(self._signs(lists), file.undone) for lists in (file.bio, file.name, file.handle, file.list)
        )
        self.hosts, self.servers = dict(self._signs(file.host)), dict(self._signs(file.server))
        domains = "|".join(file.university.domains)
        self.campus = re.compile(rf"(?P<below>(?:[^.]+\.)+)??(?P<domain>{domains})")

    def _signs(self, lists: _Lists) -> Iterator[tuple[str, Meaning]]:
        for strength, labels in lists.items():
            for label, phrases in labels.items():
                for phrase in phrases:
                    yield phrase, (label, self.strength[strength])


@cache
def _rules() -> _Rules:
    return _Rules(msgspec.toml.decode(files(__package__).joinpath("labels.toml").read_bytes(), type=_File))


def label(profile: Profile, field: frozenset[str] = frozenset()) -> tuple[Label, ...]:
    """Return every label of an account, the most probable first; `unknown` is always among them.

    `field` are words of the field asked about, folded (see `words`). A label's probability is the noisy-or of its
    signs, 1 - prod(1 - p), each sign counted once wherever it is seen; that of `unknown` is what is left if no sign of
    any label holds.
    """
    signs: dict[str, dict[str, Reason]] = {}
    for name, reason in _signs_of(profile, field):
        held = signs.setdefault(name, {})
        known = held.get(reason.sign)
        if known is None or (-reason.probability, reason) < (-known.probability, known):
            held[reason.sign] = reason
    labels = [
        Label(name, 1 - prod(1 - reason.probability for reason in ordered), ordered)
        for name, reasons in signs.items()
        for ordered in [tuple(sorted(reasons.values(), key=lambda r: (-r.probability, r)))]
    ]
    of_any = sorted(one.probability for one in labels if one.name != IN_FIELD)  # a topic does not say who somebody is
    labels.append(Label(UNKNOWN, prod((1 - probability for probability in of_any), start=1.0)))
    return tuple(sorted(labels, key=lambda one: (-one.probability, one.name)))


def likely(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Return what an account is more probably than not, the most probable first; nothing if it says too little.

    A field that it is in does not say who it is.
    """
    return tuple(one for one in labels if one.name not in (UNKNOWN, IN_FIELD) and one.probability >= LIKELY)


def likeliest(labels: Iterable[Label]) -> str:
    """Return the one thing that an account most probably is; `unknown` if it says too little."""
    return next((one.name for one in likely(labels)), UNKNOWN)


def _signs_of(profile: Profile, field: frozenset[str]) -> Iterator[_Found]:
    rules = _rules()
    bio = words(profile.description)
    account, _, server = profile.handle.removeprefix("@").partition("@")
    yield from _phrases("bio", rules.bio, bio)
    yield from _phrases("name", rules.name, words(profile.name))
    yield from _phrases("handle", rules.handle, handle_words(account.split(".")[0]))
    for name in profile.lists:
        yield from _phrases("list", rules.list, words(name))
    yield from _below("handle", rules.servers, server.lower())
    yield from _campus(rules, "handle", (server or account).lower())
    for address in profile.links:
        if host := _host(address):
            yield from _below("link", rules.hosts, host)
            yield from _campus(rules, "link", host)
    yield from _behaviour(rules, profile)
    yield from _in_field(rules, profile, field.intersection(bio))
    for reason in profile.feed:
        yield "feed", Reason("behaviour", reason, rules.strength["sure"])


def _phrases(feature: str, phrases: Phrases, found: list[str]) -> Iterator[_Found]:
    for phrase, (name, probability) in phrases.find(found):
        if probability:  # phrases that only keep shorter ones from fitting have none
            yield name, Reason(feature, phrase, probability)


def _host(address: str) -> str | None:
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and len(host) <= 253 else None


def _below(feature: str, hosts: dict[str, Meaning], host: str) -> Iterator[_Found]:
    while host:
        if sign := hosts.get(host):
            yield sign[0], Reason(feature, host, sign[1])
        host = host.partition(".")[2]


def _campus(rules: _Rules, feature: str, host: str) -> Iterator[_Found]:
    if len(host) <= 253 and (hit := rules.campus.fullmatch(host)):
        university = rules.university
        sign = university.page if feature == "link" else university.below if hit["below"] else university.itself
        yield sign.label, Reason(feature, hit["domain"], rules.strength[sign.strength])


def _behaviour(rules: _Rules, profile: Profile) -> Iterator[_Found]:
    if not 0 <= profile.posts_with_works <= profile.posts:
        return
    least, _ = wilson(profile.posts_with_works, profile.posts)
    for rule in rules.behaviour:
        if profile.works >= rule.works and least >= rule.share:
            sign = f"{profile.works} works, in at least {least:.0%} of its posts"
            yield rule.label, Reason("behaviour", sign, rules.strength[rule.strength])
            return


def _in_field(rules: _Rules, profile: Profile, shared: frozenset[str]) -> Iterator[_Found]:
    probability = rules.strength
    by_words = [probability[r.strength] for r in rules.field if r.words and len(shared) >= r.words]
    by_works = [probability[r.strength] for r in rules.field if r.works and profile.works_in_field >= r.works]
    if by_words:
        yield IN_FIELD, Reason("field", ", ".join(sorted(shared)), max(by_words))
    if by_works:
        yield IN_FIELD, Reason("field", f"{profile.works_in_field} works of the field", max(by_works))
