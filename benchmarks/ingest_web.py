"""How fast a web archive is read into a store, against looking for DOIs in every record's body.

    python benchmarks/ingest_web.py [--pages 20000] [--of 100]

`ingest`: `hubbub ingest web` of a generated WARC into an empty store, as a process. One page in `--of` speaks of a work
that no other page speaks of, by a link or in words; some hold what only looks like a reference. Baseline: fastwarc over
the same file, HTTP decoded, and the pattern that Crossref gives for DOIs on every body, in a process too; nothing is
parsed, joined or kept. Both read the plain file and one with a gzip member a record, by turns, three rounds each. The
last line is JSON: `ratio` = median seconds of processor time of ingest over those of the baseline, plain and packed;
`mb_per_second` of ingest, in unpacked bytes; `peak_mb`, its memory; `missed` and `invented` works, which must be 0.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import open_store

BASELINE = """
import re, sys, fastwarc
doi = re.compile(rb"10.\\d{4,9}/[-._;()/:A-Z0-9]+", re.I)
found = 0
with open(sys.argv[1], "rb") as file:
    for record in fastwarc.ArchiveIterator(file, record_types=fastwarc.WarcRecordType.response, auto_decode="all"):
        found += len(doi.findall(record.reader.read()))
print(found)
"""
PROGRAM = Path(sys.executable).with_name("hubbub")
ROUNDS = 3


def write(folder: Path, pages: int, of: int) -> dict[str, str]:
    """Write both files; return the page that speaks of each work."""
    chance, planted = random.Random(1), dict[str, str]()
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(2, 11))) for _ in range(5_000)]
    with (folder / "web.warc").open("wb") as plain, (folder / "web.warc.gz").open("wb") as packed:
        for number in range(pages):
            address = f"https://h{number % 997}.example/{number}"
            text = [" ".join(chance.choices(words, k=60)) for _ in range(chance.randrange(10, 60))]
            links = [f'<li><a href="https://h{chance.randrange(997)}.example/{word}">{word}</a>' for word in words[:40]]
            if number % of == 0:
                work = f"10.5555/planted.{number}"
                planted[work] = address
                said = f'<a href="https://doi.org/{work}">this</a>' if number % (2 * of) else f"as doi:{work} shows"
                text.insert(chance.randrange(len(text)), said)
            elif number % of == 1:
                text.append("Version 10.12/3 costs 10.99 and 10.123/; https://example.com/10.12/x")
            body = f"<html><head><title>{number}</title></head><body><ul>{''.join(links)}</ul><p>{'<p>'.join(text)}"
            http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}".encode()
            head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\n"
            head += "WARC-Date: 2026-01-01T00:00:00Z\r\n"
            head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            record = head.encode() + http + b"\r\n\r\n"
            plain.write(record)
            packed.write(gzip.compress(record, 6))
    return planted


def timed(*order: str | Path, store: Path | None = None) -> tuple[float, float]:
    """Run a command; return its seconds of processor time and the most memory it took, in MB."""
    with subprocess.Popen(order, stdout=subprocess.DEVNULL, env={**os.environ, "HUBBUB_STORE": str(store)}) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, order
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pages", type=int, default=20_000)
    p.add_argument("--of", type=int, default=100)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = write(folder, o.pages, o.of)
        size = (folder / "web.warc").stat().st_size / 1e6
        ratio, speed, peak, missed, invented = dict[str, float](), dict[str, float](), 0.0, 0, 0
        for what, file in (("plain", folder / "web.warc"), ("packed", folder / "web.warc.gz")):
            ours, theirs = list[float](), list[float]()
            for turn in range(ROUNDS):
                store = folder / f"{what}{turn}.db"
                seconds, memory = timed(PROGRAM, "ingest", "web", file, store=store)
                ours.append(seconds)
                peak = max(peak, memory)
                theirs.append(timed(sys.executable, "-c", BASELINE, file)[0])
            with open_store(str(store)) as opened:
                answers = Answers(opened)
                held = {work: {one.post for one in answers.said(Identifier("doi", work))} for work in planted}
                missed += sum(planted[work] not in posts for work, posts in held.items())
                invented += len(opened.assertions(after=0, limit=o.pages)) - len(planted)
            ratio[what] = round(statistics.median(ours) / statistics.median(theirs), 2)
            speed[what] = round(size / statistics.median(ours))
            print(
                f"{what}, {size:,.0f} MB: {statistics.median(ours):.1f} s, baseline {statistics.median(theirs):.1f} s"
            )
    said = {"ratio": ratio, "mb_per_second": speed, "peak_mb": round(peak), "missed": missed, "invented": invented}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
