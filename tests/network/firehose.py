"""The firehose of a PDS comes in; what stands in its repositories after the last message comes out.

It is read here without the product's own reader, since that is what is compared with it.
"""

from typing import Any, NamedTuple

import libipld
from websockets.sync.client import connect


class Heard(NamedTuple):
    """Records by their at-address, in accounts that are there; and of every account whether it is."""

    records: dict[str, dict[str, Any]]
    active: dict[str, bool]


def heard(pds: str, until: int, since: int = 0) -> Heard:
    """Read from message `since` on, up to and with message `until`."""
    records: dict[str, dict[str, Any]] = {}
    active: dict[str, bool] = {}
    address = f"{pds.replace('http', 'ws', 1)}/xrpc/com.atproto.sync.subscribeRepos?cursor={since}"
    with connect(address, max_size=8_000_000, proxy=None) as messages:
        while True:
            header, body = libipld.decode_dag_cbor_multi(messages.recv(timeout=60, decode=False))
            assert header["op"] == 1, body
            if header["t"] == "#commit":
                _, blocks = libipld.decode_car(body["blocks"])
                for operation in body["ops"]:
                    at = f"at://{body['repo']}/{operation['path']}"
                    if operation["action"] == "delete":
                        records.pop(at, None)
                    else:
                        records[at] = blocks[operation["cid"]]
            elif header["t"] == "#account":
                active[body["did"]] = body["active"]
            if body["seq"] >= until:
                there = {at: record for at, record in records.items() if active.get(at.split("/")[2], True)}
                return Heard(there, active)
