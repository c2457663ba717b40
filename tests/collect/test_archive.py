"""What packed files may look like: in many parts, looking far back, broken."""

import bz2
import gzip
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.collect import archive

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"So it was said.\n" * 1000
FAR: dict[int, int] = {zstd.CompressionParameter.window_log: 31}


def read(file: Path, packed: bytes) -> bytes:
    file.write_bytes(packed)
    with closing(archive.open_file(file)) as opened:
        return opened.read(1 << 20)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstd.compress])
def test_files_of_many_parts_are_read_to_the_end(tmp_path: Path, pack: type[bytes]) -> None:
    assert read(tmp_path / "file", pack(TEXT) + pack(TEXT)) == TEXT * 2


def test_a_dump_that_looks_2_gib_back_is_read(tmp_path: Path) -> None:
    with zstd.open(tmp_path / "far", "w", options=FAR) as file:
        file.write(TEXT)
    with pytest.raises(zstd.ZstdError, match="too much memory"), zstd.open(tmp_path / "far") as plain:
        plain.read()
    assert read(tmp_path / "file", (tmp_path / "far").read_bytes()) == TEXT


def test_broken_bytes_are_no_broken_disk(tmp_path: Path) -> None:
    packed = bytearray(bz2.compress(TEXT))
    packed[40:60] = b"x" * 20
    with pytest.raises(EOFError):
        read(tmp_path / "file", bytes(packed))
