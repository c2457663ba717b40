"""Where a DOI begins and ends, in sentences and in addresses."""

import pytest

from hubbub.identify import in_address, in_text, parse

SICI = "10.1002/(sici)1097-4636(199905)45:2<140::aid-jbm8>3.0.co;2-1"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(10.1000/x(y)z)", ["10.1000/x(y)z"]),
        ("10.1000/x(y)z).", ["10.1000/x(y)z"]),
        (f"doi:{SICI}.", [SICI]),
        ("https://doi.org/10.1002/(SICI)1097-4636(199905)45:2<140::AID-JBM8>3.0.CO;2-1", [SICI]),
        ("10.1002/(SICI)1097-4636(199905)45:2&lt;140::AID-JBM8&gt;3.0.CO;2-1", [SICI]),
        ("10.1890/0012-9658(2006)87[1132:ABC]2.0.CO;2", ["10.1890/0012-9658(2006)87[1132:abc]2.0.co;2"]),
        ("10.1016/0370-2693(91)90061-y, and more", ["10.1016/0370-2693(91)90061-y"]),
        ("PreviewArticle10.1234/a foo10.1234.112/b", ["10.1234/a", "10.1234.112/b"]),
        ("doi: 10. 1234/a-b, and", ["10.1234/a-b"]),
        ("10.1234/a\u2010b, 10.1234/c\u2011d.", ["10.1234/a-b", "10.1234/c-d"]),
        (r"doi = {10.1234/978-3{\_}7}, doi = {10.1234/978-3\_8}", ["10.1234/978-3_7", "10.1234/978-3_8"]),
        ("see DOI10.1234/abc; or “10.1234/def”", ["10.1234/abc", "10.1234/def"]),
        ("10.1234/a,10.1234/b;https://doi.org/10.1234/c", ["10.1234/a", "10.1234/b", "10.1234/c"]),
        ("[10.1234/a](https://doi.org/10.1234/b)[c](10.1234/c)", ["10.1234/a", "10.1234/b", "10.1234/c"]),
        ("<a href='x'>10.1234/a</a>", ["10.1234/a"]),
        ("_10.1234/a_ **10.1234/b**", ["10.1234/a", "10.1234/b"]),
        ("論文10.1234/aを読む。https://doi.org/10.1234/b、次", ["10.1234/a", "10.1234/b"]),
        ("{{doi|10.1234/a|at=b}} [https://doi.org/10.1234/b|b]", ["10.1234/a", "10.1234/b"]),
        ("10.1000.10/123", ["10.1000.10/123"]),
        ("urn:doi:10.1234/A info:doi/10.1234/B", ["10.1234/a", "10.1234/b"]),
        ("10.1234/a 10.1234/A", ["10.1234/a"]),
        ("10.31234/osf.io/abcde", ["10.31234/osf.io/abcde"]),
        ("10.1101/2020.01.01.123456v2", ["10.1101/2020.01.01.123456"]),
    ],
)
def test_text(text: str, values: list[str]) -> None:
    assert [str(one.identifier) for one in in_text(text)] == [f"doi:{value}" for value in values]


@pytest.mark.parametrize(
    "text",
    [
        "v10.15.7",
        "10.0.0.0/24",
        "10.30 or 10.5 percent",
        "110.1234/a",
        "v10.1234/a",
        "on May 10. 1234/a",
        "3.10.1234/a",
        "10.123/a",
        "10.1234/",
        "10.1234/...",
        "10.1234/.",
        "doi.org/10.1038/s41586-0...",
        "https://doi.org/10.1038/s41586-0…",
        "10.1038/s41586-0...",
        "10.1038/s41586-0…",
        "(10.1038/s41586-0...)",
    ],
)
def test_look_alikes_and_shortened_text_yield_nothing(text: str) -> None:
    assert in_text(text, bare=False) == []


@pytest.mark.parametrize(
    ("address", "value", "version"),
    [
        ("https://doi.org/10.1000/ABC", "10.1000/abc", None),
        ("http://dx.doi.org/10.1000/abc?x=1#frag", "10.1000/abc", None),
        ("https://www.doi.org/10.1000%2Fabc", "10.1000/abc", None),
        ("https://doi.org/10.1000/x/full", "10.1000/x", None),
        (f"https://doi.org/{SICI.replace(';', '%3B').replace('<', '%3C').replace('>', '%3E')}", SICI, None),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/abc.123", "10.1002/abc.123", None),
        ("https://onlinelibrary.wiley.com/doi/10.1002/abc.123/pdf", "10.1002/abc.123", None),
        ("https://journals.sagepub.com/doi/suppl/10.1177/1/suppl_file/a.pdf", "10.1177/1", None),
        ("https://pubs.acs.org/doi/abs/10.1021/acs.jcim.0c00001", "10.1021/acs.jcim.0c00001", None),
        ("https://link.springer.com/content/pdf/10.1007/s00134-020-05991-x.pdf", "10.1007/s00134-020-05991-x", None),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.00001/full", "10.3389/fnins.2020.00001", None),
        ("https://academic.oup.com/nar/article/doi/10.1093/nar/gkaa1/5812345", "10.1093/nar/gkaa1", None),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full", "10.1101/2020.01.01.123456", "2"),
        ("https://www.medrxiv.org/content/10.1101/2020.01.01.200123v1.full.pdf+html", "10.1101/2020.01.01.200123", "1"),
        ("https://www.biorxiv.org/content/10.1101/134023v3", "10.1101/134023", "3"),
        ("https://www.biorxiv.org/content/early/2017/05/04/134023", "10.1101/134023", None),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.1&type=a", "10.1371/journal.pone.1", None),
        ("http://www.plosone.org/article/info%3Adoi%2F10.1371%2Fjournal.pone.1", "10.1371/journal.pone.1", None),
        ("https://www.nature.com/articles/s41586-020-2649-2.pdf", "10.1038/s41586-020-2649-2", None),
        ("https://www.nature.com/articles/nature12373", "10.1038/nature12373", None),
        ("https://www.nature.com/nature/journal/v500/n7464/full/nature12373.html", "10.1038/nature12373", None),
        ("https://datadryad.org/stash/dataset/doi:10.5061/dryad.8t8vj", "10.5061/dryad.8t8vj", None),
        ("https://zenodo.org/badge/DOI/10.5281/zenodo.1234.svg", "10.5281/zenodo.1234", None),
        ("https://elifesciences.org/articles/12345", "10.7554/elife.12345", None),
        ("https://hdl.handle.net/10.1000/xyz", "10.1000/xyz", None),
        ("https://proxy.example.org/login?url=https%3A%2F%2Fdoi.org%2F10.1000%252Fxyz%26x", "10.1000/xyz", None),
        ("https://twitter.com/intent/tweet?url=https://doi.org/10.1000/x&text=a", "10.1000/x", None),
    ],
)  # fmt: skip
def test_address(address: str, value: str, version: str | None) -> None:
    (found,) = in_address(address)
    assert (str(found.identifier), found.identifier.version) == (f"doi:{value}", version)
    assert found.as_written == address


def test_a_doi_of_arxiv_names_the_arxiv_paper() -> None:
    assert str(parse("10.48550/arXiv.2101.00001")) == "arxiv:2101.00001"
    assert [str(one.identifier) for one in in_address("https://doi.org/10.48550/arXiv.2101.00001")] == [
        "arxiv:2101.00001"
    ]
