"""Identifiers in sentences."""

import time

import pytest

from hubbub.identify import in_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arXiv:2101.00001v2 [cs.CL]", ["arxiv:2101.00001"]),
        ("arXiv: hep-th/9901001, arxiv math.GT/0309136", ["arxiv:hep-th/9901001", "arxiv:math/0309136"]),
        ("see arxiv.org/abs/2101.00001.", ["arxiv:2101.00001"]),
        ("PMID: 123456; PMID 7, pmid:8", ["pmid:123456", "pmid:7", "pmid:8"]),
        ("PMCID: PMC123 (PMC7654321)", ["pmcid:PMC123", "pmcid:PMC7654321"]),
        ("ISBN 978-0-306-40615-7", ["isbn:9780306406157"]),
        ("ISBN-10: 0-8044-2957-X!", ["isbn:9780804429573"]),
        ("hdl:10261/1234.", ["handle:10261/1234"]),
        ("ORCID: 0000-0002-1825-0097", ["orcid:0000-0002-1825-0097"]),
        ("by 0000-0002-1694-233x", ["orcid:0000-0002-1694-233X"]),
        ("www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full", ["doi:10.1101/2020.01.01.123456"]),
        ("read nature.com/articles/s41586-020-2649-2, now", ["doi:10.1038/s41586-020-2649-2"]),
        ("link.springer.com/article/10.1007/s00134-020-05991-x", ["doi:10.1007/s00134-020-05991-x"]),
        ("youtu.be/dQw4w9WgXcQ and github.com/A/b.git", ["youtube:dQw4w9WgXcQ", "github:a/b"]),
        ("www.blog.example.com/post/1", ["url:https://blog.example.com/post/1"]),
        ("(see https://en.wikipedia.org/wiki/Gene_(biology)).", ["url:https://en.wikipedia.org/wiki/Gene_(biology)"]),
        ("HTTPS://Zenodo.org/records/123", ["zenodo:123"]),
        ("b https://osf.io/abcde a PMID: 5", ["osf:abcde", "pmid:5"]),
        ("Preprint arXiv:quantph/0703103, condmat/0501234", ["arxiv:quant-ph/0703103", "arxiv:cond-mat/0501234"]),
        ("cited as arXiv.2101.00001", ["arxiv:2101.00001"]),
        ("1310.12345v9 and 1212.12345v9", ["arxiv:1310.12345"]),
        ("a phone 2101.12345-90, a path 2101.12345/extra", []),
        ("mice (MMRRC_031952-UCD) and CVCL_0030", ["rrid:MMRRC_031952-UCD", "rrid:CVCL_0030"]),
    ],
)
def test_finds(text: str, found: list[str]) -> None:
    assert [str(one.identifier) for one in in_text(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "the doctor said pmc is not a word and arxiv might be one",
        "pmc 123456, spmc1234567, arxiv 10.30, arxivist 2101.00001",
        "9780306406158 and 0306406152",
        "ISBN 978-0-306-40615-8",
        "0000-0002-1825-0098",
        "e.g./i.e. and/or file.txt/ example.com/post me@arxiv.org/abs/2101.00001",
        "https://user:secret@example.com/ ftp://example.com/a https://localhost/ https://10.0.0.1/a",
        "https://journals.plos.org/plosone/artic...",
        "arxiv.org/abs/2101.0...",
        "https://",
        "",
    ],
)
def test_look_alikes(text: str) -> None:
    assert in_text(text, bare=False) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RegistrationNCT05366322|numberjRCTs031180001", ["nct:NCT05366322", "jrct:jRCTs031180001"]),
        ("2019NCT05366322, data/study_NCT05366323_SAP.pdf", ["nct:NCT05366322", "nct:NCT05366323"]),
        ('{"isrctn": "83678069"}', ["isrctn:ISRCTN83678069"]),
        ("CTRI_2020_03_024234 slctr-2008-006", ["ctri:CTRI/2020/03/024234", "slctr:SLCTR/2008/006"]),
        ("JPRN-UMIN000000001; DRKS No. 00000001", ["umin:UMIN000000001", "drks:DRKS00000001"]),
        ("EudraCT 2022-500024-30-00", ["euctr:2022-500024-30-00"]),
        ("NCT 20240131, DRKS 20240131, KCT 5551234, CTRI/2020-03/024234", []),
        ("xNCT05366322 sevenNct5366322 SNCT05366322 9NCT05366322 NCT05366322a", []),
        ("REG_NTR100, NTR100_MASK, per-010-01-draft, per-010-01 cents", []),
    ],
)
def test_a_trial_is_known_however_its_number_is_dressed(text: str, found: list[str]) -> None:
    assert [str(one.identifier) for one in in_text(text, bare=False)] == found


def test_evidence() -> None:
    one, two = in_text("arXiv:2101.00001v2, https://doi.org/10.1000/x!")
    assert (one.as_written, one.method, one.identifier.version) == ("arXiv:2101.00001v2", "arxiv-in-text", "2")
    assert (two.as_written, two.method, two.certainty) == ("https://doi.org/10.1000/x", "doi-address", 1.0)


HOSTILE = {
    "brackets": "(" * 100_000,
    "nested": "10.1000/" + "(" * 50_000 + ")" * 50_000,
    "long": "10.1000/" + "a" * 1_000_000,
    "prefixes": "10.1234." * 20_000,
    "unclosed": "10.1000/a)" * 20_000,
    "addresses": "https://a.bc)" * 20_000,
    "labels": "a." * 100_000 + "/",
    "angles": "10.1000/" + "<1:a" * 20_000,
    "quotes": '"' * 100_000 + "'10.1000/x'" + "“" * 100_000,
    "commas": "https://a.bc/" + ",])" * 50_000,
    "archives": "arxiv:a-" * 20_000,
    "digits": "isbn " + "1-" * 100_000,
    "spaces": "arxiv" + " " * 1_000_000 + "10.",
    "surrogates": "https://\ud800.org/ 10.1000/\udfff arxiv:\ud800",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_linear_time(text: str) -> None:
    start = time.process_time()
    in_text(text)
    assert time.process_time() - start < 2
