"""Reference sets that somebody gives: both forms of file, and what is wrong with one."""

import json
from datetime import date
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.metrics.reference import day_of, read

CSV = (
    "identifier,type,published,group,bluesky,news\n10.5555/a,Journal Article,2024-05-17,ann,3,\n10.5555/b,,2024,,0,1\n"
)


def test_a_table_is_read_by_its_columns() -> None:
    works = read(CSV.encode(), "field.csv")
    assert (works.name, works.identifiers) == ("field.csv", ("10.5555/a", "10.5555/b"))
    assert works.kinds.tolist() == ["article", "unknown"]
    assert works.groups.tolist() == ["group ann", "work 10.5555/b"]
    assert works.mentions["bluesky"].tolist() == [3, 0]
    assert isnan(works.mentions["news"][0])
    assert works.mentions["news"][1] == 1


def test_records_say_the_same_as_a_table() -> None:
    records = [
        {"identifier": "10.5555/a", "type": "Journal Article", "published": "2024-05-17", "group": "ann", "bluesky": 3},
        {"identifier": "10.5555/b", "published": 2024, "bluesky": 0, "news": 1},
    ]
    one, other = read(CSV.encode(), ""), read(json.dumps(records).encode(), "")
    assert one.identifiers == other.identifiers
    assert one.published.tolist() == other.published.tolist()
    for venue in ("bluesky", "news"):
        np.testing.assert_array_equal(one.mentions[venue], other.mentions[venue])


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("", "no column identifier"), ("identifier,type\na,b\n", "no column published"), ("[]", "no work"),
        ("identifier,type,published\na,article,2024\n", "no column of a venue"),
        ("identifier,type,published,news\n", "no work"), ("identifier,type,published,news\na,b,2024\n", "line 2"),
        ("identifier,type,published,news\n,b,2024,1\n", "work 1 has no identifier"),
        ("identifier,type,published,news\na,b,2024,-1\n", "news is '-1'"),
        ("identifier,type,published,news\na,b,2024,1.5\n", "has to be a whole number"),
        ("identifier,type,published,news\na,b,2024,nan\n", "has to be a whole number"),
        ("identifier,type,published,news\na,b,2024,1e99\n", "has to be a whole number"),
        ("identifier,type,published,news,news\na,b,2024,1,1\n", "a name of its own"),
        ('[{"identifier": "a", "news": [1]}]', "has to be a whole number"), ("[1]", "no JSON list"),
        ('[{"identifier": 7, "news": 1}]', "identifier is no text"), ("[", "no JSON list"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told(file: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(file.encode(), "")


@given(st.binary(max_size=200) | st.text().map(lambda text: f"identifier,type,published,v\n{text}".encode()))
def test_no_file_breaks_anything_but_by_saying_so(file: bytes) -> None:
    try:
        works = read(file, "")
    except ValueError:
        return
    assert len(works) == len(works.kinds) == len(works.published) > 0


@pytest.mark.parametrize(
    ("written", "day"),
    [("2024", date(2024, 12, 31)), ("2024-02", date(2024, 2, 29)), ("2024-05-17T08:00:00Z", date(2024, 5, 17))],
)
def test_a_day_that_is_not_told_is_the_last_that_it_can_be(written: str, day: date) -> None:
    assert day_of(written) == (day - date(1970, 1, 1)).days


@pytest.mark.parametrize("written", [None, "", "2024-13", "spring", "2024-02-30", "-5"])
def test_what_is_no_day_is_unknown(written: str | None) -> None:
    assert isnan(day_of(written))


def test_ones_own_works_are_left_out() -> None:
    works = read(CSV.encode(), "").less(["10.5555/a"])
    assert (works.identifiers, works.mentions["news"].tolist()) == (("10.5555/b",), [1])
