"""The page that says where a shelf thrives: the picture says what its table says, and each number has its n."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers import Answers
from hubbub.store import open_store
from tests.answers.stated import keep
from tests.answers.test_answers_thriving import about, department, doi, spoke

SCRIPT = "<script>window.hit=1</script>"


@pytest.fixture(scope="module")
def compared(
    tmp_path_factory: pytest.TempPathFactory, running: Callable[..., AbstractContextManager[str]]
) -> Iterator[str]:
    with open_store(str(tmp_path_factory.mktemp("store") / "hubbub.db")) as store:
        department(store)
        names = [f"m{n}" for n in range(12)]
        with store.writing() as writer:
            writer.wanted.shelve("mine", "My works", "", False, [doi(name) for name in [*names, "evil"]])
        keep(store, *map(about, names), *(fact for name in names for fact in spoke(name, 2)))
        keep(store, about("evil", SCRIPT, title=SCRIPT), *spoke("evil", 1))
        with running(Answers(store)) as address:
            yield address


def read(address: str, path: str, status: int = 200) -> LexborHTMLParser:
    answer = httpx.get(address + path, trust_env=False, timeout=30)
    assert answer.status_code == status
    return LexborHTMLParser(answer.text)


def text(tree: LexborHTMLParser, selector: str = "main") -> str:
    return " ".join(" ".join(node.text() for node in tree.css(selector)).split())


def test_alone_it_says_that_there_is_no_reference(compared: str) -> None:
    tree = read(compared, "/shelf/mine/thrive")
    assert text(tree, ".tabs a[aria-current]") == "Where it thrives"
    assert "There is no reference to compare with" in text(tree)
    assert {node.text() for node in tree.css("svg .verdict")} == {"? too little"}
    assert [one.attributes["value"] for one in tree.css("select option")] == ["", "theirs"]


def test_against_a_shelf_each_cell_of_the_picture_is_a_row_of_the_table(compared: str) -> None:
    tree = read(compared, "/shelf/mine/thrive?against=theirs")
    rows = tree.css(".thrive tbody tr:not(.category)")
    assert len(tree.css("svg g")) == len(rows) == 6
    assert {len(row.css("td")) for row in rows} == {8}
    assert "+ does well" in text(tree, "svg .v-well .verdict")
    assert "Article at Bluesky: does well" in text(tree, ".claims li.v-well")
    assert "N = 120" in text(tree, ".claims li.v-well")
    assert "Silent: Wikipedia" in text(tree, ".claims")
    assert "noneas 50 % of 120" in text(tree, "#standings-h ~ details")


def test_what_cannot_be_compared_is_told(compared: str) -> None:
    assert "There is no shelf" in text(read(compared, "/shelf/mine/thrive?against=x", 404))
    assert "no reference for itself" in text(read(compared, "/shelf/mine/thrive?against=mine", 404))
    assert "no such shelf" in text(read(compared, "/shelf/x/thrive", 404))


def test_strangers_words_are_text(compared: str) -> None:
    answer = httpx.get(f"{compared}/shelf/mine/thrive?against=theirs", trust_env=False).text
    assert SCRIPT not in answer
    assert "&lt;script&gt;" in answer


def test_a_shelf_of_which_nothing_is_known_says_so(client: httpx.Client, server: str) -> None:
    answers = read(server, "/shelf/mine/thrive")
    assert "Where it thrives" in text(answers)
