"""What the page of a work says to machines: its report comes in; what stands in the page's head and header goes out.

Of works of simulated communities nothing is said, since machines would carry it on without saying that it is invented.
"""

from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from hubbub.answers.shapes import Report
from hubbub.tell import linked
from hubbub.web import words


def shown(request: Request, report: Report) -> dict[str, Any] | None:
    """The tags and the JSON-LD of a work's page."""
    base = str(request.base_url).rstrip("/")
    if report.simulated:
        return None
    data = linked.json_ld(report, base + words.work_path(report.identifier), f"{base}/methods")
    return {"tags": linked.tags(report), "json": data}


def signposted(request: Request, report: Report, page: Response) -> Response:
    """The same page with signposts in its header."""
    if not report.simulated:
        named = quote(str(report.identifier), safe="", errors="replace")
        page.headers["Link"] = linked.signposts(report, f"{request.base_url}api/v1/works/{named}")
    return page
