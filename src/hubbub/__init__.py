"""hubbub tells researchers who talks about their work, who listens to those people, and whom to talk to next.

`hubbub.connect` gives its answers to programs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubbub.client import RefusedError, connect

__all__ = ["RefusedError", "connect"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # they open stores and ask servers, so they are loaded for those who do
        from hubbub import client

        return getattr(client, name)
    raise AttributeError(f"module 'hubbub' has no attribute {name!r}")
