"""The scripted month is played once; the rest looks at what a month that goes wrong would say."""

from dataclasses import replace

import pytest

from gateway.relay.parcel import State
from gateway.site.model import Site
from gateway.twin import month
from gateway.twin.month_script import FUND, SCRIPT, Comes
from gateway.twin.samples import DEMO_SITE

pytestmark = pytest.mark.root


def test_an_act_that_does_not_come_as_foretold_ends_the_month_and_says_what(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Comes(FUND[0], State.NOTED, "2026-11/社保/02回目_1105-0900/RECEIPTC.UKE")
    monkeypatch.setattr(month, "SCRIPT", (replace(SCRIPT[0], comes=(wrong,)), *SCRIPT[1:]))
    monkeypatch.setattr(month, "ACT_TIMEOUT_S", 3.0)

    played = month.play(site, DEMO_SITE, lambda _name: None)

    assert not played.ok
    assert len(played.acts) == 1
    assert played.acts[0].wrong == (f"not seen: noted {wrong.place}",)
