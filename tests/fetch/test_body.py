"""Bodies are unpacked in parts of bounded size, however they are cut."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.fetch import body
from hubbub.fetch.errors import BodyError

pytestmark = pytest.mark.anyio


class Cut(httpx.AsyncByteStream):
    """What arrives, in pieces of one size."""

    def __init__(self, sent: bytes, size: int) -> None:
        self._sent, self._size = sent, size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._sent), self._size):
            yield self._sent[at : at + self._size]


def arriving(text: bytes, size: int = 65_536, is_packed: bool = True) -> httpx.Response:
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    return httpx.Response(200, headers=headers, stream=Cut(gzip.compress(text) if is_packed else text, size))


async def test_no_part_of_a_bomb_is_larger_than_may_be_held() -> None:
    sizes = [len(part) async for part in body.parts(arriving(bytes(20 << 20)))]
    assert sum(sizes) == 20 << 20
    assert max(sizes) <= 1 << 20


@given(st.binary(max_size=300), st.integers(1, 50), st.booleans())
async def test_a_body_is_the_same_however_it_is_cut(text: bytes, size: int, is_packed: bool) -> None:
    assert await body.read(arriving(text, size, is_packed), 300) == text


@given(
    st.lists(st.binary(max_size=20).map(lambda line: line.translate(None, b"\r\n"))), st.integers(1, 50), st.booleans()
)
async def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], size: int, is_packed: bool) -> None:
    text = b"".join(line + b"\r\n" for line in lines)
    assert [line async for line in body.lines(arriving(text, size, is_packed), 21)] == lines


@given(st.integers(1, 50), st.booleans())
async def test_a_line_that_is_too_long_is_refused_however_it_is_cut(size: int, is_packed: bool) -> None:
    arrived = arriving(b"a\n" + b"b" * 60 + b"\nc\n", size, is_packed)
    with pytest.raises(BodyError, match="a line of more than 20 bytes"):
        [line async for line in body.lines(arrived, 20)]
