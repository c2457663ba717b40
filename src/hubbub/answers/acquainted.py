"""Whom the people of a shelf know already, or want nothing to do with: a shelf comes in, who is whom goes out."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from hubbub.answers.shapes import Speaker
from hubbub.store import schema as s
from hubbub.store.fold import hashed
from hubbub.store.people import acquaintances, own_accounts
from hubbub.store.sql import among


class Acquainted(NamedTuple):
    """The rows of a shelf's own accounts, of those whom they follow, and what was said of others, by their hashes."""

    own: set[int]
    followed: set[int]
    said: Mapping[int, set[str]]

    def knows(self, account: int, speaker: Speaker) -> bool:
        """Whether an account is one's own, or one of whom one knows."""
        return account in self.own or account in self.followed or "knows" in self._of(speaker)

    def shuns(self, account: int, speaker: Speaker) -> bool:
        """Whether an account is one's own, blocked or muted."""
        return account in self.own or bool(self._of(speaker) & {"blocks", "mutes"})

    def _of(self, speaker: Speaker) -> set[str]:
        if not self.said:  # hashes are made for nothing
            return set()
        names = {speaker.key, (speaker.handle or speaker.key).lower()}
        return set().union(*(self.said.get(hashed("account", speaker.source, name), ()) for name in names))


def acquainted(connection: Connection, shelf: str) -> Acquainted:
    """Say whom the people of a shelf know, by the lists that were given and those that were read."""
    hashes = [hash_ for hash_, shelves in own_accounts(connection).items() if shelf in shelves]
    own = set(connection.execute(select(s.account.c.id).where(among(s.account.c.hash, hashes))).scalars())
    follows = select(s.follow.c.followed).where(among(s.follow.c.follower, list(own)))
    return Acquainted(own, set(connection.execute(follows).scalars()), acquaintances(connection, shelf))
