"""Works that were spoken of lately, in both databases: where that was, and that no question walks what it need not."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from hubbub.answers import Answers
from hubbub.answers.lately import Wanted
from hubbub.model import Identifier
from hubbub.standings import chosen, stand
from hubbub.store import Store
from tests.answers.stated import NOW, OTHER, WORK, alias, at, keep, links, said
from tests.conftest import NewStore, on_postgresql

PREPRINT = Identifier("doi", "10.5555/preprint")


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """A work that its place speaks of, and another that is spoken of on a page, by the name of its preprint."""
    store = new_store()
    page = said("https://www.paper.example/a", source="web", links=links(PREPRINT), url="https://www.paper.example/a")
    keep(store, said("a", posted_at=at(1)), page, alias(PREPRINT, "is_preprint_of", OTHER))
    stand(store, chosen(), NOW)
    return store


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), {WORK, OTHER}),
        (Wanted(places=("bluesky",)), {WORK}),
        (Wanted(places=("web",)), {OTHER}),
        (Wanted(places=("bluesky", "web")), {WORK, OTHER}),
        (Wanted(places=("nowhere",)), set()),
        (Wanted(hosts=("paper.example",)), {OTHER}),
        (Wanted(hosts=("other.example", "paper.example")), {OTHER}),
        (Wanted(hosts=("aper.example", "paper.exampl%")), set()),
        (Wanted(places=("bluesky",), hosts=("paper.example",)), {WORK, OTHER}),
        (Wanted(places=("bluesky", "web"), since=at(1, 11)), {WORK}),
        (Wanted(places=("bluesky",), since=at(1, 13)), set()),
    ],
)
def test_a_work_is_found_by_where_any_of_its_names_is_spoken_of(
    store: Store, wanted: Wanted, found: set[Identifier]
) -> None:
    told = Answers(store).lately(wanted, "score", 0, 10)
    assert set(told.works) == found
    assert told.total == len(found)


@on_postgresql
@pytest.mark.parametrize("wanted", [Wanted(places=("bluesky",)), Wanted(hosts=("paper.example",))])
def test_no_mention_is_looked_at_for_works_that_it_does_not_name(new_store: NewStore, wanted: Wanted) -> None:
    store, works = new_store(), [Identifier("doi", f"10.5555/{n}") for n in range(1_500)]
    keep(store, *(said(f"{n}", links=links(work), posted_at=at(1)) for n, work in enumerate(works)))
    stand(store, chosen(), NOW)
    store.compact()  # which tells the server how much there is
    looks: list[float] = []

    def explain(connection, cursor, statement, parameters, *rest) -> None:  # type: ignore[no-untyped-def]
        if "mention" in statement:
            asked = cursor.connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            looks.append(sum(looked_at(asked.fetchone()[0][0]["Plan"])))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        Answers(store).lately(wanted, "score", 0, 10)
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    assert len(looks) == 2
    assert max(looks) <= len(works)


def looked_at(plan: dict[str, Any]) -> Iterator[float]:
    """How many rows of mentions each part of a plan looked at."""
    if plan.get("Relation Name") == "mention":
        yield (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from looked_at(part)
