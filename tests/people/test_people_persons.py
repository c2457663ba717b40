from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model import Claim, How
from hubbub.people.persons import Card, Persons, join, normal


def card(source: str, account: str, *claims: str, how: How = "link", name: str = "", domain: str = "") -> Card:
    return Card(
        source=source,
        id=account,
        name=name,
        addresses=(f"https://{source}.example/{account}",),
        claims=tuple(Claim(f"https://{claim}", how) for claim in claims),
        domain=domain,
    )


MASTODON, ORCID, GITHUB = ("mastodon", "jane"), ("orcid", "1"), ("github", "jd")


def test_accounts_that_name_each_other_are_one_persons_and_the_proof_is_told() -> None:
    found = join(
        [card("orcid", "1", "mastodon.example/jane", how="researcher_url"), card("mastodon", "jane", "orcid.example/1")]
    )
    (tie,) = found.ties
    assert (tie.one, tie.other, tie.proof) == (MASTODON, ORCID, "name each other")
    assert tie.evidence == ("link https://orcid.example/1", "researcher_url https://mastodon.example/jane")
    assert found.persons == ((MASTODON, ORCID),)
    assert found.questions == ()


@pytest.mark.parametrize("how", ["link", "rel_me", "researcher_url", "social_account"])
def test_a_claim_that_is_not_returned_only_asks(how: How) -> None:
    found = join([card("orcid", "1", "mastodon.example/jane", how=how), card("mastodon", "jane")])
    assert (found.ties, found.persons) == ((), ())
    assert [(ask.one, ask.other, ask.doubt) for ask in found.questions] == [(MASTODON, ORCID, "not returned")]


def test_a_field_that_the_platform_checked_is_proof_alone() -> None:
    found = join([card("mastodon", "jane", "web.example/home", how="verified_field"), card("web", "home")])
    assert found.ties[0].proof == "checked by the platform"
    assert found.persons == ((MASTODON, ("web", "home")),)


def test_a_handle_that_is_the_whole_host_of_a_page_is_proof() -> None:
    page = Card(source="web", id="p", addresses=("https://www.jane.example/",))
    below = Card(source="web", id="q", addresses=("https://jane.example/staff/bob",))
    found = join([card("bluesky", "did:1", domain="Jane.example"), page, below])
    assert found.persons == ((("bluesky", "did:1"), ("web", "p")),)
    assert found.ties[0].evidence == ("jane.example",)


def test_one_sided_claims_join_nobody_through_a_third() -> None:
    found = join(
        [
            card("mastodon", "jane", "orcid.example/1"),
            card("orcid", "1", "mastodon.example/jane"),
            card("github", "jd", "orcid.example/1", "mastodon.example/jane"),
        ]
    )
    assert found.persons == ((MASTODON, ORCID),)
    assert {(ask.one, ask.other) for ask in found.questions} == {(GITHUB, ORCID), (GITHUB, MASTODON)}


def test_proven_ties_in_a_row_make_one_person() -> None:
    found = join(
        [
            card("mastodon", "jane", "orcid.example/1"),
            card("orcid", "1", "mastodon.example/jane", "github.example/jd"),
            card("github", "jd", "orcid.example/1"),
        ]
    )
    assert found.persons == ((GITHUB, MASTODON, ORCID),)


def test_the_page_of_a_group_joins_nobody() -> None:
    lab = card("web", "lab", "mastodon.example/jane", "mastodon.example/bob", "github.example/jd")
    found = join(
        [
            lab,
            *(card(source, account, "web.example/lab") for source, account in (MASTODON, ("mastodon", "bob"), GITHUB)),
        ]
    )
    assert (found.ties, found.persons) == ((), ())
    assert {ask.doubt for ask in found.questions} == {"names several accounts of a place"}


def test_one_account_may_have_several_pages() -> None:
    found = join(
        [
            card("mastodon", "jane", "web.example/home", "web.example/blog", how="verified_field"),
            card("web", "home"),
            card("web", "blog"),
        ]
    )
    assert found.persons == ((MASTODON, ("web", "blog"), ("web", "home")),)


def test_two_orcid_records_are_never_one_person() -> None:
    found = join(
        [
            card("orcid", "1", "web.example/lab"),
            card("web", "lab", "orcid.example/1", "github.example/jd"),
            card("github", "jd", "web.example/lab", "orcid.example/2"),
            card("orcid", "2", "github.example/jd"),
        ]
    )
    assert found.persons == ()
    assert {ask.doubt for ask in found.questions} == {"two ORCID records"}


def test_an_address_that_two_accounts_have_proves_nothing() -> None:
    twins = [
        Card(
            source="github",
            id=account,
            addresses=("https://a.example/x",),
            claims=(Claim("https://mastodon.example/jane"),),
        )
        for account in "12"
    ]
    found = join([*twins, card("mastodon", "jane", "a.example/x", how="verified_field")])
    assert found.ties == ()


