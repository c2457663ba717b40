"""Reads one archive into a store as a process of its own; says "page N" on standard output after each page it kept."""

import asyncio
import sys
from pathlib import Path

from hubbub import pipeline
from hubbub.collect import archive
from hubbub.collect.source import sources
from hubbub.store import open_store


def main(store: str, source: str, file: str, page: str) -> None:
    archive.PAGE = int(page)
    with open_store(store) as opened:
        lane = archive.lane_of(Path(file))
        said = sys.stdout.write
        asyncio.run(
            pipeline.collect(
                sources()[source],
                lane,
                archive.files(lambda lane: archive.open_file(Path(file))),
                opened,
                lambda outcome: (said(f"page {outcome.pages}\n"), sys.stdout.flush())[1],
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
