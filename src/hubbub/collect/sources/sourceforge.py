"""SourceForge: a project's card and its count of downloads come in; metadata and a number come out.

Downloads are counted from before the first project to the day on which the card was read.
"""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from msgspec import Struct

from hubbub.collect.reading import Count, stamp, whole
from hubbub.collect.source import Fetch, page_of
from hubbub.model import About, Description, Example, Fact, Fault, Host, Identifier, Page, Tally, Watch

NAME = "sourceforge"
HOME = "https://sourceforge.net"
FIRST_DAY = "1999-11-01"


class Developer(Struct):
    username: str
    name: str | None = None


class Category(Struct):
    fullname: str


class Project(Struct):
    name: str
    summary: str | None = None
    creation_date: str | None = None
    developers: tuple[Developer, ...] = ()
    categories: dict[str, tuple[Category, ...]] = {}
    labels: tuple[str, ...] = ()


class Downloads(Struct):
    total: Count


class SourceForge:
    """Software of the oldest of the large hosts."""

    about = About(
        name=NAME,
        title="SourceForge",
        home="https://sourceforge.net/",
        category="usage",
        modes=("poll",),
        hours=24,
        hosts=(Host("sourceforge.net", 0.5),),
        terms="https://slashdotmedia.com/terms-of-use/",
        licence="descriptions belong to the projects",
        keeps_pages="never",
        yields=("Tally", "Description"),
        deletions="never",
        shapes="documented",
        colour="#c1440e",
        note="Projects and all their downloads.",
        examples=(
            Example("project.json", (("description", "sourceforge:qtlmovie"),), lane="project:qtlmovie"),
            Example(
                "downloads.json",
                (("tally downloads 45", "sourceforge:qtlmovie"),),
                lane="project:qtlmovie",
                address=f"{HOME}/projects/qtlmovie/files/stats/json?start_date=1999-11-01&end_date=2026-11-01",
            ),
        ),
    )

    def lanes(self, watch: Watch) -> Iterator[str]:
        """Name projects."""
        for work in watch.works:
            if work.scheme == NAME:
                yield f"project:{work.value}"

    async def read(self, lane: str, since: str, fetch: Fetch) -> AsyncIterator[Page]:
        """Yield the card, then the downloads up to its day, which is the resume point between them."""
        project = quote(lane.partition(":")[2], safe="")
        if not since:
            answer = await fetch.get(f"{HOME}/rest/p/{project}/", accept=(200, 404))
            since = f"{answer.received_at:%Y-%m-%d}" if answer.status == 200 else ""
            yield page_of(lane, answer, since)
        if since:
            days = {"start_date": FIRST_DAY, "end_date": since}
            yield page_of(lane, await fetch.get(f"{HOME}/projects/{project}/files/stats/json", params=days))

    def parse(self, page: Page) -> Iterator[Fact | Fault]:
        """Yield what the project is, or how often it was downloaded."""
        work = Identifier(NAME, page.lane.partition(":")[2])
        if "/files/stats/json" in page.address:
            downloads = whole(page, Downloads)
            if isinstance(downloads, Fault):
                yield downloads
                return
            yield Tally(identifier=work, via=NAME, kind="downloads", value=downloads.total, as_of=page.received_at)
            return
        project = whole(page, Project)
        yield project if isinstance(project, Fault) else _description(page, work, project)


def _description(page: Page, work: Identifier, project: Project) -> Description:
    licences = [licence.fullname for licence in project.categories.get("license", ())]
    topics = [topic.fullname for topic in project.categories.get("topic", ())]
    return Description(
        identifier=work,
        via=NAME,
        version=stamp(page.received_at),
        title=f"{project.name}: {project.summary}" if project.summary else project.name,
        kind="software",
        creators=tuple(developer.name or developer.username for developer in project.developers),
        issued=project.creation_date,
        venue="SourceForge",
        licence="; ".join(licences) or None,
        fields=(*topics, *project.labels),
    )
