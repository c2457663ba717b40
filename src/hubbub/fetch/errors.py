"""What can go wrong on the way: a sentence that says what, where and what to do; never a credential."""

from datetime import datetime


class FetchError(Exception):
    """No answer, or not one that was asked for. `retry_at` is when the same may work, where that is known."""

    def __init__(
        self, sentence: str, *, host: str, status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(sentence)
        self.host = host
        self.status = status
        self.retry_at = retry_at


class RefusedError(FetchError):
    """An address that hubbub does not go to."""


class BudgetError(FetchError):
    """What a host allows in a day is used up."""


class PassingError(FetchError):
    """What may be gone in a moment, so that it is tried again."""


class BodyError(Exception):
    """A body that is not read to its end; the message says why."""


def said(error: BaseException) -> str:
    """What a library says, or what lies under it."""
    text = str(error) or str(error.__cause__ or "") or type(error).__name__
    lost = any(part in text for part in ("Name or service", "getaddrinfo", "name resolution", "nodename"))
    return "there is no such host, or no connection to the network" if lost else text
