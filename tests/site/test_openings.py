from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.site.openings import Access, AccessHours, Grant, Management, Service, UpdateSite

UPDATE = {"name": "patches", "services": [{"tcp": 443}], "via": "wan"}


@pytest.mark.parametrize("value", [{}, {"tcp": 1, "udp": 1}, {"icmp": 1}])
def test_a_service_is_of_one_protocol(value: Any) -> None:
    with pytest.raises(ValidationError):
        Service.model_validate(value)


def test_updates_lead_somewhere() -> None:
    with pytest.raises(ValidationError, match="no destination"):
        UpdateSite.model_validate(UPDATE)
    assert UpdateSite.model_validate(UPDATE | {"names": ["update.example.jp"]}).names


def test_access_is_a_word_or_hours() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(Access)
    hours = adapter.validate_python({"hours": "18:30-21:00"})

    assert adapter.validate_python("always") == "always"
    assert isinstance(hours, AccessHours)
    assert len(hours.days) == 7
    with pytest.raises(ValidationError):
        adapter.validate_python("never")


def test_from_is_written_as_in_the_file() -> None:
    assert Management.model_validate({"from": ["192.168.10.250"]}).from_
    with pytest.raises(ValidationError):
        Grant.model_validate({"to": "gateway", "from_": ["10.0.0.1"], "services": [{"tcp": 22}], "at_most": "2h"})
