"""Posts that are held are read again, since somebody corrects what they mention or it is learnt where they link to."""

from collections.abc import Collection
from datetime import UTC, datetime

from msgspec.structs import replace

from hubbub.model import Identifier
from hubbub.pipeline import derive, find
from hubbub.store import Store


def correct(
    store: Store, post: tuple[str, str], wrong: Collection[Identifier], by: str, why: str, takes_back: bool = False
) -> int:
    """Set aside that a post, given by source and id, mentions works, as far as it names them; or take that back.

    Returns how many of them it names: 0 also where the post is not held.
    """
    works, now = store.works() | store.pages(None), datetime.now(UTC)
    with store.writing() as writer:
        held = writer.statements(*post)
        named = {replace(m.identifier, version=None) for one in held for m in find(one[5], works)}.intersection(wrong)
        for work in named:
            if takes_back:
                writer.corrections.put_back(held[0][5], work)
            else:
                writer.corrections.set_aside(held[0][5], held[0][1], work, by, now, why)
        derive(held, works, writer)
    return len(named)


def unfold(store: Store, address: Identifier) -> None:
    """Read the posts again that link to a short address, of which it is now known that it leads to a work."""
    works = store.works() | store.pages(None)
    with store.writing() as writer:
        derive(writer.linking(address), works, writer)
