"""Pages for people: answers come in, HTML goes out, on this machine only and without JavaScript."""

from hubbub.web.server import serve

__all__ = ["serve"]
