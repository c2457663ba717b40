"""What is odd about Speaker Deck: views stand on a speaker's lists, which tell not when they end."""

import pytest

from hubbub.collect.source import WrongAnswerError
from hubbub.collect.sources import speakerdeck
from hubbub.model import Alias, Description, Identifier, Tally, Watch
from tests.collect.test_conformance_live import parse, read

SOURCE = speakerdeck.SpeakerDeck()


def test_the_speaker_of_a_deck_is_asked_once() -> None:
    works = (Identifier("speakerdeck", "example/on-decks"), Identifier("speakerdeck", "example/on-stars"))
    owners = (Identifier("url", "https://speakerdeck.com/example"),)
    assert [*SOURCE.lanes(Watch(works=works, owners=owners))] == [
        "deck:example/on-decks",
        "deck:example/on-stars",
        "speaker:example",
    ]


def test_a_deck_is_described() -> None:
    (told,) = parse(SOURCE, read("speakerdeck", "deck:example/on-decks"))
    assert isinstance(told, Description)
    assert (told.title, told.creators, told.kind) == ("On decks", ("An Example",), "presentation")


def test_views_are_read_where_they_are_told_as_a_number() -> None:
    facts = parse(SOURCE, read("speakerdeck", "speaker:example"))
    counts = {one.identifier.value: one.value for one in facts if isinstance(one, Tally)}
    assert counts == {"example/on-decks": 1234, "example/on-stars": 1}
    owned = {one.other.value for one in facts if isinstance(one, Alias)}
    assert owned == {"example/on-decks", "example/on-stars", "example/on-none"}


def test_lists_end_where_no_other_decks_come() -> None:
    assert [page.resume for page in read("speakerdeck", "speaker:example")] == ["2", "3", ""]
    assert [page.resume for page in read("speakerdeck", "speaker:same")] == ["2", ""]


def test_a_page_without_decks_is_no_speakers() -> None:
    with pytest.raises(WrongAnswerError, match="no decks"):
        read("speakerdeck", "speaker:example", change=lambda _: b"<title>Just a moment</title>")
