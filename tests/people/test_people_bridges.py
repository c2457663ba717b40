"""Measures of bridges are networkx's; mixing is what its definition says."""

from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.bridges import holes, mixing, participation
from hubbub.people.graph import FollowGraph
from tests.people.networks import STANDARD, follows, graph_of, ours

Network = tuple[int, list[tuple[int, int]]]


def values(theirs: Any, measure: dict[Any, float]) -> Any:
    return pytest.approx(np.array([measure[node] for node in theirs]), abs=1e-9, rel=0, nan_ok=True)


@pytest.mark.parametrize("name", STANDARD)
def test_constraint_and_effective_size_are_those_of_networkx(name: str) -> None:
    theirs = STANDARD[name]()
    found = holes(ours(theirs))
    assert found.constraint == values(theirs, nx.constraint(theirs))
    if not theirs.is_directed():  # else its answer for all nodes at once is not the one for each
        assert found.effective_size == values(theirs, nx.effective_size(theirs))


@given(follows(least=1))
def test_both_are_those_of_networkx_on_any_network(told: Network) -> None:
    accounts, pairs = told
    theirs = nx.DiGraph()
    theirs.add_nodes_from(range(accounts))
    theirs.add_edges_from((a, b) for a, b in pairs if a != b)
    found = holes(graph_of(accounts, pairs))
    ties = [node for node in theirs if theirs.degree(node)]
    for node in theirs:
        assert np.isnan(found.constraint[node]) == np.isnan(found.effective_size[node]) == (node not in ties)
    for node in ties:
        around = set(nx.all_neighbors(theirs, node))
        constraint = sum(nx.local_constraint(theirs, node, other) for other in around)
        assert found.constraint[node] == pytest.approx(constraint, abs=1e-9)
        # It gives none to who follows nobody, though ties of both directions count.
        either = theirs if theirs[node] else theirs.reverse()
        effective = nx.effective_size(either, [node])[node]
        assert found.effective_size[node] == pytest.approx(effective, abs=1e-9)


@pytest.mark.parametrize("name", STANDARD)
def test_participation_is_what_the_ties_to_each_community_make_it(name: str) -> None:
    theirs = STANDARD[name]()
    communities = {node: i % 3 for i, node in enumerate(theirs)}
    expected = {}
    for node in theirs:
        around = [*theirs.successors(node), *theirs.predecessors(node)] if theirs.is_directed() else theirs[node]
        counts = Counter(communities[other] for other in around).values()
        expected[node] = 1 - sum((count / sum(counts)) ** 2 for count in counts) if counts else np.nan
    assert participation(ours(theirs), list(communities.values())) == values(theirs, expected)


@given(follows(), st.data())
def test_mixing_is_what_the_follows_within_each_class_make_it(told: Network, draw: st.DataObject) -> None:
    accounts, pairs = told
    classes = draw.draw(st.lists(st.integers(0, 3), min_size=accounts, max_size=accounts))
    found = mixing(graph_of(accounts, pairs), classes)
    assert len(found.coleman) == len(found.e_i) == max(classes, default=-1) + 1
    for kind in range(len(found.coleman)):
        own = {(a, b) for a, b in pairs if a != b and classes[a] == kind}
        internal = sum(classes[b] == kind for _, b in own)
        if not own:
            assert np.isnan([found.coleman[kind], found.e_i[kind]]).all()
            continue
        assert found.e_i[kind] == pytest.approx((len(own) - 2 * internal) / len(own))
        inside, part = internal / len(own), classes.count(kind) / accounts
        if part == 1:
            assert np.isnan(found.coleman[kind])
        else:
            expected = (inside - part) / (1 - part) if inside >= part else (inside - part) / part
            assert found.coleman[kind] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("classes", [[0], [0, 1, -1], [0.0, 1.0, 2.0], [[0, 1, 2]]])
def test_classes_that_are_not_one_an_account_are_refused(classes: list[int]) -> None:
    for measure in (participation, mixing):
        with pytest.raises(ValueError, match=r"class|account|whole"):
            measure(graph_of(3, [(0, 1)]), classes)


@pytest.mark.parametrize(("offsets", "followed"), [([0, 2, 1, 2], [1, 0]), ([0, 1, 1, 1], [7]), ([0, 1, 1, 1], [-1])])
def test_a_broken_file_is_refused(offsets: list[int], followed: list[int]) -> None:
    with pytest.raises(ValueError, match=r"negative|of the graph"):
        holes(FollowGraph(np.array(offsets, np.int64), np.array(followed, np.int32)))
