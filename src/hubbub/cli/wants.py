"""What people want to know: arguments and files come in, shelves, owners and subscriptions change in the store."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from io import StringIO
from os.path import isfile  # `Path.is_file` raises where a name is too long to be a file's
from pathlib import Path

from msgspec import structs

from hubbub import identify, pipeline
from hubbub.answers import Answers
from hubbub.cli import show
from hubbub.collect.entries import addresses_in_opml
from hubbub.collect.source import sources
from hubbub.collect.sources.x import post_at
from hubbub.fetch.redact import HIDDEN, redact
from hubbub.identify.references import Reference, in_references, shared
from hubbub.identify.tables import schemes
from hubbub.model import Alias, Description, Identifier, Reading, Watch
from hubbub.store import Store, Writer

ME = "me"  # the shelf that is one's own
PERSON = "A person of a roster."  # the note by which their shelves are known
FILE_LIMIT = 64 << 20
LONGEST = 1_000  # bytes of a name or an address: an index of PostgreSQL takes no more than 2,704
WORKS = "a work (a DOI or an address), or a file of references (BibTeX, RIS, CSL-JSON, CSV)"
ANYONE = (
    "an ORCID (0000-0002-1825-0097; its last digit checks the others), an account (bluesky:HANDLE, github:NAME, "
    "mastodon:NAME@SERVER or https://SERVER/@NAME, speakerdeck:NAME), a community "
    f"(https://zenodo.org/communities/NAME), {WORKS}"
)
NAMED = 5  # entries of a file that a sentence names
SHIPPED = resources.files("hubbub.reference").joinpath("feeds.opml")
_SOME_WORK = Identifier("doi", "10.1371/journal.pone.0000308")


def checked(written: str) -> str:
    """Let pass what any store can keep as a name, an address or an identifier."""
    if fault := _fault(written):
        show.fail(fault, status=2)
    return written


def _fault(written: str) -> str | None:
    shown = repr(written[:100])
    try:
        size = len(written.encode())
    except UnicodeEncodeError:
        return f"{shown} is not UTF-8 text"
    if "\0" in written:
        return f"{shown} holds a NUL"
    return f"{shown}… is longer than {LONGEST:,} bytes" if size > LONGEST else None


def track(store: Store, written: Sequence[str], shelf: str, remove: bool) -> None:
    """Put works, or what files list, on a shelf or take them off; whose works they are is only taken off."""
    if not checked(shelf).strip():
        show.fail("a shelf needs a name; give one with --shelf", status=2)
    named, references = _read(written, WORKS)
    owners, works = _sorted(named)
    if owners and not remove:
        show.fail(f"{owners[0]} is a person, an account or a community, not a work; hubbub me takes it", status=2)
    with store.writing() as writer:
        if remove:
            owners, works = _sorted(writer.wanted.take_off(shelf, named))
        else:
            writer.wanted.put(shelf, works)
            _describe(writer, references)
    accounts = f"{show.counted('account', len(owners))} and " if owners else ""
    verb = "taken off" if remove else "put on"
    show.line(f"{accounts}{show.counted('work', len(works))} {verb} the shelf {show.plain(shelf)}.")


def own(store: Store, written: Sequence[str], remove: bool) -> None:
    """Say who one is and what one has made, or no longer so."""
    named, references = _read(written, ANYONE)
    owners, works = _sorted(named)
    with store.writing() as writer:
        if remove:
            owners, works = _sorted(writer.wanted.take_off(ME, named))
        else:
            writer.wanted.shelve(
                ME, "My own works", "What I have made, by my own word and by my accounts'.", False, works
            )
            writer.wanted.own(ME, owners)
            _describe(writer, references)
    verb = "taken off" if remove else "noted"
    accounts = show.counted("account", len(owners))
    show.line(f"{accounts} and {show.counted('work', len(works))} {verb}. Next: hubbub sync")


def roster(store: Store, file: Path) -> None:
    """Make the shelf of each row of a CSV file what the row says: `name`, `orcid`, sources' names, and `works`."""
    columns, rows = _table(file)
    people: dict[str, list[Identifier]] = {}
    faults = []
    for number, row in rows:
        name, named, strange = _person(row)
        place = f"{file}, line {number}"
        faults += [f"{place}: {one}" for one in strange]
        if name in people:
            show.line(show.plain(f"{place}: a row named {name} came before; both are one shelf."))
        if name:
            people.setdefault(name, []).extend(named)
    _fill(store, people, file)
    for fault in faults:
        show.failure(fault)
    if unknown := [column for column in columns if column.lower() not in {"name", "orcid", "works", *sources()}]:
        show.failure(f"{file}: columns that hubbub does not know were left out: {', '.join(unknown)}")
    show.line(f"{show.counted('shelf', len(people))} made, one a person. Next: hubbub sync")
    if faults:
        raise SystemExit(1)


