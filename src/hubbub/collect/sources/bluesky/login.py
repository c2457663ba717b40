"""Sessions at a server of accounts: a name and an app password come in; answers to whoever is logged in come out."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct, field

from hubbub.collect.source import Fetch, LoginError, WrongLoginError, decoded
from hubbub.model import Answer

HANDLE, PASSWORD = "bluesky_handle", "bluesky_app_password"
GET_AT = "https://bsky.app/settings/app-passwords"
_REFUSED = (400, 401, 403)


class _Session(Struct):
    token: str = field(name="accessJwt")


class _Refused(Struct):
    error: str = ""


class Logins:
    """Asks in the name of an account. A session is kept as long as its `Fetch`: a server opens but few a day."""

    def __init__(self) -> None:
        self._tokens: WeakKeyDictionary[Fetch, dict[str, str]] = WeakKeyDictionary()

    async def get(self, fetch: Fetch, server: str, method: str, params: Mapping[str, Any]) -> Answer:
        """Ask a server for what it shows only to its accounts. Raises `LoginError`."""
        tokens = self._tokens.setdefault(fetch, {})
        for is_old in (server in tokens, False):
            token = tokens.get(server) or await self._log_in(fetch, server)
            tokens[server] = token
            headers = {"Authorization": f"Bearer {token}"}
            answer = await fetch.get(f"{server}/xrpc/{method}", params=params, headers=headers, accept=(200, *_REFUSED))
            if not _is_over(answer):
                return answer
            del tokens[server]
            if not is_old:
                break
        raise WrongLoginError(f"{_host(server)} does not answer those who have just logged in; try again later")

    async def _log_in(self, fetch: Fetch, server: str) -> str:
        name, password = fetch.secret(HANDLE), fetch.secret(PASSWORD)
        if not name or not password:
            raise LoginError(
                f"searching {_host(server)} needs the credentials {HANDLE} (your handle or e-mail address) and "
                f"{PASSWORD}; make an app password at {GET_AT}"
            )
        asked = {"identifier": name, "password": password}
        address = f"{server}/xrpc/com.atproto.server.createSession"
        answer = await fetch.post(address, json=asked, accept=(200, *_REFUSED))
        if answer.status != 200:
            told = f"{_host(server)} does not accept {HANDLE} and {PASSWORD}; make a new app password at {GET_AT}"
            raise WrongLoginError(told)
        return decoded(answer, _Session).token


def _is_over(answer: Answer) -> bool:
    """Say whether an answer refuses a session, and not what was asked."""
    if answer.status == 400:
        try:
            error = msgspec.json.decode(answer.body, type=_Refused).error
        except (msgspec.MsgspecError, RecursionError):
            return False
        return error in ("ExpiredToken", "InvalidToken")
    return answer.status in _REFUSED


def _host(server: str) -> str:
    return urlsplit(server).hostname or server
