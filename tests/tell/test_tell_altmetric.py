"""Every field that clients of the Details Page API read is told from what a store holds, or listed with the reason."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hubbub.answers import Answers
from hubbub.model import Claim, Description, Fact, Identifier
from hubbub.reference.altmetric import country_of, group_of, words
from hubbub.reference.attention import formulas
from hubbub.standings import stand
from hubbub.store import open_store
from hubbub.tell.altmetric import Links, counts, moment_of
from hubbub.tell.altmetric_fetch import SECTIONS, fetch
from tests.answers.stated import NOW, OTHER, WORK, alias, at, keep, links, passed, said, tally, who

FORMULA = formulas()["attention_v1"]
# As the documentation of the API has them, and clients that were published since.
COUNTS = """
altmetric_id doi pmid pmc uri url isbns handles issns altmetric_jid nlmid arxiv_id ads_id nct_id urn
title journal authors authors_or_editors abstract abstract_source attribution type is_oa tq scopus_subjects subjects
publisher_subjects schema pubdate epubdate published_on added_on last_updated
cited_by_tweeters_count cited_by_fbwalls_count cited_by_feeds_count cited_by_msm_count cited_by_rdts_count
cited_by_qna_count cited_by_wikipedia_count cited_by_policies_count cited_by_patents_count cited_by_videos_count
cited_by_gplus_count cited_by_peer_review_sites_count cited_by_forums_count cited_by_delicious_count
cited_by_accounts_count cited_by_posts_count cited_by_bluesky_count cited_by_guidelines_count cited_by_podcasts_count
readers.mendeley readers.citeulike readers.connotea readers_count score
history.1d history.2d history.3d history.4d history.5d history.6d history.1w history.1m history.3m history.6m history.1y
history.at context.all context.journal context.similar_age_3m context.similar_age_journal_3m
cohorts.pub cohorts.sci cohorts.com cohorts.doc images.small images.medium images.large details_url
"""
PLACE = "total_number_of_other_articles mean rank this_scored_higher_than_pct this_scored_higher_than rank_type"
CITATION = """
altmetric_jid title authors authors_or_editors authors_details doi pmid pmc handles urn ads_id nct_id hollis_id hlom_id
ssrn repec arxiv_id isbns issns journal pubdate epubdate published_on type abstract abstract_source links first_seen_on
last_mentioned_on pdf_url startpage volume issue mendeley_url aggregate_citation_ids chapters book_cover_url attribution
is_oa subjects scopus_subjects publisher_subjects tq
"""
GROUPS = """
facebook blogs linkedin video pinterest googleplus twitter bluesky reddit news f1000 q&a forum peer_reviews policy
guideline patent weibo wikipedia misc
"""
POST = "title url posted_on license summary image citation_ids author geo"


def known_as(*names: Identifier) -> Iterator[Fact]:
    return (alias(name, "is_same_as", WORK, via=via) for name in names for via in ("crossref", "datacite"))


def about(work: Identifier, **more: Any) -> Description:
    return Description(
        identifier=work, via="datacite", version="1", issued="2026-06-30", venue="Journal of Bogs", **more
    )


def filled() -> Iterator[Fact]:
    yield about(
        WORK, title="Bogs", kind="article", creators=("Ann Example",), licence="https://creativecommons.org/licenses/by/4.0",
        abstract="It rained.", issns=("1562-6865",), volume="3", issue="2", page="17-21", online="2026-06-01",
        pdf="https://journal.example/bogs.pdf", fields=("Soil science",),
    )  # fmt: skip
    yield about(OTHER, title="Fens")
    yield said("other", links=links(OTHER))
    yield from known_as(
        Identifier("pmid", "12082125"), Identifier("pmcid", "PMC2631623"), Identifier("url", "https://bogs.example/paper"),
        Identifier("isbn", "9780451450524"), Identifier("handle", "10013/epic.10033"), Identifier("arxiv", "1310.2590"),
        Identifier("bibcode", "2012ApJ...746...11A"), Identifier("nct", "NCT01234567"), Identifier("ssrn", "2300"),
        Identifier("urn", "urn:nbn:de:101:1-2019"), Identifier("repec", "repec:nbr:nberwo:1234"),
    )  # fmt: skip
    yield alias(Identifier("doi", "10.5555/work.chapter1"), "is_part_of", WORK)
    for via, value in (("mendeley", 76), ("citeulike", 1), ("connotea", 0)):
        yield tally("readers", value, via=via)
    bios = ("Professor of ecology at the university", "family doctor", "science journalist", "citizen scientist")
    for n, bio in enumerate(bios):
        yield who(
            f"b{n}", handle=f"name{n}.bogs.de", name=f"Name {n}", description=bio, followers=n, url="https://b.example"
        )
        yield said(f"bluesky{n}", author=f"b{n}", text="Bogs!", url=f"https://bsky.app/{n}", posted_at=at(3))
    yield passed("again", "bluesky0", author="b1")
    for source, url in PAGES:
        yield said(
            f"{source} {url}", source=source, via="crossref_event_data", assertion=url, url=url,
            title=f"Of bogs: {url}", text="It rains.", posted_at=at(2),
            author=None if source in ("web", "newsfeed") else f"by {source}",
        )  # fmt: skip
    yield who("by facebook", source="facebook", via="facebook", name="Bog people", claims=(Claim("https://b.example"),))


PAGES = (
    ("twitter", "https://twitter.com/a/status/1"), ("facebook", "https://facebook.com/1"),
    ("newsfeed", "https://bogblog.example/1"), ("newsfeed", "https://www.bbc.co.uk/news/1"),
    ("newsfeed", "https://bogs.libsyn.com/1"), ("web", "https://www.who.int/bogs"),
    ("web", "https://www.nice.org.uk/guidance/1"), ("cambia-lens", "https://lens.org/1"),
    ("wikipedia", "https://de.wikipedia.org/wiki/Moor"), ("reddit", "https://www.reddit.com/r/bogs/comments/1/"),
    ("stackexchange", "https://stackexchange.com/q/1"), ("youtube", "https://www.youtube.com/watch?v=abcdefghijk"),
    ("plaudit", "https://plaudit.pub/1"), ("f1000", "https://f1000.com/1"),
    ("hackernews", "https://news.ycombinator.com/item?id=1"), ("googleplus", "https://plus.google.com/1"),
    ("delicious", "https://delicious.com/1"), ("linkedin", "https://linkedin.com/1"),
    ("pinterest", "https://pinterest.com/1"), ("weibo", "https://weibo.com/1"),
    ("hypothesis", "https://hypothes.is/a/1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The counts object and the fetch object of a work of which everything is known."""
    with open_store(str(tmp_path_factory.mktemp("store") / "hubbub.db")) as store:
        keep(store, *filled())
        stand(store, FORMULA, NOW)
        answers = Answers(store)
        found, posts, report = answers.summary(WORK, FORMULA), answers.said(WORK), answers.report(WORK)
        assert found is not None
        at_ = Links("https://h.example/work", "https://h.example/badge.png")
        return counts(found, at_, NOW), fetch(found, posts, report.aliases, at_, NOW, SECTIONS)


