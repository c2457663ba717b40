"""The only door to the network: addresses come in, whole answers or endless streams go out.

Behind it lie the pace that each host asks for, retries, budgets, what is remembered, the guard of addresses, and limits
on size and time. Whatever stands in the way is said in one sentence, without credentials.
"""

from hubbub.fetch.door import Door
from hubbub.fetch.errors import BudgetError, FetchError, RefusedError
from hubbub.fetch.limits import Limits

__all__ = ["BudgetError", "Door", "FetchError", "Limits", "RefusedError"]
