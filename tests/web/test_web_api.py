"""hubbub's own API: what HTTP asks of it beside the answers, which tests of the client hold."""

import httpx
import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.model import Identifier, Mention, Post, Reading
from hubbub.tell.calls import Calls
from hubbub.tell.routes import Problem, RefusedError, routes
from tests.web.conftest import EVIL, PAPER, SCRIPT, START

API = "/api/v1"
WORK = f"{API}/works/doi:{PAPER.value.replace('/', '%2F')}"


def problem(response: httpx.Response, status: int) -> Problem:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    told = msgspec.json.decode(response.content, type=Problem)
    assert told.status == status
    return told


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    whole = {"Accept-Encoding": "identity"}
    first = client.get(WORK, headers=whole)
    mark = first.headers["etag"]
    assert mark.startswith('"')
    for known in (mark, f'W/{mark}, "other"', "*"):
        again = client.get(WORK, headers=whole | {"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    assert client.get(WORK, headers=whole | {"If-None-Match": '"other"'}).content == first.content
    assert client.get(f"{WORK}?voices=1", headers=whole).headers["etag"] != mark


def test_head_says_what_get_says_without_the_answer(client: httpx.Client) -> None:
    got, head = client.get(WORK), client.head(WORK)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/nothing", 404), ("/works/nothing", 404), ("/works/", 422), ("/shelves/none/mentions", 404),
        ("/works?limit=0", 422), ("/bulk/mentions.csv?since=null", 422), ("/works?q=null", 200),
        ("/works?limit=null", 422), ("/works?limit=ten", 422), ("/works?unknown=1", 422), ("/works?q=a&q=b", 422),
        ("/works?cursor=%00", 422), ("/works?q=%00", 422), ("/works/%00", 422), ("/works/doi:10.1%2Fa?work=b", 422),
        ("/works?cursor=999999999999999999", 200), ("/works?cursor=9999999999999999999", 422),
        (f"/works/doi:10.1%2F{'a' * 3000}", 422), ("/works/%ED%A0%80", 404), ("/works?q=%ED%A0%80%FF", 200),
        ("/shelves/%FF%FE", 404), ("/accounts/bluesky/%E2%80%AE", 404), ("/works/url:http:%2F%2F%3Cscript%3E", 404),
    ],
)  # fmt: skip
def test_hostile_questions_are_answered_in_order(client: httpx.Client, path: str, status: int) -> None:
    response = client.get(API + path)
    assert response.status_code == status
    if status >= 400:
        problem(response, status)


def test_other_methods_are_told_which_there_are(client: httpx.Client) -> None:
    response = client.request("DELETE", WORK)
    problem(response, 405)
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("slash", ["/", "%2F"])
def test_a_name_that_ends_like_a_path_can_be_told_apart(own_answers: Answers, own_server: str, slash: str) -> None:
    named = Identifier("doi", "10.5555/the/mentions")
    post = Post(source="bluesky", id="at://x", via="bluesky", version="1")
    found = Mention(named, "discusses", "link", "x", "y", 1.0)
    with own_answers._store.writing() as writer:
        writer.keep([Reading(post, (found,))], START)
    with httpx.Client(base_url=own_server, trust_env=False) as client:
        told = client.get(f"{API}/works/doi:10.5555/the{slash}mentions").json()
    if slash == "%2F":
        assert told["posts"] == 1
    else:
        assert told == {"mentions": [], "next": None}


def test_pages_of_other_sites_may_read_what_is_public_and_nothing_else(client: httpx.Client) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    asking = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    names = {"work": "doi:10.5555%2Fquiet", "shelf": "mine", "source": "bluesky", "account": "did:plc:1", "form": "csv"}
    for route in routes(Calls):
        path = API + route.path.format(**names)
        before = client.options(path, headers=foreign | asking)
        ways = {one.verb for one in routes(Calls) if one.path == route.path}
        assert before.status_code == 204
        assert ("GET" in before.headers["allow"]) == ("GET" in ways)
        assert before.headers.get("access-control-allow-origin") == ("*" if route.public else None)
        if route.public:
            assert before.headers["access-control-allow-headers"] == "*, Authorization"
        if route.verb == "GET":
            got = client.get(path, headers=foreign)
            assert got.status_code == (404 if "account}" in route.path else 200)
            if got.status_code == 200:
                assert got.headers.get("access-control-allow-origin") == ("*" if route.public else None)
        else:
            assert client.post(path, json={}, headers=foreign).status_code == 403


def test_what_is_written_has_to_be_json_and_small(client: httpx.Client) -> None:
    path = f"{WORK}/corrections"
    problem(client.post(path, content=b"{}"), 415)
    problem(client.post(path, data={"other": "x"}), 415)
    told = {"Content-Type": "application/json; charset=utf-8"}
    for sent in (b"", b"[]", b"{", b"\xff", b'{"other": "\\ud800", "same": true}', b'{"other": 1, "same": true}'):
        problem(client.post(path, content=sent, headers=told), 422)
    problem(client.post(f"{path}?why=x", content=b"{}", headers=told), 422)
    problem(client.post(path, content=b" " * 70_000, headers=told), 413)


def test_a_fault_is_a_problem_too(broken_server: str) -> None:
    with httpx.Client(base_url=broken_server, trust_env=False) as client:
        assert problem(client.get(f"{API}/status"), 500).title == "Internal Server Error"


def test_strangers_words_are_json_and_no_page(client: httpx.Client) -> None:
    response = client.get(f"{API}/works/doi:{EVIL.value.replace('/', '%2F')}/mentions")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert SCRIPT in {one["text"] for one in response.json()["mentions"]}


def test_the_description_names_every_call_and_all_that_it_speaks_of(client: httpx.Client) -> None:
    told = client.get(f"{API}/openapi.json").json()
    ways = {way["operationId"] for path in told["paths"].values() for way in path.values()}
    assert ways == {one.name for one in routes(Calls)}
    text = msgspec.json.encode(told).decode()
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named == told["components"]["schemas"].keys()


def test_the_page_says_what_the_description_says(client: httpx.Client) -> None:
    tree = LexborHTMLParser(client.get(f"{API}/").text)
    told = client.get(f"{API}/openapi.json").json()
    anchors = {node.attributes["id"] for node in tree.css("[id]")}
    assert {way["operationId"] for path in told["paths"].values() for way in path.values()} <= anchors
    assert told["components"]["schemas"].keys() <= anchors
    links = {str(node.attributes["href"]) for node in tree.css("main a[href^='#']")}
    assert {link[1:] for link in links} <= anchors
    assert not tree.css("script")


def test_a_call_here_refuses_what_http_would() -> None:
    with pytest.raises(RefusedError, match="limit"):
        Calls(None).works(limit=0)  # type: ignore[arg-type]  # it is refused before anything is read
