"""A work is answered for by any of its names, its versions counted apart and together, and no mention is changed."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.match.works import LARGEST, ONE_WITNESS, TOO_MANY
from hubbub.model import Alias, Description, Identifier
from hubbub.named import known
from hubbub.store import Store
from hubbub.store import schema as s
from tests.answers.stated import OTHER, WORK, alias, keep, links, passed, said
from tests.conftest import NewStore

PREPRINT, PMID, DATA = Identifier("arxiv", "2101.00001"), Identifier("pmid", "1"), Identifier("doi", "10.5555/data")
ARXIV = f"https://arxiv.org/abs/{PREPRINT.value}"


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def about(key: str, *addresses: str):  # type: ignore[no-untyped-def]
    from hubbub.model import Link

    return said(key, links=tuple(map(Link, addresses)))


def mentions(store: Store) -> list[tuple[object, ...]]:
    with store.connect() as connection:
        return [tuple(row) for row in connection.execute(s.mention.select().order_by(*s.mention.c))]


def counted(store: Store, named: Identifier) -> dict[str, int | None]:
    report = Answers(store).report(named)
    apart = {str(one.identifiers[0]): one.posts for one in report.versions}
    return {"together": report.posts, **apart}


def test_versions_are_counted_apart_and_together_and_a_post_that_names_both_once(store: Store) -> None:
    keep(
        store,
        said("article"),
        about("preprint", ARXIV),
        about("both", ARXIV, f"https://doi.org/{WORK.value}"),
        passed("repost", "preprint"),
        alias(PREPRINT, "is_preprint_of", WORK),
    )
    expected = {"together": 3, str(WORK): 2, str(PREPRINT): 2}
    assert counted(store, WORK) == counted(store, PREPRINT) == expected
    assert [one.kind for one in Answers(store).report(PREPRINT).versions] == ["work", "preprint"]
    assert Answers(store).report(WORK).amplifications == 1


def test_each_mention_tells_which_version_it_names(store: Store) -> None:
    keep(
        store,
        about("both", f"{ARXIV}v2", f"https://doi.org/{WORK.value}"),
        passed("repost", "both"),
        alias(PREPRINT, "is_preprint_of", WORK),
    )
    second = Identifier("arxiv", PREPRINT.value, "2")
    own, repost = Answers(store).said(WORK)
    assert {one.identifier for one in own.evidence} == {WORK, second}
    assert {one.identifier for one in repost.evidence} == {WORK, PREPRINT}


def test_other_names_of_a_version_are_that_version(store: Store) -> None:
    keep(store, said("a"), about("b", "https://pubmed.ncbi.nlm.nih.gov/1/"), alias(PMID, "is_same_as", WORK))
    (version,) = Answers(store).report(PMID).versions
    assert (version.identifiers, version.posts) == ((WORK, PMID), 2)
    assert len(Answers(store).said(PMID)) == 2


def test_a_record_and_the_doi_that_its_registry_gives_it_by_rule_are_one(store: Store) -> None:
    keep(
        store,
        about("a", "https://zenodo.org/records/3232985"),
        about("b", "https://doi.org/10.5281/zenodo.3232985"),
        about("c", "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=5018989"),
    )
    (version,) = Answers(store).report(Identifier("zenodo", "3232985")).versions
    doi = Identifier("doi", "10.5281/zenodo.3232985")
    assert (version.identifiers, version.posts) == ((doi, Identifier("zenodo", "3232985")), 2)
    assert Answers(store).report(Identifier("ssrn", "5018989")).posts == 1


def test_an_identifier_that_is_only_said_to_be_another_is_answered_for(store: Store) -> None:
    keep(store, said("a"), alias(PMID, "is_same_as", WORK))
    assert Answers(store).report(PMID).posts == 1


def test_a_supplement_counts_with_its_work_and_the_work_not_with_its_supplement(store: Store) -> None:
    keep(store, said("a"), said("data", links=links(DATA)), alias(DATA, "is_supplement_to", WORK))
    assert counted(store, WORK) == {"together": 2, str(WORK): 1, str(DATA): 1}
    assert counted(store, DATA) == {"together": 1, str(DATA): 1}


def test_what_a_work_is_is_told_by_its_other_names(store: Store) -> None:
    told = Description(identifier=WORK, via="crossref", version="1", title="The article")
    keep(store, told, alias(PREPRINT, "is_preprint_of", WORK))
    assert Answers(store).report(PREPRINT).description == told
    own = Description(identifier=PREPRINT, via="datacite", version="1", title="The preprint")
    keep(store, own)
    assert Answers(store).report(PREPRINT).description == own
    assert Answers(store).report(WORK).description == told


def test_a_shelf_shows_a_work_with_all_its_versions(store: Store) -> None:
    keep(store, said("a"), about("b", ARXIV), alias(PREPRINT, "is_preprint_of", WORK))
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK])
    (shelf,) = Answers(store).home().shelves
    assert [line.posts for line in shelf.works] == [2]


aliases = st.builds(
    lambda one, relation, other, via, stands: Alias(
        identifier=one, relation=relation, other=other, via=via, version="2", change="made" if stands else "withdrawn"
    ),
    st.sampled_from((WORK, OTHER, PREPRINT, PMID)),
    st.sampled_from(("is_same_as", "is_version_of", "is_supplement_to")),
    st.sampled_from((WORK, OTHER, PREPRINT, PMID)),
    st.sampled_from(("crossref", "openalex")),
    st.booleans(),
)


@given(st.lists(aliases, max_size=8))
def test_merging_and_splitting_change_no_mention(new_store: NewStore, said_of_them: list[Alias]) -> None:
    store = new_store()
    keep(store, said("a"), about("b", ARXIV), said("c", links=links(WORK, OTHER)), passed("d", "c"))
    before = mentions(store)
    keep(store, *said_of_them)
    for named in (WORK, OTHER, PREPRINT, PMID):
        Answers(store).report(named)
    assert mentions(store) == before


def test_what_takes_two_witnesses_stays_apart_until_there_are_two(store: Store) -> None:
    keep(store, said("a"), said("b", links=links(OTHER)), alias(WORK, "is_same_as", OTHER))
    assert counted(store, WORK) == {"together": 1, str(WORK): 1}
    with store.connect() as connection:
        assert [one.why for one in known(connection, WORK).work.doubts] == [ONE_WITNESS]
    keep(store, alias(WORK, "is_same_as", OTHER, via="datacite"))
    assert counted(store, WORK) == {"together": 2, str(OTHER): 2}


def hub(page: Identifier) -> Iterator[Alias]:
    for number in range(LARGEST + 1):
        yield alias(page, "is_same_as", Identifier("doi", f"10.5555/{number}"))


def test_a_page_that_is_told_of_very_many_works_joins_none(store: Store) -> None:
    page, first = Identifier("url", "https://repository.example.org/login"), Identifier("doi", "10.5555/0")
    keep(store, *hub(page), alias(PMID, "is_same_as", first))
    assert Answers(store).report(page).apart == TOO_MANY
    report = Answers(store).report(first)
    assert (report.apart, report.versions[0].identifiers) == (None, (first, PMID))


def test_a_withdrawn_alias_joins_nothing(store: Store) -> None:
    told = alias(PMID, "is_same_as", WORK)
    gone = Alias(identifier=WORK, relation="is_same_as", other=PMID, via="crossref", version="2", change="withdrawn")
    keep(store, said("a"), told, gone)
    assert Answers(store).report(PMID).posts is None
