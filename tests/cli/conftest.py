"""Stores for commands."""

import pytest

from tests.cli.commanded import run
from tests.conftest import NewAddress


@pytest.fixture
def store(new_address: NewAddress) -> str:
    """The address of a store without content."""
    return new_address()


@pytest.fixture
def demo_store(store: str) -> str:
    """The address of a store with the demo."""
    assert run(store, "demo", "--fill-only").status == 0
    return store
