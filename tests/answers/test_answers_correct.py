"""What a person corrects stands before all that is said and found, also when it is said and found again."""

import pytest

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, alias, heard, keep, links, passed, said
from tests.answers.test_answers_works import mentions
from tests.conftest import NewStore

PMID = Identifier("pmid", "1")


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def names(store: Store, named: Identifier = WORK) -> tuple[Identifier, ...]:
    return tuple(name for version in Answers(store).report(named).versions for name in version.identifiers)


def test_what_was_told_apart_stays_apart_whatever_registries_say_later(store: Store) -> None:
    keep(store, alias(PMID, "is_same_as", WORK))
    before = mentions(store)
    Answers(store).correct(PMID, WORK, False, "an erratum")
    assert names(store) == (WORK,)
    keep(
        store, *(alias(PMID, "is_same_as", WORK, via=via, version="9") for via in ("crossref", "europepmc", "openalex"))
    )
    pipeline.rebuild(store)
    assert names(store) == (WORK,)
    assert mentions(store) == before
    (word,) = Answers(store).match(WORK).corrections
    assert ({word.one, word.other}, word.same, word.why) == ({WORK, PMID}, False, "an erratum")
    assert word.said_by


def test_what_is_taken_back_is_as_if_it_had_not_been_said(store: Store) -> None:
    keep(store, alias(PMID, "is_same_as", WORK))
    Answers(store).correct(WORK, PMID, False)
    Answers(store).correct(PMID, WORK, None)
    assert names(store) == (WORK, PMID)
    assert Answers(store).match(WORK).corrections == ()


def test_what_is_said_to_be_the_same_is_counted_together(store: Store) -> None:
    keep(store, said("a"), said("b", links=links(OTHER)))
    Answers(store).correct(WORK, OTHER, True)
    assert set(names(store)) == {WORK, OTHER}
    assert Answers(store).report(OTHER).posts == 2
    Answers(store).correct(OTHER, WORK, False)  # the later word stands
    assert Answers(store).report(OTHER).posts == 1


def test_one_identifier_is_not_told_apart_from_itself(store: Store) -> None:
    with pytest.raises(ValueError, match="name two"):
        Answers(store).correct(WORK, Identifier("doi", WORK.value, "2"), False)


def test_a_mention_that_was_set_aside_is_counted_nowhere_and_never_again(store: Store) -> None:
    posts = said("a", text="About something else."), heard("a"), said("b"), passed("c", "a")
    keep(store, *posts)
    answers = Answers(store)
    assert answers.set_aside(WORK, "bluesky", "a", "another figure 2")
    for _ in range(2):
        report = answers.report(WORK)
        assert (report.posts, report.amplifications, len(report.voices)) == (1, 0, 1)
        assert [one.post for one in answers.said(WORK)] == ["b"]
        assert [line.posts for line in answers.home().recent] == [1]
        keep(store, *posts, said("a", version="2", text="Edited."))
        pipeline.rebuild(store)
    (aside,) = answers.match(WORK).set_aside
    assert (aside.source, aside.post, aside.identifier, aside.why) == ("bluesky", "a", WORK, "another figure 2")
    assert aside.words is not None
    assert aside.words.text == "Edited."


def test_what_was_set_aside_can_be_taken_back(store: Store) -> None:
    keep(store, said("a"), heard("a"))
    before = mentions(store)
    Answers(store).set_aside(WORK, "bluesky", "a")
    assert mentions(store) == []
    assert Answers(store).set_aside(WORK, "bluesky", "a", takes_back=True)
    assert mentions(store) == before
    assert Answers(store).match(WORK).set_aside == ()


def test_of_a_post_only_the_work_that_it_does_not_mention_is_set_aside(store: Store) -> None:
    keep(store, said("a", links=links(WORK, OTHER)))
    Answers(store).set_aside(WORK, "bluesky", "a")
    assert Answers(store).report(WORK).posts is None
    assert Answers(store).report(OTHER).posts == 1


def test_nothing_is_set_aside_of_posts_that_do_not_name_the_work(store: Store) -> None:
    keep(store, said("a"), passed("c", "a"), said("b", links=links(OTHER)))
    for key in ("b", "c", "nobody's"):
        assert not Answers(store).set_aside(WORK, "bluesky", key)
    assert Answers(store).match(WORK).set_aside == ()


def test_a_post_that_was_set_aside_and_withdrawn_leaves_no_name(store: Store) -> None:
    keep(store, said("a-very-long-key-of-a-post"))
    Answers(store).set_aside(WORK, "bluesky", "a-very-long-key-of-a-post")
    keep(store, said("a-very-long-key-of-a-post", version="2", change="withdrawn"))
    (aside,) = Answers(store).match(WORK).set_aside
    assert (aside.source, aside.post, aside.words) == (None, None, None)
    assert aside.said_at > NOW
