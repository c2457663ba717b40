"""Whether a community grows: who came, who came back, who did not, and what is not told."""

from datetime import datetime, timedelta

import pytest

from hubbub.answers import Answers
from hubbub.answers.community import Community
from hubbub.model import Claim, Description, Identifier
from hubbub.people.pace import Pace
from hubbub.store import Store
from tests.answers.stated import OTHER, WORK, keep, links, passed, said, who
from tests.conftest import NewStore

NOW = datetime.fromisoformat("2026-08-01T00:00:00Z")
ANN = ("bluesky", "ann")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def store(new_store: NewStore) -> Store:
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK, OTHER])
    return store


def community(store: Store, *own: tuple[str, str]) -> Community:
    found = Answers(store).community("mine", NOW, own)
    assert found is not None
    return found


def spoke(store: Store, name: str, *days: float, **fields: object) -> None:
    keep(store, *(said(f"{name} {day}", author=name, posted_at=ago(day), **fields) for day in days))


def states(found: Community) -> dict[str, str]:
    return {one.speaker.key: one.state for one in found.members}


def test_voices_are_new_returning_at_risk_or_lapsed(store: Store) -> None:
    spoke(store, "new", 3, 2)
    spoke(store, "returning", 300, 4)
    spoke(store, "at risk", 420, 400, 380, 360, 340, 320, 300, 280, 200, 120)
    spoke(store, "lapsed", 900, 899, 898, 897)
    spoke(store, "came once", 500)
    found = community(store)
    assert states(found) == {name: name for name in ("new", "returning", "at risk", "lapsed", "came once")}
    of = found.period
    assert (of.voices, of.new, of.returning, of.at_risk, of.lapsed, of.came_once) == (2, 1, 1, 1, 1, 1)
    assert found.voices == len(found.members) == 5
    assert of.until - of.since == timedelta(weeks=13)


def test_who_also_speaks_by_a_feed_is_a_voice_by_the_other_account(store: Store) -> None:
    page, toot = "https://ann.example/", "https://mastodon.social/@ann"
    spoke(store, page, 9, source="newsfeed")
    spoke(store, toot, 5, 4, 3, 2, 1, source="mastodon")
    checked = (Claim(page, "verified_field"),)
    keep(store, who(page, source="newsfeed", via="newsfeed", url=page, bot=True))
    keep(store, who(toot, source="mastodon", via="mastodon", version="2", url=toot, claims=checked))
    found = community(store)
    assert (found.voices, found.feeds, [one.speaker.key for one in found.members]) == (1, 1, [toot])


def test_months_add_up_to_all_voices(store: Store) -> None:
    spoke(store, "ann", 200, 100, 10)
    spoke(store, "bob", 100, 90)
    spoke(store, "cat", 5)
    found = community(store)
    assert sum(one.new for one in found.months) == found.months[-1].total == found.totals[-1][1] == found.voices == 3
    assert [one.month for one in found.months] == [month for month, _ in found.totals]
    assert all(one.voices == one.new + one.returning for one in found.months)


def test_in_a_month_those_are_at_risk_or_lapsed_who_are_quiet_for_13_weeks_by_its_end(store: Store) -> None:
    spoke(store, "ann", 200, 199, 100)  # until 23 April
    spoke(store, "bob", 150, 149, 148)  # until 6 March
    spoke(store, "cat", 61)
    found = community(store)
    quiet = {one.month.month: one.at_risk + one.lapsed for one in found.months}
    assert quiet == {1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 1, 7: 2}
    now, of = found.months[-1], found.period
    assert (now.at_risk, now.lapsed) == (of.at_risk, of.lapsed)
    assert (now.new, of.new) == (0, 1)


def test_feeds_oneself_and_the_hidden_are_told_apart(store: Store) -> None:
    for name in ("bot", "shy", "ann", "bob"):
        spoke(store, name, 9)
    keep(store, who("bot", bot=True), who("shy", hidden=True))
    keep(store, said("nobody", author=None, posted_at=ago(9)), said("timeless", author="bob", posted_at=None))
    found = community(store, ANN)
    assert set(states(found)) == {"bob"}
    assert (found.voices, found.feeds, found.hidden, found.unnamed, found.undated) == (2, 1, 1, 1, 1)
    assert [one.key for one in found.own] == ["ann"]


def test_the_owners_of_a_shelf_are_no_voices_of_it(store: Store) -> None:
    spoke(store, "did:1", 9)
    spoke(store, "https://social.example/@ann", 8, source="mastodon")
    keep(store, who("did:1", handle="Ann.example"))
    spoke(store, "bob", 7)
    with store.writing() as writer:
        owners = [Identifier("bluesky", "ann.example"), Identifier("url", "https://social.example/@ann")]
        writer.wanted.own("mine", owners)
    assert set(states(community(store))) == {"bob"}


