"""The grid says where work thrives, is right about it as often as it promises, and says so when it cannot tell."""

from collections.abc import Sequence
from math import inf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.metrics import calibrated, venues
from hubbub.metrics.venues import Cell, Norm, Prior, Row, Verdict
from tests.metrics import journals
from tests.metrics.journals import Split, seen

OLD = 1000.0
# As if nothing had to be widened: with ever so many groups, every level covers what it says.
EXACT = tuple((np.arange(1, 1000) / 1000).tolist())
ANY = Prior("any", shape=2.0, dispersion=0.8, scores=EXACT)
LOG = Prior("log", shape=8.0, dispersion=0.5, scores=EXACT)
WEEK = tuple(np.linspace(0.07, 7, 100).tolist())


@pytest.mark.parametrize("venue", journals.VENUES)
def test_intervals_hold_what_the_rest_of_a_journal_gets_as_often_as_they_say(venue: str) -> None:
    splits = [Split(venue, seed) for seed in range(16)]
    for k in (2, 5, 10, 20):
        held = []
        for split in splits:
            rows, rest, due = split.dealt(k)
            low, high = venues.foreseen(split.prior, *seen(rows), due)
            held += ((low - 1e-6 <= rest) & (rest <= high + 1e-6)).tolist()
        assert 0.85 <= np.mean(held) <= 0.95, k


@pytest.mark.parametrize("venue", journals.VENUES)
def test_fewer_than_one_in_ten_verdicts_on_researchers_like_all_others_is_wrong(venue: str) -> None:
    splits = [Split(venue, seed) for seed in range(4)]
    for works in (3, 10, 30):
        verdicts = [row.verdict for split in splits for row in split.null(works, 100)]
        assert np.mean([verdict in venues.CLAIMS for verdict in verdicts]) < 0.1


def test_of_the_claims_about_journals_fewer_than_one_in_ten_is_wrong() -> None:
    wrong = []
    for seed in range(4):
        for venue in journals.VENUES:
            rows, rest, due = Split(venue, seed).dealt(10)
            for row, ratio in zip(rows, rest / due, strict=True):
                wrong += (
                    [ratio < 1] if row.verdict is Verdict.WELL else [ratio > 1] if row.verdict is Verdict.POOR else []
                )
    assert len(wrong) > 50
    assert np.mean(wrong) < 0.1


def test_sparse_venues_are_measured_by_any_mention_and_others_by_logarithms() -> None:
    measures = {venue: venues.measure_for(journals.column(venue)) for venue in journals.VENUES}
    assert measures == {"tweets": "log", "readers": "log", "blogs": "any", "news": "any", "wikipedia": "any"}
    assert venues.measure_for([]) == venues.measure_for([nan, -1]) == venues.measure_for([0, 0, 0, 0, 1]) == "any"
    assert venues.measure_for([0, 0, 0, 1, nan]) == "log"
    assert venues.norms([], [], "any") == {}
    assert venues.norms([1, 0, nan, 5], ["a", "a", "a", "b"], "any") == {"a": Norm(0.5, 2), "b": Norm(1.0, 1)}
    assert venues.measured([0, 1, 7, -1, nan, inf], "any").tolist()[:3] == [0, 1, 1]
    assert np.isnan(venues.measured([-1, nan, inf], "any")).all()
    assert np.isnan(venues.measured([-1, nan, inf], "log")).all()


@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_the_order_of_reference_works_changes_nothing(seed: int) -> None:
    some = np.flatnonzero(journals.column("journal") < 30)
    shuffled = np.random.default_rng(seed).permutation(some)
    learnt, again = (
        venues.learn(
            journals.column("news")[works],
            journals.expected("news", np.ones(len(journals.strata()), bool), "any")[works],
            journals.column("journal")[works],
            "any",
            np.random.default_rng(0),
        )
        for works in (some, shuffled)
    )
    assert learnt == again


