"""Lists of references: what each entry is, and by which names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.identify.references import in_references, shared
from hubbub.model import Identifier

DOI, ARXIV = Identifier("doi", "10.5555/a"), Identifier("arxiv", "2101.00001")
PMID, ISBN = Identifier("pmid", "23193287"), Identifier("isbn", "9783161484100")
FIELDS = {
    DOI: "doi = {10.5555/a}",
    ARXIV: "eprint = {2101.00001}",
    PMID: "pmid = {23193287}",
    ISBN: "isbn = {978-3-16-148410-0}",
    Identifier("arxiv", "2101.00002"): "url = {https://arxiv.org/abs/2101.00002}",
}


def names(text: str) -> tuple[Identifier, ...]:
    (entry,) = in_references(text)
    return entry.identifiers


@given(st.lists(st.sampled_from(list(FIELDS)), unique=True))
def test_no_name_of_a_bibtex_entry_is_lost_whatever_else_it_has(named: list[Identifier]) -> None:
    fields = ", ".join(["title = {A}", *(FIELDS[one] for one in named)])
    assert set(names(f"@book{{a, {fields}}}")) == set(named)


@pytest.mark.parametrize("kind", ["inproceedings", "incollection", "inbook", "conference", "article"])
def test_the_isbn_of_the_book_around_an_entry_is_no_name_of_it(kind: str) -> None:
    assert names(f"@{kind}{{a, title={{A}}, doi={{10.5555/a}}, isbn={{978-3-16-148410-0}}}}") == (DOI,)
    assert names(f"@{kind}{{a, title={{A}}, isbn={{978-3-16-148410-0}}}}") == ()


def test_the_isbn_of_a_chapter_in_csl_json_is_no_name_of_it_and_that_of_a_book_is() -> None:
    told = '[{"type": "%s", "title": "A", "DOI": "10.5555/a", "ISBN": "9783161484100"}]'
    assert names(told % "chapter") == names(told % "paper-conference") == (DOI,)
    assert names(told % "book") == names(told % "thesis") == (DOI, ISBN)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@misc{a, doi={10.5555/a}}", None),
        ("@phdthesis{a, doi={10.5555/a}}", "thesis"),
        ("TY  - JOUR\nDO  - 10.5555/a\nER  - \n", "article"),
        ("TY  - GEN\nDO  - 10.5555/a\nER  - \n", None),
        ('[{"type": "article-journal", "DOI": "10.5555/a"}]', "article"),
        ("doi,type\n10.5555/a,Data set\n", "dataset"),
        ("doi,type\n10.5555/a,Field notes\n", "field notes"),
        ("10.5555/a", None),
    ],
)
def test_what_an_entry_is_is_told_in_one_word_and_unknown_is_nothing(text: str, kind: str | None) -> None:
    (entry,) = in_references(text)
    assert (entry.identifiers, entry.kind) == ((DOI,), kind)


def test_bibtex_entries_are_kept_though_their_key_or_a_field_comes_twice_and_broken_ones_say_what_they_are() -> None:
    entries = in_references(
        "@misc{a, title={{\\'E}t{\\'e}}, doi={10.5555/a}}\n@misc{a, title={{\\'E}t{\\'e}}, doi={10.5555/b}}\n"
        "@string{j = {Journal}} @string{j = {Other}}\n@misc{c, title={A}, title={B}, journal=j, doi={10.5555/c}}\n"
        "@misc{d, title={Never closed, doi={10.5555/d}}\n@misc{e, doi={10.5555/e}}\n"
    )
    told = [(one.identifiers[0].value if one.identifiers else None, one.title) for one in entries]
    assert told == [("10.5555/a", "Été"), ("10.5555/b", "Été"), ("10.5555/c", "B"), (None, None), ("10.5555/e", None)]
    assert entries[2].venue == "Journal"
    assert entries[3].written.startswith("@misc{d, title={Never closed")


URL = "url = {https://lab.example.org/papers}"


@pytest.mark.parametrize(
    ("first", "other", "is_shared"),
    [
        (f"title={{A}}, {URL}", f"title={{B}}, {URL}", True),
        (f"title={{A}}, {URL}", f"title={{{{a}}}}, {URL}", False),  # twice the same
        (f"title={{A}}, {URL}", URL, False),
        (f"title={{A}}, doi={{10.5555/a}}, {URL}", f"title={{B}}, doi={{10.5555/b}}, {URL}", True),
        (f"title={{A}}, doi={{10.5555/a}}, {URL}", f"title={{A}}, doi={{10.5555/b}}, {URL}", True),
        (f"title={{A}}, doi={{10.5555/a}}, {URL}", f"title={{B}}, {URL}", True),
        (f"title={{A}}, doi={{10.5555/a}}, {URL}", f"title={{A}}, {URL}", False),
        (f"title={{A}}, doi={{10.5555/a}}, {URL}", f"title={{B}}, doi={{10.5555/A}}, {URL}", False),
        ("title={A}, doi={10.5555/a}", "title={B}, doi={10.5555/a}", False),  # a DOI is of one work
    ],
)
def test_an_address_is_shared_where_its_entries_are_of_different_works(first: str, other: str, is_shared: bool) -> None:
    entries = in_references(f"@misc{{a, {first}}}\n@misc{{b, {other}}}")
    address = Identifier("url", "https://lab.example.org/papers")
    assert shared(entries) == ({address: entries} if is_shared else {})
