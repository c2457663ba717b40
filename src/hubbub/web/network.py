"""How those who spoke hang together: a network comes in; a page, and the places that a script draws on it, go out."""

from collections import Counter
from collections.abc import Sequence
from math import log10, sqrt
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec import Struct

from hubbub.answers.network import Network, Node, Tie
from hubbub.model import Identifier
from hubbub.people.labels import FEWEST, UNKNOWN
from hubbub.web import words
from hubbub.web.guard import SCRIPTED
from hubbub.web.look import face
from hubbub.web.pages import Reading, card_of, identifier_of, page_of

COLOURS = 8  # what is beyond them is grey
PER_PAGE = 100
ROOMY = 700  # people for whom a picture has room enough
NAMED = 3  # of those to whom somebody is tied

router = APIRouter(default_response_class=HTMLResponse)


class Drawn(Struct, frozen=True, array_like=True):
    """A voice in the picture. `group` and `kind` are numbers of colours, None is grey."""

    name: str
    place: str
    path: str
    x: float
    y: float
    size: float
    group: int | None
    kind: int | None


class Picture(Struct, frozen=True):
    """What the script draws."""

    voices: list[Drawn]
    ties: tuple[Tie, ...]


@router.get("/network.json/work/{scheme}/{value:path}")
def data_of_work(answers: Reading, scheme: str, value: str) -> Response:
    """The picture of a work's network."""
    return _data(answers.network(identifier_of(f"{scheme}:{value}")))


@router.get("/shelf/{name:path}/network.json")
def data_of_shelf(answers: Reading, name: str) -> Response:
    """The picture of a shelf's network."""
    card_of(answers, name)
    return _data(answers.network(name))


@router.get("/network/work/{scheme}/{value:path}")
def of_work(request: Request, answers: Reading, scheme: str, value: str, page: int = 1) -> Response:
    """How those who spoke of a work hang together."""
    identifier = identifier_of(f"{scheme}:{value}")
    if identifier != Identifier(scheme, value):
        return RedirectResponse(words.network_path(identifier), 308)
    report, found = answers.report(identifier, voices=0), answers.network(identifier)
    data = words.network_path(identifier, "network.json")
    return _page(request, "network_work.html", found, page, data, report=report)


@router.get("/shelf/{name:path}/network")
def of_shelf(request: Request, answers: Reading, name: str, page: int = 1) -> Response:
    """How those who spoke of the works on a shelf hang together."""
    card, found = card_of(answers, name), answers.network(name)
    data = words.shelf_path(name, "network.json")
    return _page(request, "network_shelf.html", found, page, data, shelf=card, tab="network")


def _page(request: Request, template: str, found: Network | None, page: int, data: str, **values: Any) -> Response:
    assert found is not None
    pages = max(1, -(-len(found.voices) // PER_PAGE))
    page = min(max(page, 1), pages)
    order = sorted(range(len(found.voices)), key=lambda place: (-found.voices[place].ties, place))
    shown = order[(page - 1) * PER_PAGE : page * PER_PAGE]
    tied = _tied(found, set(shown))
    response = page_of(
        request,
        template,
        network=found,
        rows=[(found.voices[place], tied.get(place, [])) for place in shown],
        most=found.voices[order[0]] if order else None,
        alone=sum(not one.ties for one in found.voices),
        groups=found.groups[:COLOURS],
        group_titles=titles(found),
        kinds=kinds(found),
        page=page,
        pages=pages,
        data=data,
        **values,
    )
    response.headers.update(SCRIPTED)
    return response


def titles(found: Network) -> list[str]:
    """What groups are called: by the words that set one apart, else by a work, else by its number."""
    said: list[str] = []
    for number, one in enumerate(found.groups):
        works = [words.excerpt(words.plain(title) if title else work.value, 50) for work, title in one.works]
        names = [name for name in (", ".join(one.words), *works) if name and name not in said]
        said.append(next(iter(names), f"group {number + 1}"))
    return said


def kinds(found: Network) -> list[tuple[str, int]]:
    """What voices are, with how many are so, the most frequent first; what fewer than ten are is not named."""
    counted = Counter(one.kind for one in found.voices if one.kind != UNKNOWN)
    named = [(kind, number) for kind, number in counted.items() if number >= FEWEST]
    return sorted(named, key=lambda one: (-one[1], one[0]))[:COLOURS]


def _tied(found: Network, shown: set[int]) -> dict[int, list[Node]]:
    """The voices to which those that are shown are tied most."""
    ends: dict[int, list[tuple[int, int]]] = {place: [] for place in shown}
    for tie in found.ties:
        strength = -(tie.follows + tie.passed + tie.works)
        for one, other in ((tie.one, tie.other), (tie.other, tie.one)):
            if one in ends:
                ends[one].append((strength, other))
    return {place: [found.voices[other] for _, other in sorted(told)[:NAMED]] for place, told in ends.items()}


def _data(found: Network | None) -> Response:
    assert found is not None
    colours = {kind: number for number, (kind, _) in enumerate(kinds(found))}
    drawn = [
        Drawn(
            name=words.excerpt(words.name(one.person.speaker), 60),
            place=face(one.person.speaker.source).title,
            path=words.account_path(one.person.speaker),
            x=x,
            y=y,
            size=_size(one, found),
            group=one.group if one.group is not None and one.group < COLOURS else None,
            kind=colours.get(one.kind),
        )
        for one, (x, y) in zip(found.voices, _places(found), strict=True)
    ]
    return Response(msgspec.json.encode(Picture(drawn, found.ties)), media_type="application/json")


def _size(one: Node, found: Network) -> float:
    """The radius of a dot: by works where there are several, else by followers; what is unknown is small."""
    number = one.person.works - 1 if len(found.works) > 1 else (one.person.speaker.followers or 0) / 10
    scale = min(1.0, sqrt(ROOMY / len(found.voices)))
    return round((3 + 4 * log10(1 + number)) * scale, 1)


def _places(found: Network) -> Sequence[tuple[float, float]]:
    import numpy as np

    from hubbub.people.layout import layout  # numba is loaded where a network is drawn

    ties = np.array([(one.one, one.other) for one in found.ties], np.int64).reshape(-1, 2).T
    weight = np.array([one.follows + one.passed + one.works / 2 for one in found.ties], np.float64)
    group = np.array([len(found.groups) if one.group is None else one.group for one in found.voices], np.int64)
    places: list[tuple[float, float]] = layout(ties[0], ties[1], weight, group).astype(np.float64).round(4).tolist()
    return places
