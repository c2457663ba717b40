"""Random input for identify comes out: what each pattern may match, what people wrote, and both of them damaged."""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import msgspec

from hubbub.identify.tables import GAP, Shape, addresses, page_rules, schemes
from tests.identify.forms import ALPHABET, Make, strings

CORPORA = Path(__file__).with_name("corpora")
LONGEST = 600  # characters of an input
PIECES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("pieces.toml").read_text())
FORMATS: dict[str, list[str]] = PIECES["formats"]


Makes = list[tuple[str, Make]]


class Inputs:
    """Endless triples: the kind of an input, what it is of (a scheme, a format), and the input."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._values: Makes = [(scheme, strings(row.value, rng)) for scheme, row in schemes().items()]
        self._texts: Makes = [
            (scheme, strings(form.replace("VALUE", row.value).replace("GAP", GAP), rng))
            for scheme, row in schemes().items()
            for form in (row.text, row.bare)
            if form
        ]
        rows = addresses()
        self._addresses = [(row.scheme, _address(row, rng)) for row in rows.address + rows.anywhere]
        self._addresses += [("carrier", _address(row, rng)) for row in rows.carrier]
        self._written = _corpora()
        self._page = PIECES["page"] + [
            f"<meta name='{name}' content='{{}}'>" for row in page_rules().claim for name in row.names
        ]

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        while True:
            chance = self._rng.random()
            if chance < 0.05:
                kind, (label, written) = "typed", self._one(self._values + self._texts)
            elif chance < 0.8:
                kind, (label, written) = "value", self._one(self._values)
            elif chance < 0.94:
                kind, (label, written) = "address", self._address()
            elif chance < 0.99:
                kind, (label, written) = "text", self._text()
            elif chance < 0.995:
                kind, (label, written) = "page", ("html", self._pieces(self._page))
            else:
                label = self._rng.choice(list(FORMATS))
                kind, written = "format", self._pieces(FORMATS[label])
            yield kind, label, self._damaged(written[:LONGEST])

    def _one(self, makes: Sequence[tuple[str, Make]]) -> tuple[str, str]:
        label, make = self._rng.choice(makes)
        return label, make()

    def _address(self) -> tuple[str, str]:
        label, address = self._one(self._addresses)
        if self._rng.random() < 0.1:
            coded = self._rng.choice(
                [address, quote(address, errors="replace"), quote(address, safe="", errors="replace")]
            )
            address = self._rng.choice(PIECES["carriers"]).format(coded)
        return label, address

    def _text(self) -> tuple[str, str]:
        chance = self._rng.random()
        if chance < 0.4:
            return self._rng.choice(self._written)
        label, text = self._one(self._texts if chance < 0.8 else self._addresses)
        if chance < 0.6:
            words = [
                self._rng.choice(PIECES["words"]),
                text,
                self._rng.choice(PIECES["words"]),
                self._one(self._texts)[1],
            ]
            text = self._rng.choice(["", " ", "\n", ", "]).join(words)
        return label, text

    def _pieces(self, forms: Sequence[str]) -> str:
        count = self._rng.randrange(1, 8)
        whole = forms if self._rng.random() < 0.3 and len(forms) < 9 else self._rng.choices(forms, k=count)
        return "".join(form.format(self._any()) for form in whole)

    def _any(self) -> str:
        return self._one(self._rng.choice([self._values, self._texts, self._addresses]))[1]

    def _damaged(self, text: str) -> str:
        if self._rng.random() < 0.4:
            return text
        for _ in range(self._rng.randrange(1, 4)):
            at, to = sorted((self._rng.randrange(len(text) + 1), self._rng.randrange(len(text) + 1)))
            text = self._rng.choice(DAMAGES)(self._rng, text, at, min(to, at + 40))
        return text


def _look_alike(rng: Random, text: str, at: int, _: int) -> str:
    alike: str = PIECES["look_alikes"].get(text[at : at + 1], ALPHABET)
    return text[:at] + rng.choice(alike) + text[at + 1 :]


Damage = Callable[[Random, str, int, int], str]
DAMAGES: list[Damage] = [
    lambda rng, text, at, _: text[:at] + rng.choice(ALPHABET) + text[at + 1 :],
    lambda rng, text, at, _: (
        text[:at] + chr(ord(text[at]) ^ 1 << rng.randrange(7)) + text[at + 1 :] if text[at:] else text
    ),
    lambda rng, text, at, _: text[:at] + rng.choice(ALPHABET) + text[at:],
    lambda rng, text, at, _: text[:at] + rng.choice(PIECES["tails"]) + text[at:],
    lambda rng, text, at, _: text + rng.choice(PIECES["tails"]),
    lambda rng, text, at, _: rng.choice("([{<\"'-_./:") + text,
    lambda rng, text, at, to: text[:at] + text[to:],
    lambda rng, text, at, to: text[:to] + text[at:],
    lambda rng, text, at, to: text[:at] + quote(text[at:to], safe="", errors="replace") + text[to:],
    lambda rng, text, at, to: text[:at] + text[at:to].swapcase() + text[to:],
    lambda rng, text, at, to: text[:at] + json.dumps(text[at:to])[1:-1].replace("/", "\\/") + text[to:],
    _look_alike,
]


def _address(row: Shape, rng: Random) -> Make:
    """Addresses that a row may match; one that stands for any host has an invented one."""
    host = (
        strings(row.host, rng) if row.host else lambda: rng.choice(row.hosts or PIECES["hosts"]).replace(".*", ".com")
    )
    path = strings(row.path or "/", rng)
    start = "" if row.hosts else "/a"
    return lambda: f"{rng.choice(PIECES['starts'])}{host()}{start}{path()}"


def _corpora() -> list[tuple[str, str]]:
    lines = [(path.stem, line) for path in CORPORA.rglob("*.jsonl") for line in path.read_bytes().splitlines()]
    return [(label, msgspec.json.decode(line)["input"]) for label, line in lines if line.strip()]
