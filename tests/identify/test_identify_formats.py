"""Formats in which references travel: each is read as it is written, broken or not, and in linear time."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.identify import KINDS, Found, find
from hubbub.identify.formats import sniff
from hubbub.identify.tables import schemes

# ruff: noqa: E501 - what is written here is long where it comes from


def names(found: list[Found]) -> list[str]:
    return [str(one.identifier) for one in found]


def methods(written: str, kind: str | None = None) -> dict[str, tuple[str, float]]:
    return {str(one.identifier): (one.method, one.certainty) for one in find(written, kind)}


def test_an_unknown_kind_names_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"'docx' is not known; it is one of text, url, html, wikitext, ris"):
        find("x", "docx")


SEEN = {
    "url": "https://doi.org/10.1000/x\n",
    "html": "<!DOCTYPE html><p>doi:10.1000/x, {{cite|doi=10.1000/y}}",
    "wikitext": "A claim.<ref>{{cite journal|title=T\n|doi=10.1000/x}}</ref>",
    "ris": "Provider: ACS\n\nTY  - JOUR\nDO  - 10.1000/x\nER  - \n",
    "bibtex": "% comment\n@article{key,\n  doi = {10.1000/x}\n}",
    "mods": '<?xml version="1.0"?>\n<mods xmlns="http://www.loc.gov/mods/v3"><identifier type="doi">10.1000/x</identifier></mods>',
    "marcxml": '<record xmlns="http://www.loc.gov/MARC21/slim"><datafield tag="024" ind1="7"><subfield code="a">10.1000/x</subfield>'
    '<subfield code="2">doi</subfield></datafield></record>',
    "csl": '[\n  {"type": "article-journal", "DOI": "10.1000/x"}]',
    "markdown": "# Title\n\nSee [the paper](https://doi.org/10.1000/x).\n\n```bibtex\n@misc{a, doi={10.1000/y}}\n```",
    "references": "1. Smith J. A. doi:10.1000/x\n2. Jones K. B. doi:10.1000/y\n",
    "pdf": "A paper about coef\ufb01cients\x0c2\ndoi:10.1000/x",
    "text": "The paper [12] (doi:10.1000/x) costs {5} < 6 at a@b.org.",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_input_is_shows_in_its_start(kind: str) -> None:
    assert sniff(SEEN[kind]) == kind
    assert sniff("\ufeff\n" + SEEN[kind]) == kind
    assert "doi:10.1000/x" in names(find(SEEN[kind]))


# How each format is written


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{{cite journal|doi=10.1000/x{{=}}y}}", ["doi:10.1000/x=y"]),
        ("{{cite journal| DOI \n = \n 10.1000/x \n}}", ["doi:10.1000/x"]),
        ("{{Literatur|PMC=2631623|PMID = 12082125}}", ["pmcid:PMC2631623", "pmid:12082125"]),
        ("{{cite book|isbn1=978-0-451-45052-4|oclc=12345678", ["isbn:9780451450524"]),
        ("{{a|{{b|doi=10.1000/x|{{c|pmid=7}}", ["doi:10.1000/x", "pmid:7"]),
        ("{{arXiv|hep-th|9901001}} {{arxiv|1=1310.2590v2}}", ["arxiv:hep-th/9901001", "arxiv:1310.2590"]),
        ("[[doi:10.1000/x|the paper]] [[PMID:7]]", ["doi:10.1000/x", "pmid:7"]),
        ("[https://example.org/a_(b) text]", ["url:https://example.org/a_(b)"]),
        ("<!-- {{doi|10.1000/a}} --><nowiki>{{doi|10.1000/b}}</nowiki> <!-- {{doi|10.1000/c}}", []),
        ("|doi=<nowiki>10.1002/a<1::aid-b>3.0.co;2-k</nowiki>}}", ["doi:10.1002/a<1::aid-b>3.0.co;2-k"]),
        ("PMID 123, {{cite|url=https://example.org/x{{dead link}}}}", ["pmid:123", "url:https://example.org/x"]),
        ("{{cite|doi-access=free|nodoi=10|doi=|pmid=unknown}}", []),
        ("{{GitHub|org=owner|repo=name|label=x}} {{github|owner/other}}", ["github:owner/name", "github:owner/other"]),
        (
            "{{Internet Archive short film|id=a.b-1|name=x}} {{IA|c22}}",
            ["internet_archive:a.b-1", "internet_archive:c22"],
        ),
        ("{{Internet Archive author|sname=A B|birth=1878}} {{Internet Archive}}", []),
        ("{{cite|i\u017fbn=0|شابک=978-0-451-45052-4}}", ["isbn:9780451450524"]),
    ],
)
def test_wikitext_holds_values_in_templates_links_and_between_them(written: str, found: list[str]) -> None:
    assert names(find(written, "wikitext")) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("TY  - JOUR\nDO  - https://doi.org/10.1000/X\nER  - ", ["doi:10.1000/x"]),
        ("TY  - BOOK\nSN  - 978-0-451-45052-4 (pbk.)\n", ["isbn:9780451450524"]),
        ("TY  - JOUR\nAN  - 12082125\nDB  - PubMed\nER  - \nTY  - JOUR\nAN  - 12082126\nDB  - ERIC", ["pmid:12082125"]),
        (
            "TY  - JOUR\nN1  - see also doi: 10.1000/x\nL2  - http://example.org/a",
            ["doi:10.1000/x", "url:https://example.org/a"],
        ),
        ("TY  - JOUR\nDO  - 10.1000/\nx\nTY  - JOUR\nDO  - 10.1000/y", ["doi:10.1000/x", "doi:10.1000/y"]),
    ],
)
def test_ris_is_read_line_by_line(written: str, found: list[str]) -> None:
    assert names(find(written, "ris")) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (r"@article{a, doi = {10.1000/a\_b{\textless}c$>$}}", ["doi:10.1000/a_b<c>"]),
        ("@misc{a, eprint=1310.2590, archivePrefix=\"arXiv\"}", ["arxiv:1310.2590"]),
        ("@article{a, eprint={12082125}, eprinttype={pubmed}}@misc{b, eprint={7}, eprinttype={other}}", ["pmid:12082125"]),
        (r"@misc{a, howpublished = {\url{https://example.org/~x/a\_b}}}", ["url:https://example.org/~x/a_b"]),
        (r"@misc{a, note = {\href{https://example.org/a}{click}}}", ["url:https://example.org/a"]),
        ("@article{10.1000/key, title={x}}", ["doi:10.1000/key"]),
        ("@book{a, isbn={978-0-451-45052-4, 0-306-40615-2 (pbk.)}}", ["isbn:9780451450524", "isbn:9780306406157"]),
        ("@article{a, doi={10.1000/x; 10.1000/y}}", ["doi:10.1000/x", "doi:10.1000/y"]),
        ('@article{a, title="A {\\"o} title, doi="10.1000/x", note=10.1000/y}', ["doi:10.1000/x", "doi:10.1000/y"]),
        ("@article{a, title = {{broken, doi={10.1000/x}\n@book{b, isbn = {0--451--45052--3}\n", ["doi:10.1000/x", "isbn:9780451450524"]),
        ("@comment{doi = {10.1000/x}} @string{doi = \"10.1000/y\"} @a{b, bibsource = {https://dblp.org}, pmid = 7}", ["pmid:7"]),
        ("@article{a, url={https://example.org/a?doi=10.1000/x}}", ["doi:10.1000/x"]),
        ("@patent{a, type={European patent application}, number={0021165A1. 1981-01-07}}", ["patent:EP0021165A1"]),
    ],
)  # fmt: skip
def test_bibtex_is_read_field_by_field_even_where_it_is_broken(written: str, found: list[str]) -> None:
    assert names(find(written, "bibtex")) == found


def test_csl_is_read_with_its_people_and_notes() -> None:
    written = """{"items": [{"id": "http://zotero.org/items/1", "DOI": "10.1000\\/x", "PMID": 7, "note": "PMCID: PMC123\\nx",
    "author": [{"family": "A", "ORCID": "http://orcid.org/0000-0002-1825-0097"}]}]}"""
    assert names(find(written)) == ["doi:10.1000/x", "pmid:7", "pmcid:PMC123", "orcid:0000-0002-1825-0097"]
    assert names(find('[{"DOI": "10.1000\\/x", ', "csl")) == ["doi:10.1000/x"]


def test_records_tell_other_works_from_their_own() -> None:
    mods = """<mods:mods xmlns:mods="http://www.loc.gov/mods/v3"><mods:identifier type="doi">10.1000/x</mods:identifier>
    <mods:relatedItem type="host"><mods:identifier type="isbn">9780451450524</mods:identifier></mods:relatedItem>
    <mods:identifier type="local">12082125</mods:identifier></mods:mods>"""
    assert methods(mods) == {"doi:10.1000/x": ("mods-field", 1.0), "isbn:9780451450524": ("mods-related", 1.0)}
    marc = """<record><datafield tag="020" ind1=" "><subfield code="a">0451450523 (pbk.)</subfield></datafield>
    <datafield tag="024" ind1="7"><subfield code="2">doi</subfield><subfield code="a">10.1000/x</subfield></datafield>
    <datafield tag="776"><subfield code="z">9780306406157</subfield></datafield></record>"""
    assert methods(marc) == {
        "isbn:9780451450524": ("marc-020", 1.0),
        "doi:10.1000/x": ("marc-024", 1.0),
        "isbn:9780306406157": ("marc-776", 1.0),
    }


@pytest.mark.parametrize("kind", ["mods", "marcxml"])
def test_xml_that_declares_entities_is_not_read_and_a_cut_record_is(kind: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "10.1000/x"><!ENTITY c "&b;&b;">]>'
    assert find(bomb + SEEN[kind].partition("?>")[2] or bomb + SEEN[kind], kind) == []
    assert names(find(SEEN[kind].rpartition("</")[0] + "<note>", kind)) == ["doi:10.1000/x"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (r"[a](https://example.org/x\_y_\(z\)) and `10.1000/a_b`", ["url:https://example.org/x_y_(z)", "doi:10.1000/a_b"]),
        ("[![DOI](https://zenodo.org/badge/DOI/10.5281/zenodo.123.svg)](https://doi.org/10.5281/zenodo.123)", ["doi:10.5281/zenodo.123"]),
        ("![](https://img.shields.io/badge/arXiv-1310.2590-b31b1b.svg) ![](https://example.org/a.png)", ["arxiv:1310.2590"]),
        ("`npm install name` will install it, `PMID:`7", ["npm:name", "pmid:7"]),
        ("**PMID:** 12082125 <!-- doi:10.1000/x -->", ["pmid:12082125"]),
        ("[1]: https://example.org/a 'T'\n[^2]: Smith, <https://example.org/b>", ["url:https://example.org/a", "url:https://example.org/b"]),
        ("```\nTY  - JOUR\nDO  - 10.1000/x\n```\n~~~ python\nx = '10.1000/y'\n", ["doi:10.1000/x", "doi:10.1000/y"]),
    ],
)  # fmt: skip
def test_markdown_is_read_as_it_is_shown(written: str, found: list[str]) -> None:
    assert names(find(written, "markdown")) == found


# Broken lines


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("10.1016/j.epsl.2011.\n11.037. 2. Smith", "doi:10.1016/j.epsl.2011.11.037"),
        ("https://doi.org/10.1038/s41586-\n   020-2649-2", "doi:10.1038/s41586-020-2649-2"),
        ("doi:10.1371/jour-\nnal.pone.0000308", "doi:10.1371/journal.pone.0000308"),
        ("doi: 10.1000/ xyz1. Next", "doi:10.1000/xyz1"),
        ("doi:10.\n1000/xyz1", "doi:10.1000/xyz1"),
        ("https://\ndoi.org/10.1000/x", "doi:10.1000/x"),
        ("http://example.org/long-\nname/page_\n2.html", "url:https://example.org/long-name/page_2.html"),
        ("ISBN 978-0-451-\n45052-4.", "isbn:9780451450524"),
    ],
)
@pytest.mark.parametrize("kind", ["references", "pdf"])
def test_what_a_line_end_broke_is_joined_and_less_certain(written: str, found: str, kind: str) -> None:
    assert methods(written, kind) == {found: ("joined-lines", 0.8)}


AFTER = ["References", "2. Smith J", "[2] Smith J", "2011 was a year", "https://example.org", "Available at", "The", ""]
AFTER += ["12 Smith", "p53 is", "3D printing", "5-HT receptors", "e.g. this", "and others", "25", "x-ray 7"]


@pytest.mark.parametrize("end", ["", ".", ","])
@pytest.mark.parametrize("after", AFTER)
def test_what_follows_a_whole_doi_is_not_joined(after: str, end: str) -> None:
    found = find(f"doi:10.1016/j.epsl.2011.11.037{end}\n{after}", "pdf")
    assert names(found)[0] == "doi:10.1016/j.epsl.2011.11.037"
    assert found[0].certainty > 0.9


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("address", ["https://example.org/", "https://example.org/page.", "https://example.org/page"])
def test_what_follows_a_whole_address_is_not_joined(after: str, address: str) -> None:
    assert names(find(f"see {address}\n{after}", "references"))[0] == f"url:{address.rstrip('.')}"


def test_signs_that_typesetting_puts_into_an_identifier_are_read_through() -> None:
    written = "doi:10.1000/s1\u20112\u00ad3\u200b4, ISBN 978\u20130\u2013451\u201345052\u20134, 10.1000/coef\ufb01cient"
    assert names(find(written, "pdf")) == ["doi:10.1000/s1-234", "isbn:9780451450524", "doi:10.1000/coefficient"]


def test_headers_and_footers_between_pages_part_nothing_and_are_read_too() -> None:
    pages = ["X 10.1000/j.1 | 1\nsee 10.1000/ab-\n1", "X 10.1000/j.1 | 2\n12.3 and\n2", "X 10.1000/j.1 | 3\nmore\n3"]
    assert names(find("\n\x0c".join(pages), "pdf")) == ["doi:10.1000/j.1", "doi:10.1000/ab-12.3"]
    assert "doi:10.1000/ab-12.3" not in names(find("\n".join(pages), "pdf"))


# What stands in public, with what a librarian finds in it

CORPORA = sorted((Path(__file__).parent / "corpora" / "formats").glob("*.jsonl"))


def cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


@pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
def test_nearly_all_that_real_inputs_hold_is_found_and_hardly_anything_else(path: Path) -> None:
    """Web addresses are not counted: which of them are known to carry an identifier changes with every place."""
    right, wanted, found = 0, 0, 0
    for case in cases(path):
        told = {(scheme, value) for scheme, value, *_ in case["finds"] if scheme in schemes().keys() - {"url"}}
        ones = {(one.identifier.scheme, one.identifier.value) for one in find(case["input"], case["kind"])}
        ones = {one for one in ones if one[0] != "url"}
        right, wanted, found = right + len(told & ones), wanted + len(told), found + len(ones)
    assert len(cases(path)) >= 25
    assert right >= 0.97 * wanted
    assert right >= 0.97 * found


@pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
def test_what_is_found_does_not_hang_on_the_kind_being_told(path: Path) -> None:
    told = [case for case in cases(path) if case["finds"]]
    same = [case for case in told if names(find(case["input"])) == names(find(case["input"], case["kind"]))]
    assert len(same) >= 0.85 * len(told)


# Laws

ENTRIES = {
    "wikitext": "* {{{{cite journal|doi=10.1000/{0}|pmid={0}}}}}\n",
    "ris": "TY  - JOUR\nDO  - 10.1000/{0}\nUR  - https://example.org/{0}\nER  - \n",
    "bibtex": "@article{{k{0},\n doi = {{10.1000/{0}}},\n pmid = {0}\n}}\n",
    "markdown": "- [t](https://doi.org/10.1000/{0}) `arXiv:1310.{0}`\n",
    "references": "{0}. Smith J. T. doi:10.1000/x.{0}-\n  {0}. PMID: {0}\n",
    "pdf": "Smith J. T. doi:10.1000/x.{0}-\n  {0}. PMID: {0}\n",
}
NUMBERS = st.lists(st.integers(1000, 9999), min_size=1, max_size=5, unique=True)


@pytest.mark.parametrize("kind", ENTRIES)
@given(numbers=NUMBERS, more=NUMBERS)
def test_order_and_line_ends_change_nothing_and_two_files_hold_what_each_holds(
    kind: str, numbers: list[int], more: list[int]
) -> None:
    one, other = ("".join(ENTRIES[kind].format(number) for number in ones) for ones in (numbers, more))
    found = names(find(one, kind))
    assert len(found) == 2 * len(numbers)
    assert names(find(one.replace("\n", "\r\n"), kind)) == found
    turned = "".join(ENTRIES[kind].format(number) for number in reversed(numbers))
    assert Counter(names(find(turned, kind))) == Counter(found)
    assert names(find(one + other, kind)) == list(dict.fromkeys(found + names(find(other, kind))))


PIECES = ("10.1000/", "doi", "TY  - ", "\ud800", "\n", "\f", "\\", "<mods>", *"{}[]()<>|=@`*-./ ~$'\"")


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_is_refused_in_any_kind(written: str) -> None:
    for kind in KINDS:
        find(written, kind)
    find(written)


HOSTILE = {
    "wikitext": ["{{cite|doi=10.1000/x|", "{{", "<!--", "<nowiki>", "<pre>{{", "|doi=", "| ", "[[doi:", "{{doi|"],
    "ris": ["TY  - JOUR\nDO  - 10.1000/x\n", "a\n"],
    "bibtex": ["@a{b,\n doi={10.1000/x\n", "{", "@a{b, c = \"", "\\href{", "$", "~", "a=", "@comment{", " = "],
    "csl": ["[", '{"DOI":', '[{"DOI":"10.1000/x"},'],
    "mods": ["<mods>", "<a b='", "&lt;", "<identifier type='doi'>10.1000/x</identifier>"],
    "marcxml": ["<datafield tag='024'>", "<!--"],
    "markdown": ["[", "![", "```\n", "`", "*", "![a](", "<img ", "<!--", "\\", "![a]((((", "`a"],
    "references": ["10.1000/x-\n", "https://", "10. ", "[1] ", "10.1000/ ", "ISBN 978-\n", "- \n", "c1-\n"],
    "pdf": ["10.1000/x-\n", "\f", "a\n\f", "\u00ad", "\n"],
    None: ["{{", "[[", "<a ", "<", "@a{", "==", "[1] a\n", "\n", "TY", "<?xml ", "{ "],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "unit"), [(kind, unit) for kind, units in HOSTILE.items() for unit in units])
def test_time_grows_with_length_alone(kind: str | None, unit: str) -> None:
    head = {"mods": "<r>", "marcxml": "<r>", "references": "https://example.org/a-\n"}.get(kind or "", "")

    def spent(length: int) -> float:
        written = head + unit * (length // len(unit))
        started = time.process_time()
        find(written, kind)
        return time.process_time() - started

    short = min(spent(50_000) for _ in range(3))
    # A square would be 64 times; a collection of garbage in between may cost one of three runs much.
    assert any(spent(400_000) < 32 * short + 0.2 for _ in range(3))


def test_a_long_word_is_no_value() -> None:
    assert find("{{cite|doi=10.1000/" + "x" * 100_000 + "}}", "wikitext") == []
