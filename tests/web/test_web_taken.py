"""What is taken along from a shelf: the dossier, and files for other programs."""

import csv
import io

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from hubbub.answers.exported import FORMATS


def test_the_dossier_lists_each_work_with_its_counts(client: httpx.Client) -> None:
    tree = LexborHTMLParser(client.get("/shelf/mine/dossier").text)
    assert len(tree.css(".dossier tbody tr")) == 2
    assert [a.text() for a in tree.css(".tabs a[aria-current]")] == ["Take along"]
    heads = [th.text() for th in tree.css(".dossier thead th")]
    assert heads[0] == "Work"
    assert "social media" in heads
    (row,) = [tr for tr in tree.css(".dossier tbody tr") if "hubbub.2025.001" in tr.text()]
    table = list(csv.DictReader(io.StringIO(client.get("/shelf/mine/dossier.csv").text)))
    (same,) = [line for line in table if line["identifier"].endswith("hubbub.2025.001")]
    assert row.css("td")[heads.index("social media") - 1].text() == same["posts: social media"]


@pytest.mark.parametrize("kind", FORMATS)
def test_each_file_that_the_page_offers_is_given(client: httpx.Client, kind: str) -> None:
    tree = LexborHTMLParser(client.get("/shelf/mine/dossier").text)
    end = "/dossier.csv" if kind == "dossier" else f"/export/{kind}"
    (address,) = [a.attributes["href"] for a in tree.css(".files a") if str(a.attributes["href"]).endswith(end)]
    response = client.get(str(address))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(FORMATS[kind][1])  # type: ignore[index]
    assert response.headers["content-disposition"] == f'attachment; filename="hubbub-{kind}.{FORMATS[kind][0]}"'  # type: ignore[index]


def test_of_no_shelf_and_in_no_format_there_is_nothing(client: httpx.Client) -> None:
    assert client.get("/shelf/none/dossier").status_code == 404
    assert client.get("/shelf/none/export/csv").status_code == 404
    assert client.get("/shelf/mine/export/excel").status_code in (404, 422)
