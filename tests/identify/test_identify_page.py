"""Identifiers of a page and in a page."""

import time

import pytest

from hubbub.identify import in_html

ARTICLE = """<html><head>
<meta name="dc.identifier" content="doi:10.1000/b"><meta name="Citation_DOI" content="https://doi.org/10.1000/A">
<meta name="citation_arxiv_id" content="2101.00001"><meta name="citation_pmid" content="123456">
<meta property="og:url" content="https://www.example.com/article/1?utm_source=x">
<script type="application/ld+json">
  {"@type": "ScholarlyArticle", "identifier": {"@type": "PropertyValue", "propertyID": "pmcid", "value": "PMC123"},
   "sameAs": ["https://doi.org/10.1000/ld"], "citation": [{"@id": "https://doi.org/10.1000/cited"}]}
</script>
<link rel="canonical" href="/article/1"></head>
<body><a href="/handle/10261/1234">this</a> <a href="//osf.io/v87fn">data</a> cites 10.1000/c
<script>10.1000/no</script></body></html>"""


def test_what_the_page_is_comes_first() -> None:
    found = in_html(ARTICLE, "https://www.example.com/article/1")
    assert [(str(one.identifier), one.method) for one in found] == [
        ("doi:10.1000/a", "highwire"),
        ("pmid:123456", "highwire"),
        ("pmcid:PMC123", "json-ld"),
        ("url:https://example.com/article/1", "address"),
        ("doi:10.1000/b", "dublin core"),
        ("arxiv:2101.00001", "highwire"),
        ("doi:10.1000/ld", "json-ld"),
        ("doi:10.1000/cited", "json-ld"),
        ("handle:10261/1234", "article-address"),
        ("osf:v87fn", "article-address"),
        ("doi:10.1000/c", "doi-in-text"),
    ]


@pytest.mark.parametrize(
    ("head", "first"),
    [
        ('<meta name="prism.doi" content="doi:10.1000/x">', "doi:10.1000/x"),
        ('<meta name="bepress_citation_doi" content="10.1000/x">', "doi:10.1000/x"),
        ('<meta name="DC.Identifier" scheme="doi" content="10.1000/x">', "doi:10.1000/x"),
        ('<meta name="citation_isbn" content="978-0-306-40615-7">', "isbn:9780306406157"),
        ('<meta name="DC.identifier" content="S0028-0836"><link rel="canonical" href="https://a.example/b">', "url:https://a.example/b"),
        ('<meta content="http://hdl.handle.net/10261/1" name="DCTERMS.identifier">', "handle:10261/1"),
        ('<script type="application/ld+json">{"@graph": [{"doi": "10.1000/x"}]}</script>', "doi:10.1000/x"),
    ],
)  # fmt: skip
def test_heads(head: str, first: str) -> None:
    assert str(in_html(f"<head>{head}</head>")[0].identifier) == first


@pytest.mark.parametrize(
    "html",
    [
        "",
        "\x00\ud800<meta name=citation_doi content='\udfff'>",
        "<b>" * 100_000,
        "<a href='https://[x'>" * 1000,
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        "<meta name=citation_doi content='10.1000/" + "x" * 1_000_000 + "'>",
    ],
    ids=range(6),
)
def test_hostile_pages(html: str) -> None:
    start = time.process_time()
    assert in_html(html) == []
    assert time.process_time() - start < 5


def test_links_of_articles_that_are_kept_as_jats_are_read() -> None:
    html = '<p>See <ext-link xlink:href="https://doi.org/10.1000/x">it</ext-link>, <uri xlink:href="https://osf.io/v87fn"/>'
    assert {str(one.identifier) for one in in_html(html)} == {"doi:10.1000/x", "osf:v87fn"}