def test_below_five_mentions_there_are_lists_and_no_rates(store: Store) -> None:
    spoke(store, "ann", 300, 200, 9, 8)
    few = community(store)
    assert (few.mentions, [one.state for one in few.members]) == (4, ["returning"])
    assert {few.unseen, few.mix, few.originality, few.period.returned, few.steadiness} == {None}
    assert [*few.changes, *few.circles] == []
    spoke(store, "bob", 7)
    enough = community(store)
    assert enough.unseen is not None
    assert enough.mix is None
    for one in "cde":
        spoke(store, one, 6)
    assert community(store).mix is not None


def test_without_mentions_there_is_nothing_and_without_a_shelf_no_answer(store: Store) -> None:
    found = community(store)
    assert (found.voices, found.members, found.months, found.totals) == (0, (), (), ())
    assert Answers(store).community("nothing", NOW) is None


def test_the_first_day_answer_rate_counts_answers_within_a_day_to_posts_with_words(store: Store) -> None:
    for name, text in (("in time", "Why?"), ("late", "Good."), ("open", "Nice."), ("echo", "https://a.example/b")):
        spoke(store, name, 0.5 if name == "open" else 9, text=text)
    spoke(store, "long ago", 200, text="Well.")
    spoke(store, "elsewhere", 9, source="mastodon", text="Well.")
    reply = {"author": "ann", "links": ()}
    keep(store, said("1", **reply, replies_to="in time 9", posted_at=ago(8.5)))
    keep(store, said("2", **reply, replies_to="late 9", posted_at=ago(7)))
    assert community(store).answered is None
    found = community(store, ANN).answered
    assert found is not None
    assert (found.hits, found.of) == (1, 2)
    assert found.least < 0.5 < found.most


def test_a_change_comes_with_what_happened_near_it(store: Store) -> None:
    for week in range(12, 40):
        spoke(store, f"early {week}", week * 7 + 1)
    for one in range(80):
        spoke(store, f"late {one}", 1 + one % 80)
    keep(store, said("source", author="bob", posted_at=ago(83), text="Look at this", url="https://bsky.example/1"))
    keep(store, *(passed(f"r{one}", "source", author=f"late {one}", posted_at=ago(80)) for one in range(6)))
    issued = ago(82).date().isoformat()
    keep(store, Description(identifier=WORK, via="crossref", version="1", title="The work", issued=issued))
    keep(
        store, said("story", source="newsfeed", author="https://news.example/", title="In the news", posted_at=ago(84))
    )
    (change,) = community(store).changes
    assert change.before < 2 < 5 < change.after
    assert abs(change.at - ago(80)) <= timedelta(weeks=1)
    near = {one.kind: (one.title, one.url) for one in change.near}
    assert near == {
        "passed on 6 times": ("Look at this", "https://bsky.example/1"),
        "published": ("The work", "https://doi.org/10.5555/work"),
        "news": ("In the news", None),
    }


def test_silence_up_to_now_is_a_change_and_moves_no_other(store: Store) -> None:
    for week in range(60, 90):
        spoke(store, f"long ago {week}", *(week * 7 + day for day in range(7)))
    (change,) = community(store).changes
    assert [change.before, change.after] == pytest.approx([7, 0], abs=0.5)
    assert abs(change.at - ago(60 * 7)) <= timedelta(weeks=1)


def test_communities_are_named_by_works_and_words_and_small_ones_are_not(store: Store) -> None:
    for name, of, bio in (("peat", WORK, "Peat and bogs"), ("city", OTHER, "City trees")):
        for one in range(12):
            spoke(store, f"{name} {one}", 9, links=links(of))
            keep(store, who(f"{name} {one}", description=bio))
    for one in range(3):
        spoke(store, f"few {one}", 9, links=links(Identifier("doi", "10.5555/third")))
    found = community(store)
    assert [one.voices for one in found.circles] == [12, 12]
    assert {one.works[0].identifier for one in found.circles} == {WORK, OTHER}
    circles = {one.speaker.key.split()[0]: one.circle for one in found.members}
    assert set(found.circles[circles["peat"] or 0].words) == {"peat", "bogs"}


