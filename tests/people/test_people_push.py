"""Shares of a walk are networkx's; what is pushed never exceeds them and misses what it says."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.graph import FollowGraph
from hubbub.people.push import STOP, WHOLE, Shares, _push, pagerank, push, suggest
from tests.people.networks import STANDARD, follows, graph_of, ours

LEAST = st.sampled_from([1.0, 0.1, 1e-2, 1e-4])


@st.composite
def seeded(draw: st.DrawFn) -> tuple[FollowGraph, list[int], Shares]:
    accounts, pairs = draw(follows(least=1))
    seeds = draw(st.lists(st.integers(0, accounts - 1), min_size=1, max_size=4))
    weights = draw(st.lists(st.floats(0, 1e308), min_size=len(seeds), max_size=len(seeds)).filter(any))
    return graph_of(accounts, pairs), seeds, np.array(weights)


def exactly(graph: FollowGraph, begins: Shares) -> Shares:
    """Solve the equations of the walk, which ends at who follows nobody, for each row of `begins`."""
    passes = np.zeros((graph.accounts, graph.accounts))
    for i in range(graph.accounts):
        row = graph.followed[graph.offsets[i] : graph.offsets[i + 1]]
        passes[i, row] = 1 / max(len(row), 1)
    solved: Shares = begins @ (STOP * np.linalg.inv(np.eye(graph.accounts) - (1 - STOP) * passes))
    return solved


@pytest.mark.parametrize("name", STANDARD)
def test_pagerank_is_that_of_networkx(name: str) -> None:
    theirs = STANDARD[name]()
    graph = ours(theirs)
    ranks = nx.pagerank(theirs, 1 - STOP, tol=1e-15, max_iter=10_000, weight=None)
    assert pagerank(graph) == pytest.approx(np.array(list(ranks.values())), abs=1e-9, rel=0)
    nodes = list(theirs)
    ranks = nx.pagerank(theirs, 1 - STOP, {nodes[0]: 1, nodes[5]: 3}, 10_000, 1e-15, weight=None)
    found = pagerank(graph, [5, 0, 5], np.array([1.0, 1.0, 2.0]))
    assert found == pytest.approx(np.array(list(ranks.values())), abs=1e-9, rel=0)


@given(seeded(), LEAST)
def test_what_is_pushed_is_never_too_much_and_all_that_is_missing_is_said(
    told: tuple[FollowGraph, list[int], Shares], least: float
) -> None:
    graph, seeds, weights = told
    true, pushed = pagerank(graph, seeds, weights, 1e-14), push(graph, seeds, weights, least)
    assert sum(pushed.shares) + pushed.rest == pytest.approx(1, abs=1e-12)
    assert len(set(pushed.accounts.tolist())) == len(pushed.accounts)
    missing = true.copy()
    missing[pushed.accounts] -= pushed.shares
    assert missing.min() >= -1e-12
    assert missing.sum() == pytest.approx(pushed.rest, abs=1e-12)


@given(seeded(), LEAST)
def test_what_is_kept_and_the_walks_of_what_is_held_are_the_whole_walk(
    told: tuple[FollowGraph, list[int], Shares], least: float
) -> None:
    """The invariant of forward push: π = p + Σ_u r(u) π_u."""
    graph, seeds, weights = told
    begins = np.zeros(graph.accounts)
    np.add.at(begins, seeds, weights / weights.max())
    begins /= begins.sum()
    kept, held = columns(graph, begins, least)
    assert kept + exactly(graph, held) == pytest.approx(exactly(graph, begins), abs=1e-12, rel=0)
    assert (held <= least * np.maximum(np.diff(graph.offsets), 1)).all()


def columns(graph: FollowGraph, begins: Shares, least: float) -> tuple[Shares, Shares]:
    """What each account keeps and holds in the end."""
    first = np.flatnonzero(begins)
    kept, held = np.zeros(graph.accounts, np.int64), np.rint(begins * WHOLE).astype(np.int64)
    queues, reached = np.empty((2, graph.accounts), np.int32), np.empty(graph.accounts, np.int32)
    queues[0, : len(first)] = first
    _push(graph.offsets, graph.followed, least * WHOLE, kept, held, queues, len(first), reached)
    return kept / WHOLE, held / WHOLE


@given(seeded(), st.randoms(use_true_random=False))
def test_other_numbers_change_nothing_but_names(told: tuple[FollowGraph, list[int], Shares], chance: Any) -> None:
    graph, seeds, weights = told
    names = np.array(chance.sample(range(graph.accounts), graph.accounts))
    followers = np.repeat(np.arange(graph.accounts), np.diff(graph.offsets))
    other = FollowGraph.of([(names[followers], names[graph.followed])], graph.accounts)
    assert pagerank(other, names[seeds], weights)[names] == pytest.approx(pagerank(graph, seeds, weights), abs=1e-11)
    handed, again = push(graph, seeds, weights), push(other, names[seeds], weights)
    assert again.rest == handed.rest
    assert dict(zip(again.accounts.tolist(), again.shares.tolist(), strict=True)) == dict(
        zip(names[handed.accounts].tolist(), handed.shares.tolist(), strict=True)
    )
    shares = dict(suggest(graph, pagerank(graph), seeds, weights))
    renamed = dict(suggest(other, pagerank(other), names[seeds], weights))
    assert renamed == pytest.approx({int(names[account]): share for account, share in shares.items()}, abs=1e-4)


@pytest.mark.parametrize("name", STANDARD)
def test_suggestions_are_those_with_the_highest_shares_among_those_not_excluded(name: str) -> None:
    graph = ours(STANDARD[name]())
    true = pagerank(graph, [0, 3])
    found = suggest(graph, pagerank(graph), [0, 3], excluded=[0, 3, 4], count=5)
    others = np.setdiff1d(np.arange(graph.accounts), [0, 3, 4])
    assert [share for _, share in found] == pytest.approx(sorted(true[others], reverse=True)[:5], abs=1e-4)
    assert [share for _, share in found] == pytest.approx([true[account] for account, _ in found], abs=1e-4)
    assert not {account for account, _ in found} & {0, 3, 4}


def test_whom_everybody_follows_is_not_short_of_what_was_not_handed_out() -> None:
    """Account 0 is followed by all, but of the walk from 1 it gets its share only after many small steps."""
    chance = np.random.default_rng(1)
    size = 20_000
    follower, followed = chance.integers(0, size, (2, 30 * size))
    everybody = np.arange(size)
    graph = FollowGraph.of([(follower, followed), (everybody, np.zeros(size, np.int64))], size)
    true, pushed = pagerank(graph, [1])[0], push(graph, [1])
    assert pushed.shares[pushed.accounts == 0][0] < true * 0.9
    assert dict(suggest(graph, pagerank(graph), [1]))[0] == pytest.approx(true, rel=0.02)


def test_without_seeds_or_follows_nobody_is_suggested() -> None:
    graph = graph_of(3, [(0, 1)])
    assert suggest(graph, pagerank(graph), []) == []
    assert suggest(graph, pagerank(graph), [0, 1], np.zeros(2)) == []
    assert suggest(graph, pagerank(graph), [2], excluded=[2]) == []
    assert suggest(graph, pagerank(graph), [0], count=0) == []
    assert pagerank(graph_of(0, [])).tolist() == []


@pytest.mark.parametrize(
    ("seeds", "weights"), [([3], None), ([-1], None), ([0], [-1.0]), ([0], [np.nan]), ([0], [np.inf]), ([0], [1, 2])]
)
@pytest.mark.parametrize("do", [pagerank, push])
def test_seeds_that_are_none_are_refused(do: Callable[..., object], seeds: list[int], weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"account|weight"):
        do(graph_of(3, [(0, 1)]), seeds, weights and np.array(weights))


@pytest.mark.parametrize("least", [0, -1, np.nan])
def test_what_may_be_held_back_is_above_zero(least: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        push(graph_of(3, [(0, 1)]), [0], None, least)


def test_ranks_of_another_graph_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        suggest(graph_of(3, [(0, 1)]), np.ones(2), [0])


@given(
    st.lists(st.integers(-9, 9) | st.sampled_from([2**40, -(2**40)]), max_size=4),
    st.lists(st.integers(-2, 5), max_size=9),
)
def test_a_broken_file_gives_an_error_or_shares_and_never_a_look_outside(
    middle: list[int], followed: list[int]
) -> None:
    offsets = np.array([0, *middle, len(followed)], np.int64)
    graph = FollowGraph(offsets, np.array(followed, np.int32))
    rows = [(a, b) for a, b in pairwise(offsets.tolist()) if 0 <= a <= b <= len(followed)]
    whole = len(rows) == graph.accounts and all(0 <= one < graph.accounts for one in followed)
    with nullcontext() if whole else pytest.raises(ValueError, match="of the graph"):
        pagerank(graph)
    with suppress(ValueError):  # unless it does not come to what is broken
        push(graph, [0])
