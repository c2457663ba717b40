"""Each find and each look-alike of a text is accounted for."""

import pytest

from hubbub.identify import why


def told(text: str) -> dict[str, tuple[str, str]]:
    return {row.seen: (row.verdict, row.reason) for row in why(text, "text")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://doi.org/10.3389/fpsyg.2020.00001/full", "full was appended to it and is cut"),
        ("arXiv:1310.2590v2", "version 2 stands apart"),
        ("https://www.nature.com/articles/nature12373", "a rule of the site tells it from the address"),
        ("ISBN 0-451-45052-3", "its normal form is written otherwise"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fosf.io%2Fv87fn", "the address carries another, which is meant"),
        ("10.1000/abc", ""),
    ],
)
def test_what_is_found_tells_what_became_of_the_writing(text: str, reason: str) -> None:
    assert told(text) == {text: ("found", reason)}


@pytest.mark.parametrize(
    ("text", "seen", "reason"),
    [
        ("see v10.15.7", "v10.15.7", "a version of something"),
        ("10.0.0.0/24 and", "10.0.0.0/24", "the address of a network"),
        ("for $10.50 only", "$10.50", "a price"),
        ("at 10.30 am", "10.30", "a number: a DOI has a slash"),
        ("10.5555/ is", "10.5555/", "nothing stands behind the registrant of a DOI"),
        ("10.12/abc is", "10.12/abc", "the registrant of a DOI has four digits at least"),
        ("ISBN 978-0-451-45052-5", "ISBN 978-0-451-45052-5", "its check digit is wrong"),
        (
            "https://doi.org/10.1038/s4158...",
            "https://doi.org/10.1038/s4158",
            "it is shortened, and its end is missing",
        ),
        (
            "https://zenodo.org/record/{id}",
            "https://zenodo.org/record/{id}",
            "it is a template: the value is still to be filled in",
        ),
    ],
)
def test_what_is_rejected_tells_the_reason(text: str, seen: str, reason: str) -> None:
    assert told(text) == {seen: ("rejected", reason)}


def test_what_was_found_is_not_rejected_as_well() -> None:
    rows = why("doi:10.1000/abc 10.1000/abc https://doi.org/10.1000/abc?x=10.5 and 10.5555/12345", "text")
    assert [(row.verdict, str(row.identifier)) for row in rows] == [
        ("found", "doi:10.1000/abc"),
        ("found", "doi:10.5555/12345"),
    ]