def _person(row: Mapping[str, str]) -> tuple[str, list[Identifier], list[str]]:
    """Read a row: the name of a shelf or "", what belongs on it, and what is wrong."""
    told = {key.lower(): value.strip() for key, value in row.items() if key and isinstance(value, str)}
    name = show.plain(told.get("name", ""))
    if fault := "there is no name" if not name else _fault(name):
        return "", [], [fault] if any(told.values()) else []
    if name == ME:
        return "", [], [f"the shelf {ME} is one's own, which hubbub me fills; give another name"]
    accounts = {
        one if "://" in one else f"{place}:{one}"
        for place in ("orcid", *sources())
        for one in told.get(place, "").split()
    }
    read = {one: _owner(one) for one in sorted(accounts)}
    read |= {one: identify.parse(one) for one in told.get("works", "").split()}
    strange = [f"{one} is not understood" for one, identifier in read.items() if identifier is None]
    return name, [Identifier(one.scheme, one.value) for one in read.values() if one is not None], strange


def _fill(store: Store, people: Mapping[str, Iterable[Identifier]], file: Path) -> None:
    """Make people's shelves anew, and say whose shelves are left as they were."""
    before = {shelf.name: shelf for shelf in Answers(store).home().shelves}
    with store.writing() as writer:
        for name, named in people.items():
            if shelf := before.get(name):
                held = {*shelf.owners, *(line.identifier for line in shelf.works)}
                writer.wanted.take_off(name, held.difference(named))
            owners, works = _sorted(named)
            writer.wanted.shelve(name, name, PERSON, False, works)
            writer.wanted.own(name, owners)
    left = [shelf.name for shelf in before.values() if shelf.note == PERSON and shelf.name not in people]
    if left:
        shelves = show.counted("shelf", len(left))
        show.line(show.plain(f"{shelves} of people who are not in {file} left as before: {', '.join(left)}."))


