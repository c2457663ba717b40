"""What changed since: nothing is missed, nothing is told twice, and a reader goes on where it was."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers import Answers
from hubbub.model import Alias, Description, Identifier, Tally
from hubbub.store import Store
from hubbub.store.changes import BEGINNING, Changed, Since
from tests.conftest import NewStore
from tests.store.fold_model import WORKS
from tests.store.histories import arranged, histories
from tests.store.keeping import NOW, keep
from tests.store.test_write_rule import Facts, own

PREPRINT = Identifier("arxiv", "2401.00001")


def changed(store: Store, since: Since = BEGINNING) -> list[Changed]:
    return Answers(store).changes(since)


def names(found: list[Changed]) -> list[Identifier]:
    return [one.identifier for one in found]


@given(data=st.data(), facts=histories())
def test_whatever_alters_what_is_told_of_a_work_marks_it_as_changed(
    new_store: NewStore, data: st.DataObject, facts: Facts
) -> None:
    store = new_store()
    answers, since = Answers(store), BEGINNING
    before = {work: answers.counts(work) for work in WORKS}
    for page in data.draw(arranged(facts)):
        keep(store, [page])
        found = changed(store, since)
        since = found[-1].since if found else since
        after = {work: answers.counts(work) for work in WORKS}
        assert {work for work in WORKS if after[work] != before[work]} <= set(names(found))
        before = after


def test_nothing_changes_where_the_same_is_told_again(new_store: NewStore) -> None:
    store = new_store()
    described = Description(identifier=WORKS[1], via="crossref", version="1", title="A title")
    for _ in range(2):
        keep(store, [[own("v1", WORKS[0]), described]])
        assert set(names(changed(store))) == {WORKS[0], WORKS[1]}
        assert changed(store)[-1].since.number == 1


def test_registries_and_people_change_what_is_told_of_works(new_store: NewStore) -> None:
    store = new_store()
    alias = Alias(identifier=WORKS[0], relation="is_same_as", other=PREPRINT, via="crossref", version="1")
    tally = Tally(identifier=WORKS[2], via="openalex", kind="citations", value=3, as_of=NOW)
    keep(store, [[alias]])
    assert set(names(changed(store))) == {WORKS[0], PREPRINT}
    keep(store, [[tally], [tally], [Tally(identifier=WORKS[2], via="openalex", kind="citations", value=4, as_of=NOW)]])
    assert names(changed(store, Since(2, 2**62))) == [WORKS[2]]
    Answers(store).correct(WORKS[0], PREPRINT, same=False)
    assert set(names(changed(store, Since(3, 2**62)))) == {WORKS[0], PREPRINT}


def test_a_reader_goes_on_in_the_middle_of_a_transaction(new_store: NewStore) -> None:
    store = new_store()
    keep(store, [[own("v1", *WORKS)]])
    since, seen = BEGINNING, list[Identifier]()
    while found := Answers(store).changes(since, 1):
        since, seen = found[-1].since, [*seen, *names(found)]
    assert sorted(one.value for one in seen) == [one.value for one in WORKS]
    assert abs(changed(store)[0].at - datetime.now(UTC)) < timedelta(minutes=10)
    keep(store, [[own("v2", WORKS[1])]])
    assert set(names(changed(store, since))) == set(WORKS)  # two of them are mentioned no longer
