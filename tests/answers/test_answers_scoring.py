"""The attention score of a work, as a store tells it: what counts is what reports count."""

from pathlib import Path

import pytest

from hubbub.answers import Answers
from hubbub.answers.scoring import Attention
from hubbub.model import Identifier
from hubbub.reference.attention import formulas
from hubbub.standings import chosen
from hubbub.store import Store
from tests.answers.stated import OTHER, WORK, alias, at, heard, keep, links, passed, said
from tests.conftest import NewStore


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def scored(store: Store, work: Identifier = WORK, limit: int | None = None) -> Attention:
    return Answers(store).score(work, formulas()["attention_v1"], limit)


def test_each_mention_says_what_it_adds(store: Store) -> None:
    keep(store, said("p1", author="ann", text="first"), said("p2", author="ann"), passed("r1", "p1", author="bob"))
    keep(store, said("w1", source="wikipedia", author=None), said("w2", source="wikipedia", author=None))
    found = scored(store)
    assert found.score is not None
    assert (found.score.total, found.score.shown) == (4.25, 5)
    assert {(one.mention.post, one.weight) for one in found.score.shares} == {
        ("p1", 1), ("p2", 0), ("r1", 0.25), ("w1", 3), ("w2", 0),
    }  # fmt: skip
    assert [(one.source, one.kind, one.mentions, one.counting, one.adds) for one in found.parts] == [
        ("wikipedia", "post", 2, 1, 3), ("bluesky", "post", 2, 1, 1), ("bluesky", "repost", 1, 1, 0.25),
    ]  # fmt: skip


def test_what_adds_most_comes_first_with_its_words(store: Store) -> None:
    keep(store, said("p1", text="first", posted_at=at(2)), said("w1", source="wikipedia", title="Bogs"))
    first, second = scored(store).contributions
    assert first.words is not None
    assert second.words is not None
    assert (first.words.title, second.words.text, second.posted_at) == ("Bogs", "first", at(2))
    assert len(scored(store, limit=1).contributions) == 1


def test_a_post_counts_as_in_reports(store: Store) -> None:
    keep(
        store, said("p1", author="ann"), heard("p1", author="ann"), said("both", author="bob", links=links(WORK, OTHER))
    )
    keep(store, said("cites", author="cat", links=links(WORK, relation="is_referenced_by")))
    keep(store, alias(OTHER, "is_version_of", WORK))
    report, found = Answers(store).report(WORK), scored(store)
    assert found.score is not None
    assert report.posts == len(found.score.shares) == 2


def test_what_a_post_is_depends_on_its_place(store: Store) -> None:
    keep(store, said("p"), said("r", source="f1000"), said("b", source="wordpressdotcom"), passed("x", "p"))
    kinds = {one.source: one.kind for one in scored(store).parts if one.kind != "repost"}
    assert kinds == {"bluesky": "post", "f1000": "review", "wordpressdotcom": "blog"}


def test_a_work_without_a_mention_has_no_score(store: Store) -> None:
    found = scored(store)
    assert (found.score, found.parts, found.contributions) == (None, (), ())


def test_the_formula_is_a_file_one_of_ours_or_what_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBBUB_FORMULA", raising=False)
    assert chosen().name == "attention_v1"
    assert chosen("attention_published").label.endswith("not that score")
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nversion = "1"\nlabel = "my own"\nweights = []\n')
    assert chosen(str(file)).name == "mine"
    monkeypatch.setenv("HUBBUB_FORMULA", str(file))
    assert chosen().name == "mine"
    with pytest.raises(ValueError, match=r"the formula .*none\.toml cannot be read"):
        chosen(str(tmp_path / "none.toml"))
    file.write_text("x = = 1")
    with pytest.raises(ValueError, match=r"mine\.toml cannot be used: .*line 1"):
        chosen()