def _table(file: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Read a CSV file with a column `name`: its columns, and each row with the line where it ends."""
    reader = csv.DictReader(StringIO(_text(file), newline=None))  # whatever ends its lines
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        show.fail(f"{file} cannot be read at line {reader.reader.line_num}: {error}", status=2)
    columns = [column for column in reader.fieldnames or () if column]
    if "name" not in [column.lower() for column in columns]:
        show.fail(
            f"{file} has no column `name`; besides it there may be `orcid`, `works` and any source's name", status=2
        )
    return columns, rows


def subscribe(store: Store, written: Sequence[str], shipped: bool, remove: bool) -> None:
    """Read addresses from now on, those that OPML files list, and the shipped list; or no longer."""
    addresses = [address for one in written for address in _addresses(one, remove)]
    if shipped:
        addresses += addresses_in_opml(SHIPPED.read_bytes())
    with store.writing() as writer:
        if remove:
            gone = writer.wanted.unsubscribe(addresses)
            show.line(f"{show.counted('subscription', gone)} ended.")
        else:
            writer.wanted.subscribe(addresses)
            show.line(f"{show.counted('address', len(addresses))} subscribed to. Next: hubbub sync")


def add(store: Store, address: str, work: Identifier) -> None:
    """Keep that a post on X, given by its address, is about a work."""
    try:
        post = post_at(address, work)
    except ValueError as error:
        show.fail(str(error), status=2)
    with store.writing() as writer:
        kept = writer.keep([Reading(post, pipeline.find(post, store.works() | {work}))], datetime.now(UTC))
    show.line(f"{show.counted('mention', kept.mentions)} of {work} added.")


def _addresses(written: str, remove: bool) -> list[str]:
    """Read an OPML file, or an address of which some source knows what to do with it."""
    if isfile(checked(written)):
        return _listed_addresses(Path(written))
    if not remove and (fault := _credential(written)):  # what was taken formerly can still be taken off
        show.fail(fault, status=2)
    usual, given = (Watch(works=(_SOME_WORK,), lists=lists) for lists in ((), (written,)))
    if not _is_more(given, usual):
        show.fail(
            f"{written!r} is no OPML file, and no source reads it. Give a feed's address, or what sources name: "
            "mastodon:SERVER, wikipedia:LANGUAGE, oai:ADDRESS …",
            status=2,
        )
    return [written]


def _listed_addresses(file: Path) -> list[str]:
    listed = addresses_in_opml(_text(file).encode())
    faults = {one: _credential(one) or _fault(one) for one in listed}
    for fault in filter(None, faults.values()):
        show.failure(f"{file}: {fault}; it is left out")
    return [one for one in listed if not faults[one]] or show.fail(f"{file} lists no address that can be read")


def _credential(address: str) -> str | None:
    """Say what is wrong with an address that lets in whoever has it: the store would keep it for all to read."""
    start = address.find("://") + 1  # sources put a word before it: `oai:https://…`
    shown = redact(address[start:])
    if shown == address[start:]:
        return None
    return f"{address[:start]}{shown} holds a password or a key (here {HIDDEN}), which would lie readable in the store"


def _read(written: Iterable[str], wanted: str) -> tuple[list[Identifier], list[Reference]]:
    """Read arguments: identifiers, accounts, and files of references. Stops at what is not understood."""
    named: list[Identifier] = []
    references: list[Reference] = []
    for one in map(checked, written):
        if isfile(one):
            listed = _listed(Path(one))
            references += listed
            named += [reference.identifiers[0] for reference in listed if reference.identifiers]
        elif (identifier := _owner(one) or identify.parse(one)) is not None:
            named.append(Identifier(identifier.scheme, identifier.value))
        else:
            show.fail(f"{one!r} is not understood, and no file. Give {wanted}.", status=2)
    return list(dict.fromkeys(named)), references


def _listed(file: Path) -> list[Reference]:
    try:
        listed = in_references(_text(file))
    except ValueError as error:
        show.fail(f"{file} cannot be read: {error}")
    if not any(reference.identifiers for reference in listed):
        show.fail(f"{file} holds no identifier of a work")
    for reference in listed:
        if not reference.identifiers:
            show.failure(f"{file}: no identifier in “{reference.written}”; it is left out")
    return _told_apart(listed, file)


def _told_apart(listed: Sequence[Reference], file: Path) -> list[Reference]:
    """Take names that entries of several works have from those that have a better one, and say so.

    Where several have no other, they are one work, of which no title is known.
    """
    several, untitled = shared(listed), set[Identifier]()
    for name, ones in several.items():
        named = [one for one in ones if one.identifiers[0] != name]
        alone = [one for one in ones if one.identifiers[0] == name]
        shown = name.value if name.scheme == "url" else str(name)
        if named:
            other = f"{named[0].identifiers[0]} names" if len(named) == 1 else "other identifiers name"
            show.failure(
                f"{file}: {_titles(ones)} share {shown}; it is left out of {_titles(named)}, which {other} better"
            )
        if len({one.title for one in alone}) > 1:
            untitled.add(name)
            show.failure(
                f"{file}: {_titles(alone)} have no identifier but {shown}, so they are one work here; "
                "give each a DOI or an address of its own"
            )
    return [
        structs.replace(
            one,
            identifiers=tuple(name for name in one.identifiers if name == one.identifiers[0] or name not in several),
            title=None if untitled.intersection(one.identifiers[:1]) else one.title,
        )
        for one in listed
    ]


def _titles(ones: Sequence[Reference]) -> str:
    *shown, last = [f"“{one.title or one.identifiers[0]}”" for one in ones[:NAMED]]
    if len(ones) > NAMED:
        shown, last = [*shown, last], f"{len(ones) - NAMED:,} more"
    return f"{', '.join(shown)} and {last}" if shown else last


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > FILE_LIMIT:
            show.fail(f"{file} is larger than {FILE_LIMIT >> 20} MiB; split it")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        show.fail(f"cannot read {file}: {error.strerror}")
    except UnicodeDecodeError as error:
        show.fail(f"{file} is not UTF-8 text (at byte {error.start:,}); save it as UTF-8", status=2)


def _owner(written: str) -> Identifier | None:
    """Read an ORCID, `place:name` or the address of an account or a community, if some source reads it."""
    place, _, name = (part.strip() for part in written.partition(":"))
    read = identify.parse(written) or _account(place.lower(), name)
    return Identifier(read.scheme, read.value) if read is not None and _is_owner(read) else None


def _account(place: str, name: str) -> Identifier | None:
    """Read an account as its place calls it; what is called by a scheme was read already, or is wrong."""
    ways = sources()[place].about.accounts if place in sources() else ()
    if not ways:
        return Identifier(place, name) if place in sources().keys() - schemes().keys() and name else None
    for way in ways:
        if called := re.fullmatch(way.pattern, name, re.ASCII | re.IGNORECASE):
            page = way.page and way.page.format_map(called.groupdict())
            return identify.parse(page) if page else Identifier(place, called["name"].lower())
    return None


def _sorted(named: Iterable[Identifier]) -> tuple[list[Identifier], list[Identifier]]:
    """Part people, accounts and communities from works."""
    owners = [one for one in named if _is_owner(one)]
    return owners, [one for one in named if one not in owners]


def _is_owner(one: Identifier) -> bool:
    return _is_more(Watch(owners=(one,)), Watch())


def _is_more(given: Watch, usual: Watch) -> bool:
    """Whether any source reads more for what is given."""
    return any(list(source.lanes(usual)) != list(source.lanes(given)) for source in sources().values())


def _describe(writer: Writer, references: Iterable[Reference]) -> None:
    """Keep what files say of works, as far as registries say nothing."""
    now = datetime.now(UTC)
    changes: list[Description | Alias] = []
    for reference in references:
        for other in reference.identifiers[1:]:
            named = reference.identifiers[0]
            changes.append(Alias(identifier=named, relation="is_same_as", other=other, via=ME, version=""))
        if reference.identifiers and reference.title:
            told = {field: getattr(reference, field) for field in ("title", "kind", "creators", "issued", "venue")}
            changes.append(Description(identifier=reference.identifiers[0], via=ME, version="", **told))
    writer.keep(changes, now)
