"""Pages that are huge, broken, deep or no pages: nothing is raised, and time grows as the page does."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.identify import read_page
from hubbub.identify.page.json_ld import values

DOI = "10.5753/owls"
TAG = f'<meta name="citation_doi" content="{DOI}">'
LD = '<script type="application/ld+json">{}</script>'
HOSTILE: dict[str, Callable[[int], str]] = {
    "tags": lambda n: "".join(f'<meta name="citation_doi" content="{DOI}{i}">' for i in range(n)),
    "schemed tags": lambda n: f'<meta name="dc.identifier" scheme="doi" content="{DOI}">' * n,
    "one long list": lambda n: f'<meta name="citation_doi" content="{(DOI + "; ") * n}">',
    "references": lambda n: f'<meta name="citation_reference" content="citation_doi={DOI};citation_pmid=1">' * n,
    "an endless value": lambda n: '<meta name="citation_doi" content="' + "10.5753/x" * n,
    "links": lambda n: "".join(f'<link rel="canonical" href="/{i}">' for i in range(n)),
    "rels": lambda n: f'<link href="/a" rel="{" ".join(f"r{i}" for i in range(n))}">',
    "unclosed": lambda n: "<div><a href=/x><span itemprop=name>" * n,
    "deep items": lambda n: "<div itemscope itemprop=citation itemtype=https://schema.org/Book>" * n,
    "deep properties": lambda n: "<body itemscope>" + "<b itemprop=identifier>x" * n,
    "wide items": lambda n: "<p itemscope itemtype=Book><b itemprop=isbn>9780306406157</b></p>" * n,
    "deep RDFa": lambda n: "<div typeof=schema:Book property=schema:citation>" * n,
    "COinS": lambda n: f'<span class=Z3988 title="rft_id=info:doi/{DOI}&amp;rft.atitle=Owls"></span>' * n,
    "badges": lambda n: "".join(f"<i data-doi={DOI}{i}></i>" for i in range(n)),
    "deep JSON": lambda n: LD.format('{"a":' * n),
    "a deep list": lambda n: LD.format("[" * n + "]" * n),
    "many things": lambda n: LD.format("[" + ",".join(['{"@type":"Book","url":"/a"}'] * n) + "]"),
    "things that refer to one": lambda n: LD.format(
        '{"@graph":[' + ",".join(['{"@type":"Book","sameAs":{"@id":"#x"}}'] * n)
        + ',{"@id":"#x","@type":"Book","identifier":[' + ",".join(['"a"'] * n) + "]}]}"
    ),
    "things in a ring": lambda n: LD.format(
        '{"@graph":['
        + ",".join(f'{{"@id":"{i}","@type":"Book","citation":[{{"@id":"{i + 1}"}},{{"@id":"0"}}]}}' for i in range(n))
        + "]}"
    ),
    "open strings": lambda n: LD.format('{,"' + '\\"' * n),
    "open comments": lambda n: LD.format("{," + "/*" * n),
    "commas": lambda n: LD.format("[" + ", " * n),
    "scripts": lambda n: LD.format("{]") * n,
    "NULs": lambda n: "\x00" * n + TAG,
    "entities": lambda n: "&amp;" * n,
}  # fmt: skip


def spent(page: str) -> float:
    start = time.process_time()
    read_page(page, "https://journal.example.org/a/17")
    return time.process_time() - start


@pytest.mark.parametrize("form", HOSTILE)
def test_time_grows_as_the_page_does(form: str) -> None:
    """Quadratic work would take sixteen times as long for four times the page."""
    small = max(min(spent(HOSTILE[form](1500)) for _ in range(2)), 0.03)
    assert min(spent(HOSTILE[form](6000)) for _ in range(2)) < 10 * small


@pytest.mark.parametrize("form", ["deep items", "deep RDFa", "deep JSON", "a deep list", "unclosed", "deep properties"])
def test_deep_pages_end(form: str) -> None:
    """Those that nest beyond measure are cut off there; what stands before is read."""
    assert read_page(TAG + HOSTILE[form](100_000)).claims
    assert spent(TAG + HOSTILE[form](100_000)) < 10


def test_a_large_sound_page_is_whole() -> None:
    page = "<ul>" + "<li><div><p><b>Owls</b> <img src=a><svg><path/></svg></div>" * 50_000 + "</ul>10.5753/end"
    assert [str(one.found.identifier) for one in read_page(page).speaks_of] == ["doi:10.5753/end"]


def test_a_hundred_thousand_tags_are_read() -> None:
    assert len(read_page(HOSTILE["tags"](100_000)).claims) == 100_000


def test_a_page_of_ten_megabytes_is_read() -> None:
    page = TAG + "<p>Owls see in the dark, and fly without a sound.</p>" * 200_000
    assert len(page) > 10_000_000
    assert [str(one.identifier) for one in read_page(page).identifiers] == [f"doi:{DOI}"]


@pytest.mark.parametrize(
    ("page", "headers"),
    [
        ('<meta charset="iso-8859-1"><meta name="citation_title" content="Käuze">'.encode("latin-1"), {}),
        ('<meta name="citation_title" content="Käuze">'.encode("latin-1"), {"Content-Type": "a/b; charset=latin1"}),
        ('<meta charset="ascii"><meta name="citation_title" content="Käuze">'.encode("utf-16"), {}),
        (b"\xef\xbb\xbf" + '<meta charset="latin1"><meta name="citation_title" content="Käuze">'.encode(), {}),
        ('<meta name="citation_title" content="Käuze">'.encode(), {}),
        ('<meta charset="klingon"><meta name="citation_title" content="Käuze">'.encode(), {"content-type": "x"}),
    ],
)  # fmt: skip
def test_bytes_are_decoded_as_they_say(page: bytes, headers: dict[str, str]) -> None:
    assert read_page(page, None, headers).title == "Käuze"


@pytest.mark.parametrize("name", ["zip", "idna", "rot13", "undefined", "unicode_escape", "utf-7", "punycode"])
def test_codecs_that_are_no_charsets_are_not_used(name: str) -> None:
    page = b"a" * 400_000 + b'-z9<meta name="citation_title" content="Owls">' + b"z9" * 400_000  # hours of punycode
    assert read_page(page, None, {"content-type": f"text/html; charset={name}"}).title == "Owls"
    assert read_page(f'<meta charset="{name}">'.encode() + page).title == "Owls"


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_what_is_no_page_raises_nothing(page: bytes | str) -> None:
    assert not read_page(page, "https://example.org/x.html").is_work


@given(
    st.lists(
        st.sampled_from(
            [
                "<!--",
                "-->",
                "//<![CDATA[",
                "]]>",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                '"',
                "\\",
                "//",
                "/*",
                "*/",
                "1",
                '"@id"',
                "\n",
            ]
        )
    ).map("".join)
)
def test_broken_json_raises_nothing(text: str) -> None:
    list(values(text))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": [1, 2,], }', [{"a": [1, 2]}]),
        ('{"a": 1} {"b": 2}; [3]', [{"a": 1}, {"b": 2}, [3]]),
        ('/* c */ {"a": "http://b.c/*d*/", // e\n "f": 1}', [{"a": "http://b.c/*d*/", "f": 1}]),
        ('<!-- {"a": 1} -->', [{"a": 1}]),
        ('//<![CDATA[\n{"a": ",]"}\n//]]>', [{"a": ",]"}]),
        ('/*<![CDATA[*/ {"a": 1} /*]]>*/', [{"a": 1}]),
        ('{"a": "b\nc\td"}', [{"a": "b\nc\td"}]),
        ("{&quot;a&quot;: 1}", [{"a": 1}]),
        ('{"a": 1} {"b', [{"a": 1}]),
        ("", []),
        ("undefined", []),
    ],
)
def test_json_is_read_as_far_as_it_can_be(text: str, read: list[object]) -> None:
    assert list(values(text)) == read