def test_who_voices_are_adds_up_and_small_classes_are_not_named(store: Store) -> None:
    bios = {"prof": ("Professor of physics", 10), "news": ("Journalist", 9), "other": (None, 11)}
    for name, (bio, many) in bios.items():
        for one in range(many):
            spoke(store, f"{name} {one}", 9)
            keep(store, who(f"{name} {one}", description=bio))
    mix = community(store).mix
    assert mix is not None
    assert [(one.name, one.voices) for one in (*mix.sectors, mix.small, mix.unknown)] == [
        ("researcher", 10),
        ("others", 9),
        ("unknown", 11),
    ]
    assert sum(one.share for one in (*mix.sectors, mix.small, mix.unknown)) == pytest.approx(1)
    assert [mix.small.share, mix.unknown.share] == pytest.approx([9 / 30, 11 / 30], abs=0.02)


def test_who_voices_are_is_the_same_among_people_but_for_oneself(store: Store) -> None:
    for one in range(12):
        spoke(store, f"prof {one}", 9)
        keep(store, who(f"prof {one}", description="Professor of physics, teacher"))
    spoke(store, "me", 9)
    of_all = Answers(store).people("mine")
    assert of_all is not None
    assert of_all.mix is not None
    assert of_all.mix == community(store).mix
    without = community(store, ("bluesky", "me")).mix
    assert without is not None
    assert (of_all.mix.unknown.voices, without.unknown.voices) == (1, 0)
    assert [one.voices for one in of_all.mix.sectors] == [one.voices for one in without.sectors] == [12]


def test_attention_names_the_post_that_carries_most_unless_its_author_hides(store: Store) -> None:
    spoke(store, "ann", 9)
    keep(store, *(passed(f"r{one}", "ann 9", author=f"by {one}", posted_at=ago(8)) for one in range(9)))
    found = community(store)
    assert (found.originality, found.concentration) == (0.1, 1.0)
    assert found.carrier is not None
    assert (found.carrier.carried, found.carrier.of) == (9, 9)
    keep(store, who("ann", hidden=True))
    assert community(store).carrier is None


def test_time_of_a_simulated_shelf_ends_with_its_last_mention(store: Store) -> None:
    spoke(store, "ann", 900, 500)
    with store.writing() as writer:
        writer.wanted.shelve("mine", "Made up", "", True, [])
    assert community(store).as_of == ago(500) + timedelta(seconds=1)
    assert states(community(store)) == {"ann": "returning"}


def grown(store: Store, shelf: str = "mine") -> Pace | None:
    found = Answers(store).community(shelf, NOW)
    assert found is not None
    return found.pace


def crowd(store: Store, names: int = 40) -> None:
    """Other works, each with four voices in the earlier period and two in the later one, and a feed with all."""
    for one in range(names):
        of = links(Identifier("doi", f"10.5555/other{one}"))
        keep(store, *(said(f"{one} {n}", author=f"a{one} {n}", posted_at=ago(100 + n), links=of) for n in range(4)))
        keep(store, *(said(f"{one} {n}", author=f"a{one} {n}", posted_at=ago(5 + n), links=of) for n in (7, 8)))
        keep(store, *(said(f"{one} f{n}", author="feed", posted_at=ago(6), links=of) for n in range(2)))


def test_growth_is_told_against_comparable_works_of_the_store(store: Store) -> None:
    crowd(store)
    for n in range(7):
        spoke(store, f"v{n}", 100 if n < 2 else 10)
    keep(store, *(said(f"old {n}", author=f"v{n}", posted_at=ago(300)) for n in range(5)))
    found = grown(store)
    assert found is not None
    assert (found.works, found.alone, found.peers, found.before, found.now) == (1, 0, 40, 2, 5)
    assert found.verdict == "faster"
    assert found.usual == pytest.approx(2.5 / 4.5)
    assert found.ratio == pytest.approx(5.5 / 2.5 / (2.5 / 4.5))


def test_works_without_comparable_ones_are_too_few_to_tell_of(store: Store) -> None:
    crowd(store, 29)
    for n in range(7):
        spoke(store, f"v{n}", 10)
    found = grown(store)
    assert found is not None
    assert (found.works, found.alone, found.ratio, found.verdict) == (0, 1, None, "too little to tell")


def test_real_works_are_not_compared_with_simulated_ones(store: Store) -> None:
    crowd(store)
    with store.writing() as writer:
        others = [Identifier("doi", f"10.5555/other{one}") for one in range(40)]
        writer.wanted.shelve("invented", "Invented", "", True, others[:20])
        writer.wanted.put("real", others[20:])
    for n in range(7):
        spoke(store, f"v{n}", 10)
    found, invented = grown(store), grown(store, "invented")
    assert found is not None
    assert found.ratio is None
    assert invented is not None
    assert (invented.alone, invented.ratio) == (20, None)


def test_of_works_that_nobody_spoke_of_for_26_weeks_nothing_is_told_against_others(store: Store) -> None:
    crowd(store)
    spoke(store, "ann", 300, 301, 302, 303, 304)
    assert grown(store) is None
