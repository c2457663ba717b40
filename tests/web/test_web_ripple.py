"""The ripple says what the numbers say, in every form, on either ground, and in words."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hubbub.answers.shapes import CategoryCount, Reach, Ripple
from hubbub.model import Category
from hubbub.reference.ripple import looks
from hubbub.web.look import DARK, LIGHT, contrast, legible
from hubbub.web.ripple import SMALL, Number, draw, short, words

NOBODY = Reach(None, None, 0, 0)
FORMS = list(looks().forms)
COUNTS = st.dictionaries(st.sampled_from(list(looks().categories)), st.integers(0, 10**9))


def heard(posts: dict[Category, int] | None, reach: Reach = NOBODY) -> Ripple:
    if posts is None:
        return Ripple(None, (), reach)
    return Ripple(sum(posts.values()), tuple(CategoryCount(name, n, None, 0) for name, n in posts.items()), reach)


@st.composite
def reaches(draw: st.DrawFn) -> Reach:
    accounts = draw(st.integers(0, 10**6))
    known = draw(st.integers(0, accounts))
    low = draw(st.integers(0, 10**10)) if known else None
    return Reach(low, None if low is None else low * known, known, accounts)


def strokes(drawn: str) -> set[str]:
    return set(re.findall(r'stroke="(#\w+)"', drawn))


@given(st.none() | COUNTS, reaches(), st.sampled_from(FORMS), st.sampled_from(["light", "dark", "auto"]))
def test_whatever_is_counted_is_drawn_as_svg_within_seven_kilobytes(posts, reach, form, theme) -> None:  # type: ignore[no-untyped-def]
    told = heard(posts, reach)
    number = None if told.posts is None else Number(told.posts, "posts")
    drawn = draw(told, looks().forms[form], theme, number)
    root = ElementTree.fromstring(drawn)
    title, about = root[0].text, root[1].text
    assert (title, about) == words(told, number)
    assert "{" not in drawn.partition("</style>")[2]
    assert "nan" not in drawn
    assert len(drawn) < 7000


@given(COUNTS.filter(lambda posts: any(posts.values())))
def test_each_category_that_spoke_has_its_colour_and_no_other(posts: dict[Category, int]) -> None:
    drawn = draw(heard(posts), looks().forms["donut"], "light")
    spoke = {legible(ink.colour, LIGHT) for name, ink in looks().categories.items() if posts.get(name)}
    assert strokes(drawn) - {looks().grounds["light"]["soft"]} == spoke


def test_categories_are_told_apart_without_colour() -> None:
    donut = looks().forms["donut"]
    drawn = [draw(heard({name: 3}), donut, "light").partition("</desc>")[2] for name in looks().categories]
    assert len({re.sub("#[0-9a-f]{6}", "", one) for one in drawn}) == len(drawn)


def test_a_larger_reach_has_more_circles_and_an_unknown_one_is_dotted() -> None:
    def circles(low: int | None, known: int = 4) -> tuple[int, int]:
        drawn = draw(heard({"mentions": 4}, Reach(low, low, known, 4)), looks().forms["donut"], "light")
        strong, soft = (looks().grounds["light"][name] for name in ("strong", "soft"))
        return drawn.count(f'stroke="{strong}"'), drawn.count(f'stroke="{soft}"')

    assert [circles(low) for low in (1, 99, 100, 9_999, 10_000, 10**6, 10**9)] == [
        (1, 0), (1, 0), (2, 0), (2, 0), (3, 0), (4, 0), (4, 0)
    ]  # fmt: skip
    assert circles(None, 0) == (0, 1)
    assert circles(10_000, 3) == (3, 3)


def test_nothing_known_has_no_number_and_says_so() -> None:
    drawn = draw(heard(None), looks().forms["large-donut"], "light", None)
    assert "no mentions yet" in drawn
    assert "scale(" not in drawn


def test_a_known_nought_is_a_number() -> None:
    told = heard({"mentions": 0})
    assert words(told)[0] == "hubbub: 0 posts about this work"
    assert "scale(" in draw(told, looks().forms["donut"], "light", Number(0, "posts"))


def test_what_is_counted_is_said_where_there_is_room_and_in_words_everywhere() -> None:
    told, score = heard({"mentions": 4}), Number(12.25, "score")
    assert words(told, score)[0] == "hubbub: 4 posts about this work, score 12.25"
    assert draw(told, looks().forms["donut"], "light", score).count("scale(") == 1
    assert draw(told, looks().forms["large-donut"], "light", score).count("scale(") == 2


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (7, "7"), (164.966, "165"), (999, "999"), (1000, "1k"), (1999, "1.9k"), (12_345, "12k"),
     (999_999, "999k"), (1_234_567, "1.2M"), (98_765_432, "98M")],
)  # fmt: skip
def test_numbers_are_short(value: float, written: str) -> None:
    assert short(value) == written


@pytest.mark.parametrize(("name", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_every_ink_stands_out_from_its_ground_and_no_two_are_the_same(name: str, ground: str) -> None:
    own = looks().grounds[name]  # type: ignore[index]
    categories = [legible(ink.colour, ground) for ink in looks().categories.values()]
    drawn = [own["ink"], own["soft"], own["strong"], *categories]
    assert all(contrast(rgb(colour), rgb(own["paper"])) >= 3 for colour in drawn)
    assert contrast(rgb(own["bright"]), rgb(own["strong"])) >= 4.5
    assert contrast(rgb(own["ink"]), rgb(own["paper"])) >= 4.5
    every = [*own.values(), *categories]
    assert len(set(every)) == len(every)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


@given(st.none() | COUNTS, reaches(), st.sampled_from(FORMS), st.sampled_from([0, 16, 39, 40, 99, 100, 1024]))
def test_what_is_invented_says_so_in_letters_and_in_words(posts, reach, form, width) -> None:  # type: ignore[no-untyped-def]
    real = heard(posts, reach)
    told, number = structs.replace(real, simulated=True), None if real.posts is None else Number(real.posts, "posts")
    drawn, same = (draw(one, looks().forms[form], "light", number, width) for one in (told, real))
    word = "sim" if looks().forms[form].draws == "ripple" and 0 < width < SMALL else "simulated"
    letters = [looks().glyphs[sign][1] for sign in word]
    assert in_order(letters, re.findall(r' d="([^"]+)"', drawn))
    assert not in_order(letters, re.findall(r' d="([^"]+)"', same))
    title, about = words(told, number)
    assert title.startswith("hubbub, simulated: ")
    assert about.startswith("Nothing here is real")
    assert len(drawn) < 9000


def in_order(wanted: list[str], among: list[str]) -> bool:
    """Say whether these stand there one after the other."""
    return any(among[start : start + len(wanted)] == wanted for start in range(len(among)))
