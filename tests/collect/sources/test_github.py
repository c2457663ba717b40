"""What is odd about GitHub: watchers, new names, what is gone, long lists, and the token."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from hubbub.collect.source import LoginError
from hubbub.collect.sources import github
from hubbub.model import Account, Alias, Claim, Description, Fault, FollowList, Identifier, Page, Post, Tally
from tests.collect.replay import NOW, Replay
from tests.collect.test_conformance_live import parse, read

FOLDER = Path(__file__).parents[2] / "recordings" / "github" / "answers"
SOURCE = github.GitHub()


def told(lane: str, file: str) -> list[object]:
    return [*SOURCE.parse(Page(lane, "", (FOLDER / file).read_bytes(), NOW, ""))]


def facts(lane: str) -> list[object]:
    return [*parse(SOURCE, read("github", lane))]


def test_watchers_are_subscribers_and_not_stars_by_another_name() -> None:
    numbers = {one.kind: one.value for one in facts("repo:ropensci/alm") if isinstance(one, Tally)}
    assert numbers == {"stars": 7, "forks": 3, "watchers": 2}


def test_a_list_of_repositories_does_not_tell_watchers_so_none_are_counted() -> None:
    kinds = {one.kind for one in facts("repos:fdtester") if isinstance(one, Tally)}
    assert kinds == {"stars", "forks"}


def test_an_owner_owns_what_is_no_copy_of_anothers() -> None:
    owner = Identifier("github", "fdtester")
    owned = [one.other.value for one in facts("repos:fdtester") if isinstance(one, Alias) and one.identifier == owner]
    assert owned == ["fdtester/test-repo-without-datapackage", "fdtester/test-repo-with-datapackage-yaml"]


def test_an_owners_page_elsewhere_is_theirs() -> None:
    (alias,) = [one for one in facts("owner:fdtester") if isinstance(one, Alias)]
    assert (alias.relation, str(alias.other)) == ("is_same_as", "orcid:0000-0002-1825-0097")


def test_a_repository_that_answers_by_a_new_name_is_the_same() -> None:
    alias, description, *_ = told("repo:old/name", "repo_ropensci_alm.json")
    assert isinstance(alias, Alias)
    assert (str(alias.identifier), alias.relation, str(alias.other)) == (
        "github:old/name",
        "is_same_as",
        "github:ropensci/alm",
    )
    assert isinstance(description, Description)
    assert (description.issued, description.creators) == ("2013-04-25", ("ropensci",))


def test_a_repository_that_is_not_there_is_named() -> None:
    assert told("repo:lagotto/lagottox", "error_404.json") == [
        Fault("GitHub says: Not Found", sample=(FOLDER / "error_404.json").read_text()[:200])
    ]


def test_an_issue_is_named_by_its_address_and_speaks_for_its_author() -> None:
    posts = {one.id: one for one in facts("issues:10.5555/12345678") if isinstance(one, Post)}
    post = posts["https://github.com/tekezo/KeyRemap4MacBook/issues/128"]
    assert (post.author, post.version) == ("2988", "2013-04-02T12:03:25Z")
    assert post.posted_at == datetime.fromisoformat("2013-03-31T00:12:59Z")
    assert len(posts) == 3


def test_a_file_is_named_without_its_commit() -> None:
    posts = [one for one in facts("files:10.5555/12345678") if isinstance(one, Post)]
    assert posts[0].id == "https://github.com/github/rack-statsd/blob/HEAD/rack-statsd.gemspec"
    assert posts[0].text == "  # Implements doi:10.5555/12345678\n"
    assert all(one.author == "9919" for one in posts)


@pytest.mark.parametrize(
    "post",
    [
        "https://github.com/rsim/mondrian-olap/issues/4",
        "https://github.com/github/rack-statsd/blob/HEAD/rack-statsd.gemspec",
    ],
)
def test_what_is_there_no_longer_is_withdrawn(post: str) -> None:
    (gone,) = facts(f"post:{post}")
    assert isinstance(gone, Post)
    assert (gone.id, gone.change, gone.version) == (post, "withdrawn", "2026-11-01T00:00:00Z")


def test_an_issue_that_moved_is_told_once_by_its_new_name() -> None:
    posts = [one for one in facts("post:https://github.com/old/name/pull/262") if isinstance(one, Post)]
    assert [(one.id, one.change) for one in posts] == [
        ("https://github.com/old/name/pull/262", "withdrawn"),
        ("https://github.com/github/developer.github.com/pull/262", "made"),
    ]


def test_a_post_of_another_kind_is_not_asked_for() -> None:
    assert read("github", "post:https://example.org/1") == []


def test_followers_are_complete_when_the_last_page_was_read() -> None:
    (told,) = [one for one in facts("followers:10308") if isinstance(one, FollowList)]
    assert (told.account, told.direction, told.complete, told.began_at) == ("10308", "followers", True, NOW)


def test_a_longer_list_than_is_read_is_not_complete() -> None:
    resume = '{"began_at":"2026-11-01T00:00:00Z","next":null,"complete":false}'
    (told,) = [*SOURCE.parse(Page("followers:1", "", b"[]", NOW, resume))]
    assert isinstance(told, FollowList)
    assert not told.complete


def test_an_account_tells_how_many_follow_it() -> None:
    (account,) = facts("account:10308")
    assert isinstance(account, Account)
    assert (account.handle, account.followers, account.following) == ("sferik", 688, 102)


def test_an_account_publishes_its_page_and_the_accounts_that_it_lists_elsewhere() -> None:
    (account,) = facts("account:10308")
    assert isinstance(account, Account)
    assert account.claims == (
        Claim("http://twitter.com/sferik"),
        Claim("https://twitter.com/sferik", "social_account"),
        Claim("https://fosstodon.example/@sferik", "social_account"),
    )


def test_an_account_that_goes_between_two_questions_is_gone() -> None:
    assert facts("account:1") == [Fault("GitHub says: Not Found", sample=(FOLDER / "error_404.json").read_text()[:200])]


def test_a_list_of_accounts_tells_no_pages_of_theirs() -> None:
    assert {one.claims for one in facts("followers:10308") if isinstance(one, Account)} == {None}


def test_files_are_not_searched_without_a_token() -> None:
    class Anonymous(Replay):
        def secret(self, name: str) -> str | None:
            return None

    async def ask() -> None:
        async for _ in SOURCE.read("files:10.5555/12345678", "", Anonymous(FOLDER)):
            pass

    with pytest.raises(LoginError, match="github_token"):
        asyncio.run(ask())
