"""ISBN: ten or thirteen digits as written go in, thirteen digits come out if the check digit is right.

Nine digits are an SBN, which ISBN took over behind a zero.
"""


def normal(written: str) -> str | None:
    """Give the thirteen digits, or None."""
    digits = "".join(c for c in written.upper() if c in "0123456789X")
    if len(digits) in (9, 10):
        digits = digits.zfill(10)
        weights = zip(digits, range(10, 0, -1), strict=True)
        if "X" in digits[:9] or sum(weight * (10 if c == "X" else int(c)) for c, weight in weights) % 11:
            return None
        body = "978" + digits[:9]
        return body + str(-_sum13(body) % 10)
    if len(digits) == 13 and "X" not in digits and digits[:3] in ("978", "979") and _sum13(digits) % 10 == 0:
        return digits
    return None


def _sum13(digits: str) -> int:
    return sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(digits))
