"""The chart draws what was counted, and nothing besides."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.answers.shapes import DayCount
from hubbub.reference.places import places
from hubbub.web import chart, look

DAYS = st.lists(
    st.builds(
        DayCount,
        st.dates(date(1999, 1, 1), date(2030, 1, 1)),
        st.sampled_from(("bluesky", "reddit", "elsewhere")),
        st.integers(0, 5000),
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=40,
).map(tuple)


@given(DAYS)
def test_the_table_adds_up_and_bars_stay_in_the_box(days: tuple[DayCount, ...]) -> None:
    drawn = chart.draw(days)
    if drawn is None:
        assert not any(d.posts or d.amplifications for d in days)
        return
    assert sum(row.posts for row in drawn.rows) == sum(d.posts for d in days)
    assert sum(row.amplifications for row in drawn.rows) == sum(d.amplifications for d in days)
    for panel in (drawn.posts, drawn.amplifications):
        for slot in panel.slots if panel else ():
            assert sum(bar.height for bar in slot.bars) <= 100.01
            for bar in slot.bars:
                assert bar.height >= 0
                assert bar.width > 0
                assert -0.01 <= bar.y <= 100
                assert 0 <= bar.x <= bar.x + bar.width <= 100
        if panel:
            assert 2 <= len(panel.levels) <= 6
    assert len(drawn.ticks) <= 9
    assert all(one.at < other.at for one, other in pairwise(drawn.ticks))


@pytest.mark.parametrize(("span", "step"), [(0, "day"), (60, "day"), (300, "week"), (3000, "month"), (9000, "year")])
def test_longer_spans_are_drawn_in_larger_steps(span: int, step: str) -> None:
    first = date(2000, 1, 1)
    drawn = chart.draw((DayCount(first, "bluesky", 1, 0), DayCount(first + timedelta(span), "bluesky", 1, 0)))
    assert drawn is not None
    assert drawn.step == step
    assert drawn.amplifications is None


def test_impossible_years_do_not_dwarf_the_others() -> None:
    drawn = chart.draw(tuple(DayCount(day, "a", 1, 0) for day in (date.min, date(2025, 1, 1), date.max)))
    assert drawn is not None
    assert drawn.step == "day"
    assert [row.label for row in drawn.rows] == ["1 Jan 2025"]


def test_nothing_known_draws_nothing() -> None:
    assert chart.draw(()) is None
    assert chart.draw((DayCount(date(2025, 1, 1), "a", 0, 0),)) is None


@pytest.mark.parametrize("ground", [look.LIGHT, look.DARK])
@pytest.mark.parametrize("name", [*places(), "", "white", "black"])
def test_every_colour_stands_out(name: str, ground: str) -> None:
    colour = {"white": "#ffffff", "black": "#000000"}.get(name) or look.face(name).colour
    assert look.contrast(look._rgb(look.legible(colour, ground)), look._rgb(ground)) >= 3


def test_an_unknown_source_is_called_by_its_name() -> None:
    assert look.face("somewhere").title == "somewhere"
    assert f".{look.face('somewhere').css} " in look.stylesheet()
