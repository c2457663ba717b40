"""What a pattern cannot say of a value: the value comes in, its normal form goes out, or None if it is none.

Named by the field `check` of schemes.toml.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

from hubbub.identify import isbn, orcid
from hubbub.identify.brackets import trim

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
# Of formats, downloads and messages, and the word itself.
_NO_NAMESPACES = re.compile(r"urn|schemas-.*|x-.*|bt[im]h|sha1|md5|tree|ed2k|li", re.IGNORECASE)
_VOLUME = re.compile(r"v(?P<v>\w*?)y(?P<y>\d{4})i(?P<i>[\w-]+?)p(?P<p>\w[\w-]*)")
_EXAMPLE = re.compile("##|YYYY")  # in which digits are still to be filled in
_OFFICES = (
    "US|EP|WO|PCT|DE|FR|GB|JP|CN|KR|CA|AU|CH|ES|IT|RU|TW|IN|BR|NL|SE|AT|DK|AP|AR|BE|BG|CL|CO|CS|CU|CZ|DD|EA|EE|FI|GE|"
    "GR|HK|HR|HU|ID|IE|IL|IS|LT|LU|LV|MA|MD|MX|MY|NO|NZ|OA|PE|PH|PL|PT|RO|RS|SA|SG|SI|SK|SU|TH|TR|UA|UY|VN|YU|ZA"
)
_PATENT = re.compile(rf"({_OFFICES})?(RE|PP|D|H|T)?(\d{{4,13}})([A-Z]\d?)?")
# Archives that are also written without their hyphen.
_ARCHIVES = re.compile(r"(astro|cond|gr|hep|math|nucl|q|quant)(alg|bio|ex|lat|mat|ph|qc|th)")


def arxiv(value: str) -> str:
    """Old numbers are unique without a subject class (`math.GT/0309136`), new ones without an archive."""
    archive, _, number = value.rpartition("/")
    archive = archive.partition(".")[0]
    if "." in number or not archive:
        return number
    hyphened = _ARCHIVES.fullmatch(archive)
    return f"{hyphened[1]}-{hyphened[2]}/{number}" if hyphened else f"{archive}/{number}"


def ark(value: str) -> str | None:
    """The name without its inflections and final punctuation; the name's letter case counts, the authority's not."""
    while (plain := unquote(value)) != value:
        value = plain
    authority, _, name = trim(value).partition("/")
    name = name.rstrip("/?")
    return f"{authority.lower()}/{name}" if name else None


def bibcode(value: str) -> str | None:
    """With the dots that editors draw together."""
    value = value.replace("…", "...")
    return value if len(value) == 19 else None


def chictr(value: str) -> str:
    """The letters for a trial's design between hyphens; later numbers have none."""
    letters, number = re.sub("[^A-Z]", "", value), re.sub(r"\D", "", value)
    return f"-{letters}-{number}" if letters else number


def conda(value: str) -> str:
    """Channel and name with a slash between, as in addresses."""
    return re.sub("::| ", "/", value)


def dockerhub(value: str) -> str:
    """Names without an owner are of the library."""
    return value if "/" in value else f"library/{value}"


def dryad(value: str) -> str:
    """Names in lower case; the tokens of unpublished ones as they are."""
    return value.lower() if value.lower().startswith("dryad.") else value


def handle(value: str) -> str | None:
    """No DOI, no bare prefix, and none of the prefixes that repositories use without having one registered.

    DSpace comes with 123456789, which thousands have left as it is; others have up to three digits.
    """
    value = trim(value.partition("?urlappend=")[0])
    return value if re.search(r"/[^/]", value) and not re.match(r"10\.|123456789/|\d{1,3}/", value) else None


def issn(value: str) -> str | None:
    """The check digit is right: modulus 11 with weights 8 to 2 (ISO 3297)."""
    digits = re.sub(r"\D", "", value[:-1]) + value[-1]
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=False))
    check = "0123456789X"[-total % 11]
    return f"{digits[:4]}-{digits[4:]}" if digits[-1] == check and digits != "00000000" else None


