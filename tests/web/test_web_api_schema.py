"""The API keeps to its own description, as schemathesis reads it with all of its checks, on a store of 10^4 mentions.

`SCHEMATHESIS_EXAMPLES=500` asks each call more.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hubbub.answers import Answers
from hubbub.model import Identifier
from hubbub.store import open_store
from hubbub.tell.calls import Calls
from hubbub.tell.routes import routes
from tests.web.conftest import PAPER, QUIET, START, Running, spoken, world

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "3")
MENTIONS = 10_000
# What the store holds, for whatever a path names.
HELD = f"""
[parameters]
"path.work" = "{PAPER}"
"path.shelf" = "mine"
"path.source" = "bluesky"
"path.account" = "did:plc:{0:024d}"
"""
ALWAYS = "--checks all --continue-on-failure --seed 6 --generation-deterministic --no-color"


@pytest.fixture(scope="module")
def big_server(tmp_path_factory: pytest.TempPathFactory, running: Running) -> Iterator[str]:
    with open_store(str(tmp_path_factory.mktemp("store") / "hubbub.db")) as store:
        many = [
            spoken(n, Identifier("doi", f"10.5555/many.{n % 300}"), n % 700, timedelta(minutes=n), f"{n} times")
            for n in range(MENTIONS, 2 * MENTIONS)
        ]
        with store.writing() as writer:
            writer.keep([*world(), *many], START)
            writer.wanted.shelve("mine", "Mine", "", False, [PAPER, QUIET, Identifier("doi", "10.5555/many.7")])
        with running(Answers(store)) as address:
            yield address


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("", f"--phases examples,coverage,fuzzing,stateful --max-examples {EXAMPLES}"),
        (HELD, f"--phases fuzzing --max-examples {EXAMPLES}"),
    ],
    ids=["whatever there may be", "what is held"],
)
def test_every_call_keeps_to_the_description(big_server: str, tmp_path: Path, given: str, options: str) -> None:
    tmp_path.joinpath("schemathesis.toml").write_text(given)
    program = str(Path(sys.executable).parent / "schemathesis")
    asked = [program, "run", f"{big_server}/api/v1/openapi.json", *ALWAYS.split(), *options.split()]
    done = subprocess.run(asked, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    assert f"Tested: {len(routes(Calls))}\n" in done.stdout
