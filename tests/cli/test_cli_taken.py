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
    run(store, "export", "excel", "lab").fails("'excel' is no format; choose one of mastodon", status=2)
    run(store, "export", "csv", "nowhere").fails("no shelf 'nowhere'", status=2)
