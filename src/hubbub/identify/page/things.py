"""A parsed page goes in; the things that JSON-LD, microdata and RDFa describe come out in one form, and what they say.

A thing is a mapping as JSON-LD has it: `@type`, `@id`, and properties whose values are strings, things or lists. Names
are compared by their last part in lower case, whatever the vocabulary: `schema:isPartOf`, `http://purl.org/dc/terms/isPartOf`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hubbub.identify.page.identity import Said
from hubbub.identify.page.json_ld import values
from hubbub.identify.page.tags import Facts
from hubbub.identify.tables import page_rules, schemes

_DEEPEST = 12
_LONGEST = 2000  # characters and nodes of one property's text
_NAMING = frozenset(["@id", "identifier", "doi", "isbn", "pmid", "sameas", "url", "item"])
_WHOSE = ("author", "creator", "ispartof", "publisher")

Graph = dict[str, dict[str, Any]]


class Thing(Struct, frozen=True):
    """One thing on its own; `graph` are those that it may refer to by `@id`."""

    carrier: str
    said: dict[str, Any]
    graph: Graph

    @property
    def types(self) -> list[str]:
        """Its types, the last part of each in lower case."""
        return [local(one) for one in _strings(_get(self.said, "@type"))]


def things(tree: LexborHTMLParser) -> list[Thing]:
    """Find the things of a page that are no part of another."""
    found: list[Thing] = []
    for node in tree.css('script[type*="ld+json" i]'):
        for value in values(node.text()):
            found += [Thing("json-ld", *one) for one in _tops(value)]
    found += [Thing("microdata", one, {}) for one in _nested(tree, "itemscope", "itemprop", "itemtype", ("itemid",))]
    found += [Thing("rdfa", one, {}) for one in _nested(tree, "typeof", "property", "typeof", ("about", "resource"))]
    return found


def _tops(value: Any) -> list[tuple[dict[str, Any], Graph]]:
    """Take a script's value apart: lists, graphs, and what a page says is its main thing."""
    waiting, nodes = [(value, 0)], []
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, list) and depth < _DEEPEST:
            waiting += [(each, depth + 1) for each in reversed(one)]
        elif isinstance(one, dict):
            if depth < _DEEPEST:
                waiting.append((one.get("@graph"), depth + 1))
            if len(one) > ("@graph" in one) + ("@context" in one):
                nodes.append(one)
    graph = {one["@id"]: one for one in nodes if isinstance(one.get("@id"), str)}
    inner = _referred(nodes) if len(nodes) > 1 else set()
    tops = [one for one in nodes if one.get("@id") not in inner]
    mains = [main for one in tops for main in _mains(one, graph)]
    return [(one, graph) for one in mains + tops]


def _mains(said: dict[str, Any], graph: Graph) -> Iterator[dict[str, Any]]:
    for one in _list(_get(said, "mainentity")):
        if isinstance(one, dict):
            yield graph.get(str(one.get("@id")), one) if len(one) == 1 else one


