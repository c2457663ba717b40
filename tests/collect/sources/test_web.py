"""What archives of the web say of works, and what of it is no mention; and archives that mean no good."""

import asyncio
import gzip
import re
import sys
from collections import Counter
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import WrongSourceError
from hubbub.collect.sources.web import Web
from hubbub.model import Fact, Fault, Identifier, Page, Post
from hubbub.store import Store
from tests.collect.asked import archived
from tests.collect.replay import NOW
from tests.conftest import NewStore

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FILES = Path(__file__).parents[2] / "recordings/web"
WARC, WET = (FILES / "pages.warc").read_bytes(), (FILES / "pages.warc.wet").read_bytes()
RECORDS = re.split(rb"(?<=\r\n\r\n)(?=WARC/1\.0)", WARC)
BLOG = "https://blog.example/on-toxins"
WORK, FRAME = Identifier("doi", "10.5555/12345678"), Identifier("doi", "10.5555/frame")
ALT = {f"https://alt.example/{name}" for name in ("latin1", "utf16", "packed", "chunked")}


def record(
    address: str,
    body: bytes,
    status: str = "200 OK",
    date: str = "2026-01-01T00:00:00Z",
    told: str = "",
    kind: str = "text/html",
) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{told}\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: {date}\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return head.encode() + http + b"\r\n\r\n"


GZIP, CHUNKED = "Content-Encoding: gzip\r\n", "Transfer-Encoding: chunked\r\n"
NOT_DECODED = "a record that cannot be decoded"
BOMB = gzip.compress(b"doi:10.5555/x " * 10_000_000)
PACKED = {
    "a member a record": b"".join(map(gzip.compress, RECORDS)),
    "one member": gzip.compress(WARC),
    "a frame a record": b"".join(map(zstd.compress, RECORDS)),
    "one frame": zstd.compress(WARC),
}
GOOD = record("https://good.example/", b"<p>doi:10.5555/good")


def read(data: bytes, since: str = "", page: int = 1 << 20) -> list[Page]:
    async def take() -> list[Page]:
        return [page async for page in Web().read("x.warc 1 a", since, archived(data))]

    with mock.patch.object(archive, "PAGE", page):
        return asyncio.run(take())


def facts(data: bytes) -> list[Fact | Fault]:
    return [one for page in read(data) for one in (*page.faults, *Web().parse(page))]


def posts(data: bytes) -> list[Post]:
    return [one for one in facts(data) if isinstance(one, Post)]


def faults(data: bytes) -> list[str]:
    return [one.reason for one in facts(data) if isinstance(one, Fault)]


def linked(data: bytes) -> dict[str, set[str]]:
    return {one.id: {link.address for link in one.links} for one in posts(data) if one.links}


def collect(store: Store, *bodies: bytes) -> None:
    for body in bodies:
        asyncio.run(pipeline.collect(Web(), "x.warc", archived(body), store))


def said_of(store: Store, work: Identifier) -> set[str]:
    return {one.post for one in Answers(store).said(work)}


def test_a_page_says_what_it_links_to_in_its_own_words() -> None:
    (page,) = [one for one in posts(WARC) if one.id == BLOG]
    assert (page.title, page.version, page.posted_at) == ("On toxins", "2026-01-01T00:00:00Z", None)
    link, text = page.links
    assert link.written == "this study <https://doi.org/10.5555/12345678>"
    assert (text.address, text.found_in) == ("https://arxiv.org/abs/2101.00001", "text")


def test_a_work_that_has_no_address_is_named_by_its_words(new_store: NewStore) -> None:
    store = new_store()
    collect(store, record("https://a.example/book", b"<p>Read ISBN 978-0-306-40615-7 today."))
    assert said_of(store, Identifier("isbn", "9780306406157")) == {"https://a.example/book"}


def test_what_stands_in_the_frame_of_many_pages_is_said_once_by_the_site(new_store: NewStore) -> None:
    store = new_store()
    collect(store, WARC)
    assert {one for one in said_of(store, FRAME) if "blog" in one} == {"https://blog.example/"}


def test_an_article_of_a_publisher_is_no_mention_of_itself_nor_of_what_it_cites() -> None:
    assert not [one for one in posts(WARC + WET) if "springer" in one.id]


def test_a_page_with_a_doi_of_its_own_speaks_of_others() -> None:
    assert linked(WARC)["https://own.example/post"] == {"https://doi.org/10.5555/12345679"}


def test_charsets_and_encodings_are_undone(new_store: NewStore) -> None:
    store = new_store()
    collect(store, WARC)
    assert said_of(store, WORK) == {BLOG, *ALT}
    assert faults(WARC) == []


@pytest.mark.parametrize("page", [10, archive.PAGE])
def test_what_is_passed_over_is_counted_by_reason(page: int) -> None:
    said = record("https://a.example/", b"<p>Read https://doi.org/10.5555/12345678")
    moved = record("https://a.example/old", b"", "301 Moved", told="Location: https://a.example/\r\n")
    image = record("https://a.example/b.png", b"PNG", kind="image/png")
    looked_up = said.replace(b"application/http; msgtype=response", b"text/dns")
    pages = read(b"".join([moved, said, image, looked_up, moved]), page=page)
    assert sum((Counter(one.passed_over) for one in pages), Counter()) == {
        "a redirect or an error": 2,
        "neither HTML nor plain text": 1,
        "not from a web server": 1,
    }
    assert faults(said + record("https://a.example/a b", b"<p>")) == ["a record without an address"]


