"""`hubbub export`: the people, outlets and works of a shelf, for other programs."""

import msgspec

from hubbub.answers.exported import FORMATS
from tests.cli.commanded import WORK, run


def test_every_format_of_a_shelf_is_written(store: str) -> None:
    assert run(store, "track", WORK, "--shelf", "lab").status == 0
    for kind in FORMATS:
        ran = run(store, "export", kind, "lab")
        assert (ran.status, ran.err) == (0, "")
    assert run(store, "export", "opml", "lab").out.startswith("<?xml")
    assert msgspec.json.decode(run(store, "export", "bluesky", "lab").out)["items"] == []
    assert WORK in run(store, "export", "dossier", "lab").out


def test_what_cannot_be_exported_is_told(store: str) -> None:
    run(store, "export", "excel", "lab").fails("'excel' is nothing that is exported; choose one of mastodon", status=2)
    run(store, "export", "csv", "nowhere").fails("no shelf 'nowhere'; there are no shelves yet", status=2)


def test_mentions_and_works_are_written_in_bulk(demo_store: str) -> None:
    work = "10.5555/demo.biochar-yield"
    listed = msgspec.json.decode(run(demo_store, "mentions", work, "--json").out)
    of_work = run(demo_store, "export", "mentions", work, "--format", "jsonl").out.splitlines()
    assert len(of_work) == len(listed)
    of_shelf = run(demo_store, "export", "mentions", "simulated-soil", "--format", "jsonl").out.splitlines()
    every = run(demo_store, "export", "mentions", "--all", "--format", "jsonl").out.splitlines()
    assert set(of_work) < set(of_shelf) < set(every)
    late = run(demo_store, "export", "mentions", "--all", "--format", "jsonl", "--since", "2026-06-01").out.splitlines()
    assert 0 < len(late) < len(every)
    works = run(demo_store, "export", "works", "--all").out.splitlines()
    assert len(works) > len(run(demo_store, "export", "works", "simulated-soil").out.splitlines()) > 1


def test_where_a_shelf_is_missing_those_that_are_there_are_named(store: str) -> None:
    for number in range(12):
        assert run(store, "track", WORK, "--shelf", f"lab {number:02}").status == 0
    listed = "the shelves are 'lab 00', 'lab 01', 'lab 02'"
    run(store, "export", "csv", "lab").fails("no shelf 'lab'", listed, "'lab 09' and 2 more", status=2)
    run(store, "export", "works", WORK).fails(f"no shelf '{WORK}'", listed, status=2)
    run(store, "export", "mentions", "lab").fails("'lab' is no shelf and no identifier", listed, status=2)
    run(store, "people", "lab").fails("'lab' is no shelf and no identifier", listed, status=2)


def test_what_is_no_selection_is_told(store: str) -> None:
    run(store, "export", "mentions", "nowhere").fails("nowhere", "identifier", status=2)
    run(store, "export", "works", "nowhere").fails("no shelf 'nowhere'", status=2)
    run(store, "export", "mentions", "--all", "--format", "xls").fails("'xls' is no format", status=2)
    run(store, "export", "works", "--all", "--format", "events").fails("'events' is no format of works", status=2)
