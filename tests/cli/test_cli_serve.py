"""`serve` and `demo` say where they are once they answer, and stop when asked to."""

import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.commanded import PROGRAM, environment


@pytest.mark.parametrize("order", [["serve", "--offline"], ["demo"]], ids=" ".join)
def test_the_address_that_is_printed_answers_until_it_is_stopped(
    demo_store: str, order: list[str], tmp_path: Path
) -> None:
    with subprocess.Popen(
        [PROGRAM, *order, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(demo_store, XDG_CACHE_HOME=str(tmp_path)),
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = next(line for line in process.stdout if line.startswith("hubbub is at "))
            address = said.removeprefix("hubbub is at ").partition(" ")[0]
            assert address.startswith("http://127.0.0.1:")
            assert said.endswith("(stop: Ctrl-C)\n")
            with urlopen(address, timeout=10) as answer:
                assert answer.status == 200
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=15)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
