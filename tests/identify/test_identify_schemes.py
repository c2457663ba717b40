"""The rows of schemes.toml and addresses.toml hold for their own examples."""

import pytest

from hubbub.identify import in_address, in_text, parse
from hubbub.identify.tables import addresses, schemes

SPOKEN = [(scheme, *pair) for scheme, row in schemes().items() for pair in row.examples.items()]
SHAPES = [(row.scheme, *pair) for row in (*addresses().address, *addresses().anywhere) for pair in row.examples.items()]
CARRIED = [pair for row in (*addresses().carrier, *addresses().embedded) for pair in row.examples.items()]
CARRIED += addresses().proxy.examples.items()


@pytest.mark.parametrize(("scheme", "written", "value"), SPOKEN)
def test_what_is_written_in_a_text_is_found(scheme: str, written: str, value: str) -> None:
    assert (scheme, value) in [(one.identifier.scheme, one.identifier.value) for one in in_text(written)]


@pytest.mark.parametrize(("scheme", "written", "value"), SPOKEN)
def test_the_normal_form_can_be_typed_and_stays(scheme: str, written: str, value: str) -> None:
    once = parse(f"{scheme}:{value}")
    assert once is not None
    assert (once.scheme, once.value) == (scheme, value)


@pytest.mark.parametrize(("scheme", "address", "value"), SHAPES)
def test_the_shape_of_an_address_names_its_value(scheme: str, address: str, value: str) -> None:
    found = [(one.identifier.scheme, one.identifier.value) for one in in_address(address)]
    assert found == [(scheme, value)]


@pytest.mark.parametrize(("address", "carried"), CARRIED)
def test_a_carrier_is_taken_off(address: str, carried: str) -> None:
    assert [one.identifier for one in in_address(address)] == [one.identifier for one in in_address(carried)]


def test_every_row_has_an_example() -> None:
    in_addresses = {row.scheme for row in (*addresses().address, *addresses().anywhere) if row.examples}
    assert [scheme for scheme, row in schemes().items() if not row.examples and scheme not in in_addresses] == ["url"]
    assert [
        row
        for row in (*addresses().address, *addresses().anywhere, *addresses().carrier, *addresses().embedded)
        if not row.examples
    ] == []
