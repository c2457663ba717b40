"""What holds when the parts of a page disagree."""

import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import identify
from hubbub.identify import read_page
from hubbub.identify.page import PageIdentity
from hubbub.identify.tables import page_rules, schemes

ADDRESS = "https://journal.example.org/a/17"
HW, DC, PRISM = (f'<meta name="{name}" content="{{}}">' for name in ("citation_doi", "dc.identifier", "prism.doi"))
LD = '<script type="application/ld+json">{{"@type":"ScholarlyArticle","identifier":"{}"}}</script>'
CITE = '<link rel="cite-as" href="https://doi.org/{}">'
BADGE = '<div data-doi="{}"></div>'
CANONICAL = '<link rel="canonical" href="{}">'
A, B, C = "10.5753/a", "10.5753/b", "10.5753/c"


def dois(page: PageIdentity) -> list[str]:
    return [one.identifier.value for one in page.identifiers if one.identifier.scheme == "doi"]


def described(page: PageIdentity) -> tuple[str | None, tuple[str, ...], str | None, str | None]:
    return page.title, page.creators, page.issued, page.venue


def verdicts(page: PageIdentity, written: str) -> set[tuple[str, str]]:
    return {(one.carrier, one.verdict) for one in page.claims if written in one.written}


@pytest.mark.parametrize(
    ("head", "holds"),
    [
        (HW.format(A) + DC.format(B), [A]),
        (HW.format(B) + DC.format(A) + LD.format(A), [A]),  # two that agree are surer than the surest alone
        (HW.format(A) + DC.format(B) + PRISM.format(B), [B]),
        (DC.format(B) + DC.format(B) + HW.format(A), [A]),  # one who says it twice is one
        (HW.format(A) + CITE.format(B), [B]),
        (HW.format(A) + CANONICAL.format(f"https://doi.org/{B}"), [A]),
        (DC.format(A) + CANONICAL.format("https://journal.example.org/b/18"), [A]),
        (HW.format(f"doi:{A.upper()}") + DC.format(f"https://dx.doi.org/{A}"), [A]),
        (HW.format(f"info:doi/{A}"), [A]),
        (HW.format(f"urn:doi:{A}"), [A]),
        (HW.format(f" DOI: {A} "), [A]),
        (HW.format("10.1002/(SICI)1(1)1:1&lt;1::AID-X&gt;3.0.CO;2-2"), ["10.1002/(sici)1(1)1:1<1::aid-x>3.0.co;2-2"]),
        (HW.format(f"{A}; {B}"), []),
        (HW.format(f"{A}; {B}") + LD.format(A), [A]),
        (HW.format(A) + HW.format(B) + HW.format(C), []),
        (HW.format("; ".join(f"10.5753/{i}" for i in range(20))) + BADGE.format("10.5753/7"), []),
        (HW.format(f"{A}; {B}; {C}") + BADGE.format(A), []),
        (DC.format(A) + f'<meta name="doi" content="{B}">', []),  # as sure as each other
        (HW.format(A) + '<script type="application/ld+json">{"@type":"CollectionPage"}</script>', []),
        (BADGE.format(A), []),
        (BADGE.format(A) + DC.format(A), [A]),
        (BADGE.format(A) + DC.format(B), [B]),
        (HW.format("10.1234/test") + DC.format(A), [A]),
        (HW.format("10.5753/...") + DC.format(A), [A]),
        (HW.format("see below") + DC.format("1234-5678") + DC.format(A), [A]),
        (DC.format("https://orcid.org/0000-0002-1825-0097"), []),
        (HW.format(A) + '<meta name="DC.Source" content="doi:10.5753/journal">', [A]),
    ],
)
def test_the_surest_holds(head: str, holds: list[str]) -> None:
    assert dois(read_page(head, ADDRESS)) == holds


def test_what_lost_is_told_with_who_was_surer() -> None:
    page = read_page(HW.format(B) + DC.format(A) + LD.format(A), ADDRESS)
    assert verdicts(page, B) == {("highwire", "lost")}
    assert verdicts(page, A) == {("dublin core", "is"), ("json-ld", "is")}
    [lost] = [one for one in page.claims if one.verdict == "lost"]
    assert "dublin core, json-ld says 10.5753/a" in lost.reason
    assert [(one.relation, one.found.identifier.value) for one in page.speaks_of] == [("is_related_to", B)]


def test_agreement_makes_surer() -> None:
    one, two = (
        read_page(head, ADDRESS).identifiers[0].certainty for head in (HW.format(A), HW.format(A) + DC.format(A))
    )
    assert (one, two) == (0.96, 0.994)


