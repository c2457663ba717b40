"""ORCID: a person's identifier as written goes in, its normal form comes out if the check digit is right."""


def normal(written: str) -> str | None:
    """Give the four hyphenated groups, or None (ISO 7064 MOD 11-2)."""
    value = written.upper()
    total = 0
    for digit in value.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return value if value[-1] == ("X" if check == 10 else str(check)) else None
