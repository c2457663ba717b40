"""A score is the sum of what its mentions add, whatever their order, and says by which formula."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.metrics.score import Scored, Total, gained, score, total_of
from hubbub.reference.attention import Formula, Weight, formula, formulas

OURS, PUBLISHED = formulas()["attention_v1"], formulas()["attention_published"]
MENTIONS = st.lists(
    st.builds(
        Scored,
        source=st.sampled_from(["bluesky", "wikipedia", "feeds", "twitter", "crossref", "new place"]),
        post=st.sampled_from("abcdefgh"),
        kind=st.sampled_from(["post", "repost", "news", "blog", "policy", "odd"]),
        account=st.sampled_from([None, "x", "y"]),
    ),
    max_size=30,
)
EITHER = st.sampled_from([OURS, PUBLISHED])


@given(MENTIONS, EITHER)
def test_the_total_is_what_the_mentions_add(mentions: list[Scored], used: Formula) -> None:
    found = score(mentions, used)
    assert found.total == sum(share.weight for share in found.shares)
    assert found.total <= found.shown < found.total + 1
    assert {share.mention for share in found.shares} == set(mentions)


@given(MENTIONS, EITHER, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(mentions: list[Scored], used: Formula, chance: Random) -> None:
    again = mentions + mentions[:3]
    assert score(chance.sample(again, len(again)), used) == score(mentions, used)


@given(MENTIONS, EITHER, st.randoms(use_true_random=False))
def test_what_mentions_gain_one_after_the_other_is_the_total(
    mentions: list[Scored], used: Formula, chance: Random
) -> None:
    gains = gained(chance.sample(mentions, len(mentions)), used)
    found = score(mentions, used)
    assert total_of(gains, used) == Total(found.total, found.shown, found.name, found.version, found.label)


@given(MENTIONS, EITHER)
def test_an_account_counts_once_at_its_source_by_its_weightiest_mention(mentions: list[Scored], used: Formula) -> None:
    found = score(mentions, used)
    adding = [(s.mention.source, s.mention.account) for s in found.shares if s.weight and s.mention.account]
    assert len(adding) == len(set(adding))
    weight = {share.mention: share.weight for share in found.shares}
    for share in found.shares:
        if share.counted_by:
            alone = score([share.mention], used).total
            assert share.weight == 0
            assert weight[share.counted_by] >= alone


def test_own_words_count_before_passing_on_and_the_other_mention_says_so() -> None:
    repost, post = Scored("bluesky", "1", "repost", "x"), Scored("bluesky", "2", "post", "x")
    found = score([repost, post], OURS)
    assert found.total == 1
    assert [(share.weight, share.counted_by) for share in found.shares] == [(0, post), (1, None)]


def test_wikipedia_counts_once_however_many_pages_and_languages() -> None:
    pages = [Scored("wikipedia", str(n), account=str(n)) for n in range(9)]
    assert score(pages, OURS).total == score(pages, PUBLISHED).total == 3


def test_mentions_of_unknown_accounts_count_each() -> None:
    assert score([Scored("bluesky", "1"), Scored("bluesky", "2")], OURS).total == 2


def test_the_same_act_counts_the_same_wherever_it_is_done() -> None:
    for kind in ("post", "repost", "news", "blog"):
        totals = {
            score([Scored(source, "1", kind)], OURS).total for source in ("bluesky", "mastodon", "reddit", "twitter")
        }
        assert len(totals) == 1


@pytest.mark.parametrize(
    ("source", "kind", "weight"),
    [
        ("feeds", "news", 8), ("feeds", "blog", 5), ("overton", "policy", 3), ("cambia-lens", "patent", 3),
        ("wikipedia", "post", 3), ("twitter", "post", 0.25), ("bluesky", "post", 0.25), ("pubpeer", "review", 1),
        ("f1000", "post", 1), ("reddit", "post", 0.25), ("youtube", "post", 0.25), ("stackexchange", "post", 0.25),
    ],
)  # fmt: skip
def test_the_preset_has_the_published_weights(source: str, kind: str, weight: float) -> None:
    assert score([Scored(source, "1", kind)], PUBLISHED).total == weight


def test_the_preset_says_that_it_is_not_the_score_it_follows() -> None:
    assert score([], PUBLISHED).label.endswith("not that score")
    assert (score([], OURS).name, score([], OURS).version, score([], OURS).total) == ("attention_v1", "1", 0)


def test_what_a_formula_does_not_name_adds_nothing_and_says_so() -> None:
    (share,) = score([Scored("mastodon", "1")], PUBLISHED).shares
    assert (share.weight, share.named) == (0, False)
    (cited,) = score([Scored("crossref", "1")], OURS).shares
    assert (cited.weight, cited.named) == (0, True)


def edited(rounding: str, weight: float | str) -> Formula:
    return formula(
        f'name = "mine"\nversion = "1"\nlabel = "my own"\nrounding = "{rounding}"\n'
        f'weights = [{{ source = "*", kind = "*", weight = {weight} }}]'
    )


def test_an_edited_formula_is_used_as_it_is_written() -> None:
    posts = [Scored("bluesky", str(n)) for n in range(3)]
    assert [score(posts, edited(rounding, 0.1)).shown for rounding in ("up", "nearest", "none")] == [1, 0, 0.3]
    assert score(posts, edited("up", 0.1)).name == "mine"


@given(st.integers(1, 40), st.integers(0, 400))
def test_no_total_is_rounded_up_for_a_digit_that_is_not_there(posts: int, cents: int) -> None:
    weight = Decimal(cents) / 100
    found = score([Scored("bluesky", str(n)) for n in range(posts)], edited("up", float(weight)))
    assert found.shown == -(-(posts * cents) // 100)


@pytest.mark.parametrize("weight", ["-1.0", "nan", "inf"])
def test_weights_that_are_none_are_refused(weight: str) -> None:
    with pytest.raises(ValueError, match="has to be 0 or more"):
        edited("up", weight)


def test_two_weights_for_one_thing_and_unknown_words_are_refused() -> None:
    with pytest.raises(ValueError, match="two weights"):
        Formula("mine", "1", "my own", (Weight("*", "post", 1.0), Weight("*", "post", 2.0)))
    for word in ("once = 'never'", "wieght = 3"):
        with pytest.raises(ValueError, match="line 4"):
            formula(f"name='a'\nversion='1'\nlabel='b'\nweights=[{{source='*', kind='*', weight=1.0, {word}}}]")


HEAD = 'name = "a"\nversion = "1"\nlabel = "b"\n'


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("weights = []\n" + HEAD + "rounding = 'upp'", "line 5: Invalid enum value 'upp'"),
        (HEAD + "weights = [ # {\n{source='*', kind='{', weight=1.0},\n\n{source='*', kind='b', weight=''}]", "line 7"),
        (HEAD + "[[weights]]\nsource='*'\nkind='a'\nweight=1.0\n[[weights]]\nsource='*'\nkind='b'", "line 8.*`weight`"),
        (HEAD + "weights = [\n{source='*', kind='a', weight=1.0},\n{source='*', kind='a', weight=2.0}]", "line 6"),
        (HEAD + "weights = = 3", "line 4"), ("", "missing required field `name`"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_formula_is_told_with_its_line(file: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        formula(file)


@given(st.binary(max_size=300))
def test_no_file_breaks_anything_but_by_saying_so(file: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        formula(file)
