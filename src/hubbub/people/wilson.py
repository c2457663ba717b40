"""The interval of a share: counts come in, bounds go out."""

from math import sqrt

Z = 1.959964  # 95 %, two-sided


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % bounds of a share of which `hits` of `of` were seen; (0, 1) if nothing was.

    Wilson (1927), J. Am. Stat. Assoc. 22(158), 209. Raises ValueError unless 0 <= hits <= of.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    # Rounding may leave the bounds a hair outside the share, which lies within.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
