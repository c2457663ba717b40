"""The command by which assistants ask hubbub: a store or a server's address comes in; tools go out over stdio."""

from typing import Annotated

import typer

from hubbub import settings
from hubbub.cli import show


def mcp(
    context: typer.Context,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Ask a server of hubbub instead of the store, with the token in `HUBBUB_TOKEN` if set."
        ),
    ] = None,
) -> None:
    """Give assistants tools by the Model Context Protocol, over standard input and output.

    They read works, mentions, people and whom to engage; none of them writes anything. An assistant starts this command
    itself: put it into its configuration.

        hubbub mcp
        hubbub mcp --server https://hubbub.example.org
    """
    try:
        from hubbub.mcp import server as tools
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        show.fail("tools for assistants need a package more; install it with: pip install 'hubbub[mcp]'")
    import hubbub

    if server and not server.startswith(("http://", "https://")):
        show.fail(f"{server!r} is no address of a server; it begins with https://", status=2)
    try:
        hub = hubbub.connect(server or context.obj or settings.store_address(), settings.credential("token"))
    except ValueError as error:
        show.fail(str(error), status=2)
    with hub:
        tools(hub).run("stdio")
