from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.claims.reminders import Cause
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, State
from gateway.relay.places import Places
from gateway.relay.standing import standing
from gateway.site.load import load_site
from tests.relay.test_ledger import parcel

SITE = load_site(Path(__file__).parents[2] / "configs" / "ip-vpn-combined.yaml")
NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)


def test_everything_that_status_shows_is_one_value(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.prepare()
    old = NOW - timedelta(days=2)
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.DELIVERING, seen_at=old), "Begun", NOW)
        ledger.record(parcel(2, state=State.HELD, reasons=("truncated",)), "Inspected", NOW - timedelta(hours=1))
        ledger.record(parcel(3, state=State.HELD, reasons=("virus",)), "Inspected", NOW)
        ledger.record(parcel(4, state=State.NOTED, direction=Direction.RETURN), "Noted", NOW)

        now = standing(ledger, places, SITE, NOW)

    assert now.counts == {
        (Direction.CLAIM, State.DELIVERING): 1,
        (Direction.CLAIM, State.HELD): 2,
        (Direction.RETURN, State.NOTED): 1,
    }
    assert (now.waiting, now.undelivered_since) == (1, old)
    assert [(one.reasons, one.releasable) for one in now.held] == [(("truncated",), True), (("virus",), False)]
    assert now.held[0].since == NOW - timedelta(hours=1)
    assert Cause.HELD in {one.cause for one in now.reminders}
    assert now.head.sequence == 5


def test_an_empty_ledger_stands_too(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        now = standing(ledger, places, SITE, NOW)

    assert (now.waiting, now.undelivered_since, now.held) == (0, None, ())
