"""What a page states of itself goes in; its role and kind come out, and title, makers, date and venue of its work."""

from msgspec import Struct

from hubbub.identify.page.tags import Facts, same_title
from hubbub.identify.page.things import Thing, local, role_of
from hubbub.identify.tables import page_rules

_MOST = 1000  # makers that are told
_TITLES = ("title", "og:title", "thing headline")


class Stated(Struct, frozen=True):
    """What the page says its work is; unknown is absent."""

    title: str | None
    creators: tuple[str, ...]
    issued: str | None
    venue: str | None


def titles_of(facts: Facts) -> list[str]:
    """The titles of the page itself."""
    return [one for name in _TITLES for one in facts.get(name, ())[:3]]


def kind_of(facts: Facts, found: list[Thing]) -> tuple[str, str | None]:
    """The page's role and kind, by what it states; a post whose tags bear its own title is a work that it publishes."""
    rules, by_role = page_rules(), dict[str, str]()
    for known in map(role_of, [*([one] for thing in found for one in thing.types), *([one] for one in _typed(facts))]):
        if known:
            by_role.setdefault(*known)
    tagged = next((kind for tag, kind in rules.kinds.items() if tag in facts), None)
    if "post" in by_role:
        own, cited = titles_of(facts), facts.get("citation_title", ())[:3]
        published = any(same_title(one, other) for one in cited for other in own)
        return ("work" if published else "post"), by_role["post"]
    if kind := by_role.get("work") or tagged:
        return "work", kind
    return ("list", by_role["list"]) if "list" in by_role else ("page", None)


def _typed(facts: Facts) -> list[str]:
    """The types that links and tags state. OpenGraph's words are its own."""
    types = [local(one) for one in facts.get("link type", ())]
    for name in page_rules().describe["types"]:
        types += [f"og:{one.lower()}" if name == "og:type" else local(one).strip() for one in facts.get(name, ())]
    return types


def described(facts: Facts) -> Stated:
    """Title, makers, date and venue as the first of the fields that has them says."""

    def first(name: str) -> list[str]:
        fields = page_rules().describe[name]
        return next((facts[field] for field in fields if facts.get(field)), [])

    title, issued, venue = (next(iter(first(name)), None) for name in ("title", "issued", "venue"))
    creators = tuple(dict.fromkeys(first("creators")))[:_MOST]
    return Stated(title, creators, issued and issued.replace("/", "-"), venue)
