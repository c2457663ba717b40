"""What people type."""

import pytest

from hubbub.identify import METHOD_VERSION, parse, twin


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("doi:10.1000/X", "doi:10.1000/x"),
        ("DOI 10.1000/x", "doi:10.1000/x"),
        ("DOI: doi:10.1000/x", "doi:10.1000/x"),
        (" 10.1000/x. ", "doi:10.1000/x"),
        ("doi:https://doi.org/10.1000/x", "doi:10.1000/x"),
        ("doi.org/10.1000/x", "doi:10.1000/x"),
        (r"doi:10.1000/\978-3\_7", "doi:10.1000/978-3_7"),
        ("doi:{10.1000/978{-3}7}", "doi:10.1000/978-37"),
        ("doi:10.1000:x.1", "doi:10.1000/x.1"),
        ("doi:10.1000_x.1", "doi:10.1000/x.1"),
        ("doi:10.1000 p080244", "doi:10.1000/p080244"),
        ("doi:[10.1000]357448", "doi:10.1000/357448"),
        ("doi:10.1000 / x", "doi:10.1000/x"),
        ("arXiv:2101.00001v3", "arxiv:2101.00001"),
        ("arXiv:math.GT/0309136", "arxiv:math/0309136"),
        ("hepth/9901001", "arxiv:hep-th/9901001"),
        ("arXiv:cond-mat.stat-mech/0501234", "arxiv:cond-mat/0501234"),
        ("1992ApJ…400L…1W", "bibcode:1992ApJ...400L...1W"),
        ("NL7839", "ntr:NL7839"),
        ("patent:JP2007-123456A", "patent:JP2007123456A"),
        ("patent:WO/2007/123456", "patent:WO2007123456"),
        ("patent:FI123456B", "patent:FI123456B"),
        ("PMC123", "pmcid:PMC123"),
        ("pmc:123", "pmcid:PMC123"),
        ("PMID 123", "pmid:123"),
        ("isbn:0-306-40615-2", "isbn:9780306406157"),
        ("ISBN 978-0-306-40615-7", "isbn:9780306406157"),
        ("isbn:85152-629-2", "isbn:9780851526294"),
        ("SBN 85152-629-2", "isbn:9780851526294"),
        ("hdl:10261/1234", "handle:10261/1234"),
        ("orcid:0000-0002-1825-0097", "orcid:0000-0002-1825-0097"),
        ("0000-0002-1825-0097", "orcid:0000-0002-1825-0097"),
        ("03yrm5c26", "ror:03yrm5c26"),
        ("zenodo.3232985", "zenodo:3232985"),
        ("github:Owner/Repo", "github:owner/repo"),
        ("https://github.com/owner/repo", "github:owner/repo"),
        ("www.example.com/a", "url:https://example.com/a"),
        ("url:https://example.com/a", "url:https://example.com/a"),
    ],
)
def test_parse(written: str, identifier: str) -> None:
    assert str(parse(written)) == identifier


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hello",
        "hello world",
        "doi:",
        "doi:10.1/x",
        "doi:10.1000 x and more",
        "10.1000/",
        "pmid:abc",
        "9780306406158",
        "851526292",
        "03yrm5c27",
        "012345639",
        "isbn:85152-629-3",
        "isbn:9780306406158",
        "0000-0002-1825-0098",
        "1992ApJ…400L…W",
        "patent:1981-01-07",
        "github:a",
        "github:../..",
        "foo:bar",
        "at://did:plc:x",
        "doi:" * 2000,
        "pmid:٣٤",
        "a" + " " * 4000 + "b",
    ],
)
def test_nothing(written: str) -> None:
    assert parse(written) is None


def test_the_version_of_the_method_is_a_short_word() -> None:
    assert METHOD_VERSION.isalnum()
    assert len(METHOD_VERSION) == 10


@pytest.mark.parametrize("written", ["zenodo:3232985", "figshare:9782777", "ssrn:5018989", "dryad:dryad.8521"])
def test_a_rule_names_a_record_by_its_doi_and_back(written: str) -> None:
    record = parse(written)
    assert record is not None
    doi = twin(record)
    assert doi is not None
    assert (doi.scheme, twin(doi)) == ("doi", record)
    other = parse("doi:10.1000/x")
    assert other is not None
    assert twin(other) is None
