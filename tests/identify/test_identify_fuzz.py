"""Random input: what breaks a law is told with its seed, see `fuzz`."""

from collections.abc import Callable

from hubbub.identify.tables import schemes
from tests.identify.fuzz import Run, fuzz, note


def test_a_minute_of_random_input_breaks_no_law(record_property: Callable[[str, object], None]) -> None:
    seed, inputs = "1", 300_000  # as many as a minute holds; `python -m tests.identify.fuzz` takes others
    run = fuzz(seed, inputs, 600)
    record_property("random input for identify", f"{run.inputs.total()} inputs, seed {seed}")
    assert not run.broken, f"seed {seed}"
    assert {f"value {scheme}" for scheme in schemes()} <= run.inputs.keys()


def test_what_breaks_a_law_is_told_as_small_as_it_can_be() -> None:
    run = Run()
    note(run, lambda text: 1 / ("x" not in text), "some letters")
    assert not run.broken
    note(run, lambda text: 1 / ("x" not in text), "some text with two more x")
    assert [told.partition(":")[0] for told in run.broken.values()] == ["'x'"]
