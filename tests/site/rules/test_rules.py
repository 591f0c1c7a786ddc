from typing import Any

from gateway.site.model import Site
from gateway.site.rules import findings


def test_the_good_site_has_no_findings(data: Any) -> None:
    assert list(findings(Site.model_validate(data({})))) == []


def test_a_role_twice_says_nothing_else_about_roles(data: Any) -> None:
    site = Site.model_validate(data({("roles",): ["b", "b"]}))

    assert [found.path for found in findings(site)] == [("roles", 1)]
