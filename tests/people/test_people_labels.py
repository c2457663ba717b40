import tomllib
from collections.abc import Iterator
from importlib.resources import files
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.people.labels import IN_FIELD, UNKNOWN, Label, Profile, label
from hubbub.people.words import fold, words


def named(labels: tuple[Label, ...]) -> dict[str, float]:
    return {one.name: one.probability for one in labels}


def of(description: str = "", field: frozenset[str] = frozenset(), **known: object) -> dict[str, float]:
    return named(label(Profile(source="bluesky", id="1", description=description, **known), field))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Professor of physics", "researcher"),
        ("Wissenschaftliche Mitarbeiterin an der Universität Bremen", "researcher"),
        ("Chercheuse au CNRS", "researcher"),
        ("京都大学の教授です", "researcher"),
        ("PhD student in ecology", "student"),
        ("Étudiante en droit", "student"),
        ("ETUDIANTE EN DROIT", "student"),
        ("Consultant physician, Leeds", "practitioner"),
        ("Science journalist for radio", "communicator"),
        ("Academic librarian", "educator"),
        ("Policy adviser in Wellington", "policy"),
        ("We are a learned society", "organisation"),
        ("A peer-reviewed journal since 1901", "publisher"),
        ("Coffee and photography. Views my own.", "other person"),
    ],
)
def test_a_profile_is_read_in_several_languages(description: str, expected: str) -> None:
    labels = of(description)
    assert max((name for name in labels if name != UNKNOWN), key=labels.__getitem__) == expected
    assert labels[expected] >= 0.7


def test_an_account_may_be_several_things_at_once() -> None:
    labels = of("Clinician scientist and podcast host")
    assert {name for name, probability in labels.items() if probability >= 0.7} == {
        "researcher",
        "practitioner",
        "communicator",
    }


def test_who_says_nothing_is_unknown_and_nothing_else() -> None:
    assert of() == {UNKNOWN: 1.0}
    assert of("Hello there, nice to meet you") == {UNKNOWN: 1.0}


def test_a_longer_phrase_keeps_a_shorter_one_from_fitting() -> None:
    assert "researcher" not in of("I am not a scientist")
    assert "researcher" not in of("PhD student")
    assert "student" not in of("Student of life")


def test_what_somebody_was_or_would_be_they_are_not() -> None:
    assert of("Former journalist, aspiring physicist") == {UNKNOWN: 1.0}
    assert of("Former journalist, physicist") == {"researcher": pytest.approx(0.9), UNKNOWN: pytest.approx(0.1)}


def test_an_affiliation_makes_nobody_an_organisation() -> None:
    assert "organisation" not in of("Professor, Department of Physics, Institute for Advanced Study")


def test_a_word_within_a_word_is_no_sign() -> None:
    assert of("professorial mathematicians-to-bee, unprofessored") == {UNKNOWN: 1.0}


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("jane.leeds.ac.uk", "researcher"),
        ("leeds.ac.uk", "organisation"),
        ("jane.cs.mit.edu", "researcher"),
        ("uni-bremen.de", "organisation"),
        ("@jane@fediscience.org", "researcher"),
        ("@jane@mastodon.uio.no", "researcher"),
    ],
)
def test_the_domain_of_a_handle_tells_where_it_belongs(handle: str, expected: str) -> None:
    assert of(handle=handle)[expected] >= 0.7


@pytest.mark.parametrize("handle", ["jane.education", "edu.example.org", "ac.uk", "jane.bsky.social", "notleeds-ac.uk"])
def test_a_domain_that_anyone_may_have_tells_nothing(handle: str) -> None:
    assert of(handle=handle) == {UNKNOWN: 1.0}