def npm(value: str) -> str:
    """A scope as it is written outside addresses."""
    return value.replace("%40", "@")


def ntr(value: str) -> str:
    """Old numbers are of NTR, the new ones of NL; both were given."""
    return f"NTR{value}" if value.isdigit() else value


def oai(value: str) -> str | None:
    """Without the punctuation of the sentence around it."""
    value = trim(value).rstrip("/")
    return value if re.search("[:/].", value) else None


def patent(value: str) -> str | None:
    """Office, number and kind without blanks and separators; a number without an office is of the United States.

    Numbers of the World office have a year of four digits and six more, European ones seven digits, others no zeros
    before them.
    """
    value = re.sub(r"^EUROPEAN PATENT\D*", "EP", value)
    match = _PATENT.fullmatch(re.sub(r"[ ,./-]", "", value))
    if not match:
        return None
    office, mark, number, kind = match[1] or "US", match[2] or "", match[3], match[4] or ""
    if office == "WO":
        year, number = (number[:4], number[4:]) if number[:2] in ("19", "20") else (number[:2], number[2:])
        number = f"{year if len(year) == 4 else ('19' if year > '70' else '20') + year}{number:0>6}"
    else:
        number = f"{number.lstrip('0'):0>7}" if office == "EP" else number.lstrip("0")
    return f"{office}{mark}{number}{kind}" if 4 <= len(number) <= 13 else None


def path(value: str) -> str | None:
    """No part of it is a dot or two."""
    return value if all(part.strip(".") for part in value.split("/")) else None


def pii(value: str) -> str:
    """Without hyphens and brackets."""
    return re.sub(r"[^0-9A-Z]", "", value)


def pypi(value: str) -> str:
    """As PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", value)


def repec(value: str) -> str | None:
    """Archive and series in lower case; the number as written, without the punctuation around it; no example's."""
    archive, series, number = [*trim(value).split(":", 2), "", ""][:3]
    volume = _VOLUME.fullmatch(number)  # as in addresses of IDEAS
    number = ":".join(f"{name}:{part}" for name, part in volume.groupdict().items()) if volume else number
    return None if not number or _EXAMPLE.search(number) else f"{archive.lower()}:{series.lower()}:{number}"


def ror(value: str) -> str | None:
    """The two last digits check the six before: modulus 97 of the number in Crockford's base 32 (ISO 7064)."""
    number = 0
    for letter in value[:-2]:
        number = number * 32 + _CROCKFORD.index(letter)
    return value if 98 - number * 100 % 97 == int(value[-2:]) else None


def rrid(value: str) -> str:
    """The authority's letters are capitals, save where it writes them otherwise."""
    value = re.sub(r"[\W_]+$", "", trim(value))
    authority, mark, number = re.split(r"([_:-])", value, maxsplit=1)
    return f"{authority.upper() if authority.islower() else authority}{mark}{number}"


def slashed(value: str) -> str:
    """With slashes, for which names of files and addresses have `-` and `_`."""
    return re.sub("[_-]", "/", value)


def urn(value: str) -> str | None:
    """The namespace in lower case; none for namespaces that name nothing to read."""
    namespace, _, name = trim(value).partition(":")
    if namespace.lower() == "nbn" and not re.match(r"[a-z]{2}[:-]\w", name, re.IGNORECASE):
        return None
    return f"{namespace.lower()}:{name}" if name and not _NO_NAMESPACES.fullmatch(namespace) else None


CHECKS: dict[str, Callable[[str], str | None]] = {
    one.__name__: one
    for one in (
        arxiv,
        ark,
        bibcode,
        chictr,
        conda,
        dockerhub,
        dryad,
        handle,
        issn,
        npm,
        ntr,
        oai,
        patent,
        path,
        pii,
        pypi,
        repec,
        ror,
        rrid,
        slashed,
        urn,
    )
} | {"isbn": isbn.normal, "orcid": orcid.normal}
