"""Laws that hold for whatever is written."""

import json
from collections.abc import Callable
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.identify import address, always_kept, canonical, in_address, in_text, parse
from hubbub.identify.hints import Hints
from hubbub.identify.isbn import normal as isbn
from hubbub.identify.text import steps
from hubbub.model import Identifier

HINTS = Hints()
LETTERS = st.text("abcXYZ019-_.;:()<>[]/'é…%&?#,+~", max_size=14)
DOIS = st.builds("10.{}{}/{}".format, st.integers(1000, 999999999), st.sampled_from(["", ".5"]), LETTERS)
SUBJECTS = st.sampled_from(["hep-th", "math.GT", "cs"])
OLD = st.builds("{}/{:02}{:02}{:03}".format, SUBJECTS, st.integers(0, 99), st.integers(1, 12), st.integers(0, 999))
NEW = st.builds("{:02}{:02}.{:05}".format, st.integers(7, 30), st.integers(1, 12), st.integers(0, 99999))
ARXIV = st.builds("{}{}".format, OLD | NEW, st.sampled_from(["", "v1", "v12"]))
NUMBERS = st.integers(1, 99999999)
ISBNS = st.integers(0, 999999999).map(lambda n: next(v for c in "0123456789X" if (v := isbn(f"{n:09}{c}"))))
HOSTS = st.one_of(
    st.sampled_from(["doi.org", "arxiv.org", "www.nature.com", "zenodo.org", "pubs.acs.org", "osf.io", "figshare.com"]),
    st.sampled_from(["hdl.handle.net", "pmc.ncbi.nlm.nih.gov", "biorxiv.org:443", "www.google.com", "GitHub.com"]),
    st.sampled_from(["youtu.be", "blog.example.com", "é.example"]),
)
PATHS = st.one_of(
    LETTERS,
    DOIS,
    DOIS.map("doi/full/{}".format),
    ARXIV.map("abs/{}".format),
    ARXIV.map("url?q=https%3A%2F%2Farxiv.org%2Fabs%2F{}".format),
    NUMBERS.map("records/{}".format),
    NUMBERS.map("articles/PMC{}/".format),
    NUMBERS.map("handle/{}/a".format),
    st.sampled_from(["owner/repo", "articles/s41586-020-2649-2", "dQw4w9WgXcQ", "v87fn"]),
)
ADDRESSES = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "HTTPS"]), HOSTS, PATHS)
REFERENCES = st.one_of(
    DOIS, ADDRESSES, ADDRESSES.map(lambda a: a.partition("://")[2]),
    ARXIV.map("arXiv:{}".format), ARXIV.map("arxiv\u00a0{}".format), ARXIV.map("ARXIV: \n{}".format),
    NUMBERS.map("PMID: {}".format), NUMBERS.map("pmid#{}".format), NUMBERS.map("PMC{}".format),
    ISBNS.map("ISBN-13: {}".format), NUMBERS.map("hdl:{}/x".format), DOIS.map("doi:{}".format),
)  # fmt: skip
TEXTS = st.lists(REFERENCES | st.text(max_size=6), max_size=4).map(" ".join) | st.text()
ENCODE: list[Callable[[str], str]] = [
    lambda text: json.dumps(text, ensure_ascii=False),
    json.dumps,
    lambda text: json.dumps(text).replace("/", r"\/"),
    lambda text: json.dumps(text).replace("/", r"\u002f"),
]


def plain(identifier: Identifier) -> Identifier:
    return Identifier(identifier.scheme, identifier.value)


@given(ADDRESSES | st.text())
@example("https://a.bc/%zz?&=&a=%25zz+%2B")
@example("https://a.bc//?//")
@example("https://a.bc/%2F/%3F")
@example("https://a.bc//;")
@example("https://a.bc//.;/")
def test_canonical_is_idempotent(written: str) -> None:
    form = canonical(written)
    assert form is None or canonical(form) == form


@given(TEXTS)
@example("https://doi.org/10.1000/a%20b")
def test_what_is_found_can_be_typed(text: str) -> None:
    for one in [*in_text(text), *in_address(text)]:
        assert parse(str(one.identifier)) == plain(one.identifier)
        assert 0 < one.certainty <= 1


@given(TEXTS)
def test_the_page_of_what_is_found_names_it(text: str) -> None:
    for one in in_text(text):
        page = address(one.identifier)
        if page is not None and not page.endswith(("...", "…")):
            assert [plain(found.identifier) for found in in_address(page)] == [plain(one.identifier)]


@given(TEXTS)
@example("www.a.bc/10.1000%2Fx")
@example("a.bc/10.1000%2Fx PMID:\u00a0\n1 hdl: 10261/1 0000-0002-1825-0097")
@example("https://a.bc/ PMC123 arxiv.org 2101.00001 me.arxiv.org./abs/2101.00001")
@example(
    "é " * 200 + "arXiv:2101.00001" + " é" * 200 + "\u00a0www.a.bc/x" + "é" * 300 + "/10.1000/y ISBN 978-0-306-40615-7"
)
def test_what_is_found_does_not_hang_on_the_hints(text: str) -> None:
    every = list(range(len(text.encode(errors="surrogatepass")) + 1))
    with mock.patch("hubbub.identify.text.hints_in", return_value=dict.fromkeys(steps(), every)):
        found = in_text(text)
    assert in_text(text) == found


@given(TEXTS, st.sampled_from(ENCODE))
def test_hints_let_through_all_that_is_kept(text: str, encode: Callable[[str], str]) -> None:
    found = [*in_text(text, bare=False), *in_address(text)]
    if any(always_kept(one.identifier) for one in found):
        line = encode(text).encode("utf-8", "surrogatepass")
        assert HINTS.lines(b"{}\n" + line + b"\n{}") == [(3, 3 + len(line))]


@settings(max_examples=30, deadline=None)  # each example compiles a scan
@given(TEXTS, st.sampled_from(ENCODE))
def test_hints_let_through_all_that_is_watched(text: str, encode: Callable[[str], str]) -> None:
    found = [one.identifier for one in [*in_text(text, bare=False), *in_address(text)]]
    if found:
        line = encode(text).encode("utf-8", "surrogatepass")
        assert Hints(found[:1]).lines(line) == [(0, len(line))]
