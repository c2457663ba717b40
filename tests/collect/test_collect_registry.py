"""What registries have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import identify
from hubbub.collect.registry import Record, date, named, plain
from hubbub.model import Identifier
from hubbub.reference.relations import relations

WORK, OTHER = Identifier("doi", "10.5555/work"), Identifier("doi", "10.5555/other")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Lessons from <i>C. elegans</i>", "Lessons from C. elegans"),
        ("Communicative &amp; Integrative Biology", "Communicative & Integrative Biology"),
        ("Twice &amp;lt;sub&amp;gt;2&amp;lt;/sub&amp;gt;", "Twice 2"),
        ("If p<q and q>r", "If p<q and q>r"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>\n  of  it", "x of it"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_title_is_plain_text(title: str | None, shown: str | None) -> None:
    assert plain(title) == shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [((2014, 2, 1), "2014-02-01"), ((2014,), "2014"), ((None,), None), ((), None), ((2014, None, 3), "2014")],
)
def test_a_date_goes_as_far_as_it_is_known(parts: tuple[int | None, ...], shown: str | None) -> None:
    assert date(*parts) == shown


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("DOI", "10.5555/ABC", "doi:10.5555/abc"),
        ("arXiv", "2201.06719", "arxiv:2201.06719"),
        ("PMID", "123", "pmid:123"),
        ("ISBN", "978-3-939897-55-2", "isbn:9783939897552"),
        ("URL", "https://github.com/owner/name/tree/v1", "github:owner/name"),
        ("ISSN", "1868-8969", "issn:1868-8969"),
    ],
)
def test_an_identifier_is_read_with_its_kind(kind: str, value: str, shown: str | None) -> None:
    found = named(kind, value)
    assert (found and str(found)) == shown


@pytest.mark.parametrize("word", ["is-version-of", "IsVersionOf", "is_version_of"])
def test_each_registry_may_spell_a_relation_its_way(word: str) -> None:
    (said,) = Record(WORK, "here", "1").related(word, OTHER)
    assert (said.other, said.relation, said.identifier) == (WORK, "is_version_of", OTHER)


@given(st.sampled_from([*relations().forward, *relations().backward]))
def test_nothing_is_related_to_itself_or_to_nothing(word: str) -> None:
    record = Record(WORK, "here", "1")
    assert [*record.related(word, WORK), *record.related(word, None)] == []
    assert len([*record.related(word, OTHER)]) == 1


def test_a_word_is_listed_once() -> None:
    assert not relations().forward.keys() & relations().backward.keys()


@given(st.text() | st.just("https://orcid.org/0000-0002-1825-0097"))
def test_only_who_has_an_orcid_id_made_something(written: str) -> None:
    person = identify.parse(written)
    is_person = person is not None and person.scheme == "orcid"
    assert len([*Record(WORK, "here", "1").made_by([written, None])]) == is_person


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://zenodo.org/record/48440", "zenodo:48440"),
        ("http://www.journal.example.org/1/e23/", "url:https://journal.example.org/1/e23"),
        ("https://repository.example.org/?id=3", "url:https://repository.example.org/?id=3"),
        ("https://repository.example.org/", None),
        ("https://journal.example.org/articles/7#review-2", None),
        ("https://elifesciences.org/articles/55167", None),
        ("ftp://example.org/1", None),
        ("0000-0002-1825-0097", None),
        (None, None),
    ],
)
def test_a_landing_page_is_a_works_own(address: str | None, page: str | None) -> None:
    said = [str(one.other) for one in Record(WORK, "here", "1").landing(address)]
    assert said == ([page] if page else [])
