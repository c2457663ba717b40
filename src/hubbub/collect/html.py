"""HTML that people wrote into a post comes in; its links and its plain text come out."""

from selectolax.lexbor import LexborHTMLParser

from hubbub.model import Link


def links_and_text(html: str, address: str = "") -> tuple[tuple[Link, ...], str]:
    """Read a fragment: every link on the web once, in its order, and the text with the fragment's line breaks."""
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode().replace("\x00", ""))
    hrefs = (node.attributes.get("href") or "" for node in tree.css("a[href]"))
    links = dict.fromkeys(href.strip() for href in hrefs if href.strip().lower().startswith(("http://", "https://")))
    for node in tree.css("br, p, div, li"):
        node.insert_before("\n")
    text = tree.body.text() if tree.body is not None else ""
    return tuple(Link(href) for href in links if href != address), text.strip()
