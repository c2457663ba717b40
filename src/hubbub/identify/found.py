"""What was found."""

from msgspec import Struct

from hubbub.model import Identifier


class Found(Struct, frozen=True):
    """An identifier, as it was written, by which method it was found, and how certain that is (0 to 1)."""

    identifier: Identifier
    as_written: str
    method: str
    certainty: float
