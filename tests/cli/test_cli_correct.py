"""Commands that correct: what they say is kept, shown with who said it and why, and taken back."""

from datetime import UTC, datetime

from hubbub.model import Alias, Identifier
from hubbub.store import open_store
from tests.cli.commanded import USER_GUIDE, WORK, run

CITED = "doi:10.1063/1.1792071"
PMID = Identifier("pmid", "1")


def told(store: str, work: str) -> None:
    with open_store(store) as opened, opened.writing() as writer:
        named = Identifier("doi", work.removeprefix("doi:"))
        alias = Alias(identifier=named, relation="is_same_as", other=PMID, via="crossref", version="1")
        writer.keep([alias], datetime(2026, 8, 1, tzinfo=UTC))


def test_identifiers_are_told_apart_and_that_is_taken_back(store: str) -> None:
    told(store, WORK)
    ran = run(store, "match", WORK, "--not", "pmid:1", "--why", "an erratum")
    assert (ran.status, ran.err) == (0, "")
    assert "somebody has said that they are not the same work" in ran.out
    assert "an erratum" in ran.out
    assert len(run(store, "match", WORK, "--json").json()["versions"][0]["identifiers"]) == 1
    taken_back = run(store, "match", "pmid:1", "--forget", WORK, "--json").json()
    assert (len(taken_back["versions"][0]["identifiers"]), taken_back["corrections"]) == (2, [])


def test_one_identifier_is_not_another_than_itself(store: str) -> None:
    ran = run(store, "match", WORK, "--not", WORK)
    assert ran.status == 2
    assert "name two" in ran.err


def test_a_mention_is_set_aside_by_its_address_and_put_back(store: str) -> None:
    assert run(store, "ingest", "crossref_event_data", str(USER_GUIDE)).status == 0
    said = run(store, "mentions", CITED, "--json").json()
    posts = [(one["url"], f"{one['source']}:{one['post']}") for one in said]
    for written in posts[0]:
        ran = run(store, "mentions", CITED, "--wrong", written, "--why", "another one")
        assert (ran.status, ran.out) == (0, f"1 mention of {CITED} set aside.\n")
        assert len(run(store, "mentions", CITED, "--json").json()) == len(said) - 1
        assert "another one" in run(store, "match", CITED).out
        assert run(store, "mentions", CITED, "--right", written).status == 0
        assert run(store, "mentions", CITED, "--json").json() == said


def test_a_post_that_is_not_held_is_not_set_aside(store: str) -> None:
    ran = run(store, "mentions", WORK, "--wrong", "https://example.org/")
    assert ran.status == 2
    assert "is no post that is held to mention" in ran.err


def test_a_missing_mention_waits_until_somebody_looks(store: str) -> None:
    ran = run(store, "missing", "https://news.example.org/flies", WORK)
    assert (ran.status, ran.out) == (0, "https://news.example.org/flies will be looked at. Next: hubbub sync\n")
    assert "waits for hubbub sync or serve" in run(store, "match", WORK).out
    assert run(store, "missing", "flies", WORK).status == 2
