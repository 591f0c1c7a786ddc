from datetime import timedelta
from pathlib import Path

import pytest

from gateway.site.model import Site
from gateway.twin.month_relay import RELEASER, month_site, told_time
from gateway.twin.month_script import at


def test_the_month_s_site_has_one_person_who_may_release(site: Site) -> None:
    declared = month_site(site).relay

    assert declared is not None
    assert [person.name for person in declared.drop.people if person.may_release] == [RELEASER]


def test_a_site_without_relay_has_no_month(site: Site) -> None:
    with pytest.raises(ValueError, match="with a relay"):
        month_site(site.model_copy(update={"relay": None}))


def test_the_time_is_told_wholly(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    for hour in (9, 10):
        told_time(clock, at(5, hour))

    assert type(at(5, 10)).fromisoformat(clock.read_text()) - at(5, 9) == timedelta(hours=1)
    assert list(tmp_path.iterdir()) == [clock]
