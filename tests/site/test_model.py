import re
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site import model
from gateway.site.model import Site


def test_equal_data_makes_equal_sites(data: Any) -> None:
    assert Site.model_validate(data({})) == Site.model_validate(data({}))


def test_a_site_is_frozen(data: Any) -> None:
    site = Site.model_validate(data({}))

    for key in ("layout", "zones"):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(site, key, getattr(site, key))


def test_defaults_open_nothing(data: Any, gone: object) -> None:
    site = Site.model_validate(data({("relay",): gone}))

    assert not site.lan_internet
    assert not site.pppoe_passthrough
    assert site.updates == ()
    assert site.management is None
    assert site.grants == {}
    assert site.relay is None


def test_every_public_name_is_there() -> None:
    assert all(re.fullmatch("[A-Z][A-Za-z]+", name) and hasattr(model, name) for name in model.__all__)
