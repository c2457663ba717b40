"""`serve` and `demo` say where they are once they answer, and stop when asked to."""

import signal
import subprocess
import sys
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


def test_several_processes_answer_one_address_and_all_stop_together(demo_store: str) -> None:
    order = ["serve", "--offline", "--workers", "2", "--port", "0"]
    with subprocess.Popen([PROGRAM, *order], stdout=subprocess.PIPE, env=environment(demo_store), text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().removeprefix("hubbub is at ").partition(" ")[0]
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            for _ in range(20):
                with urlopen(address, timeout=20) as answer:
                    assert answer.status == 200
            workers = [pid for pid in children.read_text().split() if "spawn_main" in _command(pid)]
            assert len(workers) == 2
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
        finally:
            process.kill()
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_start_loads_nothing_that_only_some_commands_need() -> None:
    code = "import sys, hubbub.cli, hubbub.web.app; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"httpx", "mcp", "numba", "numpy", "pyarrow", "scipy", "websockets"}
    assert heavy.isdisjoint(loaded)
    assert "fastapi" in loaded


def _command(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()
