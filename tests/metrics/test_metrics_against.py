"""The grid: works by kind and venue, alone and against works of others."""

from math import nan

import numpy as np
import pytest
from numpy.typing import NDArray

from hubbub.metrics.against import ALL, Ageing, Square, ageing, baseline, places, squares
from hubbub.metrics.reference import Works, day_of
from hubbub.metrics.venues import CLAIMS, Verdict
from tests.metrics.journals import VENUES, column

TODAY, OLD, YOUNG = 20_000.0, 19_000.0, 19_998.0
WEEK = Ageing((7.0,) * 100)


def works(counts: object, kind: str = "article", day: float = OLD, groups: object = None, venue: str = "news") -> Works:
    column = np.asarray(counts, np.float64)
    names = tuple(f"{kind} {n}" for n in range(len(column)))
    groups = names if groups is None else [str(one) for one in groups]  # type: ignore[attr-defined]
    days = np.full(len(column), day)
    return Works("set", names, np.full(len(column), kind), days, np.array(groups), {venue: column})


def both(one: Works, other: Works) -> Works:
    return Works(
        "set", one.identifiers + other.identifiers, np.append(one.kinds, other.kinds),
        np.append(one.published, other.published), np.append(one.groups, other.groups),
        {venue: np.append(counts, other.mentions[venue]) for venue, counts in one.mentions.items()},
    )  # fmt: skip


def turned(one: Works) -> Works:
    return Works(
        "set", one.identifiers[::-1], one.kinds[::-1], one.published[::-1], one.groups[::-1],
        {venue: counts[::-1] for venue, counts in one.mentions.items()},
    )  # fmt: skip


def world(rate: float = 1.0, kind: str = "article") -> Works:
    chance, at = np.random.default_rng(5), np.repeat(np.arange(60), 20)
    return works(chance.poisson(rate * chance.gamma(6, 1 / 6, 60)[at]), kind, groups=at)


def grid(own: Works, reference: Works | None = None, venue: str = "news") -> dict[str, Square]:
    base = None if reference is None else baseline(reference, venue, WEEK, TODAY)
    return {one.row.kind: one for one in squares(own, [venue], {venue: WEEK}, {venue: base}, TODAY)}


def test_without_a_reference_there_is_a_share_and_no_verdict() -> None:
    found = grid(works([3, 0, 1]))["article"]
    assert (found.row.verdict, found.row.ratio, found.any) == (Verdict.LITTLE, None, None)
    assert (found.heard, found.ripe, found.mentions) == (2, 3, 4)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 2 / 3 < found.high < 1


def test_what_does_well_and_what_does_not_is_told_with_its_reference() -> None:
    found = grid(both(works([9] * 20), works([0] * 20, "slides")), both(world(), world(kind="slides")))
    assert {kind: one.row.verdict for kind, one in found.items() if kind != ALL} == {
        "article": Verdict.WELL,
        "slides": Verdict.POOR,
    }
    assert (found["article"].row.stratum, found["article"].row.stratum_works) == ("article of 2022", 1200)
    assert found["slides"].row.silent
    assert found[ALL].row.stratum_works == 2400


def test_works_that_are_in_two_strata_are_one_reference_work_each() -> None:
    found = grid(both(works([1] * 9), works([1] * 9, "poster")), world())
    assert (found[ALL].row.stratum, found[ALL].row.stratum_works) == ("article of 2022, works of every kind", 1200)


def test_of_researchers_like_all_others_fewer_than_one_in_ten_gets_a_verdict() -> None:
    chance, wrong = np.random.default_rng(8), 0
    base = {"news": baseline(world(), "news", WEEK, TODAY)}
    for _ in range(300):
        (one,) = squares(works(chance.poisson(1.0, 15)), ["news"], {"news": WEEK}, base, TODAY)
        wrong += one.row.verdict in (Verdict.WELL, Verdict.POOR)
    assert wrong / 300 < 0.1


def test_nine_in_ten_intervals_hold_the_true_ratio() -> None:
    chance, held = np.random.default_rng(9), 0
    base = {"news": baseline(world(), "news", WEEK, TODAY)}
    usual = np.log1p(np.random.default_rng(0).poisson(np.random.default_rng(1).gamma(6, 1 / 6, 10**5))).mean()
    for _ in range(300):
        rate = chance.gamma(6, 1 / 6)
        truth = np.log1p(chance.poisson(rate, 10**4)).mean() / usual
        (one,) = squares(works(chance.poisson(rate, 15)), ["news"], {"news": WEEK}, base, TODAY)
        held += bool((one.row.low or 0) <= truth <= (one.row.high or 0))
    assert 0.85 <= held / 300 <= 0.99


def test_a_kind_that_the_reference_lacks_is_compared_with_every_kind_and_says_so() -> None:
    found = grid(works([1] * 9, "poster"), world())["poster"]
    assert (found.row.stratum, found.row.stratum_works) == ("works of every kind", 1200)


def test_another_year_is_compared_with_every_year_of_the_kind() -> None:
    assert grid(works([1] * 9, day=OLD - 800), world())["article"].row.stratum == "every article"