def test_a_shared_name_only_asks_and_a_common_one_not_even_that() -> None:
    jane, same = card("mastodon", "jane", name="Jane Q. Doe"), card("github", "jd", name="DOE, Jane Q")
    (ask,) = join([jane, same]).questions
    assert (ask.doubt, ask.one, ask.other) == ("same name", GITHUB, MASTODON)
    assert join([jane, same]).persons == ()
    assert join([jane, same, card("github", "other", name="Jane Q Doe")]).questions == ()
    assert join([card("mastodon", "a", name="Jane"), card("github", "b", name="Jane")]).questions == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.org/a/", "http://example.org/a?ref=1#top"),
        ("https://github.com/JaneDoe", "github.com/janedoe"),
        ("https://social.example/@Jane", "https://social.example/@jane"),
    ],
)
def test_one_address_is_known_however_it_is_written(one: str, other: str) -> None:
    assert normal(one) == normal(other) is not None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost",
        "ftp://example.org/a",
        "https://me@example.org/",
        "https://example.org:99999/",
        "http://[x",
        "mailto:a@b.example",
    ],
)
def test_what_names_nobody_is_no_address(address: str) -> None:
    assert normal(address) is None


def test_case_counts_where_no_platform_ignores_it() -> None:
    assert normal("https://example.org/A") != normal("https://example.org/a")


SOURCES = ["web", "orcid", "github", "mastodon"]
HOWS: list[How] = ["link", "rel_me", "verified_field"]
cards = st.lists(
    st.builds(
        lambda source, account, claims, name: Card(
            source=source,
            id=account,
            name=name,
            addresses=(f"https://{source}.example/{account}",),
            claims=tuple(Claim(f"https://{a}.example/{b}", how) for a, b, how in claims),
        ),
        st.sampled_from(SOURCES),
        st.sampled_from("12"),
        st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from("12"), st.sampled_from(HOWS)), max_size=5),
        st.sampled_from(["", "Jane Doe", "Bob Roe"]),
    ),
    max_size=14,
)


def proofs(given_cards: list[Card]) -> set[frozenset[tuple[str, str]]]:
    """The pairs that name each other or of which one was checked, found the slow way."""
    claims = {
        ((one.source, one.id), (claim.address.split("//")[1].split(".")[0], claim.address[-1]), claim.how)
        for one in given_cards
        for claim in one.claims
    }
    there = {(a, b) for a, b, _ in claims}
    known = {(one.source, one.id) for one in given_cards}
    return {
        frozenset((a, b))
        for a, b, how in claims
        if a != b and b in known and ((b, a) in there or how == "verified_field")
    }


@given(cards)
def test_nobody_is_joined_without_a_proof_on_both_sides_or_by_a_platform(given_cards: list[Card]) -> None:
    found, proven = join(given_cards), proofs(given_cards)
    assert {frozenset((tie.one, tie.other)) for tie in found.ties} <= proven
    for person in found.persons:
        reached, edge = {person[0]}, [person[0]]
        while edge:
            at = edge.pop()
            more = {key for key in person if frozenset((at, key)) in proven} - reached
            reached |= more
            edge += more
        assert reached == set(person)
        assert sum(source == "orcid" for source, _ in person) <= 1


@given(cards)
def test_every_proof_is_told_as_a_tie_or_as_a_question(given_cards: list[Card]) -> None:
    found = join(given_cards)
    told = {frozenset((tie.one, tie.other)) for tie in found.ties}
    told |= {frozenset((ask.one, ask.other)) for ask in found.questions}
    assert proofs(given_cards) <= told


@given(cards, st.randoms(use_true_random=False))
def test_order_and_repetition_of_cards_change_nothing(given_cards: list[Card], random: Random) -> None:
    shuffled = given_cards * 2
    random.shuffle(shuffled)
    assert join(shuffled) == join(given_cards)


@given(st.lists(st.builds(Card, source=st.text(max_size=3), id=st.text(max_size=3), name=st.text(max_size=9),
    addresses=st.lists(st.text(max_size=12), max_size=2).map(tuple), domain=st.text(max_size=5),
    claims=st.lists(st.builds(Claim, st.text(max_size=12)), max_size=2).map(tuple)), max_size=6))  # fmt: skip
def test_any_text_is_taken(given_cards: list[Card]) -> None:
    assert isinstance(join(given_cards), Persons)


def test_a_long_chain_of_proofs_is_one_person() -> None:
    chain = [card(f"s{i}", "1", *(f"s{j}.example/1" for j in (i - 1, i + 1) if 0 <= j < 2_000)) for i in range(2_000)]
    (person,) = join(chain).persons
    assert len(person) == 2_000
