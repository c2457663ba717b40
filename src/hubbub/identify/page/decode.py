"""A page as it came goes in, bytes or text; text that can be parsed in linear time comes out."""

import re
from collections import Counter

from hubbub.identify.charset import text_of

_FEW = 5000  # tags that may nest in any way
_STEPS = 20_000_000, 20  # of the parser through its open elements: for any page, and for each character
# Drawings have tags by the thousand that end in themselves, and say nothing of works.
_DRAWING = re.compile(r"<svg\b.*?(?:</svg\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements that are empty, or end where the next one starts.
_EMPTY = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
_OPEN = ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup")
_SHORT = frozenset(_EMPTY + _OPEN)


def decode(html: str | bytes, content_type: str | None) -> str:
    """Decode bytes as their byte order mark, header or tags say, and cut off what nests beyond measure."""
    text = text_of(html, content_type) if isinstance(html, bytes) else html
    return _bounded(text.encode("utf-8", "replace").decode().replace("\x00", ""))


def _bounded(text: str) -> str:
    """HTML has the parser look through all open elements at most tags: 100,000 nested `<div>` take half a minute."""
    if text.count("<") < _FEW:
        return text
    text = _DRAWING.sub("", text)
    left, depth, opened = _STEPS[0] + _STEPS[1] * len(text), 0, Counter[str]()
    for tag in _TAG.finditer(text):
        name, left = tag[2].lower(), left - depth
        if left < 0:
            return text[: tag.start()]
        if name not in _SHORT and (not tag[1] or opened[name]):
            step = -1 if tag[1] else 1
            opened[name] += step
            depth += step
    return text
