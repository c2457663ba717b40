"""What accounts publish of themselves: their fields come in, the addresses that they claim are in the store.

They are derived from the fields, and go with them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete

from hubbub.people.persons import normal
from hubbub.store import schema as s
from hubbub.store.sql import among, insert_rows


def write_claims(connection: Connection, accounts: Mapping[int, Mapping[str, tuple[int, str, Any]]]) -> None:
    """Write the claims of accounts anew, given by their rows with all their fields."""
    if accounts:
        drop_claims(connection, accounts)
        told = {row: fields["claims"][2] for row, fields in accounts.items() if "claims" in fields}
        claimed = {(row, normal(address)) for row, claims in told.items() for address, _ in claims}
        insert_rows(connection, s.claim, sorted((row, address) for row, address in claimed if address))


def drop_claims(connection: Connection, accounts: Collection[int]) -> None:
    """Forget what accounts claim, given by their rows."""
    connection.execute(delete(s.claim).where(among(s.claim.c.account, list(accounts))))
