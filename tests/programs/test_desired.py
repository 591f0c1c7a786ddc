from pathlib import Path

import pytest

from gateway.programs.desired import desired
from gateway.programs.model import MADE_HERE, Programs
from gateway.site.model import Site
from tests.programs.written import HERE, sites, told


@pytest.mark.parametrize("name", sites())
def test_programs_are_told_what_is_kept(name: str) -> None:
    """`python -m tests.programs.written` writes them anew, after a change that is meant to change them."""
    kept = {path.name: path.read_text() for path in (HERE / name).iterdir()}
    assert told(sites()[name]) == kept
    assert all(text.startswith(MADE_HERE) for text in kept.values())


def test_a_site_of_declared_addresses_that_serves_nothing_needs_no_program(site: Site) -> None:
    assert desired(site) == Programs()


def test_the_files_of_a_unit_are_where_it_looks(repository: Path) -> None:
    for service in (one for site in sites().values() for one in desired(site).services):
        kind, _, zone = service.unit.removeprefix("claim-gateway-").removesuffix(".service").partition("@")
        unit = (repository / "systemd" / f"claim-gateway-{kind}@.service").read_text()
        assert f"/run/claim-gateway-enforcer/programs/{kind}-%i.conf" in unit
        assert service.file.name == f"{kind}-{zone}.conf"
