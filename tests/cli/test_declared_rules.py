from pathlib import Path

import pytest

from gateway.claims.catalogue import RULES
from gateway.cli.declared_rules import inspected_site
from gateway.site.errors import SiteFileError
from gateway.twin.samples import DEMO_SITE


def site_with(tmp_path: Path, ignore: str) -> Path:
    file = tmp_path / "site.yaml"
    file.write_text(f"{DEMO_SITE.read_text()}inspection:\n  ignore: {ignore}\n")
    return file


def test_every_rule_may_be_ignored(tmp_path: Path) -> None:
    site = inspected_site(site_with(tmp_path, f"[{', '.join(RULES)}]"))

    assert site.inspection.ignore == tuple(RULES)


def test_each_unknown_rule_has_its_place(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError) as caught:
        inspected_site(site_with(tmp_path, "[U998, U001, S999]"))

    assert [(found.line, found.column) for found in caught.value.mistakes] == [(36, 12), (36, 24)]


def test_an_id_of_another_shape_is_the_site_s_own_mistake(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match="'truncated' is not a rule's id"):
        inspected_site(site_with(tmp_path, "[truncated]"))
