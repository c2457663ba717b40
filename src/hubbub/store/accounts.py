"""What is told of accounts: facts come in; of each field the latest word goes out, and followers are kept by the day.

Followers are kept of accounts that speak, and of those whose lists were asked for: lists name thousands of others. A
day keeps the number that was told last on it, also where it is that of the day before: which numbers differ would hang
on the order in which they are told.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, not_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from hubbub.model import Account
from hubbub.store import schema as s
from hubbub.store.fold import Named
from hubbub.store.held import Held
from hubbub.store.sql import among, rows
from hubbub.store.times import days

FIELDS = ("handle", "name", "description", "url", "followers", "following", "bot", "hidden", "declines", "claims")
Fields = dict[str, tuple[int, str, Any]]  # an account's field -> (1 if the place says so, version, value)


def told_of(said: Iterable[Account], held: Held) -> dict[Named, Fields]:
    """What is told of accounts, but for what is withdrawn."""
    told: dict[Named, Fields] = {}
    for account in said:
        name: Named = ("account", account.source, account.id)
        until, own = held.gone.get(name), int(account.via == account.source)
        if until is None or (own and until < account.version):
            values = {field: getattr(account, field) for field in FIELDS}
            if account.claims is not None:  # as they are read from a row
                values["claims"] = sorted([one.address, one.how] for one in account.claims)
            fields = {field: (own, account.version, value) for field, value in values.items() if value is not None}
            merge(told.setdefault(name, {}), fields)
    return told


def merge(fields: Fields, told: Fields) -> None:
    """Of what is told of an account keep, field by field, the place's own word before others', then the latest."""
    for field, value in told.items():
        fields[field] = max(fields.get(field, value), value)


def account_columns(fields: Fields) -> tuple[str, int | None]:
    """What an account's row keeps of its fields: all of them, and the followers for sums."""
    return msgspec.json.encode(fields).decode(), fields["followers"][2] if "followers" in fields else None


def heeded(account: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an account speaks, or somebody has asked for its lists."""
    speaks = exists().where(s.assertion.c.account == account)
    return speaks | exists().where(s.follow_list.c.account == account)


def keep_audiences(connection: Connection, told: Mapping[int, Fields], at: datetime) -> None:
    """Keep for the day how many followers accounts have, given by their rows, by the word of their own places."""
    counted = {row: fields["followers"][1:] for row, fields in told.items() if fields.get("followers", (0,))[0]}
    if not counted:
        return
    table, day = s.audience.c, days(at)
    kept = rows(connection, select(s.account.c.id).where(among(s.account.c.id, [*counted]), heeded(s.account.c.id)))
    named = [dict(zip(table.keys(), (row, day, *counted[row]), strict=True)) for (row,) in kept]
    if named:
        statement = upsert(s.audience)
        newer = statement.excluded.version, statement.excluded.followers
        later = tuple_(*newer) > tuple_(table.version, table.followers)
        values = {"version": newer[0], "followers": newer[1]}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["account", "day"], set_=values, where=later), named
        )


def drop_audiences(connection: Connection, withdrawn: Collection[tuple[int, str]]) -> None:
    """Forget how many followers accounts had, given by their rows, up to the versions at which they are withdrawn."""
    table = s.audience.c
    if withdrawn:
        until = table.account == bindparam("row"), table.version <= bindparam("until")
        connection.execute(delete(s.audience).where(*until), [{"row": row, "until": one} for row, one in withdrawn])


def tidy_audiences(connection: Connection, accounts: Collection[int]) -> None:
    """Forget how many followers those of the accounts had that are heeded no more, given by their rows."""
    table = s.audience.c
    connection.execute(delete(s.audience).where(among(table.account, [*accounts]), not_(heeded(table.account))))
