"""ORCID: a person's identifier as written goes in, its normal form comes out if the check digit is right."""

from textwrap import wrap


def normal(written: str) -> str | None:
    """Give the four hyphenated groups, or None (ISO 7064 MOD 11-2)."""
    digits = "".join(c for c in written.upper() if c in "0123456789X")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "-".join(wrap(digits, 4)) if digits[-1] == ("X" if check == 10 else str(check)) else None
