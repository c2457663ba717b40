"""What was written somewhere is found, and what only looks like it is not: no scheme falls below its floors."""

import pytest

from tests.identify.corpora import cases, floored, floors, schemes, score


@pytest.mark.parametrize("scheme", schemes())
def test_recall_and_precision_stand_at_their_floors(scheme: str) -> None:
    total, wrong = score(scheme, cases(scheme))
    floor = floors()[scheme]
    assert floored(total.recall) >= floor.recall, "\n".join(wrong)
    assert floored(total.precision) >= floor.precision, "\n".join(wrong)


def test_no_floor_is_below_the_aim() -> None:
    assert {scheme: floor for scheme, floor in floors().items() if floor.recall < 0.99 or floor.precision < 0.99} == {}
    assert set(floors()) == set(schemes())


@pytest.mark.parametrize("scheme", schemes())
def test_a_case_is_told_once_with_where_it_was_seen(scheme: str) -> None:
    inputs = [(case.kind, case.input) for case in cases(scheme)]
    assert len(inputs) == len(set(inputs))
    assert all(case.seen and all(one[0] == scheme for one in case.finds) for case in cases(scheme))
