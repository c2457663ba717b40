"""Lists of references go in as text: BibTeX, RIS, CSL-JSON, CSV or one identifier a line; each entry comes out.

What a text is, is seen from its content. An entry's first identifier is the most telling: a DOI before an address. The
ISBN of a paper or a chapter is that of the book around it, which others name too, so it is none of the entry's own.
"""

import csv
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from hubbub.identify.typed import parse
from hubbub.model import Identifier
from hubbub.reference.venues import UNKNOWN, kind_of

WITHIN = {"article", "chapter", "conference paper", "review"}  # kinds that stand in books
LONGEST = 16 << 20  # characters of a list


class Reference(Struct, frozen=True):
    """One entry, `kind` in the words of `outputs.toml`. `written` is what it says where no identifier is in it."""

    identifiers: tuple[Identifier, ...] = ()
    title: str | None = None
    kind: str | None = None
    creators: tuple[str, ...] = ()
    issued: str | None = None
    venue: str | None = None
    written: str = ""


logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what cannot be read is an entry that says so


def in_references(text: str) -> list[Reference]:
    """Read a list of references. Raises ValueError if it is none, or broken."""
    if len(text) > LONGEST:
        raise ValueError(f"a list of more than {LONGEST >> 20} million characters; split it")
    start = text.lstrip("\ufeff \r\n\t")[:10_000]
    if start.startswith(("[", "{")):
        return [_reference(_csl(entry)) for entry in _json(text)]
    if re.match(r"TY  ?-", start):
        return [_reference(_ris(entry)) for entry in _parsed_ris(text)]
    if re.search(r"^\s*@\w+\s*[{(]", start, re.MULTILINE):
        return [_reference(_bibtex(entry)) for entry in _parsed_bibtex(text)]
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if lines and _columns(lines[0]):
        return [_reference(_row(row)) for row in _parsed_csv(lines)]
    return [_reference({"ids": [line], "written": line}) for line in lines if not line.startswith("#")]


def shared(references: Iterable[Reference]) -> dict[Identifier, list[Reference]]:
    """Return the names that entries of different works have, such as the address of a list of publications.

    Entries are of one work where another name comes first in them and is the same, or where their titles are.
    """
    held = defaultdict[Identifier, list[Reference]](list)
    for one in references:
        for name in one.identifiers:
            held[name].append(one)
    return {name: ones for name, ones in held.items() if _works(name, ones) > 1}


def _works(name: Identifier, ones: Sequence[Reference]) -> int:
    """How many works these are, which all have a name. An address names what is there, any other name one work."""
    named = {one.identifiers[0]: _words(one) for one in ones if one.identifiers[0] != name}
    unnamed = {_words(one) for one in ones if one.identifiers[0] == name and name.scheme == "url"}
    return len(named) + len(unnamed - {*named.values(), ""})


def _words(one: Reference) -> str:
    return " ".join(re.findall(r"\w+", (one.title or "").casefold()))


# Entry in any form -> {"ids": candidates by weight, …}


def _reference(entry: Mapping[str, Any]) -> Reference:
    kind = kind_of(entry.get("kind"))
    found = filter(None, (parse(str(written)) for written in entry["ids"] if written))
    own = (Identifier(one.scheme, one.value) for one in found if one.scheme != "isbn" or kind not in WITHIN)
    return Reference(
        tuple(dict.fromkeys(own)),
        kind=None if kind == UNKNOWN else kind,
        creators=tuple(entry.get("creators", ())),
        written=str(entry.get("written") or entry.get("title") or "")[:200],
        **{key: entry.get(key) or None for key in ("title", "issued", "venue")},
    )


def _json(text: str) -> list[Mapping[str, Any]]:
    try:
        read = msgspec.json.decode(text)  # unlike `json`, it lets no half of a surrogate pair pass
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"it starts like CSL-JSON but is broken: {error}") from error
    entries = read if isinstance(read, list) else read.get("items", [read])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("it is JSON but no list of CSL-JSON entries")
    return entries


def _csl(entry: Mapping[str, Any]) -> dict[str, Any]:
    people = [one for one in _list(entry.get("author")) if isinstance(one, dict)]
    date = entry.get("issued")
    parts = _list(date.get("date-parts")) if isinstance(date, dict) else []
    return {
        "ids": _ids(lambda name: entry.get(name)),
        "title": _text(entry.get("title")),
        "kind": _text(entry.get("type")),
        "creators": [name for one in people if (name := _person(one))],
        "issued": "-".join(f"{int(part):02}" for part in _list(parts[0]) if str(part).isdigit()) if parts else None,
        "venue": _text(entry.get("container-title")),
    }


def _person(one: Mapping[str, Any]) -> str:
    parts = [one.get("given"), one.get("family")]
    return _text(one.get("literal")) or " ".join(part for part in parts if isinstance(part, str) and part)


