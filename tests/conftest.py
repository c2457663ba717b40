"""What every test may use: Hypothesis profiles, and new stores in either database."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parent.parent))  # `tests.store.…` however pytest is started

pytest.register_assert_rewrite("tests.store.asked")

from hubbub.access import By  # noqa: E402
from hubbub.store import Store, open_store  # noqa: E402
from tests import postgresql  # noqa: E402

BY = By("test", "test")  # who lets others in

# Who runs this in the background has told it not to hear Ctrl-C; the commands that tests start have to.
signal.signal(signal.SIGINT, signal.default_int_handler)

_CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
_GENERATE = [Phase.explicit, Phase.reuse, Phase.generate]
# Making a failure smaller may take minutes: `HYPOTHESIS_PROFILE=thorough` does it.
settings.register_profile("fast", deadline=None, max_examples=20, phases=_GENERATE, suppress_health_check=_CHECKS)
settings.register_profile("thorough", deadline=None, max_examples=1000, suppress_health_check=_CHECKS)
# One and the same run for the whole and for each mutated copy, see tests/mutants.
settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=15,
    derandomize=True,
    database=None,
    phases=_GENERATE,
    report_multiple_bugs=False,
    suppress_health_check=_CHECKS,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

NewAddress = Callable[[], str]
NewStore = Callable[[], Store]
on_sqlite = pytest.mark.parametrize("new_address", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("new_address", ["postgresql"], indirect=True)


def missing(told: str) -> NoReturn:
    """Skip for want of something; in CI, where it has to be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests have measured; it is for people, since no test fails for a slow machine."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without content, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "hubbub.db"
    open_store(str(path)).close()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of this process, by the address of its first database."""
    found = postgresql.programs()
    with postgresql.running(found or missing("not installed: postgresql")) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def new_address(request: pytest.FixtureRequest) -> Iterator[NewAddress]:
    """Name new stores without content: `new_address()`. They go with the test."""
    numbers = count()
    if request.param == "sqlite":
        blank, folder = request.getfixturevalue("blank_store"), request.getfixturevalue("tmp_path")
        yield lambda: str(shutil.copy(blank, folder / f"{next(numbers)}.db"))
        return
    server = request.getfixturevalue("postgresql_server")
    made: list[str] = []
    with closing(psycopg.connect(server, autocommit=True)) as connection:

        def make() -> str:
            made.append(f"store_{next(numbers)}")
            connection.execute(f"CREATE SCHEMA {made[-1]}")
            return f"{server}&options=-csearch_path%3D{made[-1]}"

        yield make
        for name in made:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def new_store(new_address: NewAddress) -> Iterator[NewStore]:
    """Open new stores: `new_store()`."""
    opened: list[Store] = []

    def make() -> Store:
        for store in opened:
            store.close()  # no more than its idle connections, so that many examples need few
        opened.append(open_store(new_address()))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def one_scan() -> Iterator[None]:
    """Compile the gate's scan once a watch instead of once a lane: it takes longer than a small archive."""
    from hubbub.identify.hints import Hints

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hubbub.pipeline.Hints", lru_cache(maxsize=64)(Hints))
        yield
