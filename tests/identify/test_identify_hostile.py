"""Whatever is large and hostile is read in linear time, by whatever reads it; pages have tests of their own, too."""

import time
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from hubbub.identify import KINDS, find, in_address, in_html, in_text, parse

LETTERS = {
    "blanks": " \t\n\u00a0\u2003",
    "marks": ".,;:!?-_/\\'\"&%#@~*|",
    "brackets": "([{<>}])",
    "digits": "0123456789",
    "words": "aZéſК",
    "one letter": "a",
    "NUL": "\0",
    "halves": "\ud800\udfff",
    "all": " \n\u2003.,:-_/\\'&%#@([<>])019aZéſ\0\ud800",
}
PARTS = {
    "tails": ".pdf",
    "DOIs": "10.1000/a",
    "addresses": "https://a.bc/",
    "hosts": "www.a.",
    "carriers": "https://www.google.com/url?q=",
    "words without values": "PMID: ISBN ISSN arXiv: doi: hdl: urn: ark: ORCID ",
    "values": "978-0-306-40615-7 2101.00001 PMC1234567 US 7,654,321 B2 ",
    "lists": "PMID: 1, 2, 3 and ",
    "escapes": "%25\\/%2f",
    "broken lines": "https://a.bc/a-\n",
    "markup": "{{cite|doi=[[<ref>```@a{b,\nTY  - <!--",
    "a template's parts": "|1=a",
    "nested brackets": "((([[",
}
READERS: dict[str, Callable[[str], object]] = {
    "text": in_text,
    "post": partial(in_text, bare=False),
    "address": in_address,
    "typed": parse,
    "page": in_html,
    **{kind: partial(find, kind=kind) for kind in KINDS if kind not in ("text", "url", "html")},
}


def composed(name: str, size: int) -> str:
    if name in LETTERS:
        return "".join(Random(size).choices(LETTERS[name], k=size))
    return "@a{b, doi = {https://a.bc/10.1000/" + PARTS[name] * (size // len(PARTS[name]))


def spent(reader: str, text: str) -> float:
    started = time.process_time()
    READERS[reader](text)
    return time.process_time() - started


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", [*LETTERS, *PARTS])
def test_time_grows_as_the_input_does(name: str, reader: str) -> None:
    """Quadratic work would take 64 times as long for eight times as much, in each of three runs."""
    small = max(spent(reader, composed(name, 1 << 12)), 0.02)
    assert any(spent(reader, composed(name, 1 << 15)) < 20 * small for _ in range(3))


@pytest.mark.parametrize("name", [*LETTERS, "tails", "escapes", "nested brackets"])
def test_a_megabyte_is_read(name: str) -> None:
    assert spent("text", composed(name, 1 << 20)) < 20
