"""In which charset a page is written: its bytes come in; a name that Python decodes in linear time goes out."""

import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

# Python has codecs that are no charsets: some raise whatever they are given, and some take their time.
_CHARSET = re.compile(r"(?:utf|ascii|iso|latin|cp|koi8|gb|big5|euc|shift|mac|tis)[\w-]*")


def charset(body: bytes, content_type: str | None) -> str:
    """The charset by the byte order mark, else by the header, else by the page's tags; UTF-8 where none is known."""
    name = read_bom(body)[0] or http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    return name if name and _CHARSET.fullmatch(name) else "utf-8"


def text_of(body: bytes, content_type: str | None) -> str:
    """The text without the mark; what is not in its charset is replaced."""
    return body.decode(charset(body, content_type), "replace").removeprefix("\ufeff")
