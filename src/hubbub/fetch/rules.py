"""The tables of rules.toml, read once: networks that are refused, names of credentials, advice by status."""

from importlib.resources import files
from ipaddress import IPv4Network, IPv6Network, ip_network

import msgspec


class _Secret(msgspec.Struct, frozen=True):
    parameters: frozenset[str]
    headers: frozenset[str]


class _Rules(msgspec.Struct, frozen=True):
    refused: dict[str, str]
    secret: _Secret
    advice: dict[int, str]


_RULES = msgspec.toml.decode(files(__package__).joinpath("rules.toml").read_bytes(), type=_Rules)

REFUSED: dict[IPv4Network | IPv6Network, str] = {ip_network(net): why for net, why in _RULES.refused.items()}
SECRET = _RULES.secret
ADVICE = _RULES.advice
