"""Where something written ends: a run of characters goes in, the part that was meant comes out, in linear time."""

import re

_CLOSES = {")": "(", "]": "[", "}": "{", ">": "<"}
_BRACKET = re.compile(r"[\[\](){}<>]")
# Blanks, controls and halves of letters: no identifier has them, in whatever alphabet the text is.
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AFTER = ".,;:!?'\"*_~`([{</\\|%"
# Old serial item identifiers (SICI) are the only values with angle brackets: `45:2<140::aid-jbm8>3.0.co;2-1`.
ANGLES = r"<\d{1,9}:[^\s<>\"]{1,40}>"


def trim(run: str) -> str:
    """Cut at the first bracket that closes none opened in the run, and drop the punctuation at the end."""
    if not _BRACKET.search(run):
        return run.rstrip(_AFTER)
    open_ = dict.fromkeys(_CLOSES.values(), 0)
    for bracket in _BRACKET.finditer(run):
        opens = _CLOSES.get(bracket[0])
        if opens is None:
            open_[bracket[0]] += 1
        elif open_[opens]:
            open_[opens] -= 1
        else:
            run = run[: bracket.start()]
            break
    run = run.rstrip(_AFTER)
    return run.rstrip("-" + _AFTER) if run.endswith("--") else run


def is_shortened(text: str, start: int, end: int) -> bool:
    """Whether an ellipsis ends the run, as where a page shows only the start of an address."""
    return text[start:end].rstrip(")]}'*_").endswith(("...", "…")) or text.startswith(("...", "…"), end)
