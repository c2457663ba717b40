import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.feeds import Seen, tireless, why_feed

WEEK = 7 * 86_400
NOW = 100 * WEEK


def seen(handle: str = "", name: str = "", flags: tuple[str, ...] = (), own: int = 0, passed: int = 0) -> Seen:
    return Seen(source="mastodon", id="1", handle=handle, name=name, flags=flags, originals=own, amplifications=passed)


def test_forty_posts_of_which_nearly_all_are_its_own_make_a_feed() -> None:
    assert why_feed(seen(own=38, passed=2)) == ("40 posts about works in 20 weeks, 38 of them its own",)
    assert why_feed(seen(own=39)) == ()
    assert why_feed(seen(own=37, passed=3)) == ()


def test_the_platforms_own_flag_is_enough() -> None:
    assert why_feed(seen(flags=("bot", "other"))) == ("the platform marks it as bot",)
    assert why_feed(seen(flags=("other",))) == ()


@pytest.mark.parametrize("handle", ["arxiv_physics", "@new_papers@botsin.space", "ecoBot", "biorxivpreprints"])
def test_a_name_can_tell(handle: str) -> None:
    assert why_feed(seen(handle=handle))


@pytest.mark.parametrize("handle", ["abbot", "talbot.example.org", "feedback", "newspapers", "robotics"])
def test_a_word_within_a_word_tells_nothing(handle: str) -> None:
    assert why_feed(seen(handle=handle)) == ()


def test_a_name_alone_says_nothing_of_who_passes_on_what_others_wrote() -> None:
    assert why_feed(seen(handle="papers", own=1, passed=5)) == ()


def test_columns_find_the_accounts_that_the_rule_finds_one_by_one() -> None:
    account = np.repeat([5, 3, 9, 7], [40, 40, 40, 39])
    at = np.full(len(account), NOW - WEEK)
    original = np.ones(len(account), bool)
    original[40:43] = False
    at[80] = NOW - 21 * WEEK
    assert tireless(account, at, original, NOW).tolist() == [5]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.booleans()), max_size=200))
def test_the_order_of_rows_changes_nothing(rows: list[tuple[int, int, bool]]) -> None:
    def found(given_rows: list[tuple[int, int, bool]]) -> list[int]:
        columns = np.array(given_rows, np.int64).reshape(-1, 3)
        weeks_ago = columns[:, 1] // 20
        return list(tireless(columns[:, 0], NOW - 1 - weeks_ago * WEEK, columns[:, 2] > 0, NOW))

    assert found(rows) == found(sorted(rows))
    assert found(rows * 40) == found(sorted(rows * 40))


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        tireless(np.zeros(2, np.int64), np.zeros(1, np.int64), np.zeros(2, bool), NOW)
