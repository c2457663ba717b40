"""Networks that tests draw or take from networkx."""

from typing import Any

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from hubbub.people.graph import FollowGraph

STANDARD = {
    "karate": nx.karate_club_graph,
    "les miserables": nx.les_miserables_graph,
    "florentine": nx.florentine_families_graph,
    "davis": nx.davis_southern_women_graph,
    "krackhardt": nx.krackhardt_kite_graph,
    "follows": lambda: nx.gnp_random_graph(40, 0.08, seed=7, directed=True),
}


@st.composite
def follows(draw: st.DrawFn, least: int = 0) -> tuple[int, list[tuple[int, int]]]:
    """How many accounts there are, and who of them follows whom, with self-follows and what is said twice."""
    accounts = draw(st.integers(least, 8))
    some = st.integers(0, accounts - 1)
    return accounts, draw(st.lists(st.tuples(some, some), max_size=30)) if accounts else []


def graph_of(accounts: int, pairs: list[tuple[int, int]]) -> FollowGraph:
    follower, followed = np.array(pairs, np.int64).reshape(-1, 2).T
    return FollowGraph.of([(follower, followed)], accounts)


def ours(theirs: Any) -> FollowGraph:
    """A network of networkx; a tie without direction is a follow both ways."""
    at = {node: i for i, node in enumerate(theirs)}
    pairs = [(at[a], at[b]) for a, b in theirs.edges()]
    return graph_of(len(at), pairs if theirs.is_directed() else pairs + [(b, a) for a, b in pairs])
