"""Addresses that carry identifiers, and the canonical form of the others."""

import pytest

from hubbub.identify import always_kept, canonical, in_address, parse
from hubbub.model import Identifier


@pytest.mark.parametrize(
    ("address", "identifier", "version"),
    [
        ("https://arxiv.org/pdf/2101.00001v2.pdf", "arxiv:2101.00001", "2"),
        ("https://export.arxiv.org/abs/hep-th%2F9901001", "arxiv:hep-th/9901001", None),
        ("https://huggingface.co/papers/2101.00001", "arxiv:2101.00001", None),
        ("https://pubmed.ncbi.nlm.nih.gov/123456/", "pmid:123456", None),
        ("https://www.ncbi.nlm.nih.gov/pubmed/123456?dopt=Abstract", "pmid:123456", None),
        ("https://europepmc.org/article/MED/123456", "pmid:123456", None),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC123/", "pmcid:PMC123", None),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/pmc123/pdf/a.pdf", "pmcid:PMC123", None),
        ("https://europepmc.org/articles/PMC123", "pmcid:PMC123", None),
        ("http://hdl.handle.net/10261/1234", "handle:10261/1234", None),
        ("https://dspace.example.org/handle/10261/1234?show=full", "handle:10261/1234", None),
        ("https://orcid.org/0000-0002-1825-0097", "orcid:0000-0002-1825-0097", None),
        ("https://zenodo.org/record/1234#.XYZ", "zenodo:1234", None),
        ("https://zenodo.org/records/1234/files/a.pdf", "zenodo:1234", None),
        ("https://figshare.com/articles/dataset/Title_2019/12345/2", "figshare:12345", "2"),
        ("https://smithsonian.figshare.com/articles/Site_1_of_7/10042703", "figshare:10042703", None),
        ("https://datadryad.org/handle/10255/dryad.1234", "handle:10255/dryad.1234", None),
        ("https://datadryad.org/resource/dryad.8521", "dryad:dryad.8521", None),
        ("https://osf.io/v87fn/", "osf:v87fn", None),
        ("https://user:token@github.com/Owner/Repo.git", "github:owner/repo", None),
        ("https://user@bitbucket.org/owner/repo.git", "bitbucket:owner/repo", None),
        ("https://doi.org@example.org/10.1000/x", "doi:10.1000/x", None),
        ("http://m.youtube.com/#/watch?v=dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ", None),
        ("https://gitlab.com/group/project/#how-to", "gitlab:group/project", None),
        ("https://doi.org/urn:doi:10/b6vnmd", "shortdoi:10/b6vnmd", None),
        ("https://www.doi.org/76543", "shortdoi:10/76543", None),
        ("https://osf.io/preprints/psyarxiv/v87fn_v2", "osf:v87fn", "2"),
        ("https://psyarxiv.com/v87fn", "osf:v87fn", None),
        ("https://github.com/Owner/Repo.git", "github:owner/repo", None),
        ("https://github.com/owner/repo/blob/main/README.md?plain=1", "github:owner/repo", None),
        ("https://raw.githubusercontent.com/owner/repo/main/a", "github:owner/repo", None),
        ("https://gitlab.com/group/sub/project/-/issues/3", "gitlab:group/sub/project", None),
        ("https://sourceforge.net/projects/name/files/", "sourceforge:name", None),
        ("http://name.sourceforge.net/", "sourceforge:name", None),
        ("https://www.slideshare.net/User/some-slides", "slideshare:user/some-slides", None),
        ("https://speakerdeck.com/user/talk?slide=2", "speakerdeck:user/talk", None),
        ("https://www.youtube.com/watch?t=1&v=dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ", None),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ?feature=x", "youtube:dQw4w9WgXcQ", None),
        ("https://player.vimeo.com/video/123456", "vimeo:123456", None),
        ("https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2101.00001&sa=D", "arxiv:2101.00001", None),
        ("https://web.archive.org/web/2020/https://osf.io/v87fn", "osf:v87fn", None),
        ("https://github.com/topics/altmetrics", "url:https://github.com/topics/altmetrics", None),
        ("https://github.com/owner", "url:https://github.com/owner", None),
        ("https://osf.io/login", "url:https://osf.io/login", None),
        (
            "https://files.speakerdeck.com/presentations/c4/a.pdf",
            "url:https://files.speakerdeck.com/presentations/c4/a.pdf",
            None,
        ),
        (
            "https://slideshare.net/slideshow/some-talk/1234567",
            "slideshare:some-talk/1234567",
            None,
        ),
        (
            "https://ideas.repec.org/a/cup/bjposi/v9y1979i03p3-9_00.html",
            "repec:RePEc:cup:bjposi:v:9:y:1979:i:03:p:3-9_00",
            None,
        ),
        ("https://a.bc/ark:/53355/{$name}.json", "url:https://a.bc/ark:/53355/%7B$name%7D.json", None),
        ("https://www.cell.com/cell/fulltext/S1", "url:https://cell.com/cell/fulltext/S1", None),
    ],
)  # fmt: skip
def test_shapes(address: str, identifier: str, version: str | None) -> None:
    (found,) = in_address(address)
    assert (str(found.identifier), found.identifier.version) == (identifier, version)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.com/a",
        "mailto:a@example.com",
        "https://",
        "https://localhost/a",
        "https://10.0.0.1/a",
        "https://[::1]/a",
        "https://a:b@example.com/",
        "https://exa mple.com/",
        "https://ar\txiv.org/abs/2101.00001",
        "https://ａrxiv.org/abs/2101.00001",
        "https://arxiv%2Eorg/abs/2101.00001",
        "https://example.com/\ud800",
        "https://example.com/" + "a" * 5000,
        "https://doi.org/10.1038/s41586-0...",
        "at://did:plc:x/app.bsky.feed.post/y",
    ],
)
def test_no_public_page(address: str) -> None:
    assert in_address(address) == []
    if not address.endswith("..."):
        assert canonical(address) is None


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("HTTP://WWW.Example.COM:80", "https://example.com/"),
        ("http://example.com:8080/a/", "https://example.com:8080/a"),
        ("https://example.com/A/?b=2&a=1&utm_source=x&fbclid=y#z", "https://example.com/A?a=1&b=2"),
        ("https://example.com./a%7eb/%C3%A9/é", "https://example.com/a~b/%C3%A9/%C3%A9"),
        ("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("https://example.com/?q=", "https://example.com/?q="),
    ],
)
def test_canonical(address: str, form: str) -> None:
    assert canonical(address) == form
    assert canonical(form) == form


