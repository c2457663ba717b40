from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.desk import HALF_LIFE, Desk, Said, Thread, asks, desk, pile_on, pile_ons

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def thread(post: str, text: str = "Nice", hours: float = 1, account: str = "a", **known: object) -> Thread:
    return Thread(
        source="bluesky",
        post=post,
        account=account,
        at=NOW - timedelta(hours=hours),
        text=text,
        **known,  # type: ignore[arg-type]
    )


def on(*threads: Thread, left_out: frozenset[tuple[str, str]] = frozenset()) -> Desk:
    return desk(threads, [], NOW, {}, left_out)


def said(hours: float, account: str = "a", to: str = "post", first_time: bool = True) -> Said:
    return Said(NOW - timedelta(hours=hours), account, to, first_time)


STORM = [said(0.5, f"stranger {i}") for i in range(40)]


def test_questions_come_first_then_what_is_addressed_then_what_ends_sooner() -> None:
    found = on(
        thread("late", hours=2),
        thread("soon", hours=9),
        thread("addressed", addressed=True),
        thread("question", "How did you measure it?"),
        thread("older question", "Why?", hours=10),
    )
    assert [task.thread.post for task in found.tasks] == ["older question", "question", "addressed", "soon", "late"]


def test_each_task_tells_why_and_how_long() -> None:
    (task,) = on(thread("1", "Does it scale?", hours=4.5, addressed=True, first_time=True, answers=3)).tasks
    assert task.reasons == (
        "asks a question",
        "is addressed to you",
        "a new voice",
        "3 answered it",
        "12 h of its half-life left",
    )
    assert task.until == task.thread.at + HALF_LIFE


@pytest.mark.parametrize(
    "other",
    [
        thread("1", "Why?", answered=True),
        thread("1", "Why?", hours=17),
        thread("1", "Why?", hours=-1),
        thread("1", "Why?", account="blocked"),
        thread("1", "https://doi.org/10.1/x?y=1"),
        thread("1", ""),
    ],
)
def test_what_deserves_no_answer_now_is_left_out(other: Thread) -> None:
    assert on(other, left_out=frozenset({("bluesky", "blocked")})).tasks == ()


def test_a_place_may_have_a_half_life_of_its_own() -> None:
    old = thread("1", hours=30)
    assert on(old).tasks == ()
    assert len(desk([old], [], NOW, {"bluesky": timedelta(hours=48)}, ()).tasks) == 1


@pytest.mark.parametrize("text", ["Why?", "本当ですか？", "لماذا؟", "γιατί\u037e"])
def test_questions_are_known_in_several_scripts(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["", "Great work; thanks", "see https://example.org/?q=1", "www.example.org/?a"])
def test_an_address_asks_nothing(text: str) -> None:
    assert not asks(text)


def test_a_pile_on_empties_the_desk_and_is_told() -> None:
    found = desk([thread("1", "Why?")], STORM, NOW, {}, ())
    assert found.tasks == ()
    assert found.pile_on is not None
    assert found.pile_on.z > 4
    assert (found.pile_on.first_time, found.pile_on.concentration, found.pile_on.post) == (1, 1, "post")


def test_the_strangers_of_a_pile_on_are_told_and_nobody_else() -> None:
    found = pile_on([*STORM, said(0.5, "friend", first_time=False), said(0.5, "aside", to="other")], NOW)
    assert found is not None
    assert found.accounts == tuple(sorted(one.account for one in STORM))


def test_many_answers_by_known_people_or_over_many_posts_are_no_pile_on() -> None:
    assert pile_on([said(0.5, f"friend {i}", first_time=i % 2 == 0) for i in range(40)], NOW) is None
    assert pile_on([said(0.5, f"stranger {i}", to=f"post {i % 4}") for i in range(40)], NOW) is None


def test_a_few_strangers_are_a_conversation() -> None:
    assert pile_on(STORM[:9], NOW) is None
    assert pile_on(STORM[:1] * 500, NOW) is None


def over(hours: dict[float, int], known: int = 0, elsewhere: int = 0) -> bool:
    """Whether strangers at those hours pile on, of whom some are known and some answer another post."""
    answers = [(hour, i) for hour, number in hours.items() for i in range(number)]
    return bool(
        pile_on(
            [
                said(hour, f"{hour} {i}", to="other" if n < elsewhere else "post", first_time=n >= known)
                for n, (hour, i) in enumerate(answers)
            ],
            NOW,
        )
    )


def test_a_pile_on_begins_above_each_of_its_three_bounds() -> None:
    assert not over({0.5: 4, 1.5: 4, 2.5: 4})
    assert over({0.5: 5, 1.5: 4, 2.5: 4})
    assert not over({0.5: 20}, known=4)
    assert over({0.5: 20}, known=3)
    assert not over({0.5: 20}, elsewhere=10)
    assert over({0.5: 20}, elsewhere=9)


def test_a_pile_on_that_ended_yesterday_is_over() -> None:
    assert pile_on([said(25, f"stranger {i}") for i in range(40)], NOW) is None


def steady(rate: int) -> list[Said]:
    return [said(hour + (i + 0.5) / rate, f"{hour} {i}") for hour in range(168) for i in range(rate)]


@given(st.integers(0, 12))
def test_steady_traffic_never_is_a_pile_on_however_new_its_people(rate: int) -> None:
    assert pile_on(steady(rate), NOW) is None


@given(st.integers(0, 12), st.integers(0, 60))
def test_steady_traffic_never_raises_what_a_storm_is_found_to_be(rate: int, strangers: int) -> None:
    storm = [said(0.25, f"stranger {i}") for i in range(strangers)]
    alone, within = pile_on(storm, NOW), pile_on(storm + steady(rate), NOW)
    assert within is None or (alone is not None and within.z <= alone.z)


@given(st.permutations(STORM[:12]), st.integers(1, 3))
def test_order_and_repetition_change_nothing(shuffled: list[Said], times: int) -> None:
    assert pile_on(shuffled * times, NOW) == pile_on(STORM[:12], NOW)
    threads = [thread(str(i), "Why?" if i % 2 else "Nice") for i in range(6)]
    order = [threads[int(one.account.split()[1]) % 6] for one in shuffled]
    assert on(*order) == on(*threads)


def test_past_pile_ons_are_found_with_who_took_part() -> None:
    past = [said(50 + one / 100, f"past {one}") for one in range(40)]
    calm = [said(one * 5, f"calm {one}", to=f"post {one}", first_time=False) for one in range(60)]
    found = pile_ons([*calm, *past])
    assert {account for one in found for account in one.accounts} == {f"past {one}" for one in range(40)}
    assert pile_ons(calm) == pile_ons([]) == []
    assert pile_on([*calm, *past], NOW) is None


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 25), st.booleans()), max_size=60))
def test_who_piles_on_at_a_full_hour_is_among_those_of_the_past(told: list[tuple[float, int, bool]]) -> None:
    answers = [said(hours + 0.01, str(who), first_time=new) for hours, who, new in told]
    looked_at = {NOW - timedelta(hours=hours) for hours in range(42)}
    wanted = [found for at in looked_at if (found := pile_on([one for one in answers if one.at < at], at))]
    assert {one.accounts for one in pile_ons(answers)} <= {one.accounts for one in wanted}
    ends = {at for at in looked_at if any(at - timedelta(hours=1) <= one.at < at for one in answers)}
    at_ends = [found for at in ends if (found := pile_on([one for one in answers if one.at < at], at))]
    assert {one.accounts for one in at_ends} == {one.accounts for one in pile_ons(answers)}
