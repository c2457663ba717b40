"""One message of a repository firehose (`com.atproto.sync.subscribeRepos`) comes in; Jetstream v1 lines come out."""

from typing import Any, NamedTuple

import libipld
import msgspec
from msgspec import Struct

from hubbub.collect.sources.bluesky.records import COLLECTIONS, micros, read_time
from hubbub.model import Fault


class Told(NamedTuple):
    """What a message came to: whole lines, its place in the stream, what could not be read, and why the stream ends."""

    lines: bytes = b""
    seq: int | None = None
    faults: tuple[Fault, ...] = ()
    ends: str | None = None


class _Header(Struct):
    op: int
    t: str = ""


class _Operation(Struct):
    action: str
    path: str
    cid: bytes | None = None


class _Commit(Struct):
    repo: str
    rev: str
    seq: int
    time: str
    ops: list[_Operation] = []
    blocks: bytes = b""


class _Account(Struct):
    did: str
    seq: int
    time: str
    handle: str | None = None
    active: bool = True


class _Notice(Struct):
    name: str = ""
    error: str = ""


def lines_of(message: bytes) -> Told:
    """Read a message: a header and a body of DAG-CBOR; the records lie in the body as blocks of a CAR file."""
    seq = None
    try:
        header, body = libipld.decode_dag_cbor_multi(message)
        kind = msgspec.convert(header, _Header)
        if kind.op == -1:
            return Told(ends=msgspec.convert(body, _Notice).error or "an error without a name")
        seq = body.get("seq")
        match kind.t:
            case "#commit":
                return _of_commit(msgspec.convert(body, _Commit))
            case "#identity" | "#account":
                return _of_account(kind.t[1:], msgspec.convert(body, _Account))
            case "#info":
                name = msgspec.convert(body, _Notice).name
                return Told(faults=(Fault(f"the relay says {name[:80]}: what it no longer holds was missed"),))
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        fault = Fault(f"no message of the firehose: {type(error).__name__}", sample=repr(message[:60]))
        return Told(seq=seq if isinstance(seq, int) else None, faults=(fault,))
    return Told(seq=seq if isinstance(seq, int) else None)  # of a kind that says nothing of posts, as #sync


def _of_commit(commit: _Commit) -> Told:
    wanted = [one for one in commit.ops if one.path.partition("/")[0] in COLLECTIONS]
    blocks = libipld.decode_car(commit.blocks)[1] if any(one.cid for one in wanted) else {}
    lines, faults = bytearray(), []
    for one in wanted:
        collection, _, rkey = one.path.partition("/")
        told: dict[str, Any] = {"rev": commit.rev, "operation": one.action, "collection": collection, "rkey": rkey}
        if one.cid is not None:
            if one.cid not in blocks:
                faults.append(Fault("a commit without the record it tells of", sample=one.path[:200]))
                continue
            told |= {"record": blocks[one.cid], "cid": libipld.encode_cid(one.cid)}
        lines += _line(commit.repo, commit.time, "commit", told)
    return Told(bytes(lines), commit.seq, tuple(faults))


def _of_account(kind: str, account: _Account) -> Told:
    told = {"handle": account.handle} if kind == "identity" else {"active": account.active}
    return Told(_line(account.did, account.time, kind, told), account.seq)


def _line(did: str, time: str, kind: str, told: dict[str, Any]) -> bytes:
    at = read_time(time)
    if at is None:
        raise ValueError("a time that is none")
    return msgspec.json.encode({"did": did, "time_us": micros(at), "kind": kind, kind: told}) + b"\n"