def within(told: Any, path: str) -> bool:
    """Whether something stands at a path."""
    head, _, rest = path.partition(".")
    values = [told]
    if head.endswith("[]"):
        head = head.removesuffix("[]")
        values = [one for every in values for one in (every.values() if head == "*" else [every.get(head)])]
        values = [one for every in values if every for one in every]
    else:
        values = [one for every in values for one in (every.values() if head == "*" else [every.get(head)])]
    values = [one for one in values if one is not None]
    return any(within(one, rest) for one in values if isinstance(one, dict)) if rest else bool(values)


@pytest.mark.parametrize("field", COUNTS.split())
def test_each_field_of_the_counts_object_is_told_or_listed(
    objects: tuple[dict[str, Any], dict[str, Any]], field: str
) -> None:
    assert within(objects[0], field) != (field in words().unknowable)


@pytest.mark.parametrize(
    "field",
    [f"citation.{name}" for name in CITATION.split()]
    + [f"counts.{name}.posts_count" for name in GROUPS.split()]
    + [f"posts.*[].{name}" for name in POST.split()]
    + [f"altmetric_score.context_for_score.all.{name}" for name in PLACE.split()],
)
def test_each_field_of_the_full_object_is_told_or_listed(
    objects: tuple[dict[str, Any], dict[str, Any]], field: str
) -> None:
    assert within(objects[1], field) != (field.rpartition(".")[2] in words().unknowable)