def _parsed_ris(text: str) -> list[dict[str, Any]]:
    import rispy  # type: ignore[import-untyped]

    try:
        return list(rispy.loads(text, skip_unknown_tags=True))
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"it starts like RIS but is broken: {error}") from error


def _ris(entry: Mapping[str, Any]) -> dict[str, Any]:
    urls = _list(entry.get("urls")) or [entry.get("url")]
    return {
        "ids": [*_ids(lambda name: entry.get(name.lower())), *urls],
        "title": entry.get("title") or entry.get("primary_title"),
        "kind": entry.get("type_of_reference"),
        "creators": _list(entry.get("authors")) or _list(entry.get("first_authors")),
        "issued": str(entry.get("year") or entry.get("publication_year") or "").strip("/") or None,
        "venue": entry.get("journal_name") or entry.get("secondary_title"),
    }


def _parsed_bibtex(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.library import Library
    from bibtexparser.middlewares import LatexDecodingMiddleware
    from bibtexparser.middlewares.parsestack import default_parse_stack
    from bibtexparser.model import Entry, ParsingFailedBlock

    split = parse_string(text, parse_stack=[]).blocks
    # An entry whose key another has, or that has a field twice, is whole for us: keys are made anew.
    blocks = [getattr(block, "ignore_error_block", None) or block for block in split]
    for number, block in enumerate(blocks):
        if isinstance(block, Entry):
            block.key = str(number)
    library = Library(blocks, fail_on_duplicate_key=False)
    for layer in (*default_parse_stack(), LatexDecodingMiddleware()):
        library = layer.transform(library)
    if not library.entries:
        raise ValueError("it looks like BibTeX but holds no entry that can be read")
    for block in library.blocks:
        if isinstance(block, Entry):
            yield block.entry_type, {field.key.lower(): str(field.value).strip("{} ") for field in block.fields}
        elif isinstance(block, ParsingFailedBlock) and block.ignore_error_block is None:
            yield "", {"written": block.raw or ""}


def _bibtex(parsed: tuple[str, dict[str, str]]) -> dict[str, Any]:
    kind, entry = parsed
    archive = entry.get("archiveprefix", entry.get("eprinttype", "arxiv"))
    eprint = f"{archive}:{entry['eprint']}" if "eprint" in entry else None
    return {
        "ids": [entry.get("doi") and f"doi:{entry['doi']}", eprint, *_ids(entry.get)],
        "title": re.sub(r"[{}]", "", entry.get("title", "")),
        "kind": kind,
        "creators": [_turned(name) for name in re.split(r"(?<!\s)\s+and\s+", entry.get("author", "")) if name],
        "issued": entry.get("date") or entry.get("year"),
        "venue": entry.get("journal") or entry.get("journaltitle") or entry.get("booktitle"),
        "written": entry.get("written"),
    }


def _turned(name: str) -> str:
    family, _, given = name.partition(",")
    return f"{given.strip()} {family.strip()}".strip()


def _parsed_csv(lines: list[str]) -> list[dict[str | None, Any]]:
    try:
        return list(csv.DictReader(lines, dialect=_dialect(lines[0])))
    except csv.Error as error:
        raise ValueError(f"it starts like CSV but is broken: {error}") from error


def _row(row: Mapping[str | None, Any]) -> dict[str, Any]:
    told = {key.strip().lower(): value for key, value in row.items() if key and isinstance(value, str)}
    return {
        "ids": [told.get("id"), told.get("identifier"), *_ids(lambda name: told.get(name.lower())), told.get("orcid")],
        "title": told.get("title"),
        "kind": told.get("type") or told.get("kind"),
        "issued": told.get("issued") or told.get("year") or told.get("date"),
        "venue": told.get("venue") or told.get("journal"),
        "creators": [name.strip() for name in told.get("authors", "").split(";") if name.strip()],
        "written": ", ".join(value for value in told.values() if value),
    }


_NAMES = {"DOI": "doi", "PMID": "pmid", "PMCID": "pmcid", "ISBN": "isbn", "URL": ""}


def _ids(get: Callable[[str], Any]) -> list[str]:
    """Candidates for an identifier, from fields that are called by a scheme, in whatever case."""
    found = []
    for name, scheme in _NAMES.items():
        value = get(name) or get(name.lower())
        if isinstance(value, str | int) and str(value).strip():
            found.append(f"{scheme}:{value}" if scheme else str(value))
    return found


def _columns(head: str) -> bool:
    named = {name.strip().strip('"').lower() for name in re.split(r"[,;\t]", head)}
    return len(named & {"id", "identifier", "doi", "pmid", "pmcid", "isbn", "url", "title", "orcid"}) > 0


def _dialect(head: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = max(",;\t", key=head.count)

    return Dialect


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) and value else None
