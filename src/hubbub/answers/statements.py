"""What is said of a post: its statements come in, as `View` reads them; how it stands to works goes out."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from hubbub.model import INVERSE_RELATIONS, Identifier
from hubbub.store.keep import Found


class Row(NamedTuple):
    """A post as the counts look at it."""

    source: int
    posted_at: int | None
    own: bool
    counted: bool


def spoken(
    told: list[Any], originals: Mapping[int, list[Any]], names: Mapping[int, Identifier]
) -> tuple[Row, dict[int, Identifier]]:
    """How a post stands to works, and to which: by what is said of it or else of the posts that it passes on."""
    stands, carried = standing(told, names), told
    if stands is None:
        passed = (originals.get(one.original, []) for one in told)
        carried = [one for original in passed if standing(original, names) == (True, True) for one in original]
        stands = (False, True)
    row = Row(told[0].source, told[0].said_at, *stands)
    return row, {work: names[work] for work in works_of(carried) if work in names}


def first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def found_in(text: str) -> list[Found]:
    return msgspec.json.decode(text, type=list[Found])


def standing(told: Iterable[Any], names: Mapping[int, Identifier]) -> tuple[bool, bool] | None:
    """Whether what is said names works in own words, and so that it counts; None if it names none. As in `POSTS`."""
    named = [(one, how) for one in told for how in found_in(one.found) if how.work in names]
    if not named:
        return None
    counted = any(how.relation not in INVERSE_RELATIONS for _, how in named)
    return all(one.original is None for one, _ in named), counted


def works_of(told: list[Any]) -> list[int]:
    return list(dict.fromkeys(one.work for statement in told for one in found_in(statement.found)))


def supporting(told: list[Any], original: list[Any], works: Mapping[int, Identifier]) -> list[tuple[Any, Found]]:
    """The statements that name the work, and how; where none does, those that pass on a post that does."""
    named = [(one, how) for one in told for how in found_in(one.found) if how.work in works]
    carried = [work for work in works_of(original) if work in works] or list(works)[:1]
    return named or [
        (one, Found(work, "discusses", "repost", one.reposts, "carried-from-original", 1.0))
        for one in told
        if one.reposts is not None
        for work in carried
    ]