def of(works: Sequence[tuple[float, float, float]]) -> Cell:
    """A cell of works by their mentions, ages and expectations."""
    return Cell("slides", "x", *([work[column] for work in works] for column in range(3)))  # type: ignore[arg-type]


WORKS = st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 4000), st.floats(1e-3, 0.99)), min_size=1, max_size=30)


@given(WORKS, st.randoms(use_true_random=False), st.sampled_from([ANY, LOG]))
def test_the_order_of_works_changes_nothing(
    works: list[tuple[int, float, float]], chance: Random, prior: Prior
) -> None:
    rows = [venues.grid([of(order)], {"x": prior}) for order in (works, chance.sample(works, len(works)))]
    assert rows[0] == rows[1]


@given(WORKS, st.sampled_from([ANY, LOG]))
def test_the_ratio_lies_between_one_and_what_was_seen(works: list[tuple[int, float, float]], prior: Prior) -> None:
    (row,) = venues.grid([of(works)], {"x": prior})
    assert row.observed is not None
    assert row.expected
    assert row.ratio is not None
    raw = row.observed / row.expected
    assert min(1, raw) * (1 - 1e-12) <= row.ratio <= max(1, raw) * (1 + 1e-12)
    assert row.low is not None
    assert row.high is not None
    assert 0 <= row.low <= row.high


@given(WORKS, st.integers(0, 29))
def test_one_more_mention_never_lowers_the_ratio(works: list[tuple[int, float, float]], which: int) -> None:
    i = which % len(works)
    more = [(y + (i == n), age, due) for n, (y, age, due) in enumerate(works)]
    before, after = venues.grid([of(w) for w in (works, more)], {"x": LOG})
    assert (before.ratio or 0) <= (after.ratio or 0)


def cell(mentions: Sequence[float], due: float | None, age: float = OLD, kind: str = "slides") -> Cell:
    n = len(mentions)
    return Cell(kind, "x", mentions, [age] * n, None if due is None else [due] * n, "slides of 2024", 400)


def judged(given: Cell, prior: Prior = ANY) -> Row:
    return venues.grid([given], {"x": prior})[0]


def test_each_verdict_is_given_where_it_is_due() -> None:
    assert judged(cell([1] * 10, 0.2)).verdict is Verdict.WELL
    assert judged(cell([0] * 40, 0.2)).verdict is Verdict.POOR
    assert judged(cell([0] * 3, 0.2)).verdict is Verdict.LITTLE
    young = Prior("any", 2.0, 0.8, EXACT, WEEK)
    assert judged(cell([1] * 10, 0.2, age=1), young).verdict is Verdict.EARLY
    assert judged(cell([1] * 10, 0.2, age=6), young).verdict is Verdict.WELL
    never = Cell("slides", "x", [0, 0], [OLD, OLD], [0.2, 0.2], possible=False)
    assert judged(never) == Row("slides", "x", Verdict.CANNOT, 2)
    row = judged(cell([1] * 10, 0.2))
    assert (row.stratum, row.stratum_works, row.works, row.compared) == ("slides of 2024", 400, 10, 10)
    assert row.certainty is not None
    assert row.certainty > 0.9


def test_nothing_is_said_to_do_badly_where_fewer_than_three_mentions_were_due() -> None:
    sharp = Prior("any", 0.05, 0.1, EXACT)
    assert judged(cell([0] * 14, 0.2), sharp).verdict is Verdict.LITTLE
    assert judged(cell([0] * 16, 0.2), sharp).verdict is Verdict.POOR


def test_without_a_reference_nothing_is_claimed_and_nothing_made_up() -> None:
    for row in (judged(cell([5, 9], None)), venues.grid([cell([5, 9], 0.2)], {})[0], judged(cell([], 0.2))):
        assert row.verdict is Verdict.LITTLE
        assert (row.ratio, row.low, row.high, row.certainty, row.expected) == (None,) * 5


def test_too_few_reference_groups_give_an_interval_without_ends_and_no_claim() -> None:
    row = judged(cell([1] * 30, 0.01), Prior("any", 2.0, 0.8, EXACT[::300]))
    assert (row.verdict, row.low, row.high) == (Verdict.LITTLE, 0.0, inf)