def _referred(nodes: list[dict[str, Any]]) -> set[str]:
    """The ids of those that others refer to: an author, a journal, a cited work."""
    ids: set[str] = set()
    waiting: list[Any] = [value for one in nodes for value in one.values()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if len(one) == 1 and isinstance(one.get("@id"), str):
                ids.add(one["@id"])
            waiting += one.values()
    return ids


def _nested(
    tree: LexborHTMLParser, starts: str, has: str, typed: str, names: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Read items nested in a page, each property to the nearest item around it, and yield the outermost."""
    if tree.css_first(f"[{starts}]") is None:
        return
    items: dict[int, dict[str, Any]] = {}
    nearest = _nearest(items)
    for node in tree.css(f"[{starts}], [{has}]"):
        said = node.attributes
        around, item = nearest(node.parent), None
        if starts in said:
            item = items[node.mem_id] = {"@type": (said.get(typed) or "").split()}
            item["@id"] = [said[name] for name in names if said.get(name)]
        for name in (said.get(has) or "").split():
            if around is not None:
                around.setdefault(local(name), []).append(item if item is not None else _value(node))
        if item is not None and not (has in said and around is not None):
            yield item


def _nearest(items: dict[int, dict[str, Any]]) -> Callable[[LexborNode | None], dict[str, Any] | None]:
    """Make the look-up of the item around a node. Every node is passed once, however deep the page is."""
    passed: dict[int, dict[str, Any] | None] = {}

    def nearest(node: LexborNode | None) -> dict[str, Any] | None:
        way = []
        while node is not None and node.mem_id not in passed and node.mem_id not in items:
            way.append(node.mem_id)
            node = node.parent
        item = None if node is None else items.get(node.mem_id) or passed.get(node.mem_id)
        passed.update(dict.fromkeys(way, item))
        return item

    return nearest


def _value(node: LexborNode) -> str:
    said = node.attributes
    for name in ("content", "href", "src", "resource", "datetime", "data"):
        if written := said.get(name):
            return written.strip()[:_LONGEST]
    return _text(node)


def _text(node: LexborNode) -> str:
    """The text in a node, as far as a name goes: properties may nest as deep as the page."""
    parts, waiting, size = [], [node.child], 0
    for _ in range(_LONGEST // 20):
        if not waiting or size > _LONGEST:
            break
        if (at := waiting.pop()) is not None:
            waiting.append(at.next)
            waiting.append(at.child)
            if at.is_text_node:
                parts.append(at.text(deep=False)[:_LONGEST])
                size += len(parts[-1])
    return " ".join("".join(parts).split())[:_LONGEST]


def role_of(types: Iterable[str]) -> tuple[str, str] | None:
    """The role and kind of the first type that is known."""
    return next((_roles()[one] for one in types if one in _roles()), None)


@cache
def _roles() -> dict[str, tuple[str, str]]:
    return {
        name.lower(): (role, kind)
        for role, kinds in page_rules().types.items()
        for kind, names in kinds.items()
        for name in names
    }


def said_of(whose: Iterable[tuple[Thing, str]], facts: Facts) -> Iterator[Said]:
    """What things say of themselves and of others, each with how the page stands to it.

    Title, makers and place of those that the page is (`is`) become facts.
    """
    used: set[tuple[str, str]] = set()
    for thing, relation in whose:
        known = role_of(thing.types)
        if known is None and thing.types:  # people, organisations, web sites, trails of pages
            continue
        for key, value in thing.said.items():
            name = local(key)
            if relation == "is":
                _note(name, value, facts)
            if relation == "is" or _claimed().get(name) == "is":
                other = "" if relation == "is" else relation
                for written in dict.fromkeys(_names(value, thing.graph, used, name) if name in _claimed() else ()):
                    yield Said("thing", name, written, thing.carrier, known[0] if known else "", other)


@cache
def _claimed() -> dict[str, str]:
    return {name: row.relation for row in page_rules().claim if row.place == "thing" for name in row.names}


def _note(name: str, value: Any, facts: Facts) -> None:
    written = [_named(one) for one in _list(value)] if name in _WHOSE else _strings(value)
    if kept := [one.strip()[:_LONGEST] for one in written if one.strip()]:
        facts.setdefault(f"thing {name}", []).extend(kept)


def _named(one: Any) -> str:
    if not isinstance(one, dict):
        return one if isinstance(one, str) else ""
    whole = " ".join(_strings(_get(one, "givenname")) + _strings(_get(one, "familyname")))
    return next(iter(_strings(_get(one, "name"))), whole)


def _names(value: Any, graph: Graph, used: set[tuple[str, str]], field: str, depth: int = 0) -> Iterator[str]:
    """What names a thing itself, not the works it cites or the journal it is in.

    No reference is followed twice from one kind of field: each of many things could refer to one that has many names.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        yield value[:_LONGEST]
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, list):
        for one in value:
            yield from _names(one, graph, used, field, depth + 1)
    elif isinstance(value, dict):
        ref = value.get("@id")
        if len(value) == 1 and isinstance(ref, str) and ref in graph and (field, ref) not in used:
            used.add((field, ref))
            value = graph[ref]
        yield from _property_value(value)
        for key, one in value.items():
            if (name := local(key)) in _NAMING:
                said = f"{name}:" if name in schemes() else ""
                yield from (said + written for written in _names(one, graph, used, field, depth + 1))


def _property_value(value: dict[str, Any]) -> Iterator[str]:
    """`{"propertyID": "doi", "value": "10…"}`, where the kind may be an address or a name."""
    for written in (one for one in _list(_get(value, "value")) if isinstance(one, (str, int))):
        for kind in _strings(_get(value, "propertyid")) or _strings(_get(value, "name")):
            yield f"{local(kind)}:{written}"[:_LONGEST]
        yield str(written)[:_LONGEST]


def local(name: str) -> str:
    """The last part of a name in lower case: `http://schema.org/Book` is `book`; `@id` stays."""
    return name.rstrip("/#").replace("#", "/").replace(":", "/").rpartition("/")[2].lower()


def _get(said: dict[str, Any], name: str) -> Any:
    return next((value for key, value in said.items() if local(key) == name), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _strings(value: Any) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)]
