"""How fast all identifiers are found in long documents, against the pattern for DOIs alone that Crossref recommends.

    python benchmarks/identify_text.py [FILE ...]

Without files the documents are made: half a megabyte of prose each, with a reference every 1,000 characters, every
100,000, or with none.
In turns, best of five, by the time that the processor was ours. The last line is JSON: `ratio` is characters a second
of `in_text` over those of the plain pattern, as the mean over the documents (at least 1 is wanted).
"""

import argparse
import json
import random
import re
import time
from pathlib import Path
from statistics import mean

from hubbub.identify import in_text
from hubbub.identify.address import found_in

ROUNDS = 5
CROSSREF = re.compile(r"10.\d{4,9}/[-._;()/:A-Z0-9]+", re.IGNORECASE)

WORDS = re.findall(r"\w+", __doc__)
REFERENCES = [
    "https://doi.org/10.1371/journal.pone.{0}",
    "(doi:10.1000/x.{0})",
    "arXiv:2101.{0}v2",
    "PMID: {0}",
    "PMC{0}",
    "https://pubmed.ncbi.nlm.nih.gov/{0}/",
    "https://www.nature.com/articles/s41586-020-{0}",
    "https://news.example.com/{0}",
    "ORCID 0000-0002-1825-0097",
]


def document(r: random.Random, every: int, size: int = 1_000_000) -> str:
    parts: list[str] = []
    while sum(map(len, parts[-1:])) + len(parts) * every < size:
        parts.append(" ".join(r.choices(WORDS, k=every // 6)))
        if every < size:
            parts.append(r.choice(REFERENCES).format(r.randrange(10_000, 99_999)))
    return " ".join(parts)[:size]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    told, r = parser.parse_args(), random.Random(1)
    texts = [file.read_text(errors="replace") for file in told.files]
    texts = texts or [document(r, every) for every in (1_000, 100_000, 1_000_000)]
    ratios: list[float] = []
    for text in texts:
        ours = plain = float("inf")
        for _ in range(ROUNDS):
            found_in.cache_clear()  # a document is read once
            began_at = time.process_time()
            in_text(text)
            between = time.process_time()
            list(CROSSREF.finditer(text))
            ours, plain = min(ours, between - began_at), min(plain, time.process_time() - between)
        sizes = f"{len(text) / ours / 1e6:7.0f} MB/s against {len(text) / plain / 1e6:7.0f} MB/s"
        ratios.append(plain / ours)
        print(f"{len(text):>10,} characters, {len(in_text(text)):>6,} found: {sizes}")
    print(json.dumps({"ratio": round(mean(ratios), 2)}))


if __name__ == "__main__":
    main()