def test_the_worse_others_were_foretold_the_wider_the_interval_and_the_fewer_the_claims() -> None:
    badly = tuple((1 - (1 - np.array(EXACT)) / 20).tolist())
    well, poorly = (judged(cell([1] * 5, 0.25), Prior("any", 2.0, 0.8, scores)) for scores in (EXACT, badly))
    assert (well.verdict, poorly.verdict) == (Verdict.WELL, Verdict.LITTLE)
    assert well.ratio == poorly.ratio
    assert (poorly.low or 0) < (well.low or 0)
    assert (poorly.high or 0) > (well.high or 0)
    seen, due = np.array([2.0]), np.array([10.0])
    ends = [venues.foreseen(Prior("any", 2.0, 0.8, scores), seen, seen, due) for scores in (EXACT, badly)]
    assert ends[1][0] <= ends[0][0]
    assert ends[1][1] > ends[0][1]


@given(st.integers(0, 20), st.integers(1, 30))
def test_what_is_foreseen_is_what_would_not_surprise(seen: int, works: int) -> None:
    given, expected, due = np.array([float(seen)]), np.array([3.0]), np.array([works / 5])
    low, high = venues.foreseen(ANY, given, expected, due)
    for unseen in range(works + 1):
        surprise = venues.surprise(ANY, given, expected, np.array([float(unseen)]), due)
        if abs(surprise[0] - 0.9) > 1e-3:
            assert (surprise[0] <= 0.9) == (low[0] <= unseen <= high[0])


def test_a_venue_is_silent_where_mentions_were_due_and_none_came() -> None:
    assert judged(cell([0] * 30, 0.2)).silent
    assert not judged(cell([0] * 5, 0.2)).silent
    assert not judged(cell([0] * 29 + [1], 0.2)).silent


def test_young_works_are_left_out_and_others_are_due_what_has_come_by_their_age() -> None:
    prior = Prior("any", 2.0, 0.8, EXACT, WEEK)
    row = judged(Cell("slides", "x", [1, 1, 0], [1, 6, 700], [0.2, 0.2, 0.2]), prior)
    assert (row.works, row.compared, row.observed) == (3, 2, 1)
    share = float(venues.matured(WEEK, 6.0))
    assert row.expected == pytest.approx(0.2 + 1 - 0.8**share)


@given(st.lists(st.floats(0, 1e4), max_size=50), st.lists(st.floats(-10, 1e5), min_size=2, max_size=10))
def test_works_ripen_with_age_and_never_beyond_all(delays: list[float], ages: list[float]) -> None:
    shares = venues.matured(venues.maturity(delays), sorted(ages))
    assert (np.diff(shares) >= 0).all()
    assert ((shares >= 0) & (shares <= 1)).all()


def test_a_curve_of_ripening_is_that_of_its_delays() -> None:
    delays = np.random.default_rng(1).exponential(10, 20_000)
    assert venues.matured(venues.maturity(delays), [5.0, 20.0]) == pytest.approx(1 - np.exp([-0.5, -2]), abs=0.02)


def test_what_is_unknown_is_left_out() -> None:
    unknown = [
        (nan, OLD, 0.2),
        (-3, OLD, 0.2),
        (inf, OLD, 0.2),
        (1, nan, 0.2),
        (1, OLD, nan),
        (1, OLD, 0),
        (1, OLD, -1),
    ]
    known = [(1.0, OLD, 0.2), (0.0, OLD, 0.3)]
    for prior in (ANY, LOG):
        row = judged(of(unknown + known), prior)
        clean = judged(of(known), prior)
        assert (row.works, row.compared, row.ratio) == (9, 2, clean.ratio)
        nothing = judged(of(unknown), prior)
        assert (nothing.verdict, nothing.ratio) == (Verdict.LITTLE, None)


