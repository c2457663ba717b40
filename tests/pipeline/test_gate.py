"""What of a firehose is let in, and what of that is kept."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub import pipeline
from hubbub.answers import Answers
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.collect.touching import Held, Numbers, Prints
from hubbub.model import Identifier, Page, Reading
from hubbub.store import Store
from tests.conftest import NewStore
from tests.pipeline.rendered import (
    AUTHORS,
    COLLECTOR,
    PLACE,
    POST,
    REPOST,
    Line,
    account,
    body,
    deleted,
    event,
    frames,
    identity,
    key_of,
    passed_on,
    wrote,
)
from tests.store.asked import dump, told
from tests.store.fold_model import WORKS

pytestmark = pytest.mark.usefixtures("one_scan")
WORK, (ANN, BOB, _) = WORKS[0], AUTHORS
KEY = key_of(ANN, POST, "3lbaaaaaaaone")


def collect(store: Store, *pages: list[Line], source: str = PLACE) -> pipeline.Outcome:
    """Read an archive a list of lines."""
    outcome = pipeline.Outcome()
    files = {f"{source} {number}": body(lines) for number, lines in enumerate(pages)}
    for lane in files:
        outcome = asyncio.run(
            pipeline.collect(sources()[source], lane, archive.files(lambda lane: BytesIO(files[lane])), store)
        )
    return outcome


@pytest.mark.parametrize("together", [True, False])
def test_an_edit_without_a_hint_takes_the_mention_back(new_store: NewStore, together: bool) -> None:
    store, told_ = (
        new_store(),
        [wrote(1, ANN, "3lbaaaaaaaone", WORK, "create"), wrote(2, ANN, "3lbaaaaaaaone", None, "update")],
    )
    collect(store, told_) if together else collect(store, *([line] for line in told_))
    assert told(store, WORK) == []


@pytest.mark.parametrize("together", [True, False])
def test_a_repost_is_kept_if_its_original_is(new_store: NewStore, together: bool) -> None:
    store = new_store()
    told_ = [
        wrote(1, ANN, "3lbaaaaaaaone", WORK, "create"),
        passed_on(2, BOB, "3lbaaaaaaatwo", KEY),
        passed_on(3, BOB, "x", KEY + "other"),
    ]
    collect(store, told_) if together else collect(store, *([line] for line in told_))
    assert [(one.post, one.own, one.amplifies) for one in told(store, WORK)] == [
        (KEY, True, None),
        (key_of(BOB, REPOST, "3lbaaaaaaatwo"), False, KEY),
    ]
    assert key_of(BOB, REPOST, "x") not in str(dump(store))
    report = Answers(store).report(WORK)
    assert (report.posts, report.amplifications, report.accounts) == (1, 1, 1)


def test_a_line_that_touches_what_its_page_makes_known_is_read(new_store: NewStore) -> None:
    store, post, repost = new_store(), "3lbaaaaaaaaan", "3lbaaaaaaaabo"  # as long as the network's own keys
    collect(store, [wrote(1, ANN, post, WORK, "create"), passed_on(2, BOB, repost, key_of(ANN, POST, post))])
    assert [one.post for one in told(store, WORK)] == [key_of(ANN, POST, post), key_of(BOB, REPOST, repost)]


def test_what_another_process_keeps_while_a_page_is_sifted_is_touched(new_store: NewStore) -> None:
    store = new_store()
    gate = pipeline.Gate(sources()[PLACE], store)
    page = Page("lane", "lane", body([passed_on(2, BOB, "3lbaaaaaaatwo", KEY)]), datetime.now(UTC), "", lines=True)
    sifted = gate.sift(page)
    collect(store, [wrote(1, ANN, "3lbaaaaaaaone", WORK, "create")])
    with store.writing() as writer:
        assert [one.post.reposts for one in gate.read(sifted, writer) if isinstance(one, Reading)] == [KEY]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames(), st.integers(1, 4))
def test_what_the_gate_keeps_is_what_would_be_kept_if_every_line_were_read(
    new_store: NewStore, told_: list[Line], size: int
) -> None:
    def everything(self: Held, prints: Prints) -> Numbers:
        return np.arange(len(prints))

    pages = [told_[at : at + size] for at in range(0, len(told_), size)]
    gated, plain = new_store(), new_store()
    collect(gated, *pages)
    with mock.patch.object(Held, "has", everything):
        collect(plain, *pages)
    assert dump(gated) == dump(plain)


def test_a_line_that_cannot_be_read_is_told_with_its_place(new_store: NewStore) -> None:
    silent, broken = body([wrote(1, ANN, "a", None, "create")]), b'{"broken 10.1000/a\n'
    told_ = silent + broken + silent + body([wrote(2, ANN, "3lbaaaaaaaone", WORK, "create")]) + broken
    page = Page("lane", "lane", told_, datetime.now(UTC), "", lines=True, offset=1000)
    sifted = pipeline.Gate(sources()[PLACE], new_store()).sift(page)
    assert [fault.at for fault in sifted.faults] == [1000 + len(silent), 1000 + len(told_) - len(broken)]
    assert len(sifted.changes) == 1


def test_no_nul_comes_out_of_lines(new_store: NewStore) -> None:
    line = wrote(1, ANN, "3lbaaaaaaaone", WORK, "create")
    told_ = body([line._replace(text=line.text.replace(b"-end", b"-end\\u0000"))]) + b'{"\0 10.1000/a\n'
    page = Page("lane", "lane", told_, datetime.now(UTC), "", lines=True)
    sifted = pipeline.Gate(sources()[PLACE], new_store()).sift(page)
    (read,), (fault,) = sifted.changes, sifted.faults
    assert isinstance(read, Reading)
    assert (read.post.text or "").count("\ufffd") == fault.sample.count("\ufffd") == 1
    assert "\0" not in f"{read}{fault}"


def test_a_repost_of_a_repost_taken_back_is_no_more(new_store: NewStore) -> None:
    store = new_store()
    collect(
        store,
        [wrote(1, ANN, "3lbaaaaaaaone", WORK, "create"), passed_on(2, BOB, "3lbaaaaaaatwo", KEY)],
        [deleted(3, BOB, REPOST, "3lbaaaaaaatwo")],
    )
    assert [one.post for one in told(store, WORK)] == [KEY]


def test_a_withdrawal_of_what_is_not_held_is_remembered(new_store: NewStore) -> None:
    store = new_store()
    collect(
        store,
        [identity(1, BOB), deleted(5, ANN, POST, "3lbaaaaaaaone")],
        [wrote(2, ANN, "3lbaaaaaaaone", WORK, "create")],
    )
    assert told(store, WORK) == []
    collect(store, [wrote(6, ANN, "3lbaaaaaaaone", WORK, "create")])
    assert [one.post for one in told(store, WORK)] == [KEY]


def test_the_withdrawal_of_an_account_that_is_not_held_is_remembered(new_store: NewStore) -> None:
    store = new_store()
    collect(store, [identity(1, BOB), account(5, ANN, active=False)], [wrote(2, ANN, "3lbaaaaaaaone", WORK, "create")])
    assert told(store, WORK) == []
    collect(store, [wrote(6, ANN, "3lbaaaaaaatwo", WORK, "create")])
    assert [one.post for one in told(store, WORK)] == [key_of(ANN, POST, "3lbaaaaaaatwo")]


def test_a_withdrawn_account_takes_along_what_others_said_of_its_posts(new_store: NewStore) -> None:
    store = new_store()
    collect(store, [event(1, 1, PLACE, KEY, ANN, WORK, "made")], source=COLLECTOR)
    collect(store, [wrote(2, ANN, "3lbaaaaaaaone", WORK, "create")], [account(5, ANN, active=False)])
    assert told(store, WORK) == []
    collect(store, [event(9, 2, PLACE, KEY, ANN, WORK, "made")], source=COLLECTOR)
    assert told(store, WORK) == []


def test_an_account_that_comes_back_is_no_withdrawal(new_store: NewStore) -> None:
    store = new_store()
    collect(store, [wrote(2, ANN, "3lbaaaaaaaone", WORK, "create"), account(5, ANN, active=True)])
    assert [one.post for one in told(store, WORK)] == [KEY]


def test_handles_of_those_who_speak_are_kept_and_others_are_not(new_store: NewStore) -> None:
    store = new_store()
    collect(store, [wrote(1, ANN, "3lbaaaaaaaone", WORK, "create"), identity(2, ANN), identity(3, BOB)])
    assert b"handle-x-2-end" in str(dump(store)["details"]).encode()
    assert b"handle-y" not in str(dump(store)).encode()


def test_what_mentions_nothing_and_touches_nothing_leaves_no_row(new_store: NewStore) -> None:
    store = new_store()
    outcome = collect(store, [wrote(n, ANN, f"key{n}", None, "create") for n in range(1, 50)])
    assert (outcome.posts, outcome.mentions) == (0, 0)
    assert not any(dump(store).values())


WATCHED = {
    "https://github.com/ann/tool": Identifier("github", "ann/tool"),
    "https://www.youtube.com/watch?v=V5lDo-jw8mA": Identifier("youtube", "V5lDo-jw8mA"),
    "https://example.com/a/page": Identifier("url", "https://example.com/a/page"),
}


@pytest.mark.parametrize("address", WATCHED)
def test_media_code_and_pages_are_kept_only_if_they_stand_on_a_shelf(new_store: NewStore, address: str) -> None:
    line = wrote(1, ANN, "3lbaaaaaaaone", WORK, "create")
    line = line._replace(text=line.text.replace(f"https://doi.org/{WORK.value}".encode(), address.encode()))
    store, watching = new_store(), new_store()
    with watching.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "", False, [WATCHED[address]])
    collect(store, [line])
    collect(watching, [line])
    assert not any(dump(store).values())
    assert [one.post for one in told(watching, WATCHED[address])] == [KEY]


@pytest.mark.parametrize("address", WATCHED)
def test_beside_a_work_too_they_are_kept_only_if_they_stand_on_a_shelf(new_store: NewStore, address: str) -> None:
    line = wrote(1, ANN, "3lbaaaaaaaone", WORK, "create")
    line = line._replace(text=line.text.replace(b"-end", f"-end {address}".encode()))
    store, watching = new_store(), new_store()
    with watching.writing() as writer:
        writer.wanted.shelve("mine", "Mine", "", False, [WATCHED[address]])
    collect(store, [line])
    collect(watching, [line])
    assert [one.post for one in told(store, WORK)] == [KEY]
    assert told(store, WATCHED[address]) == []
    assert [one.post for one in told(watching, WATCHED[address])] == [KEY]


def test_what_is_found_twice_in_a_post_is_one_mention(new_store: NewStore) -> None:
    store, line = new_store(), wrote(1, ANN, "3lbaaaaaaaone", WORK, "create")
    with mock.patch.object(archive, "PAGE", 500):
        collect(store, [line._replace(text=line.text.replace(b"-end", f"-end https://doi.org/{WORK.value}".encode()))])
    assert Answers(store).report(WORK).posts == 1
    (said,) = told(store, WORK)
    assert [one[3:] for one in said.evidence] == [("discusses", "card")]