def test_young_works_are_too_early_and_undated_ones_are_not_judged() -> None:
    assert grid(works([9] * 9, day=YOUNG), world())["article"].row.verdict == Verdict.EARLY
    assert grid(works([9] * 9, day=YOUNG))["article"].row.verdict == Verdict.EARLY
    undated = grid(works([9] * 9, day=nan), world())["article"]
    assert (undated.row.verdict, undated.ripe, undated.low) == (Verdict.LITTLE, 0, None)


def test_young_works_are_no_reference() -> None:
    assert baseline(works([1] * 100, day=YOUNG), "news", WEEK, TODAY) is None
    assert baseline(works([1] * 49), "news", WEEK, TODAY) is None
    assert baseline(works([nan] * 100), "news", WEEK, TODAY) is None
    assert baseline(works([1] * 100), "blogs", WEEK, TODAY) is None


def test_works_that_share_no_group_give_indicators_and_no_ratio() -> None:
    found = grid(works([1] * 9), works([0, 1] * 60))["article"]
    assert (found.row.ratio, found.row.verdict) == (None, Verdict.LITTLE)
    assert found.any is not None
    assert found.any.mhrr == 2


def test_what_a_venue_cannot_carry_is_no_failure() -> None:
    found = grid(works([0] * 9, "video", venue="f1000"), venue="f1000")["video"]
    assert (found.row.verdict, found.low, found.any) == (Verdict.CANNOT, None, None)


def test_an_unknown_count_is_in_no_number() -> None:
    found = grid(works([nan, 2, nan]))["article"]
    assert (found.row.works, found.ripe, found.heard, found.mentions) == (3, 1, 1, 2)


def test_the_order_of_works_changes_nothing() -> None:
    reference, own = world(), works([0, 1, 5, 2])
    one, other = grid(own, reference)["article"], grid(turned(own), turned(reference))["article"]
    assert (one.row.ratio, one.any, one.row.verdict) == (other.row.ratio, other.any, other.row.verdict)


def test_places_are_among_the_narrowest_hundred_peers() -> None:
    base = baseline(both(world(), works([0] * 60, "slides", groups=range(60))), "news", WEEK, TODAY)
    assert base is not None
    article, slides = (places(works([9], kind), "news", WEEK, base, TODAY)[0] for kind in ("article", "slides"))
    assert article is not None
    assert slides is not None
    assert (article.stratum, article.widened) == ("article of 2022", False)
    assert (slides.stratum, slides.works, slides.widened) == ("works of every kind", 1260, True)
    assert places(works([9], day=YOUNG), "news", WEEK, base, TODAY) == [None]


def test_ages_are_learnt_where_enough_is_known_and_follow_the_rule_elsewhere() -> None:
    numbers = np.arange(400) % 40
    published = np.full(400, TODAY - 500)
    days = published + 3
    days[0] = published[0]  # collecting had begun
    learnt = ageing(days, published, numbers, TODAY, rule=90)
    assert (learnt.maturity[49], learnt.mentions, learnt.works) == (3.0, 400, 40)
    by_rule = Ageing((90.0,) * 100)
    assert ageing(days + 300, published + 300, numbers, TODAY, rule=90) == by_rule  # too young
    assert ageing(days, published, numbers % 10, TODAY, rule=90) == by_rule  # too few works
    assert ageing(published + 3, published, numbers, TODAY, rule=90) == by_rule  # collected only later
    assert ageing(np.full(400, nan), published, numbers, TODAY, rule=90) == by_rule


@pytest.mark.parametrize("counts", [[], [0], [1e12]])
def test_hardly_any_works_break_nothing(counts: list[float]) -> None:
    assert all(one.row.verdict == Verdict.LITTLE for one in grid(works(counts), world(0.01)).values())


def test_where_reference_groups_happen_not_to_differ_a_shelf_can_still_be_told() -> None:
    alike = works([n % 10 == 0 for n in range(200)], groups=[n // 10 for n in range(200)])
    found = grid(works([1] * 30), alike)["article"]
    assert found.row.verdict == Verdict.WELL
    assert grid(works([n % 10 == 0 for n in range(30)]), alike)["article"].row.verdict == Verdict.LITTLE


def articles(at: NDArray[np.intp]) -> Works:
    """Articles of the journals; whether they were preprints before stands in for their kind."""
    kinds = np.where(column("deposited")[at] > 0, "deposited", "article")
    days = np.array([day_of(f"{year:.0f}") for year in column("year")[at]])
    groups = column("journal")[at].astype(str)
    return Works("journals", tuple(map(str, at)), kinds, days, groups, {venue: column(venue)[at] for venue in VENUES})


def test_of_real_works_dealt_at_random_fewer_than_one_in_ten_hands_gets_a_verdict() -> None:
    chance, wrong = np.random.default_rng(2), dict.fromkeys(VENUES, 0)
    pool = np.arange(len(column("journal")))
    ages, hands = dict.fromkeys(VENUES, WEEK), 80
    bases = {venue: baseline(articles(pool), venue, WEEK, TODAY) for venue in VENUES}
    for _ in range(hands):
        for one in squares(articles(chance.choice(pool, 10, replace=False)), VENUES, ages, bases, TODAY):
            wrong[one.row.venue] += one.row.kind == ALL and one.row.verdict in CLAIMS
    assert max(wrong.values()) / hands < 0.1