def test_huge_counts_break_nothing() -> None:
    for prior in (ANY, LOG):
        row = judged(cell([1e300, 10**18], 1e5), prior)
        assert row.ratio is not None
        assert np.isfinite(row.ratio)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one number a work"):
        judged(Cell("slides", "x", [1, 2], [OLD], [0.2, 0.2]))


def test_nothing_is_learnt_where_no_two_works_share_a_group() -> None:
    for groups in ([1, 2, 3], [1, 1, 1]):
        mentions = [1, 0, 2] if groups[1] == 2 else [nan, nan, nan]
        with pytest.raises(ValueError, match="share a group"):
            venues.learn(mentions, [0.5] * 3, groups, "any", np.random.default_rng(0))


def test_what_is_learnt_of_simulated_groups_is_what_they_were_made_by() -> None:
    chance = np.random.default_rng(7)
    groups = np.repeat(np.arange(400), 40)
    ratios = chance.gamma(3.0, 1 / 3.0, 400)
    mentioned = chance.random(16_000) < np.minimum(ratios[groups] * 0.1, 1)
    prior = venues.learn(mentioned, np.full(16_000, 0.1), groups, "any", chance)
    assert prior.shape == pytest.approx(3.0, rel=0.25)
    assert prior.dispersion == pytest.approx(0.87, rel=0.1)  # 1 - p, with the mean of p² over groups
    assert calibrated.level(prior.scores, 0.9) == pytest.approx(0.9, abs=0.03)


def test_kinds_are_contrasted_at_one_venue_by_the_exact_probability() -> None:
    rows = venues.grid([cell([1] * 8, 0.2, kind="slides"), cell([0] * 9 + [1], 0.2, kind="paper")], {"x": ANY})
    (contrast,) = venues.contrasts(rows, {"x": ANY})
    assert (contrast.venue, contrast.better, contrast.worse) == ("x", "slides", "paper")
    chance = np.random.default_rng(3)
    draws = [chance.gamma((row.ratio or 0) * (row.weight or 0), 1 / (row.weight or 1), 400_000) for row in rows]
    assert contrast.certainty == pytest.approx(np.mean(draws[0] > draws[1]), abs=0.002)


def test_contrasts_need_one_venue_two_kinds_and_a_difference() -> None:
    alike = venues.grid([cell([1, 0], 0.5, kind=kind) for kind in ("slides", "paper")], {"x": ANY})
    assert venues.contrasts(alike, {"x": ANY}) == []
    same = venues.grid([cell([1] * 9, 0.2), cell([0] * 30, 0.2)], {"x": ANY})
    assert venues.contrasts(same, {"x": ANY}) == []
    assert venues.contrasts([], {}) == []


@given(st.lists(st.floats(0, 1), max_size=30), st.randoms(use_true_random=False))
def test_claims_shown_together_are_in_doubt_by_a_tenth_at_most_and_are_the_surest(
    sure: list[float], chance: Random
) -> None:
    shown = calibrated.kept(np.array(sure))
    if shown.any():
        assert np.mean(1 - np.array(sure)[shown]) <= 0.1 + 1e-12
        assert min(np.array(sure)[shown]) > max(
            [s for s, keep in zip(sure, shown, strict=True) if not keep], default=-1
        )
    order = chance.sample(range(len(sure)), len(sure))
    assert (calibrated.kept(np.array(sure)[order]) == shown[order]).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_the_level_covers_its_share_of_scores_and_no_narrower_one_does(scores: list[float], coverage: float) -> None:
    ordered = sorted(scores)
    level = calibrated.level(ordered, coverage)
    promised = coverage * (len(ordered) + 1)
    assert level == 1 or sum(score <= level for score in ordered) >= promised
    assert sum(score < level for score in ordered) < promised


@given(st.lists(st.floats(0, 1), max_size=50), st.floats(0, 1), st.floats(0, 1))
def test_the_surer_a_model_is_the_more_certain_it_is(scores: list[float], one: float, other: float) -> None:
    low, high = calibrated.certainty(sorted(scores), np.array(sorted([one, other])))
    assert 0 <= low <= high <= 1