def test_text_of_a_page_is_read_too(new_store: NewStore) -> None:
    store = new_store()
    collect(store, WET)
    assert said_of(store, WORK) == {BLOG}


def test_a_later_capture_replaces_an_earlier_one_whatever_comes_first(new_store: NewStore) -> None:
    later = record(BLOG, b"<p>Nothing any more.", date="2026-02-01T00:00:00Z")
    gone = record(min(ALT), b"", "404 Not Found", "2026-02-01T00:00:00Z")
    one, other = new_store(), new_store()
    collect(one, WARC, later + gone)
    collect(other, later + gone, WARC, later + gone)
    assert said_of(one, WORK) == said_of(other, WORK) == ALT - {min(ALT)}


def test_twice_and_in_any_order_leaves_the_same(new_store: NewStore) -> None:
    once, turned = new_store(), new_store()
    collect(once, WARC)
    collect(turned, b"".join(reversed(RECORDS)), WARC)
    assert said_of(once, WORK) == said_of(turned, WORK)
    assert said_of(once, FRAME) == said_of(turned, FRAME)


def test_it_goes_on_at_any_record() -> None:
    pages = read(WARC, page=10)
    assert len(pages) > 6
    for reached, page in enumerate(pages):
        assert [one.body for one in read(WARC, page.resume, 10) if one.body] == [
            one.body for one in pages[reached + 1 :] if one.body
        ]


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_however_it_is_packed_the_same_is_read(tmp_path: Path, packed: bytes) -> None:
    (file := tmp_path / "file").write_bytes(packed)

    async def take() -> list[Page]:
        return [page async for page in Web().read("x.warc", "", archive.files(lambda lane: archive.open_file(file)))]

    assert [page.body for page in asyncio.run(take())] == [page.body for page in read(WARC)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record("https://a.example/", b"doi:10.5555/x", told=GZIP), NOT_DECODED),
        (record("https://a.example/", b"zz", told=CHUNKED), NOT_DECODED),
        (record("https://a.example/", b"doi:10.5555/x" * 700_000), "a record longer than 8 MiB"),
        (record("https://a.example/", BOMB, told=GZIP), "a page of more than 8 MiB once unpacked"),
        (record("https://a.example/", b"doi:10.5555/x", date="soon"), "a capture without a time"),
    ],
    ids=["no gzip", "no chunks", "long", "bomb", "no time"],
)
def test_a_bad_record_costs_no_other(bad: bytes, reason: str) -> None:
    assert faults(GOOD + bad + GOOD) == [reason]
    assert len(linked(bad + GOOD)) == 1
    assert len(posts(GOOD + bad + GOOD)) == 2


@pytest.mark.parametrize("length", [b"99999999999999", b"18446744073709551615", b"-1", b"x"])
def test_a_length_that_is_not_true_is_named(length: bytes) -> None:
    found = facts(GOOD + re.sub(rb"(msgtype=response\r\nContent-Length: )\d+", rb"\g<1>" + length, GOOD))
    assert next(one for one in found if isinstance(one, Post)).id == "https://good.example/"


@pytest.mark.parametrize("charset", ["punycode", "zlib_codec", "unicode_escape", "utf-7", "x" * 1000, "utf-99"])
def test_what_is_no_charset_is_not_used(charset: str) -> None:
    data = record("https://a.example/", b"<p>doi:10.5555/x", kind=f"text/html; charset={charset}")
    assert linked(data + GOOD)["https://good.example/"]


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000 + b"doi:10.5555/x",
        b"<nav><header>" * 100_000 + b'<a href="https://doi.org/10.5555/x">x</a>',
        b"</nav>" * 300_000 + b"doi:10.5555/x",
        b"<a href=https://doi.org/10.5555/x>" * 20_000,
        b"<div>" * 200_000 + b"doi:10.5555/x" + b"</div>" * 200_000,
        b"<p><b class=x>" * 50_000 + b"doi:10.5555/x",
        b"<meta charset=" * 100_000 + b"doi:10.5555/x",
        b"doi:10.5555/x\t\x00\t\xff" * 1000,
        b"",
    ],
)
def test_hostile_pages_are_read_in_little_time(body: bytes) -> None:
    assert len(linked(record("https://a.example/", body) + GOOD)) >= 1


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://[", "https://a.example/\tx", "x" * 10_000, "", "dns:a"]
)
def test_what_has_no_address_on_the_web_is_passed_over(address: str) -> None:
    assert [one.id for one in posts(record(address, b"<p>doi:10.5555/x") + GOOD)] == ["https://good.example/"]


@given(cut=st.integers(0, len(WARC)))
def test_what_is_cut_off_keeps_what_came_before(cut: int) -> None:
    try:
        found = facts(WARC[:cut])
    except WrongSourceError:
        return
    known = [one for one in found if not isinstance(one, Fault)]
    assert known == facts(WARC)[: len(known)]


@given(data=st.binary(max_size=60), at=st.integers(0, len(WARC)))
def test_whatever_stands_in_it_is_read_or_named(data: bytes, at: int) -> None:
    try:
        facts(WARC[:at] + data + WARC[at + len(data) :])
    except WrongSourceError:
        assert at < 7


def test_a_page_of_lines_that_are_none_says_nothing() -> None:
    assert list(Web().parse(Page("x", "", b"a\tb\nc\n\n", NOW, "", lines=True))) == []
