"""Which identifiers are one work: what registries and people say of them comes in, the work and its versions come out.

Names that are the same make a version; versions of each other make a work. What is said most often is heard first and a
person's word before all, so that the outcome depends on what is said and not on the order in which it came.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from hubbub.model import Alias, Identifier
from hubbub.reference.relations import relations

# Identifiers of one work, and statements about one. What hangs together beyond that is tied by mistakes, such as a page
# for logging in that a repository tells as the page of each of its works.
LARGEST = 500
Kind = Literal["work", "preprint", "version", "supplement"]
ONE_WITNESS = "it would give one version two names of one kind, and only one registry says so"
CORRECTED = "somebody has said that they are not the same work"
TOO_MANY = f"more than {LARGEST} identifiers hang together, so some of it is wrong"
_ORDER: dict[Kind, int] = {"work": 0, "version": 1, "preprint": 2, "supplement": 3}

Pair = tuple[Identifier, Identifier]  # the lesser first


class Correction(Struct, frozen=True):
    """A person's word on two identifiers: they are the `same`, or not of one work."""

    one: Identifier
    other: Identifier
    same: bool


class Version(Struct, frozen=True):
    """One version of a work, or a supplement to it, under all its names."""

    kind: Kind
    identifiers: tuple[Identifier, ...]


class Doubt(Struct, frozen=True):
    """What is said and not believed: `other` `relation` `identifier`."""

    identifier: Identifier
    relation: str
    other: Identifier
    via: str
    why: str


class Work(Struct, frozen=True):
    """A work: the version that was asked for is one of `versions`; `apart` says why it stands alone, if it does."""

    versions: tuple[Version, ...]
    doubts: tuple[Doubt, ...] = ()
    apart: str | None = None

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """All names of all versions."""
        return tuple(dict.fromkeys(one for version in self.versions for one in version.identifiers))


class _Said(NamedTuple):
    """What is said of two identifiers: by whom that they are the same, and that one is a version of the other."""

    same: set[str]
    version: set[str]


def work_of(named: Identifier, aliases: Iterable[Alias], corrections: Iterable[Correction] = ()) -> Work:
    """Say what work an identifier names, by all that is said of the identifiers around it, in any order."""
    given = {_pair(one.one, one.other): one.same for one in corrections}
    told = [one for one in aliases if one.change != "withdrawn" and one.relation in relations().makes]
    ties = Counter(end for one in told for end in (one.identifier, one.other))
    aliases = [one for one in told if max(ties[one.identifier], ties[one.other]) <= LARGEST]
    said = _said(aliases)
    if ties[named] > LARGEST or len({end for pair in said for end in pair}) > LARGEST:
        return Work((Version("work", (named,)),), apart=TOO_MANY)
    refused: dict[Pair, str] = {}
    names = _Sets(given)
    for pair in sorted(pair for pair, same in given.items() if same):
        if not names.forbidden(pair):
            names.join(pair)
    for pair in sorted(said, key=lambda pair: (-len(said[pair].same), pair)):
        # Who tells two versions apart knows more than who takes them for one.
        if (same := said[pair].same) and (not said[pair].version or len(same) > 1):
            _hear(pair, names, names.rivals(pair) and len(same) == 1, refused)
    versions = names.copy()
    for pair in sorted(said, key=lambda pair: (-len(said[pair].version), pair)):
        if said[pair].version:
            _hear(pair, versions, False, refused)
    core = versions.around(named)
    doubts = {
        Doubt(one.identifier, one.relation, one.other, one.via, refused[pair])
        for one in aliases
        if (pair := _pair(one.identifier, one.other)) in refused and not core.isdisjoint(pair)
    }
    return Work(
        _parts(core, names, versions, aliases),
        tuple(sorted(doubts, key=lambda one: (one.identifier, one.other, one.relation, one.via))),
    )


def _said(aliases: Iterable[Alias]) -> dict[Pair, _Said]:
    said: dict[Pair, _Said] = defaultdict(lambda: _Said(set(), set()))
    for one in aliases:
        makes = relations().makes[one.relation]
        if makes != "supplement":
            told = said[_pair(one.identifier, one.other)]
            (told.same if makes == "same" else told.version).add(one.via)
    return said


def _hear(pair: Pair, sets: "_Sets", in_doubt: bool, refused: dict[Pair, str]) -> None:
    """Join two identifiers, or say why not."""
    if sets.forbidden(pair):
        refused[pair] = CORRECTED
    elif in_doubt:
        refused[pair] = ONE_WITNESS
    else:
        sets.join(pair)
        refused.pop(pair, None)  # of those that are not the same one may still be a version of the other


def _parts(
    core: frozenset[Identifier], names: "_Sets", versions: "_Sets", aliases: Iterable[Alias]
) -> tuple[Version, ...]:
    """The versions within a work, the one that others are versions of first, and what supplements it."""
    kinds: dict[frozenset[Identifier], Kind] = {names.around(one): "work" for one in core}
    for one in sorted(aliases, key=lambda one: one.relation != "is_version_of"):  # a preprint is also a version
        makes, at, pair = relations().makes[one.relation], names.around(one.other), (one.identifier, one.other)
        if one.identifier not in core or one.identifier in at:
            continue
        if makes == "version" and one.other in core:
            kinds[at] = "preprint" if one.relation == "is_preprint_of" else "version"
        elif makes == "supplement" and not versions.forbidden(pair):
            kinds.setdefault(at, "supplement")
    made = [Version(kind, tuple(sorted(every, key=_rank))) for every, kind in kinds.items()]
    return tuple(sorted(made, key=lambda one: (_ORDER[one.kind], *map(_rank, one.identifiers))))


class _Sets:
    """Sets of identifiers that grow by joining, but for those that a person has told apart."""

    def __init__(self, given: Mapping[Pair, bool]) -> None:
        self._of: dict[Identifier, frozenset[Identifier]] = {}
        self._apart: dict[Identifier, set[Identifier]] = defaultdict(set)
        for (one, other), same in given.items():
            if not same:
                self._apart[one].add(other)
                self._apart[other].add(one)

    def copy(self) -> "_Sets":
        made = _Sets({})
        made._of, made._apart = dict(self._of), self._apart
        return made

    def around(self, one: Identifier) -> frozenset[Identifier]:
        return self._of.get(one) or frozenset((one,))

    def join(self, pair: Pair) -> None:
        both = self.around(pair[0]) | self.around(pair[1])
        self._of.update(dict.fromkeys(both, both))

    def forbidden(self, pair: Pair) -> bool:
        one, other = map(self.around, pair)
        return any(not self._apart[name].isdisjoint(other) for name in one if name in self._apart)

    def rivals(self, pair: Pair) -> bool:
        """Whether joining gives one version two names in a scheme in which it has one."""
        one, other = map(self.around, pair)
        schemes = relations().once.schemes & {name.scheme for name in one} & {name.scheme for name in other}
        return one != other and bool(schemes)


def _pair(one: Identifier, other: Identifier) -> Pair:
    return (one, other) if _rank(one) <= _rank(other) else (other, one)


def _rank(one: Identifier) -> tuple[bool, str, str]:
    """DOIs before other names."""
    return one.scheme != "doi", one.scheme, one.value
