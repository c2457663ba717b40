"""What was found."""

from msgspec import Struct

from hubbub.model import Identifier


class Found(Struct, gc=False, frozen=True):
    """An identifier, as it was written, by which method it was found, and how certain that is (0 to 1)."""

    identifier: Identifier
    as_written: str
    method: str
    certainty: float


class Why(Struct, frozen=True):
    """One row of an account: what was seen, where, the rule that read it, what became of it, and the reason.

    `verdict` is `is`, a relation such as `cites`, `lost` (another was surer) or `rejected`.
    """

    seen: str
    where: str
    rule: str
    verdict: str
    identifier: Identifier | None = None
    reason: str = ""
