"""Which identifiers are one work follows from what is said of them, in any order, and from what people correct."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from hubbub.match.works import CORRECTED, LARGEST, ONE_WITNESS, TOO_MANY, Correction, work_of
from hubbub.model import Alias, Identifier
from hubbub.reference.relations import relations

ARTICLE, PREPRINT, OTHER = (Identifier("doi", f"10.5555/{name}") for name in ("article", "preprint", "other"))
PMID, PMCID, ARXIV = Identifier("pmid", "1"), Identifier("pmcid", "PMC1"), Identifier("arxiv", "2101.00001")
PAGE, DATA = Identifier("url", "https://journal.example.org/1"), Identifier("doi", "10.5555/data")
NAMES = (ARTICLE, PREPRINT, OTHER, PMID, PMCID, ARXIV, PAGE, DATA)


def alias(one: Identifier, relation: str, other: Identifier, via: str = "crossref") -> Alias:
    """Say that one is a version (or whatever the relation is) of the other."""
    return Alias(identifier=other, relation=relation, other=one, via=via, version="1")


def versions(named: Identifier, *aliases: Alias, corrections: tuple[Correction, ...] = ()) -> dict[str, list[set[str]]]:
    told: dict[str, list[set[str]]] = {}
    for one in work_of(named, aliases, corrections).versions:
        told.setdefault(one.kind, []).append({str(name) for name in one.identifiers})
    return told


names = st.sampled_from(NAMES)
said = st.lists(
    st.builds(alias, names, st.sampled_from([*relations().makes, "is_part_of"]), names, st.sampled_from("abc")),
    max_size=14,
)
corrected = st.lists(
    st.builds(Correction, names, names, st.booleans()),
    max_size=4,
    unique_by=lambda one: frozenset((one.one, one.other)),
)


@given(said, corrected, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_said_changes_nothing(aliases, corrections, random) -> None:  # type: ignore[no-untyped-def]
    before = [work_of(named, aliases, corrections) for named in NAMES]
    random.shuffle(aliases)
    random.shuffle(corrections)
    assert [work_of(named, aliases, corrections) for named in NAMES] == before


@given(said, corrected)
def test_every_name_of_a_work_gives_the_same_work(aliases: list[Alias], corrections: list[Correction]) -> None:
    for named in NAMES:
        found = work_of(named, aliases, corrections)
        assert named in found.identifiers
        for version in found.versions:
            for name in version.identifiers if version.kind != "supplement" else ():
                assert work_of(name, aliases, corrections) == found


@given(said, corrected)
def test_what_somebody_told_apart_is_never_one_work(aliases: list[Alias], corrections: list[Correction]) -> None:
    for one in corrections:
        if not one.same and one.one != one.other:
            found = work_of(one.one, aliases, corrections)
            core = [name for v in found.versions if v.kind != "supplement" for name in v.identifiers]
            assert one.other not in core


@given(said)
def test_one_witness_alone_gives_no_version_two_names_of_one_kind(aliases: list[Alias]) -> None:
    lone = [Alias(identifier=a.identifier, relation=a.relation, other=a.other, via="a", version="1") for a in aliases]
    for version in work_of(ARTICLE, lone).versions:
        for one, other in combinations(version.identifiers, 2):
            assert one.scheme != other.scheme or one.scheme not in relations().once.schemes


def test_names_of_one_article_are_one_version() -> None:
    told = alias(PMID, "is_same_as", ARTICLE), alias(PMCID, "is_same_as", PMID, "europepmc")
    assert versions(PMCID, *told) == {"work": [{str(ARTICLE), str(PMID), str(PMCID)}]}


def test_a_preprint_and_versions_of_it_are_versions_of_the_work() -> None:
    told = alias(PREPRINT, "is_preprint_of", ARTICLE), alias(ARXIV, "is_version_of", PREPRINT)
    expected = {"work": [{str(ARTICLE)}], "preprint": [{str(PREPRINT)}], "version": [{str(ARXIV)}]}
    assert versions(ARTICLE, *told) == versions(ARXIV, *told) == expected


def test_a_supplement_goes_with_each_work_and_joins_none() -> None:
    told = alias(DATA, "is_supplement_to", ARTICLE), alias(DATA, "is_supplement_to", OTHER)
    assert versions(ARTICLE, *told) == {"work": [{str(ARTICLE)}], "supplement": [{str(DATA)}]}
    assert versions(OTHER, *told) == {"work": [{str(OTHER)}], "supplement": [{str(DATA)}]}
    assert versions(DATA, *told) == {"work": [{str(DATA)}]}


def test_a_part_is_a_work_of_its_own() -> None:
    assert versions(ARTICLE, alias(DATA, "is_part_of", ARTICLE)) == {"work": [{str(ARTICLE)}]}


def test_two_dois_become_one_by_two_witnesses_and_not_by_one() -> None:
    told = alias(PMID, "is_same_as", ARTICLE, "openalex"), alias(PMID, "is_same_as", OTHER, "europepmc")
    found = work_of(OTHER, told)
    assert found.identifiers == (OTHER,)
    assert [(one.identifier, one.other, one.via, one.why) for one in found.doubts] == [
        (OTHER, PMID, "europepmc", ONE_WITNESS)
    ]
    assert work_of(OTHER, [*told, alias(PMID, "is_same_as", OTHER, "crossref")]).identifiers == (OTHER, PMID)


def test_who_tells_versions_apart_is_believed_before_one_who_takes_them_for_the_same() -> None:
    told = alias(ARXIV, "is_same_as", ARTICLE, "openalex"), alias(ARXIV, "is_preprint_of", ARTICLE, "crossref")
    assert versions(ARTICLE, *told) == {"work": [{str(ARTICLE)}], "preprint": [{str(ARXIV)}]}


def test_a_person_is_believed_before_any_registry() -> None:
    told = [alias(PMID, "is_same_as", ARTICLE, via) for via in ("crossref", "europepmc", "openalex")]
    found = work_of(ARTICLE, told, [Correction(PMID, ARTICLE, False), Correction(ARTICLE, OTHER, True)])
    assert found.identifiers == (ARTICLE, OTHER)
    assert {one.why for one in found.doubts} == {CORRECTED}


def test_what_was_told_apart_stays_so_by_way_of_a_third() -> None:
    told = alias(PAGE, "is_same_as", ARTICLE), alias(PAGE, "is_same_as", PMID)
    works = {work_of(one, told, [Correction(ARTICLE, PMID, False)]).identifiers for one in (ARTICLE, PMID)}
    assert len(works) == 2


def test_a_page_that_is_told_of_very_many_works_joins_none_of_them() -> None:
    many = [Identifier("pmid", str(number)) for number in range(2, LARGEST + 3)]
    told = [alias(PAGE, "is_same_as", one) for one in many]
    assert work_of(PAGE, told).apart == TOO_MANY
    assert work_of(many[0], [*told, alias(PMCID, "is_same_as", many[0])]).identifiers == (PMCID, many[0])


def test_what_hangs_together_without_end_is_shown_apart() -> None:
    chain = [Identifier("doi", f"10.5555/{number}") for number in range(LARGEST + 1)]
    told = [alias(one, "is_version_of", other) for one, other in pairwise(chain)]
    assert work_of(chain[7], told) == work_of(chain[7], told[::-1])
    assert work_of(chain[7], told).identifiers == (chain[7],)
    assert work_of(chain[7], told).apart == TOO_MANY
    assert len(work_of(chain[7], told[:-1]).identifiers) == LARGEST


def test_what_is_withdrawn_ties_nothing() -> None:
    gone = Alias(identifier=ARTICLE, relation="is_same_as", other=PMID, via="crossref", version="1", change="withdrawn")
    assert work_of(ARTICLE, [gone]).identifiers == (ARTICLE,)
