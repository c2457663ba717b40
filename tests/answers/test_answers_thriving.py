"""Where works thrive, as a store tells it: outputs, what they get, within a shelf and against another."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest

from hubbub.answers import Answers
from hubbub.answers.thriving import Thriving
from hubbub.metrics.reference import Works, read
from hubbub.model import Description, Fact, Identifier
from hubbub.store import Store
from tests.answers.stated import alias, at, keep, links, passed, said
from tests.conftest import NewStore

NOW = datetime(2028, 1, 1, tzinfo=UTC)  # all that was said in 2026 is old enough


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def doi(name: str) -> Identifier:
    return Identifier("doi", f"10.5555/{name}")


def about(name: str, kind: str | None = "journal-article", **fields: Any) -> Description:
    told: dict[str, Any] = {"via": "crossref", "version": "1", "issued": "2026-06-01", "title": name} | fields
    return Description(identifier=doi(name), kind=kind, **told)


def shelve(store: Store, shelf: str, *names: str) -> None:
    with store.writing() as writer:
        writer.wanted.put(shelf, [doi(name) for name in names])


def spoke(name: str, times: int, source: str = "bluesky") -> list[Fact]:
    posts = [said(f"{source} {name} {n}", source=source, links=links(doi(name)), posted_at=at(3)) for n in range(times)]
    return [*posts]


def thrives(store: Store, shelf: str = "mine", against: str | Works | None = None, now: datetime = NOW) -> Thriving:
    found = Answers(store).thrive(shelf, now, against)
    assert found is not None
    return found


def cells(found: Thriving) -> dict[tuple[str, str], tuple[str, int, int, int]]:
    return {(c.row.kind, c.row.venue): (c.row.verdict, c.heard, c.ripe, c.mentions) for c in found.grid}


def department(store: Store, works: int = 120) -> None:
    """Another shelf, by thirty authors, whose articles get hardly anything on Bluesky and something on Wikipedia."""
    names = [f"d{n}" for n in range(works)]
    shelve(store, "theirs", *names)
    facts: list[Fact] = [about(name, creators=(f"author {n % 30}",)) for n, name in enumerate(names)]
    facts += [fact for n, name in enumerate(names) for fact in spoke(name, n % 10 == 0)]
    facts += [fact for n, name in enumerate(names) for fact in spoke(name, n % 2, "wikipedia")]
    keep(store, *facts)


def test_a_shelf_is_told_by_kind_and_venue(store: Store) -> None:
    shelve(store, "mine", "a", "b", "c")
    keep(store, about("a"), about("b", "Dataset"), *spoke("a", 2), *spoke("b", 1, "wikipedia"))
    found = thrives(store)
    little = "too little to tell"
    assert (found.works, found.outputs, found.against) == (3, 3, None)
    assert [(kind.name, kind.outputs, kind.undated) for kind in found.kinds] == [
        ("article", 1, 0), ("dataset", 1, 0), ("unknown", 1, 1),
    ]  # fmt: skip
    shown = cells(found)
    assert shown["article", "bluesky"] == (little, 1, 1, 2)
    assert shown["dataset", "bluesky"] == (little, 0, 1, 0)
    assert shown["all kinds", "wikipedia"] == (little, 1, 2, 1)
    assert shown["unknown", "bluesky"] == (little, 0, 0, 0)


def test_mentions_are_counted_as_in_reports(store: Store) -> None:
    shelve(store, "mine", "a")
    one, other = doi("a"), Identifier("pmid", "23193287")
    keep(store, alias(other, "is_same_as", one), *spoke("a", 1), said("both", links=links(one, one)))
    keep(store, passed("r1", "both"), said("cites", links=links(one, relation="is_referenced_by")))
    report = Answers(store).report(one)
    assert report.posts == 2
    assert [venue.mentions for venue in thrives(store).venues] == [2]


def test_a_work_in_two_forms_is_its_own_control(store: Store) -> None:
    names = [(f"paper{n}", f"pre{n}", f"talk{n}") for n in range(9)]
    shelve(store, "mine", *(paper for paper, _, _ in names))
    for paper, pre, talk in names:
        keep(store, about(paper), alias(doi(pre), "is_preprint_of", doi(paper)))
        keep(store, alias(doi(talk), "is_supplement_to", doi(paper)), about(talk, "presentation"))
        keep(store, *spoke(paper, 1), *spoke(pre, 6))
    found = thrives(store)
    assert [(kind.name, kind.outputs) for kind in found.kinds] == [("article", 9), ("preprint", 9), ("slides", 9)]
    pairs = {(one.first, one.second): one for one in found.forms}
    first = pairs["article", "preprint"]
    assert (first.paired.first, first.paired.second, first.sure) == (0, 9, True)
    assert first.paired.ratio == pytest.approx(1.5 / 6.5)
    assert pairs["preprint", "slides"].paired.first == 9
    ahead = next(one.ahead for one in found.within if {one.ahead.first, one.ahead.second} == {"preprint", "article"})
    assert (ahead.first, ahead.more) == ("preprint", 1)


def test_slides_on_the_shelf_beside_their_paper_are_told_once(store: Store) -> None:
    shelve(store, "mine", "talk", "paper")
    keep(store, about("talk", "presentation"), about("paper"), alias(doi("talk"), "is_supplement_to", doi("paper")))
    keep(store, *spoke("talk", 1), *spoke("paper", 1))
    found = thrives(store)
    assert (found.outputs, [venue.mentions for venue in found.venues]) == (2, [2])
    assert len(found.forms) == 0  # one mention each: neither form is ahead


def test_against_another_shelf_verdicts_name_it_and_its_size(store: Store) -> None:
    department(store)
    names = [f"m{n}" for n in range(12)]
    shelve(store, "mine", *names, "d0")
    keep(store, *map(about, names), *(fact for name in names for fact in spoke(name, 2)))
    found = thrives(store, against="theirs")
    assert found.against is not None
    assert (found.against.name, found.against.works, found.against.shared) == ("theirs", 119, 1)
    shown = {(c.row.kind, c.row.venue): c for c in found.grid}
    bluesky, wikipedia = shown["article", "bluesky"], shown["article", "wikipedia"]
    assert (bluesky.row.verdict, bluesky.row.stratum_works) == ("does well", 119)
    assert (bluesky.row.stratum, bluesky.row.measure) == ("article of 2026", "any")
    assert (wikipedia.row.verdict, found.silent) == ("does not", ("wikipedia",))
    assert bluesky.any is not None
    assert bluesky.any.mhrr is not None
    assert bluesky.any.mhrr > 5
    places = {standing.identifier.value: standing.places for standing in found.standings}
    assert places["10.5555/m0"]["bluesky"].works == 119
    assert str(places["10.5555/m0"]["wikipedia"]) == "one of the 49.6 % without a mention"


def test_what_is_too_young_is_told(store: Store) -> None:
    department(store)
    shelve(store, "mine", "a")
    keep(store, about("a", issued="2027-12-30"), *spoke("a", 2))
    assert {c.row.verdict for c in thrives(store, against="theirs").grid} == {"too early"}


def test_a_small_reference_compares_nothing(store: Store) -> None:
    department(store, 40)
    shelve(store, "mine", "a")
    keep(store, about("a"), *spoke("a", 2))
    found = thrives(store, against="theirs")
    assert {(c.row.verdict, c.row.ratio, c.any) for c in found.grid} == {("too little to tell", None, None)}
    assert [venue.reference_works for venue in found.venues] == [0, 0]


def test_a_shelf_is_no_reference_for_itself(store: Store) -> None:
    shelve(store, "mine", "a")
    with pytest.raises(ValueError, match="no reference for itself"):
        thrives(store, against="mine")
    with pytest.raises(ValueError, match="there is no shelf 'x'"):
        thrives(store, against="x")
    assert Answers(store).thrive("x", NOW) is None


def given(works: int) -> Works:
    rows = "".join(f"10.5555/f{n},article,2026-01-01,{n % 20},{n % 2},{n % 3}\n" for n in range(works))
    return read(f"identifier,type,published,group,bluesky,news\n{rows}".encode(), "field.csv")


def test_a_file_is_compared_where_something_is_collected(store: Store) -> None:
    shelve(store, "mine", "a", "f0")
    keep(store, about("a"), *spoke("a", 2))
    found = thrives(store, against=given(100))
    assert found.against is not None
    assert (found.against.name, found.against.works, found.against.shared) == ("field.csv", 99, 1)
    # Nothing is collected here of a venue called news: what is unknown is no zero.
    assert (found.against.unread, [venue.name for venue in found.venues]) == (("news",), ["bluesky"])
    assert found.grid[0].row.ratio is not None


def test_a_venue_that_is_collected_and_silent_is_zero(store: Store) -> None:
    shelve(store, "mine", *(f"m{n}" for n in range(12)))
    keep(store, *(about(f"m{n}") for n in range(12)), *spoke("other", 1))
    found = thrives(store, against=given(200))
    assert (found.against and found.against.unread, found.silent) == (("news",), ("bluesky",))


def test_ages_are_learnt_where_the_store_knows_enough(store: Store) -> None:
    names = [f"m{n}" for n in range(25)]
    shelve(store, "mine", *names)
    keep(store, *map(about, names), *(fact for name in names for fact in spoke(name, 9)))
    (venue,) = thrives(store).venues
    assert (venue.learnt_mentions, venue.days) == (0, 7)  # it may have come to know them only later
    keep(store, said("earlier", links=links(doi("m0")), posted_at=at(1).replace(month=5)))
    (venue,) = thrives(store).venues
    assert (venue.learnt_mentions, venue.learnt_works) == (226, 25)
    assert venue.days == pytest.approx(32.5)


def test_an_empty_shelf_says_nothing_and_breaks_nothing(store: Store) -> None:
    with store.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "", False, [])
    found = thrives(store)
    assert (found.outputs, found.grid, found.venues, found.standings) == (0, (), (), ())
    assert msgspec.json.encode(found)
    assert thrives(store, against=given(100)).grid == ()


def test_the_order_of_keeping_changes_nothing(new_store: NewStore) -> None:
    told = []
    for turn in (1, -1):
        store = new_store()
        department(store)
        names = [f"m{n}" for n in range(12)][::turn]
        shelve(store, "mine", *names)
        facts = [*map(about, names), *(fact for name in names for fact in spoke(name, 2))]
        keep(store, *facts[::turn])
        told.append(sorted(map(str, thrives(store, against="theirs").grid)))
    assert told[0] == told[1]
    assert np.size(told[0])
