"""MODS and MARCXML go in; the fields of their records come out, those of other works under names of their own."""

from collections.abc import Iterator
from typing import NoReturn
from xml.etree import ElementTree as ET

from hubbub.identify.formats.fields import TEXT, Field, table

_HREF = "{http://www.w3.org/1999/xlink}href"
_MODS_TEXT = {"url", "note", "abstract", "accessCondition", "tableOfContents", "physicalLocation"}


class SafeBuilder(ET.TreeBuilder):
    """Builds a tree, and refuses what makes XML dangerous: a document type, where entities are declared."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise ValueError("it has a document type, where entities are declared")


def _tree(written: str) -> ET.Element | None:
    """Parse XML, as far as it goes where it is broken or cut off; none if that is nowhere or has a document type."""
    builder = SafeBuilder()
    parser = ET.XMLParser(target=builder)  # noqa: S314 - what makes XML dangerous is refused by the builder
    try:
        parser.feed(written)
        return parser.close()
    except (ValueError, LookupError):
        return None
    except ET.ParseError:
        return builder.close()


def in_mods(text: str) -> Iterator[Field]:
    """Take records of MODS apart."""
    root = _tree(text)
    if root is not None:
        yield from _mods(root)


def _mods(root: ET.Element) -> Iterator[Field]:
    stack = [(root, False)]
    while stack:
        element, related = stack.pop()
        name = _local(element)
        related = related or name == "relatedItem"
        method = "mods-related" if related else "mods-field"
        said = (element.text or "").strip()
        if name in ("identifier", "nameIdentifier"):
            kind = element.get("type", "").lower()
            yield Field(said, table("identifier").get(kind, ()), method, 0.8 if element.get("invalid") else 1.0)
        elif name in _MODS_TEXT:
            yield Field(said)
        if name == "relatedItem":
            yield Field(element.get(_HREF, ""))
        stack.extend((child, related) for child in reversed(element))


def in_marcxml(text: str) -> Iterator[Field]:
    """Take records of MARC apart."""
    root = _tree(text)
    for field in root.iter() if root is not None else ():
        if _local(field) == "datafield":
            yield from _marc(field, field.get("tag", ""))


def _marc(field: ET.Element, tag: str) -> Iterator[Field]:
    subfields = [(one.get("code", ""), (one.text or "").strip()) for one in field]
    source = next((said.lower() for code, said in subfields if code == "2"), "")
    for code, said in subfields:
        ways = table("marc").get(tag + code) or table("marc").get("$" + code, table("marc").get(tag, TEXT))
        if tag == "024":
            ways = _other(field.get("ind1"), source) if code == "a" else ()
        elif tag == "035":
            kind, _, value = said.removeprefix("(").partition(")")
            ways = table("identifier").get(kind.lower() if value else "", ())
            said = value or said
        yield Field(said, ways, f"marc-{tag}")


def _other(indicator: str | None, source: str) -> tuple[str, ...]:
    """What a standard number is: as its source says, which many give with another indicator than 7, or an EAN."""
    if source:
        return table("identifier").get(source, ())
    return ("isbn",) if indicator == "3" else TEXT if indicator == "8" else ()


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