def test_links_lists_and_behaviour_are_signs_with_reasons() -> None:
    profile = Profile(
        source="mastodon",
        id="1",
        links=("https://orcid.org/0000-0002-1825-0097", "http://[broken"),
        lists=("Great neuroscientists",),
        posts=100,
        posts_with_works=60,
        works=40,
    )
    first = label(profile)[0]
    assert first.name == "researcher"
    assert [(reason.feature, reason.sign) for reason in first.reasons] == [
        ("link", "orcid.org"),
        ("behaviour", "40 works, in at least 50% of its posts"),
        ("list", "neuroscientists"),
    ]


def test_few_posts_prove_no_habit() -> None:
    assert "researcher" not in of(posts=1, posts_with_works=1, works=1)
    assert "researcher" not in of(posts=1, posts_with_works=50, works=50)


def test_belonging_to_the_field_is_told_apart_and_leaves_an_account_unknown() -> None:
    labels = of("Coral reefs", frozenset({"coral", "reef"}), works_in_field=5)
    assert labels[IN_FIELD] > 0.9
    assert labels[UNKNOWN] == 1.0


def test_a_title_in_name_and_handle_counts_once() -> None:
    assert of(name="Dr Doe", handle="DrDoe.bsky.social") == of(name="Dr Doe")


def test_a_feed_keeps_its_reasons() -> None:
    found = label(Profile(source="bluesky", id="1", feed=("is called bot",)))[0]
    assert (found.name, found.reasons[0].sign) == ("feed", "is called bot")


def test_no_sign_of_any_label_tells_of_what_is_nobodys_business() -> None:
    def phrases(of: object) -> Iterator[str]:
        if isinstance(of, str):
            yield of
        elif isinstance(of, dict | list):
            for one in of.values() if isinstance(of, dict) else of:
                yield from phrases(one)

    package = files("hubbub.people")
    never = tomllib.loads(package.joinpath("communities.toml").read_text("utf-8"))["never"]
    signs = tomllib.loads(package.joinpath("labels.toml").read_text("utf-8"))
    said = {word for phrase in phrases(signs) for word in words(phrase)}
    assert len(said) > 300
    assert said.isdisjoint(fold(word) for word in never)


def test_labels_are_the_documented_ones() -> None:
    signs = tomllib.loads(files("hubbub.people").joinpath("labels.toml").read_text("utf-8"))
    features = ("bio", "name", "handle", "list", "host", "server")
    assert {name for feature in features for labels in signs[feature].values() for name in labels} == {
        "researcher",
        "student",
        "practitioner",
        "communicator",
        "educator",
        "policy",
        "organisation",
        "publisher",
        "other person",
        "phrases",  # of `nothing`, which make no label
    }


profiles = st.builds(
    Profile,
    source=st.just("bluesky"),
    id=st.text(max_size=4),
    handle=st.one_of(st.text(max_size=30), st.sampled_from(["a.b.edu", "x" * 400, "a." * 200 + "edu"])),
    name=st.text(max_size=30),
    description=st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(["professor", "phd student", "journalist", "教授", "library"]))
    ).map(" ".join),
    links=st.lists(st.one_of(st.text(max_size=20), st.just("https://orcid.org/1"))).map(tuple),
    lists=st.lists(st.sampled_from(["Scientists", "journalists", "x"])).map(tuple),
    posts=st.integers(-5, 10**12),
    posts_with_works=st.integers(-5, 10**12),
    works=st.integers(-5, 10**6),
)


@given(profiles)
def test_probabilities_are_probabilities_and_every_label_has_reasons(profile: Profile) -> None:
    labels = label(profile)
    assert all(0 <= one.probability <= 1 for one in labels)
    assert all(one.reasons for one in labels if one.name != UNKNOWN)
    assert UNKNOWN in named(labels)


@given(profiles, st.randoms(use_true_random=False))
def test_order_and_repetition_of_signs_change_nothing(profile: Profile, random: Random) -> None:
    links, lists = list(profile.links) * 2, list(profile.lists) * 2
    random.shuffle(links)
    random.shuffle(lists)
    known = {name: getattr(profile, name) for name in profile.__struct_fields__}
    assert label(Profile(**{**known, "links": tuple(links), "lists": tuple(lists)})) == label(profile)
