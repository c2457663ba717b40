"""What accounts of Bluesky say of being shown, recommended and followed, as its streams tell it."""

import json
from typing import Any

import pytest

from hubbub.collect.source import sources
from hubbub.collect.sources.bluesky.records import BLOCK, PROFILE, VISIBILITY, tid
from hubbub.model import Account, Block, Fact, Fault, Page
from tests.collect.replay import NOW

ANN, BEN, REV, TIME = (
    "did:plc:ann222222222222222222222",
    "did:plc:ben222222222222222222222",
    "3mptbyoeyc22k",
    1_783_159_000,
)
HIDE = {"$type": VISIBILITY, "hideFromAlgorithmicRecommendations": True}


def heard(collection: str, record: Any, operation: str = "create", rkey: str = "self") -> Fact | Fault:
    told = {"rev": REV, "operation": operation, "collection": collection, "rkey": rkey} | (
        {} if record is None else {"record": record, "cid": "bafy"}
    )
    line = json.dumps({"did": ANN, "time_us": TIME * 1_000_000, "kind": "commit", "commit": told})
    (fact,) = sources()["bluesky"].parse(Page("stream", "a", line.encode(), NOW, "", lines=True))
    return fact


@pytest.mark.parametrize(
    ("operation", "record", "declines"),
    [
        ("create", HIDE, True),
        ("update", HIDE | {"hideFromAlgorithmicRecommendations": False}, False),
        ("update", {"$type": VISIBILITY}, False),
        ("delete", None, False),
    ],
)
def test_who_is_not_to_be_recommended_says_so_in_a_record(operation: str, record: Any, declines: bool) -> None:
    account = heard(VISIBILITY, record, operation)
    assert isinstance(account, Account)
    assert (account.id, account.version, account.change, account.declines) == (ANN, REV, "made", declines)


def test_a_declaration_that_cannot_be_read_is_set_aside() -> None:
    assert isinstance(heard(VISIBILITY, {"hideFromAlgorithmicRecommendations": "yes"}), Fault)


@pytest.mark.parametrize("labels", [None, {"values": []}, {"values": [{"val": "bot"}]}])
def test_a_profile_says_who_somebody_is(labels: Any) -> None:
    account = heard(PROFILE, {"displayName": "Ann", **({"labels": labels} if labels else {})}, "update")
    assert isinstance(account, Account)
    assert (account.change, account.name) == ("made", "Ann")


def test_a_profile_for_nobody_without_a_login_withdraws_the_account() -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
    account = heard(PROFILE, {"displayName": "Ann", "description": "private", "labels": labels}, "update")
    assert isinstance(account, Account)
    assert (account.change, account.name, account.description) == ("withdrawn", None, None)
    assert account.version == REV > tid(0)


def test_blocks_are_heard_and_ended_by_their_name() -> None:
    made, ended = heard(BLOCK, {"subject": BEN}, rkey="3b"), heard(BLOCK, None, "delete", rkey="3b")
    assert isinstance(made, Block)
    assert isinstance(ended, Block)
    assert (made.blocker, made.blocked, made.change) == (ANN, BEN, "made")
    assert (ended.id, ended.blocked, ended.change) == (made.id, None, "withdrawn")