def test_an_address_of_the_front_door_is_not_the_pages() -> None:
    shared = '<meta property="og:url" content="https://journal.example.org/en/">'
    assert read_page(shared, ADDRESS).canonical == ADDRESS
    assert read_page(shared, "https://journal.example.org/").canonical == "https://journal.example.org/en"


def test_base_makes_addresses_absolute() -> None:
    page = read_page('<base href="https://cdn.example.org/x/"><link rel="canonical" href="y">', ADDRESS)
    assert page.canonical == "https://cdn.example.org/x/y"


@pytest.mark.parametrize(
    ("header", "holds"),
    [
        (f'<https://doi.org/{A}>; rel="cite-as"', [A]),
        (f"<https://doi.org/{A}>;rel=cite-as;type=text/html, <x>; rel=item", [A]),
        (f'<x,y>; rel="item"; title="a, <b>; c", <https://doi.org/{A}>; title="d"; rel="describedby cite-as"', [A]),
        (f'<https://doi.org/{A}>; rel="cite-as"; anchor="https://journal.example.org/a/1"', []),
        (f'<https://doi.org/{A}>; rel="author"; rel="cite-as"', []),
        (f"https://doi.org/{A}; rel=cite-as", []),
        ("<" * 10_000 + '; rel="' * 10_000, []),
    ],
)
def test_signposts_in_headers(header: str, holds: list[str]) -> None:
    assert dois(read_page("", ADDRESS, {"Link": header})) == holds


def test_a_page_describes_its_work() -> None:
    page = read_page(
        '<meta name="citation_title" content="On owls"><meta name="citation_author" content="Doe, J.">'
        '<meta name="citation_author" content="Roe, R."><meta name="citation_publication_date" content="2020/03/01">'
        '<meta name="citation_journal_title" content="Owls"><meta property="og:title" content="Owls!">',
        ADDRESS,
    )
    assert (page.title, page.creators, page.issued, page.venue) == (
        "On owls",
        ("Doe, J.", "Roe, R."),
        "2020-03-01",
        "Owls",
    )
    thing = read_page(
        '<script type="application/ld+json">{"@type":"Dataset","name":"Owl data","datePublished":"2021",'
        '"creator":[{"@type":"Person","givenName":"Jane","familyName":"Doe"},"R. Roe"],"publisher":{"name":"Zenodo"}}'
    )
    assert (thing.title, thing.creators, thing.issued, thing.venue) == (
        "Owl data",
        ("Jane Doe", "R. Roe"),
        "2021",
        "Zenodo",
    )
    nothing = read_page("<p>Owls</p>")
    assert (nothing.title, nothing.creators, nothing.issued, nothing.venue, nothing.kind) == (
        None,
        (),
        None,
        None,
        None,
    )


def test_a_version_stands_apart() -> None:
    [found, *_] = read_page("", "https://arxiv.org/abs/1706.03762v7").identifiers
    assert (str(found.identifier), found.identifier.version) == ("arxiv:1706.03762", "7")


@given(st.lists(st.sampled_from([HW, DC, PRISM, LD, CITE, BADGE]).flatmap(
    lambda form: st.sampled_from([A, B, C]).map(form.format)), max_size=8))  # fmt: skip
def test_laws_of_ranking(heads: list[str]) -> None:
    page = read_page("".join(heads), ADDRESS)
    assert len(dois(page)) <= 1  # no page is two works
    again = read_page("".join(reversed(heads)), ADDRESS)
    assert dois(again) == dois(page)  # order does not matter
    twice = read_page("".join(heads * 2), ADDRESS)
    assert [one.certainty for one in twice.identifiers] == [one.certainty for one in page.identifiers]
    assert {one.verdict for one in page.claims} <= {"is", "lost"}  # every claim is accounted for
    held = {found.identifier for found in page.identifiers}
    assert not held & {one.found.identifier for one in page.speaks_of}


def test_the_rules_are_sound() -> None:
    raw = tomllib.loads(files(identify).joinpath("page_rules.toml").read_text())
    rules = page_rules()
    fields = [(row.place, name) for row in rules.claim for name in row.names]
    assert len(set(fields)) == len(fields)
    assert len(raw["claim"]) == len(rules.claim)
    for row in rules.claim:
        assert 0 < row.weight <= 1
        assert row.scheme in {"", "address", *schemes()}
        assert all(name == name.lower() for name in row.names)
        assert row.carrier or row.place == "thing"
    names = [name.lower() for kinds in rules.types.values() for each in kinds.values() for name in each]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "real", ["10.12345678/a", "10.1234567/test-of-owls", "10.1371/journal.pone.0000308", "10.5555/xx1"]
)
def test_no_real_doi_is_a_placeholder(real: str) -> None:
    assert not any(re.fullmatch(form, real, re.IGNORECASE) for form in page_rules().placeholders)