@pytest.mark.parametrize(
    ("identifier", "kept"),
    [
        ("doi:10.1000/x", True),
        ("isbn:9780306406157", True),
        ("osf:v87fn", True),
        ("orcid:0000-0002-1825-0097", False),
        ("github:a/b", False),
        ("youtube:dQw4w9WgXcQ", False),
        ("url:https://example.com/a", False),
        ("url:https://pubs.acs.org/page", True),
        ("url:https://sub.pubs.acs.org/page", True),
        ("url:https://acs.org/page", False),
        ("url:https://harvard.edu/news", False),
        ("url:https://abdn.ac.uk/achds/environment/birth-cohorts/about", True),
        ("url:https://abdn.ac.uk/achds/environment/birth-cohorts-2", False),
        ("url:https://abdn.ac.uk/news", False),
    ],
)
def test_always_kept(identifier: str, kept: bool) -> None:
    parsed = parse(identifier)
    assert parsed is not None
    assert always_kept(parsed) is kept


def test_a_scheme_nobody_knows_is_kept_only_if_watched() -> None:
    assert not always_kept(Identifier("mine", "1"))


def test_the_password_of_a_repository_is_not_kept() -> None:
    assert [one.as_written for one in in_address("https://user:token@github.com/a/b")] == ["github.com/a/b"]
