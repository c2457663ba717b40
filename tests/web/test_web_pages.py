"""What each page says, read without a browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy import select

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import schema
from hubbub.store.sql import insert_rows
from hubbub.web.words import moment, work_path
from tests.conftest import NewStore, on_postgresql

PAPER = Identifier("doi", "10.5555/hubbub.2025.001")
DATA = Identifier("doi", "10.5555/simulated.7")
QUIET = Identifier("doi", "10.5555/quiet")
CITING = Identifier("doi", "10.5555/citing")
RELATED = Identifier("pmid", "23193287")
EVIL = Identifier("doi", "10.5555/<script>alert(1)</script>")


def get(client: httpx.Client, path: str, status: int = 200) -> LexborHTMLParser:
    response = client.get(path)
    assert response.status_code == status, response.text[:500]
    return LexborHTMLParser(response.text)


def text(tree: LexborHTMLParser, selector: str = "main") -> str:
    return text_of(one(tree, selector))


def one(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    node = tree.css_first(selector)
    assert node is not None, selector
    return node


def numbers(tree: LexborHTMLParser) -> dict[str, str]:
    return {text_of(one(row, "dt")): text_of(one(row, ".n")) for row in tree.css(".numbers > div")}


def facts(node: LexborNode) -> dict[str, str]:
    return {text_of(one(row, "dt")): text_of(one(row, "dd")) for row in node.css(".line > div")}


def text_of(node: LexborNode) -> str:
    return " ".join(node.text().split())


def test_home_shows_shelves_and_says_which_is_simulated(client: httpx.Client) -> None:
    tree = get(client, "/")
    shelves = {text_of(one(s, "h2")): s for s in tree.css(".shelf")}
    assert shelves["The swarm of Example Town Simulated"].css("a.title")
    assert [text_of(row) for row in shelves["Mentioned last"].css("li") if row.css_first(".tag")] != []
    assert "nothing collected yet" in text_of(shelves["Works of the Small Hearing group"])
    link = one(tree, "a.bookmarklet").attributes["href"]
    assert link is not None
    assert link.startswith("javascript:")
    assert one(tree, "textarea").text() == link


def test_home_of_an_empty_store_says_so(empty_server: str) -> None:
    tree = LexborHTMLParser(httpx.get(empty_server, trust_env=False).text)
    assert "Nothing has been collected yet" in text(tree)
    assert "0 posts" not in text(tree)


def test_a_work_shows_the_answers_numbers(client: httpx.Client, answers: Answers) -> None:
    report = answers.report(PAPER)
    tree = get(client, work_path(PAPER))
    assert text(tree, "h1").startswith("Hearing the crowd: Drosophila melanogaster tells")
    shown = numbers(tree)
    assert shown["Posts"] == f"{report.posts:,}"
    assert shown["Accounts"] == f"{report.accounts:,}"
    assert shown["Passed on"] == f"{report.amplifications:,}"
    assert shown["Potential reach"].replace(" to –", "–") == f"{report.reach.low:,}–{report.reach.high:,}".replace(
        "–", "–"
    )
    assert f"known for {report.reach.known} of {report.reach.accounts} accounts" in text(tree, ".reach")
    assert len(tree.css(".voices li")) == len(report.voices)
    assert tree.css_first("svg rect.s-bluesky")
    assert not tree.css_first(".simulated")


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_every_mention_is_on_one_page(client: httpx.Client, answers: Answers, order: str) -> None:
    seen: list[str] = []
    page = 1
    while True:
        tree = get(client, f"{work_path(PAPER)}?page={page}&order={order}")
        seen += [node.attributes["id"] or "" for node in tree.css("li.mention")]
        if not tree.css_first("a[rel=next]"):
            break
        page += 1
    assert len(seen) == len(set(seen)) == len(answers.said(PAPER))


def test_a_page_behind_the_last_says_so(client: httpx.Client) -> None:
    assert "no more mentions" in text(get(client, f"{work_path(PAPER)}?page=999"))
    get(client, f"{work_path(PAPER)}?page=0", 422)
    get(client, f"{work_path(PAPER)}?page=x", 422)


def test_a_mention_shows_its_evidence(client: httpx.Client) -> None:
    tree = get(client, f"{work_path(PAPER)}?order=oldest")
    told = [text_of(node) for node in tree.css(".evidence")]
    assert any("Crossref Event Data" in proof and "certainty 97 %" in proof for proof in told)
    assert tree.css_first('.evidence a[href^="https://evidence.example.org/"]')
    assert tree.css_first('time[datetime="2025-04-12T08:00:00Z"]')


def test_what_the_work_refers_to_is_listed_but_not_counted(client: httpx.Client) -> None:
    tree = get(client, f"{work_path(PAPER)}?order=oldest")
    flagged = tree.css("li.uncounted")
    assert [text_of(one(node, ".headline")) for node in flagged] == ["A question the paper answers"]
    tree = get(client, work_path(CITING))
    assert "Not counted" in text(tree)


def test_a_simulated_work_says_so_everywhere(client: httpx.Client) -> None:
    tree = get(client, work_path(DATA))
    assert text(tree, ".simulated").startswith("Simulated community: The swarm of Example Town.")
    assert text(tree, "title").startswith("Simulated: ")
    account = one(tree, "a.who").attributes["href"]
    assert account is not None
    tree = get(client, account)
    assert tree.css_first(".simulated")
    assert text(tree, "title").startswith("Simulated: ")


def test_an_unknown_work_is_not_zero(client: httpx.Client) -> None:
    tree = get(client, work_path(QUIET))
    assert "Nothing has been collected yet" in text(tree)
    assert "not the same as zero" in text(tree)
    assert not tree.css_first(".numbers")


def test_what_others_count_stands_apart_with_who_says_so(client: httpx.Client, answers: Answers) -> None:
    tree = get(client, work_path(PAPER))
    told = [(text_of(one(row, "th")), text_of(one(row, "td"))) for row in tree.css(".elsewhere tbody tr")]
    assert told == [
        ("Citations says Crossref, as of 12 Apr 2025", "36"),
        ("Citations says DataCite, as of 12 Apr 2025", "41"),
        ("Downloads says Zenodo, as of 12 Apr 2025", "1,204"),
    ]
    assert numbers(tree)["Posts"] == f"{answers.report(PAPER).posts:,}"


def test_a_work_leads_to_what_belongs_with_it(client: httpx.Client) -> None:
    tree = get(client, work_path(PAPER))
    section = one(tree, "section[aria-labelledby=aliases-h]")
    assert [text_of(heading) for heading in section.css("h3")] == [
        "Also known as",
        "This is a part of",
        "Versions of this",
    ]
    assert text_of(one(section, f'li:has(a[href="{work_path(RELATED)}"])')) == "PubMed 23193287 says Crossref, OpenAlex"
    assert len(section.css("a[href^='/work/doi/10.5555/version.']")) == 9
    counted = one(tree, "table.versions")
    assert text(tree, "table.versions strong") == f"DOI {PAPER.value}"
    assert counted.css_first(f'a[href="{work_path(RELATED)}"]')
    assert not counted.css_first(f'a[href="{work_path(EVIL)}"]')  # one witness for a second DOI
    assert len(counted.css("tbody tr")) == 10
    assert "unknown" in text_of(counted.css("tbody tr")[-1])
    tree = get(client, work_path(QUIET))
    assert not tree.css_first("table.versions")
    assert text(tree, "section[aria-labelledby=aliases-h] h3") == "Parts of this"
    assert tree.css_first(f'.side a[href="{work_path(PAPER)}"]')


def test_of_an_unknown_work_is_shown_what_others_count(client: httpx.Client) -> None:
    tree = get(client, work_path(QUIET))
    assert text(tree, ".elsewhere th[scope=row]") == "Citations says Crossref, as of 12 Apr 2025"
    assert text(tree, ".elsewhere td") == "0"
    assert not tree.css_first(".numbers")


@pytest.mark.parametrize("work", [PAPER, QUIET, Identifier("url", "https://example.org/a?b=c")], ids=str)
def test_a_wish_waits_until_it_is_met(own_server: str, own_answers: Answers, work: Identifier) -> None:
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        form = one(get(client, work_path(work)), ".wish form")
        assert (form.attributes["method"], form.attributes["action"]) == ("post", work_path(work))
        response = client.post(work_path(work))
        assert (response.status_code, response.headers["location"]) == (303, work_path(work))
        assert own_answers.status().wishes == 1
        wish = own_answers.report(work).wish
        assert wish is not None
        tree = get(client, work_path(work))
        assert text(tree, ".wish").startswith(f"Waiting to be looked up since {moment(wish.wished_at)}.")
        assert not tree.css_first(".wish form")
        with own_answers._store.writing() as writer:
            writer.wanted.meet([work], datetime(2026, 3, 3, 14, 2, tzinfo=UTC))
        tree = get(client, work_path(work))
        assert text(tree, ".wish .note") == "Last looked up on 3 Mar 2026, 14:02 UTC."
        assert tree.css_first(".wish form")


def test_nobody_is_asked_about_an_invented_work_or_nothing(own_server: str, own_answers: Answers) -> None:
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        assert not get(client, work_path(DATA)).css_first(".wish")
        refused = client.post(work_path(DATA))
        assert refused.status_code == 403
        assert "This work is invented" in refused.text
        assert client.post("/work/nope/1").status_code == 404
    assert own_answers.status().wishes == 0


def test_unknown_followers_are_unknown(client: httpx.Client) -> None:
    tree = get(client, work_path(EVIL))
    assert numbers(tree)["Potential reach"] == "unknown"
    tree = get(client, f"/account/bluesky/did:plc:{3:024d}")
    assert numbers(tree)["Followers"] == "unknown"


def test_an_account_lists_what_it_said_of_which_works(client: httpx.Client) -> None:
    tree = get(client, f"/account/bluesky/did:plc:{0:024d}")
    assert text(tree, "h1") == "Dr. Amina Yusuf"
    assert numbers(tree)["Followers"] == "48,210"
    assert {node.attributes["href"] for node in tree.css(".side a.title")} == {work_path(PAPER), work_path(DATA)}


def test_an_account_says_who_follows_it_and_how_far_that_was_read(client: httpx.Client) -> None:
    def followers(who: int) -> LexborNode:
        return one(get(client, f"/account/bluesky/did:plc:{who:024d}"), "section[aria-labelledby=followers-h]")

    assert text_of(one(followers(3), "p")) == "All 2 followers, as of 3 Mar 2025."
    assert [text_of(node) for node in followers(3).css("a.who")] == ["Dr. Amina Yusuf", "ليلى حداد"]
    cut = followers(0)
    assert text_of(one(cut, "p")) == "89 of 48,210 followers are known. The list was cut off on 3 Mar 2025."
    assert text_of(one(cut, "li")) == "Open Science Librarians Network @osln.org 15,002 followers"
    assert len(cut.css("li a.who")) == 11
    assert text_of(cut.css("p")[-1]) == "The most followed of them; 78 are not listed."
    assert text_of(one(followers(2), "p")).startswith("1 of an unknown number of followers are known.")
    assert text_of(one(followers(1), "p")) == "Not read yet."
    tree = get(client, f"/account/bluesky/did:plc:{1:024d}")
    told = text(tree, "section[aria-labelledby=follows-h] p")
    assert told == "The list was not read yet; 2 followed accounts are known from elsewhere."


def test_sources_say_what_is_held_of_them(client: httpx.Client) -> None:
    tree = get(client, "/sources")
    assert "Crossref Event Data" in text(tree)
    assert "lemmy-example" in text(tree, ".places")
    assert "Wikipedia" in text(tree)
    assert "crossref_event_data" not in text(tree)


def test_the_status_says_what_is_planned_read_and_failing(client: httpx.Client) -> None:
    tree = get(client, one(get(client, "/"), ".foot a").attributes["href"] or "")
    told = {text_of(one(row, "h3")): row for row in tree.css(".sources > li")}
    assert facts(told["Crossref"]) == {
        "Lanes": "3", "Due": "0", "Being read": "0", "Last kept": "never yet", "Next due": "3 Mar 2125, 08:00 UTC",
    }  # fmt: skip
    assert [text_of(node) for node in told["Crossref"].css(".flag")] == ["api.crossref.org answered 401 (2 lanes)"]
    assert text_of(one(told["Bluesky"], ".note")) == "Listening: stream:jetstream"
    assert "Next due" not in facts(told["Bluesky"])
    assert facts(one(tree, "section")) == {"Works to be looked up": "1", "Pages that were sent to hubbub": "0"}


def test_a_failure_that_strangers_word_is_inert(client: httpx.Client) -> None:
    tree = get(client, "/status")
    assert not tree.css("script, img")
    assert any("<script>window.hit=1</script>" in node.text() for node in tree.css(".flag"))


def test_the_status_of_an_empty_store_says_what_to_do(empty_server: str) -> None:
    tree = LexborHTMLParser(httpx.get(f"{empty_server}/status", trust_env=False).text)
    assert "Nothing is planned yet" in text(tree)


@pytest.mark.parametrize(
    "path", ["/nothing", "/work/nope/1", "/account/bluesky/nobody", "/work/doi/x", "/static/no.css"]
)
def test_what_is_not_there_is_told(client: httpx.Client, path: str) -> None:
    tree = get(client, path, 404)
    assert tree.css_first("h1")
    assert tree.css_first("a[href='/']")


def test_a_fault_is_told_without_its_inside(broken_server: str) -> None:
    response = httpx.get(broken_server, trust_env=False)
    assert response.status_code == 500
    assert "Something went wrong here" in response.text
    assert "_store" not in response.text


@pytest.mark.parametrize(
    "written",
    [
        "10.5555/HUBBUB.2025.001", "doi:10.5555/hubbub.2025.001", "https://doi.org/10.5555/hubbub.2025.001",
        "  DOI: 10.5555/hubbub.2025.001 ", "https://dx.doi.org/10.5555%2Fhubbub.2025.001",
    ],
)  # fmt: skip
def test_find_takes_every_usual_form(client: httpx.Client, written: str) -> None:
    response = client.get("/find", params={"q": written})
    assert (response.status_code, response.headers["location"]) == (303, work_path(PAPER))


def test_find_leads_to_a_work_whose_name_is_markup(client: httpx.Client) -> None:
    response = client.get("/find", params={"q": str(EVIL)})
    tree = get(client, response.headers["location"])
    assert not tree.css("script:not([type='application/ld+json']), img:not([src^='/badge/'])")
    assert not [a for a in tree.css("a") if (a.attributes["href"] or "").startswith(("javascript:", "data:", "//"))]
    assert not tree.css_first('a[href*="good.example@"]')


def test_find_tells_what_it_cannot_read(client: httpx.Client) -> None:
    tree = get(client, "/find?q=fruit+flies+%3Cb%3E", 422)
    assert text(tree, ".quoted") == "fruit flies <b>"
    assert one(tree, "input#q").attributes["value"] == "fruit flies <b>"
    assert client.get("/find").headers["location"] == "/"
    assert client.get("/find?q=%20").headers["location"] == "/"


def test_another_spelling_leads_to_the_one_page(client: httpx.Client) -> None:
    response = client.get("/work/doi/10.5555/HUBBUB.2025.001")
    assert (response.status_code, response.headers["location"]) == (308, work_path(PAPER))


def find(client: httpx.Client, **asked: list[str]) -> httpx.Response:
    return client.get("/find", params=asked)


def test_of_a_pages_identifiers_the_one_that_was_heard_of_wins(client: httpx.Client) -> None:
    response = find(client, id=["doi:10.5555/quiet", "pmid:1", "doi:10.5555/hubbub.2025.001", "page-42"])
    assert response.headers["location"].startswith(work_path(PAPER) + "?also=")
    assert "pmid%3A1" in response.headers["location"]
    assert "also names" in text(get(client, response.headers["location"]), ".what")


def test_of_identifiers_that_nobody_heard_of_the_first_wins(client: httpx.Client) -> None:
    response = find(client, id=["doi:10.5555/quiet", "doi:10.5555/quieter"], at=["https://example.org/"])
    assert response.headers["location"].startswith(work_path(QUIET))


def test_an_address_alone_is_enough_where_its_shape_is_known(client: httpx.Client) -> None:
    response = find(client, at=["https://arxiv.org/pdf/2101.00001v2"])
    assert response.headers["location"] == "/work/arxiv/2101.00001"


def test_a_page_without_identifier_gets_a_way_out(client: httpx.Client) -> None:
    response = find(client, id=["page-42"], at=["https://example.org/about"])
    assert response.status_code == 404
    tree = LexborHTMLParser(response.text)
    assert tree.css_first("form input[name=q]")
    assert "citation_doi" in text(tree)
    assert tree.css_first('a[href="/work/url/https://example.org/about"]')


def test_pages_that_would_load_scripts_from_elsewhere_are_not_there(client: httpx.Client) -> None:
    for path in ("/openapi.json", "/docs", "/redoc", "/api/v1/docs", "/api/v1/redoc"):
        assert client.get(path).status_code == 404


@on_postgresql
def test_either_database_gives_the_same_pages(
    server: str, answers: Answers, new_store: NewStore, running: Callable[[Answers], AbstractContextManager[str]]
) -> None:
    other = new_store()
    with answers._store.connect() as held, other.writing() as writer:
        for table in schema.metadata.tables.values():
            insert_rows(writer._connection, table, [tuple(row) for row in held.execute(select(table))])
    paths = ["/", "/sources", "/status", *(work_path(work) for work in (PAPER, DATA, QUIET, CITING, EVIL))]
    paths += [f"{work_path(PAPER)}?{more}" for more in ("voices=all", "order=oldest", "page=2")]
    paths += [f"/account/bluesky/did:plc:{who:024d}" for who in (0, 3, 12)]
    with running(Answers(other)) as address:
        for path in paths:
            first, second = (httpx.get(at + path, trust_env=False) for at in (server, address))
            assert first.status_code == second.status_code == 200, path
            assert first.text.replace(server, address) == second.text, path
