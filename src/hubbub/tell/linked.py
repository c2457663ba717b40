"""A work for machines that read pages: its report comes in; JSON-LD, `citation_*` tags and signposts go out.

The counts are those of the report. What people wrote into titles and names stays text: no sign that ends a script is
left in it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from hubbub import identify
from hubbub.answers.exported import for_xml
from hubbub.answers.shapes import Report
from hubbub.identify.tables import schemes
from hubbub.model import Identifier
from hubbub.reference.linked import linked
from hubbub.reference.venues import kind_of

CREATORS = 100  # that are told
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")


def names(report: Report) -> tuple[Identifier, ...]:
    """All names of the version that the report was asked for, that name first."""
    named = next((one.identifiers for one in report.versions if report.identifier in one.identifiers), ())
    return (report.identifier, *(one for one in named if one != report.identifier))


def own_page(identifier: Identifier) -> str | None:
    """The address by which a work is cited, if it has one."""
    address = identify.address(identifier) if identifier.scheme in schemes() else None
    return address if address and _ADDRESS.fullmatch(address) and not set('<>"') & set(address) else None


def json_ld(report: Report, page: str, methods: str) -> str:
    """Say what a work is, and what people did with it, as JSON-LD that may stand in a script of a page.

    `page` is the address of the work's page here, `methods` that of the page that defines the numbers.
    """
    about = report.description
    addresses = [address for address in map(own_page, names(report)) if address]
    venue = about.venue if about else None
    told = {
        "@context": "https://schema.org",
        "@type": linked().types.get(kind_of(about.kind if about else None), "CreativeWork"),
        "@id": addresses[0] if addresses else None,
        "name": for_xml((about and about.title) or str(report.identifier)),
        "author": [{"@type": "Person", "name": for_xml(one)} for one in (about.creators if about else ())[:CREATORS]],
        "datePublished": _date(report),
        "isPartOf": {"@type": "CreativeWork", "name": for_xml(venue)} if venue else None,
        "identifier": [
            {"@type": "PropertyValue", "propertyID": one.scheme, "value": for_xml(one.value)} for one in names(report)
        ],
        "sameAs": addresses[1:],
        "mainEntityOfPage": page,
        "interactionStatistic": list(_counters(report, methods)),
    }
    shown = {name: value for name, value in told.items() if value is not None and value != []}
    return json.dumps(shown, ensure_ascii=False).translate(_SCRIPT)


def _counters(report: Report, methods: str) -> Iterator[dict[str, Any]]:
    """A counter of each category's posts, and one of how often they were passed on."""
    for one in report.categories:
        checked = max(source.checked_at for source in report.sources if source.category == one.category)
        if one.posts:
            yield {
                "@type": "InteractionCounter",
                "name": f"Posts: {one.category}",
                "interactionType": {"@type": linked().actions[one.category]},
                "userInteractionCount": one.posts,
                "endTime": checked.isoformat(),
                "url": f"{methods}#posts",
            }
    if report.amplifications and report.checked_at:
        yield {
            "@type": "InteractionCounter",
            "name": "Passed on",
            "interactionType": {"@type": linked().actions["passed_on"]},
            "userInteractionCount": report.amplifications,
            "endTime": report.checked_at.isoformat(),
            "url": f"{methods}#passed-on",
        }


def tags(report: Report) -> list[tuple[str, str]]:
    """Name and content of meta tags, as reference managers read them."""
    about, told = report.description, list[tuple[str, str]]()
    if about and about.title:
        told.append(("citation_title", about.title))
        told += [("citation_author", one) for one in about.creators[:CREATORS]]
        if issued := _date(report):
            told.append(("citation_publication_date", issued.replace("-", "/")))
        if about.venue and linked().types.get(kind_of(about.kind)) == "ScholarlyArticle":
            told.append(("citation_journal_title", about.venue))
    known = linked().tags
    told += [(known[one.scheme], one.value) for one in names(report) if one.scheme in known]
    return [(name, for_xml(content)) for name, content in told]


def signposts(report: Report, described: str) -> str:
    """The Link header: how the work is cited, and where programs read what is said here of it."""
    cited = own_page(report.identifier)
    links = [f'<{described}>; rel="describedby"; type="application/json"']
    return ", ".join([f'<{cited}>; rel="cite-as"', *links] if cited else links)


def _date(report: Report) -> str | None:
    issued = report.description.issued if report.description else None
    return issued if issued and _DATE.fullmatch(issued) else None
