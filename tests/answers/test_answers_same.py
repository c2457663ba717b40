"""One person, many accounts: what is proven by what accounts publish, and what is only asked."""

import pytest

from hubbub.answers import Answers
from hubbub.answers.shapes import Same
from hubbub.model import Account, Claim, Identifier
from hubbub.store import Store
from tests.answers.stated import NOW, WORK, alias, keep, said, who
from tests.conftest import NewStore

TOOT, HUB, SKY = "https://mastodon.social/@ann", "7", "did:plc:ann"
ORCID = "0000-0002-1825-0097"


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Ann speaks of the work by three accounts, Bob by one; none of them publishes anything yet."""
    store = new_store()
    with store.writing() as writer:
        writer.wanted.put("mine", [WORK])
    keep(store, *(said(f"{key} 1", source=source, author=key) for source, key in ACCOUNTS))
    keep(store, toot(), hub(), sky(), who("did:plc:bob", handle="bob.bsky.social"))
    return store


ACCOUNTS = (("mastodon", TOOT), ("github", HUB), ("bluesky", SKY), ("bluesky", "did:plc:bob"))


def told(source: str, key: str, version: str, claims: tuple[Claim, ...], **fields: object) -> Account:
    return who(key, source=source, via=source, version=version, claims=claims, **fields)


def toot(*claims: Claim, version: str = "1", url: str = TOOT) -> Account:
    return told("mastodon", url, version, claims, url=url, handle="ann@mastodon.social", name="Ann Example")


def hub(*claims: Claim, version: str = "1") -> Account:
    return told("github", HUB, version, claims, url="https://github.com/AnnEx", handle="AnnEx")


def sky(*claims: Claim, version: str = "1") -> Account:
    return told("bluesky", SKY, version, claims, handle="ann.example", url=f"https://bsky.app/profile/{SKY}")


def same(store: Store, source: str, key: str) -> Same:
    return Answers(store).same(source, key)


def proven(store: Store, source: str = "mastodon", key: str = TOOT) -> dict[str, str]:
    return {(one.speaker.key if one.speaker else str(one.page)): one.proof for one in same(store, source, key).proven}


def counts(store: Store) -> tuple[int, int]:
    people, community = Answers(store).people("mine"), Answers(store).community("mine", NOW)
    assert people is not None
    assert community is not None
    assert people.persons == community.voices
    return community.accounts, community.voices


def test_accounts_that_name_each_other_are_one_person_from_either_side(store: Store) -> None:
    keep(store, toot(Claim("https://github.com/annex", "rel_me"), version="2"))
    assert proven(store) == {}
    assert [(one.speaker.key, one.doubt) for one in same(store, "mastodon", TOOT).asked] == [(HUB, "not returned")]
    assert counts(store) == (4, 4)
    keep(store, hub(Claim("http://mastodon.social/@Ann/"), version="2"))
    assert proven(store) == {HUB: "name each other"}
    assert proven(store, "github", HUB) == {TOOT: "name each other"}
    assert counts(store) == (4, 3)
    people = Answers(store).people("mine")
    assert people is not None
    ((accounts, proofs),) = [({a.key for a in one.accounts}, one.proofs) for one in people.same]
    assert (accounts, proofs) == ({TOOT, HUB}, ("name each other",))


def test_a_field_that_a_trusted_server_checked_is_a_proof(store: Store) -> None:
    keep(store, toot(Claim("https://github.com/annex", "verified_field"), version="2"))
    assert proven(store) == {HUB: "checked by the platform"}
    assert proven(store, "github", HUB) == {TOOT: "checked by the platform"}


def test_what_a_server_says_of_its_own_accounts_is_a_proof_only_if_somebody_subscribed_to_it(store: Store) -> None:
    own = "https://evil.example/@ann"
    keep(store, said("evil", source="mastodon", author=own))
    keep(store, toot(Claim("https://github.com/annex", "verified_field"), version="2", url=own))
    assert proven(store, "mastodon", own) == {}
    with store.writing() as writer:
        writer.wanted.subscribe(["mastodon:evil.example/tags/openscience"])
    assert proven(store, "mastodon", own) == {HUB: "checked by the platform"}


def test_a_home_page_joins_who_is_checked_to_own_it_and_whose_handle_it_is(store: Store) -> None:
    keep(store, toot(Claim("https://ann.example/", "verified_field"), version="2"))
    keep(store, sky(Claim("https://ann.example", "handle"), version="2"))
    assert proven(store) == {SKY: "handle is the domain", "https://ann.example": "handle is the domain"}
    keep(store, who(SKY, handle="other.example", version="3"))
    assert proven(store) == {"https://ann.example": "checked by the platform"}


def test_an_orcid_record_joins_accounts_that_name_it_back_and_makes_them_ones_own(store: Store) -> None:
    person = Identifier("orcid", ORCID)
    keep(store, alias(Identifier("url", TOOT), "is_same_as", person, via="orcid"))
    keep(store, alias(Identifier("url", "https://github.com/AnnEx"), "is_same_as", person, via="orcid"))
    keep(store, toot(Claim(f"https://orcid.org/{ORCID}"), version="2"), hub(Claim(f"orcid.org/{ORCID}"), version="2"))
    assert proven(store) == {HUB: "name each other", f"https://orcid.org/{ORCID}": "name each other"}
    assert counts(store) == (4, 3)
    with store.writing() as writer:
        writer.wanted.own("mine", [person])
    found = Answers(store).community("mine", NOW)
    assert found is not None
    assert {one.key for one in found.own} == {TOOT, HUB}
    assert found.voices == 2


def test_a_name_only_asks(store: Store) -> None:
    keep(store, who(SKY, name="Ann Example", version="2"))
    assert joined_by(store) == {}
    assert [(one.speaker.key, one.doubt) for one in same(store, "mastodon", TOOT).asked] == [(SKY, "same name")]
    assert counts(store) == (4, 4)


def joined_by(store: Store) -> dict[str, str]:
    return proven(store) | proven(store, "bluesky", SKY)


def test_what_is_withdrawn_or_published_no_longer_proves_nothing(store: Store) -> None:
    both = toot(Claim("https://github.com/annex"), version="2"), hub(Claim(TOOT), version="2")
    keep(store, *both)
    assert joined_by(store) == {HUB: "name each other"}
    keep(store, toot(version="3"))
    assert joined_by(store) == {}
    keep(store, toot(Claim("https://github.com/annex"), version="4"))
    assert joined_by(store) == {HUB: "name each other"}
    Answers(store).forget("github", HUB)
    assert joined_by(store) == {}
    with store.connect() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT address FROM claim").scalars().all() == ["github.com/annex"]


def test_who_wants_to_be_found_by_nobody_is_not_named(store: Store) -> None:
    keep(store, toot(Claim("https://github.com/annex"), version="2"), hub(Claim(TOOT), version="2"))
    keep(store, who(HUB, source="github", via="github", version="3", hidden=True))
    assert proven(store) == {}
    assert same(store, "mastodon", TOOT).asked == ()
    assert counts(store) == (4, 3)
    people = Answers(store).people("mine")
    assert people is not None
    assert people.same == ()


def test_an_account_that_is_not_held_is_nobodys(store: Store) -> None:
    assert same(store, "mastodon", "https://mastodon.social/@nobody") == Same((), ())