def test_each_field_that_is_said_to_be_told_is(objects: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for told, fields in zip(objects, (words().counts, words().full), strict=True):
        assert {field for field in fields if not within(told, field)} <= {"simulated"}  # this work is real


def test_each_field_that_is_told_is_said_to_be(objects: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert {field.partition(".")[0] for field in words().counts} >= objects[0].keys()
    assert {field.partition(".")[0] for field in words().full} == objects[1].keys()


def test_figures_are_those_that_the_store_holds(objects: tuple[dict[str, Any], dict[str, Any]]) -> None:
    short, full = objects
    assert short["cited_by_bluesky_count"] == 4
    assert short["cohorts"] == {"pub": 1, "sci": 1, "doc": 1, "com": 1}
    assert short["readers"] == {"mendeley": 76, "citeulike": 1, "connotea": 0}
    assert short["cited_by_posts_count"] == 4 + len(PAGES) == full["counts"]["total"]["posts_count"]
    for name in ("msm", "feeds", "podcasts", "policies", "guidelines"):
        assert short[f"cited_by_{name}_count"] == 1
    assert short["context"]["all"] == {
        "count": 2, "mean": pytest.approx((short["score"] + 1) / 2), "rank": 1, "pct": 50, "higher_than": 1,
        "as_of": int(NOW.timestamp()),
    }  # fmt: skip
    assert full["demographics"]["geo"]["bluesky"] == {"DE": 4}
    assert full["counts"]["wikipedia"]["unique_users"] == ["de:Moor"]
    (tweet,) = full["posts"]["twitter"]
    assert (tweet["tweet_id"], tweet["author"]["tweeter_id"]) == (
        "twitter https://twitter.com/a/status/1",
        "by twitter",
    )
    assert full["citation"]["startpage"] == "17"


def test_history_is_of_windows_until_now(objects: tuple[dict[str, Any], dict[str, Any]]) -> None:
    short, _ = objects
    history = short["history"]
    assert history["at"] == short["score"]
    assert history["1w"] == 0 < history["1m"] <= history["1y"] == history["at"]


@pytest.mark.parametrize(
    ("place", "address", "key"),
    [
        ("newsfeed", None, "blogs"), ("newsfeed", "https://www.theguardian.com/a", "news"),
        ("newsfeed", "https://notbbc.com/", "blogs"), ("web", "https://a.b.gov.uk/x", "policy"),
        ("web", "https://a.example", "misc"), ("nowhere", None, "misc"), ("web", "https://[bad", "misc"),
    ],
)  # fmt: skip
def test_pages_count_by_their_host(place: str, address: str | None, key: str) -> None:
    assert group_of(place, address).key == key


def test_a_country_is_told_by_endings_that_are_not_for_anybody() -> None:
    names = ("a.de", "a.co.uk", "a.io", "a.org", "de", "", "a.xn--p1ai")
    assert [country_of(name) for name in names] == ["DE", "GB", None, None, "DE", None, None]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024", (2024, 1, 1)),
        ("2024-05", (2024, 5, 1)),
        ("2024-05-17", (2024, 5, 17)),
        ("2024-05-17T08", (2024, 5, 17)),
    ],
)
def test_a_date_is_the_first_moment_that_it_can_mean(written: str, day: tuple[int, int, int]) -> None:
    assert moment_of(written) == int(datetime(*day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("written", [None, "", "soon", "2024-13", "99999", "-", "202"])
def test_what_is_no_date_is_unknown(written: str | None) -> None:
    assert moment_of(written) is None
