"""What is asked of an unknown address, in which order, and what each answer makes of it."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.match.pages import AGAIN, HOPS, SELDOM, Ask, Reply, Verdict, again_in, failed, next_step
from hubbub.model import Identifier

PAGE = "https://journal.example.org/story/1"
WORK = Identifier("doi", "10.5555/work")
META = '<html><head><meta name="citation_doi" content="10.5555/work"></head><body>10.5555/cited</body></html>'


def moved(to: str, method: str = "HEAD", status: int = 302) -> Reply:
    return Reply(method, status, {"location": to})  # type: ignore[arg-type]


def page(html: str, status: int = 200, **headers: str) -> Reply:
    return Reply("GET", status, headers, html)


HEAD = Reply("HEAD", 200, {"content-type": "text/html"})


def verdict(*replies: Reply, address: str = PAGE) -> Verdict:
    found = next_step(address, replies)
    assert isinstance(found, Verdict)
    return found


def test_an_address_whose_shape_tells_asks_nobody() -> None:
    found = verdict(address="https://doi.org/10.5555/WORK")
    assert (found.outcome, found.method, found.work) == ("work", "address", WORK)


def test_the_cheapest_is_asked_first() -> None:
    assert next_step(PAGE, []) == Ask("HEAD", PAGE)
    assert next_step(PAGE, [HEAD]) == Ask("GET", PAGE)


def test_where_an_address_sends_on_to_is_read_like_an_address_before_it_is_asked() -> None:
    found = verdict(moved("/next"), moved("https://doi.org/10.5555/work"))
    assert (found.method, found.evidence, found.work) == ("redirect", "https://doi.org/10.5555/work", WORK)
    assert next_step(PAGE, [moved("/next")]) == Ask("HEAD", "https://journal.example.org/next")
    assert next_step(PAGE, [HEAD, moved("/b", "GET")]) == Ask("GET", "https://journal.example.org/b")


@pytest.mark.parametrize("to", ["javascript:alert(1)", "http://[", "ftp://example.org/", "http://127.0.0.1/"])
def test_nobody_is_asked_at_what_is_no_address_on_the_web(to: str) -> None:
    assert verdict(moved(to)).outcome == "none"


def test_circles_and_front_pages_are_no_works() -> None:
    assert verdict(*(moved(f"/{n}") for n in range(HOPS + 1))).outcome == "none"
    assert verdict(moved("https://journal.example.org/")).outcome == "none"


@pytest.mark.parametrize(
    "link",
    [
        '<https://doi.org/10.5555/work>; rel="cite-as"',
        '</style.css>; rel=preload, <https://doi.org/10.5555/work>; type="text/html"; rel=cite-as',
        '<https://doi.org/10.5555/other>; rel="item", <https://doi.org/10.5555/work>; rel="describedby cite-as"',
    ],
)
def test_signposts_are_believed_before_the_page_is_asked_for(link: str) -> None:
    found = verdict(Reply("HEAD", 200, {"link": link}))
    assert (found.method, found.work) == ("signposting", WORK)


def test_other_links_of_headers_are_no_signposts() -> None:
    header = {"link": '<https://doi.org/10.5555/work>; rel="not-cite-as", <https://doi.org/10.5555/x>; rel="author"'}
    assert next_step(PAGE, [Reply("HEAD", 200, header)]) == Ask("GET", PAGE)


def test_a_page_is_what_its_metadata_say_and_not_what_it_speaks_of() -> None:
    found = verdict(HEAD, page(META))
    assert (found.outcome, found.method, found.evidence, found.work) == ("work", "highwire", "10.5555/work", WORK)
    assert verdict(HEAD, page('<p>10.5555/cited <a href="https://doi.org/10.5555/cited">it</a>')).outcome == "none"


def test_a_page_of_several_works_is_none_of_them() -> None:
    found = verdict(HEAD, page(META.replace("<body>", '<meta name="citation_doi" content="10.5555/other"><body>')))
    assert found.outcome == "none"
    assert "too little" in found.evidence


@pytest.mark.parametrize(("status", "outcome"), [(404, "gone"), (410, "gone"), (401, "closed"), (403, "closed")])
def test_a_page_that_is_not_there_is_no_page(status: int, outcome: str) -> None:
    assert verdict(Reply("HEAD", 200), page(META, status)).outcome == outcome


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_who_does_not_answer_head_is_asked_for_the_page(status: int) -> None:
    assert next_step(PAGE, [Reply("HEAD", status)]) == Ask("GET", PAGE)


def test_what_is_no_page_is_not_fetched() -> None:
    assert verdict(Reply("HEAD", 200, {"content-type": "application/zip"})).method == "content-type"


def test_what_failed_is_asked_again_soon_and_the_more_seldom_the_more_often_it_fails() -> None:
    pauses = [again_in(failed("nothing comes"), failures) for failures in range(40)]
    assert pauses[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert pauses[-1] == SELDOM
    assert again_in(Verdict("none", "page", ""), 5) == AGAIN["none"]
    assert again_in(Verdict("work", "page", "", work=WORK), 0) is None


replies = st.lists(
    st.builds(
        Reply,
        st.sampled_from(("HEAD", "GET")),
        st.sampled_from((200, 204, 301, 302, 400, 404, 500)),
        st.dictionaries(st.sampled_from(("location", "link", "content-type")), st.text(max_size=40), max_size=3),
        st.text(max_size=60),
    ),
    max_size=12,
)


@given(st.text(max_size=40) | st.just(PAGE), replies)
def test_whatever_is_answered_something_follows_from_it(address: str, told: list[Reply]) -> None:
    assert isinstance(next_step(address, told), Ask | Verdict)


@pytest.mark.parametrize("header", ["<a>" * 100_000, "<a>; rel=" * 90_000, '<a>; rel="' + "x " * 300_000])
def test_headers_that_are_made_to_be_slow_are_not(header: str) -> None:
    began = time.perf_counter()
    next_step(PAGE, [Reply("HEAD", 200, {"link": header})])
    assert time.perf_counter() - began < 1
