import hashlib

from gateway.claims.reader import read
from gateway.claims.summary import Kind, Payer
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin import samples


def test_the_claim_file_is_the_one_its_licence_stands_beside() -> None:
    lines = (samples.CLAIM_FILE.parent / "SHA256SUMS").read_text().splitlines()
    digest = hashlib.sha256(samples.CLAIM_FILE.read_bytes()).hexdigest()
    assert [digest, samples.CLAIM_FILE.name] in [line.split() for line in lines]
    assert "MIT" in (samples.CLAIM_FILE.parent / "LICENSE.txt").read_text()


def test_the_claim_file_says_what_the_demo_prints(site: Site) -> None:
    summary = read([samples.CLAIM_FILE.read_bytes()], institution_code=site.site.institution_code)
    assert (summary.payer, summary.claim_month) == (Payer.FUND, "2021-11")
    assert (summary.receipts, summary.declared_count, summary.declared_points) == (75, 140, 86_392)
    assert summary.findings == ()


def test_the_return_file_is_whole_and_says_it_is_made_up() -> None:
    summary = read([samples.RETURN_FILE])
    assert (summary.kind, summary.payer, summary.complete) == (Kind.RETURN, Payer.FUND, True)
    assert "架空" in samples.RETURN_FILE.decode("cp932")


def test_the_demo_site_loads() -> None:
    assert load_site(samples.DEMO_SITE).relay is not None
