"""What every test may use: Hypothesis profiles, and new stores that cost a copy instead of a migration."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parent.parent))  # `tests.store.…` however pytest is started

pytest.register_assert_rewrite("tests.store.asked")

from hubbub.store import Store, open_store  # noqa: E402

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

NewStore = Callable[[], Store]


@pytest.fixture(scope="session")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without content, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "hubbub.db"
    open_store(str(path)).close()
    return path


@pytest.fixture
def new_store(blank_store: Path, tmp_path: Path) -> Iterator[NewStore]:
    """Open new stores: `new_store()`; their files go with the test."""
    opened: list[Store] = []

    def make() -> Store:
        path = tmp_path / f"{len(opened)}.db"
        shutil.copy(blank_store, path)
        opened.append(open_store(str(path)))
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
