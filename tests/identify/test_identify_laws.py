"""Laws that hold for whatever is written."""

import json
import re
from collections.abc import Callable
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.identify import address, always_kept, canonical, doi, in_address, in_text, parse
from hubbub.identify.hints import Hints
from hubbub.identify.isbn import normal as isbn
from hubbub.identify.tables import schemes
from hubbub.identify.text import steps
from hubbub.model import Identifier
from tests.identify import corpora
from tests.identify.fuzz import CHECKS, check_identifier, check_together, check_value

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


@given(st.text("ab/.~-_Z9;%?&=é +", max_size=14))
@example("/a/./b/../c")
def test_plain_paths_have_the_canonical_form_that_the_library_gives(path: str) -> None:
    form = canonical(f"https://a.example/{path}")
    with mock.patch("hubbub.identify.canonical._PLAIN", re.compile("(?!)")):
        assert canonical(f"https://a.example/{path}") == form


@given(st.builds("10.{}/{}".format, st.integers(1000, 10**9), st.text("ax019./_-v", max_size=12).map("{}1".format)))
@example("10.1101/2020.01.02.20123456v2")
@example("10.48550/arxiv.2101.00001")
@example("10.1000/full/12345/a.pdf.1")
def test_what_is_a_doi_as_it_stands_needs_no_cleaning(written: str) -> None:
    form = doi.normal(written)
    with mock.patch("hubbub.identify.doi._NORMAL", re.compile("(?!)")):
        assert doi.normal(written) == form


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
@example("0\u2011306\u201140615\u20112, 0\u00a0306\u00a040615\u00a02; 0-306-40615-2 0 306 40615 2")
@example("0\u2009306\u200940615\u20092")
@example("arxiv id.org\u00a0abs/8609990")
@example("US 7,654,321 B2, EP1234567A1 AU 2019/123456 B, WO2020/123456 Pat. 7654321, npm i left-pad, pnpm add left-pad")
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


@pytest.mark.parametrize("scheme", schemes())
@given(data=st.data())
def test_a_normal_form_stays_as_it_is_and_its_page_names_it(scheme: str, data: st.DataObject) -> None:
    value = re.compile(schemes()[scheme].value, re.ASCII | re.IGNORECASE)
    check_value(scheme, data.draw(st.from_regex(value, fullmatch=True)))


@pytest.mark.parametrize("scheme", corpora.schemes())
def test_what_people_wrote_has_normal_forms_that_stay(scheme: str) -> None:
    for case in corpora.cases(scheme):
        for found in case.finds:
            check_identifier(Identifier(found[0], found[1]))


@pytest.mark.parametrize("scheme", corpora.schemes())
def test_hints_let_through_what_people_wrote(scheme: str) -> None:
    inputs = [case.input for case in corpora.cases(scheme)]
    found = [[one.identifier for one in [*in_text(text, bare=False), *in_address(text)]] for text in inputs]
    hints = Hints(one for ones in found for one in ones if one.scheme == scheme)
    for text, ones in zip(inputs, found, strict=True):
        if any(one.scheme == scheme for one in ones):
            line = json.dumps(text).encode()
            assert hints.lines(line) == [(0, len(line))], text


@pytest.mark.parametrize(
    ("kind", "scheme", "written"),
    [
        ("value", "doi", "10.1000/x..pdf"),
        ("value", "doi", "10.1000/\u2029"),
        ("value", "doi", r"10.1000/\\\#a"),
        ("value", "handle", "5/\ud800"),
        ("value", "repec", "abc:defghi:)"),
        ("value", "ark", "ark:7xl9t/%2552"),
        ("value", "oai", "ik/*"),
        ("value", "oai", "oai:oai:e3/o"),
        ("value", "oai", 'u1/"'),
        ("value", "rrid", "bc:0_-"),
        ("value", "rrid", "rrid:xw_3"),
        ("value", "dockerhub", "-q"),
        ("value", "patent", "CH86.37"),
        ("value", "patent", "PCTD62068"),
        ("value", "github", "about/name"),
        ("value", "github", "owner/name.git.git"),
        ("value", "gitlab", "group/-/name.git"),
        ("value", "gitlab", "7/5/Raw/u"),
        ("value", "rrid", "rrid:rrid_qd:2"),
        ("value", "huggingface", "datasets/name"),
        ("value", "bitbucket", "%/name"),
        ("value", "dryad", "1te4e4jJMH9iGBZ6Q7jAZ13cxJSBEP"),
        ("value", "dryad", "dryad.0/1"),
        ("value", "s2", "4942784"),
        ("value", "vimeo", "6"),
        ("address", "ark", "http://a.bc/ark:69151/2.texteimage"),
        ("address", "doi", "http://nature.com/doifinder/10.1038%2Fs8.pdf_"),
        ("address", "doi", "http://a.bc/10.1093/c.pdf%"),
        ("address", "internet_archive", "https://archive.org/embed/i76"),
    ],
)
def test_odd_values_keep_the_laws(kind: str, scheme: str, written: str) -> None:
    CHECKS[kind](scheme, written)


@given(st.lists(TEXTS, max_size=6))
@example(["wd : Q9496", "Q23 from Wikidata"])
@example(["arxiv abs/bqv.yxx/1512.37011", "arxiv abs/tkau.cv/4712456"])
@example(["https://repository.example.edu/8/dataset.xhtml?pa&id=38"])
@example(["https://en.wikipedia.org/wiki/Special:BookSources/981-238-426-X"])
@example(["https://doi-org.ezproxy.example.edu/1/0.1038/s41587-022-01382-3"])
@example(["https://www.bing.com/ck/a?!&u=a1aHR0cHM6Ly9vc2YuaW8vdjg3Zm4&ntb=1"])
@example(["https://a.bc/x?id=urn%3Anbn%3Ade%3A101:1-201102033592"])
def test_texts_and_lines_do_not_hang_on_what_stands_around_them(texts: list[str]) -> None:
    check_together(texts, HINTS)


@given(st.lists(TEXTS, max_size=8), st.data())
def test_lines_are_let_through_however_they_are_cut_into_pages(texts: list[str], data: st.DataObject) -> None:
    lines = [json.dumps(text).encode() for text in texts]
    at = data.draw(st.integers(0, len(lines)))
    pages = [b"\n".join(lines[:at]), b"\n".join(lines[at:])]
    cut = [page[start:end] for page in pages for start, end in HINTS.lines(page)]
    whole = b"\n".join(lines)
    assert cut == [whole[start:end] for start, end in HINTS.lines(whole)]
