"""The bodies of answers: packed parts come in from strangers; parts of bounded size, or the whole, go out."""

import zlib
from collections.abc import AsyncIterator

import httpx

from hubbub.fetch.errors import BodyError
from hubbub.fetch.redact import shown

PACKING = "gzip"  # what is asked for: more would mean more unpackers for strangers to swell
_PART = 1 << 20


async def read(response: httpx.Response, largest: int) -> bytes:
    """Read an answer to its end. Raises `BodyError` if it is larger than `largest` bytes, or broken."""
    body = bytearray()
    async for part in parts(response):
        body += part
        if len(body) > largest:
            raise BodyError(f"sends more than {size(largest)} at once")
    return bytes(body)


async def lines(response: httpx.Response, longest: int) -> AsyncIterator[bytes]:
    """Read an answer line by line, without line ends. Raises `BodyError` at a line of more than `longest` bytes."""
    rest = b""
    async for part in parts(response):
        *whole, rest = (rest + part).split(b"\n")
        if max(map(len, [*whole, rest])) > longest:
            raise BodyError(f"sends a line of more than {size(longest)}")
        for line in whole:
            yield line.removesuffix(b"\r")
    if rest:
        yield rest


async def parts(response: httpx.Response) -> AsyncIterator[bytes]:
    """Unpack an answer, a bounded part at a time: few packed bytes may hold gigabytes."""
    packing = response.headers.get("content-encoding", "").lower()
    if packing in ("", "identity"):
        async for part in response.aiter_raw():
            yield part
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise BodyError(f"sends {shown(packing)}, which it was not asked for")
    unpack = zlib.decompressobj(wbits=47)  # gzip or zlib, as the first bytes say
    begun = False
    try:
        async for part in response.aiter_raw():
            begun = True
            while part and not unpack.eof:
                yield unpack.decompress(part, _PART)
                part = unpack.unconsumed_tail
    except zlib.error as error:
        raise BodyError(f"sends what cannot be unpacked ({error})") from error
    if begun and not unpack.eof:
        raise BodyError("breaks off in the middle of what it packed")


def size(count: int) -> str:
    """Say a number of bytes."""
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count:,} bytes"
