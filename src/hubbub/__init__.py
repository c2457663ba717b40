"""hubbub tells researchers who talks about their work, who listens to those people, and whom to talk to next.

`hubbub.connect` gives its answers to programs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubbub.client import connect

__all__ = ["connect"]


def __getattr__(name: str) -> Any:
    if name == "connect":  # it opens stores and asks servers, so it is loaded for those who do
        from hubbub.client import connect

        return connect
    raise AttributeError(f"module 'hubbub' has no attribute {name!r}")
