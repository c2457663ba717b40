"""Follows become rows, in memory and in files, whatever they come in."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people import bridges, graph, push, reach
from hubbub.people.graph import FollowGraph, write
from tests.people.networks import follows


def rows(found: FollowGraph) -> list[list[int]]:
    return [found.followed[found.offsets[i] : found.offsets[i + 1]].tolist() for i in range(found.accounts)]


@given(follows(), st.integers(0, 9))
def test_a_row_holds_each_whom_an_account_follows_once_in_order_and_never_itself(
    told: tuple[int, list[tuple[int, int]]], cut: int
) -> None:
    accounts, pairs = told
    expected = [sorted({b for a, b in pairs if a == account != b}) for account in range(accounts)]
    batches = [tuple(np.array(part, np.int64).reshape(-1, 2).T) for part in (pairs[:cut], pairs[cut:], pairs[:1])]
    assert rows(FollowGraph.of([(a, b) for a, b in batches], accounts)) == expected
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), [(a, b) for a, b in batches], accounts)
        assert rows(FollowGraph.load(Path(folder))) == expected
        assert sorted(os.listdir(folder)) == ["followed.npy", "offsets.npy"]


@given(follows())
def test_columns_that_change_places_give_the_followers(told: tuple[int, list[tuple[int, int]]]) -> None:
    accounts, pairs = told
    a, b = np.array(pairs, np.int64).reshape(-1, 2).T
    forth, back = rows(FollowGraph.of([(a, b)], accounts)), rows(FollowGraph.of([(b, a)], accounts))
    assert {(i, j) for i, row in enumerate(forth) for j in row} == {(j, i) for i, row in enumerate(back) for j in row}


@pytest.mark.parametrize(
    ("follower", "followed"),
    [
        ([0, 3], [1, 1]),
        ([0], [-1]),
        ([0, 1], [1]),
        ([0.0], [1.0]),
        ([float("nan")], [1]),
        ([[0]], [[1]]),
        ([2**63], [1]),
        (["0"], ["1"]),
    ],
)
def test_what_is_no_follow_of_an_account_is_refused(follower: list[int], followed: list[int], tmp_path: Path) -> None:
    batches = [(np.array(follower), np.array(followed))]
    with pytest.raises(ValueError, match=r"account|whole numbers"):
        FollowGraph.of(batches, 3)
    with pytest.raises(ValueError, match=r"account|whole numbers"):
        write(tmp_path, batches, 3)
    assert not os.listdir(tmp_path)


def test_batches_that_differ_the_second_time_are_refused_and_the_files_before_stay(tmp_path: Path) -> None:
    class Changing(list[tuple[list[int], list[int]]]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            self.append(([0, 0, 1], [1, 2, 2]))
            return super().__iter__()

    write(tmp_path, [([0], [1])], 3)
    with pytest.raises(ValueError, match="second time"):
        write(tmp_path, Changing(), 3)
    assert rows(FollowGraph.load(tmp_path)) == [[1], [], []]


@pytest.mark.parametrize("accounts", [-1, 2**31])
def test_accounts_that_have_no_number_of_four_bytes_are_refused(accounts: int) -> None:
    with pytest.raises(ValueError, match="accounts are not between"):
        FollowGraph.of([], accounts)


@pytest.mark.parametrize(
    ("offsets", "followed"),
    [
        (np.array([], np.int64), np.array([], np.int32)),
        (np.array([0, 2], np.int64), np.array([0], np.int32)),
        (np.array([1, 1], np.int64), np.array([0], np.int32)),
        (np.array([0, 1], np.int32), np.array([0], np.int32)),
        (np.array([0, 1], np.int64), np.array([0.0], np.float64)),
        (np.array([[0], [1]], np.int64), np.array([0], np.int32)),
    ],
)
def test_columns_that_do_not_fit_together_are_no_graph(
    offsets: np.ndarray[tuple[int], np.dtype[np.int64]],
    followed: np.ndarray[tuple[int], np.dtype[np.int32]],
    tmp_path: Path,
) -> None:
    np.save(tmp_path / "offsets.npy", offsets)
    np.save(tmp_path / "followed.npy", followed)
    with pytest.raises(ValueError, match=r"column|make up"):
        FollowGraph.load(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"hello"])
def test_files_that_are_cut_are_no_graph(damage: bytes, tmp_path: Path) -> None:
    write(tmp_path, [([0, 1], [1, 0])], 2)
    (tmp_path / "followed.npy").write_bytes(damage)
    with pytest.raises(ValueError, match=r"."):
        FollowGraph.load(tmp_path)


def test_what_is_held_cannot_be_changed() -> None:
    found = FollowGraph.of([([0], [1])], 2)
    with pytest.raises(ValueError, match="read-only"):
        found.followed[0] = 5


def test_no_place_outside_of_a_column_is_looked_at() -> None:
    """The compiled code does not check places; what it is compiled from does, in all tests that draw at random."""
    for kernels in (bridges._holes, graph._settle, push._push, reach._once):
        assert hasattr(kernels, "py_func") == ("NUMBA_DISABLE_JIT" not in os.environ)
    if "NUMBA_DISABLE_JIT" in os.environ:
        return
    here = Path(__file__).parent
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "-k",
        "not everybody",
        str(here),
    ]
    subprocess.run(command, check=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, cwd=here.parents[1])
