"""What commands do beyond reading answers: arguments come in, the store changes or lines go out, progress is shown."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from hubbub import identify, pipeline
from hubbub.answers import Answers
from hubbub.cli import show
from hubbub.collect import archive
from hubbub.collect.source import Fetch, Source, WrongSourceError
from hubbub.collect.source import sources as installed
from hubbub.model import Identifier
from hubbub.store import Store

INPUT_LIMIT = 64 << 20  # bytes of one text or page


class _Input(Struct):
    input: str
    kind: str | None = None


def identifiers(files: Sequence[Path], kind: str | None) -> bool:
    """Print the identifiers in files or standard input, one a line; say whether there were any."""
    found: dict[str, identify.Found] = {}
    for data, text, seen in _inputs(files, kind):
        for one in identify.in_html(data) if seen == "html" else identify.find(text, seen):
            found.setdefault(str(one.identifier), one)
    show.found(list(found.values()))
    return bool(found)


def account(files: Sequence[Path], kind: str | None) -> bool:
    """Print what was seen in files, by which rule, and what became of it; say whether there were identifiers."""
    rows: list[identify.Why] = []
    for data, text, seen in _inputs(files, kind):
        rows += identify.read_page(data).account() if seen == "html" else identify.why(text, seen)
    show.account(rows)
    return any(row.identifier for row in rows)


def _inputs(files: Sequence[Path], kind: str | None) -> Iterator[tuple[bytes, str, str]]:
    """Each input as bytes and as text, and its kind."""
    for file in _opened(files):
        data = file.read(INPUT_LIMIT + 1)
        if len(data) > INPUT_LIMIT:
            show.fail(f"more than {INPUT_LIMIT >> 20} MiB at once; split it, or use --jsonl")
        text = data.decode(errors="replace")
        yield data, text, kind or identify.sniff(text)


def jsonl(files: Sequence[Path]) -> bool:
    """Answer each line of JSON with a line of JSON; say whether all could be read."""
    decoder, good = msgspec.json.Decoder(_Input), True
    out = sys.stdout.buffer
    for file in _opened(files):
        for line in file:
            if not line.strip():
                continue
            answer: dict[str, Any] = {"ids": []}
            try:
                asked = decoder.decode(line)
                answer["ids"] = [_told(one.identifier) for one in identify.find(asked.input, asked.kind)]
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                answer["error"], good = str(error), False
            out.write(msgspec.json.encode(answer) + b"\n")
    out.flush()
    return good


def _told(one: Identifier) -> dict[str, str]:
    return {"scheme": one.scheme, "value": one.value} | ({"version": one.version} if one.version else {})


def _opened(files: Sequence[Path]) -> Iterator[BinaryIO]:
    if not files:
        yield sys.stdin.buffer
    for path in files:
        try:
            with path.open("rb") as file:
                yield file
        except OSError as error:
            show.fail(f"cannot read {path}: {error.strerror}")


def archives(store: Store, name: str, files: Sequence[Path]) -> int:
    """Read archives and say of each what it came to. Returns the exit status."""
    readable = {name: source for name, source in installed().items() if "archive" in source.about.modes}
    source = readable.get(name)
    if source is None:
        what = f"{name} reads no archives" if name in installed() else f"there is no source {name!r}"
        show.fail(f"{what}; archives can be read from {', '.join(readable)}", status=2)
    status = 0
    for path in files:
        came = _archive(store, source, path)
        show.outcome(path, came)
        status |= isinstance(came, str) or bool(came.set_aside)
    return status


def _archive(store: Store, source: Source, path: Path) -> pipeline.Outcome | str:
    """Read one archive; return what it came to, or why it could not be read."""
    with _progress(path) as told:
        try:
            return asyncio.run(pipeline.collect(source, archive.lane_of(path), _fetch(path), store, told))
        except OSError as error:
            return f"cannot be read: {error.strerror or error}"
        except WrongSourceError as error:
            return f"is not for {source.about.name}: {error}{_suggestion(path, source.about.name)}"


def _fetch(path: Path) -> Fetch:
    return archive.files(lambda lane: archive.open_file(path))


def _suggestion(path: Path, name: str) -> str:
    other = pipeline.recognise(archive.lane_of(path), _fetch(path), name)
    return f"; it looks like {other}: hubbub ingest {other} {path}" if other else ""


@contextmanager
def _progress(path: Path) -> Iterator[Any]:
    """Show a bar on a terminal; elsewhere nothing."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[posts]} posts"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=show.errors, transient=True, disable=not show.errors.is_terminal) as bar:
        packed = path.suffix in (".bz2", ".gz", ".zst")
        total = path.stat().st_size if path.is_file() and not packed else None
        task = bar.add_task(show.plain(path.name), total=total, posts=0)
        yield lambda outcome: bar.update(task, completed=outcome.bytes, posts=f"{outcome.posts:,}")


def rebuild(store: Store) -> None:
    """Derive all mentions anew and say how many statements were read."""
    with Progress(console=show.errors, transient=True, disable=not show.errors.is_terminal) as bar:
        task = bar.add_task("posts", total=None)
        done = pipeline.rebuild(store, lambda done: bar.update(task, completed=done))
    show.line(f"{done:,} statements read again; every count is new.")


def may_be_served(store: Store, host: str, names: Sequence[str]) -> None:
    """Stop where others could reach the web app of a store that has no users."""
    from hubbub.web.server import is_exposed

    if is_exposed(host, names) and not Answers(store).access.look().users:
        show.fail("others could change all of it, as nobody has to log in; first: hubbub user add NAME --admin")


def serve(store: Store, port: int, host: str = "127.0.0.1", names: Sequence[str] = (), workers: int = 1) -> None:
    """Open the web app until it is stopped."""
    from hubbub import web  # the commands that need no server start without it

    def told(address: str) -> None:
        show.line(f"hubbub is at {address} (stop: Ctrl-C)")

    try:
        web.serve(Answers(store), host, port, told, names, workers)
    except OSError as error:
        show.fail(f"port {port} on {host} cannot be used ({error.strerror or error}); try --port 0")


def demo(store: Store) -> None:
    """Fill a store with the demo: recordings and a simulated community, through the pipeline."""
    from hubbub import demo as data

    with store.writing() as writer:  # first: what only a watched work brings in is kept only then
        for shelf in data.shelves():
            writer.wanted.shelve(shelf.name, shelf.title, shelf.note, shelf.simulated, shelf.works)
    for recording in data.recordings():
        path = recording.path
        _fill(store, path.name, recording.source, archive.lane_of(path), _fetch(path))
    for source, lines in (("bluesky", data.world()), ("crossref_event_data", data.world_events())):
        _fill(store, f"simulated, {source}", source, "simulated world", archive.files(partial(_bytes, b"".join(lines))))
    with store.writing() as writer:
        for at, profiles in data.profiles():
            writer.keep(profiles, at)
        writer.keep([*data.follows(), *data.descriptions()], datetime.now(UTC))


def _bytes(body: bytes, lane: str) -> BinaryIO:
    return BytesIO(body)


def _fill(store: Store, name: str, source: str, lane: str, fetch: Fetch) -> None:
    outcome = asyncio.run(pipeline.collect(installed()[source], lane, fetch, store))
    show.line(f"{name}: {show.kept(outcome)}")
