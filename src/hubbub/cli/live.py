"""Commands that go to the network: what is wanted comes from the store, services are read, what came of it is said."""

import asyncio
from _thread import interrupt_main
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from getpass import getpass
from threading import Thread
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from hubbub.cli import show
from hubbub.collect.source import Source, sources
from hubbub.runner import Runner, Turn, pollable
from hubbub.store import Store

if TYPE_CHECKING:
    from hubbub.fetch.door import Door


def door(chosen: Sequence[Source]) -> "Door":
    """The door to the network, at the pace that sources ask for."""
    from hubbub.fetch.door import Door  # the commands that need no network start without it

    return Door([host for source in chosen for host in source.about.hosts])


def sync(store: Store, names: Sequence[str]) -> int:
    """Read every lane once and say what it came to. Returns the exit status: 1 if anything went wrong."""
    chosen = _chosen(names, "poll")

    async def run() -> list[Turn]:
        with _progress() as told:
            async with door(chosen) as fetch:
                return await Runner(store, fetch, chosen, told).sync()

    turns = asyncio.run(run())
    show.turns(turns, {source.about.name: source.about for source in chosen})
    return int(any(turn.failures or turn.outcome.set_aside for turn in turns))


def listen(store: Store, names: Sequence[str]) -> int:
    """Read streams until Ctrl-C, and say what goes wrong. Returns the exit status: 1 if a stream brought nothing."""
    chosen = _chosen(names, "stream")
    turns: dict[int, Turn] = {}  # of each stream
    said = set[str]()

    async def run() -> None:
        with _progress() as shown:

            def told(turn: Turn) -> None:
                shown(turn)
                turns[id(turn)] = turn
                for sentence in (*turn.failures, *turn.logins):
                    if sentence not in said:
                        said.add(sentence)
                        show.failure(f"{turn.source}: {sentence}")

            async with door(chosen) as fetch:
                await Runner(store, fetch, [], told).listen(chosen)

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        show.line("Stopped; the next time it goes on where it was.")
    except ExceptionGroup as errors:  # of streams that were read at the same time
        raise errors.exceptions[0] from errors
    return int(any((turn.failures or turn.logins) and not turn.outcome.pages for turn in turns.values()))


@contextmanager
def running(store: Store, listened: Sequence[str], offline: bool) -> Iterator[None]:
    """Collect in a thread of its own until the block is left."""
    if offline:
        yield
        return
    streams = _chosen(listened, "stream") if listened else []
    loop = asyncio.new_event_loop()
    ours = door([*pollable(), *streams])

    async def run() -> None:
        async with ours as fetch:
            await Runner(store, fetch, pollable()).run(streams)

    broken = False

    def go_on() -> None:
        nonlocal broken
        try:
            loop.run_until_complete(task)
        except* asyncio.CancelledError:
            pass
        except* Exception as errors:
            broken = True
            show.failure(f"collecting has stopped: {errors.exceptions[0]}")
            interrupt_main()  # a page that is no longer filled should not look as if it were

    task = loop.create_task(run())
    thread = Thread(target=go_on, name="runner")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()
    if broken:
        show.fail("start it again once the store can be used", status=1)


def login(name: str) -> None:
    """Ask for a credential and lay it into the system's safe."""
    known = {one.name: one for source in sources().values() for one in source.about.credentials}
    if name not in known:
        show.fail(f"there is no login {name!r}; there are {', '.join(sorted(known))}", status=2)
    show.line(f"{known[name]}.")
    variable = f"HUBBUB_{name.upper()}"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        show.fail(f"no safe to keep it in: pip install 'hubbub[keyring]', or set {variable} in the environment")
    try:
        keyring.set_password("hubbub", name, getpass(f"{name} (not shown): "))
    except KeyringError as error:
        show.fail(f"the system's safe does not take it ({error}); set {variable} in the environment instead")
    show.line(f"{name} is in the system's safe.")


def _chosen(names: Sequence[str], mode: str) -> list[Source]:
    able = {name: source for name, source in sources().items() if mode in source.about.modes}
    for name in names:
        if name not in able:
            show.fail(f"{name!r} is no source for this; there are {', '.join(able)}", status=2)
    return [able[name] for name in names] if names else list(able.values())


@contextmanager
def _progress() -> Iterator[Callable[[Turn], None]]:
    """Show a line a source on a terminal; elsewhere nothing."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=show.errors, transient=True, disable=not show.errors.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def told(turn: Turn) -> None:
            if turn.source not in tasks:
                tasks[turn.source] = bar.add_task(turn.source, total=None)
            bar.update(tasks[turn.source], description=show.turn(turn))

        yield told
