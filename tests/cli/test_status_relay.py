import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.section import Section
from gateway.cli.status_relay import relay
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, State
from gateway.relay.places import Places
from tests.relay.test_ledger import parcel

CONFIGS = Path(__file__).parents[2] / "configs"
NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)


def asked(state: Path, site: Path = CONFIGS / "ip-vpn-claim.yaml", lang: str = "en") -> Section | None:
    return relay(argparse.Namespace(site=site, relay_state_dir=state, lang=lang))


def test_what_is_on_its_way_and_what_waits_without_a_file_name(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.DELIVERING, seen_at=NOW), "Begun", NOW)
        ledger.record(parcel(2, state=State.HELD, reasons=("truncated",)), "Inspected", NOW)
        ledger.record(parcel(3, state=State.HELD, reasons=("virus",)), "Inspected", NOW)
        ledger.record(parcel(4, state=State.NOTED, direction=Direction.RETURN), "Noted", NOW)
        name, head = parcel(1).name, ledger.head()

    section = asked(tmp_path)

    assert section is not None
    lines = dict(section.lines)
    assert lines["on their way"] == "1, the oldest since 2026-11-09 12:00"
    assert lines["carried"] == "0 claims, 1 returns"
    assert lines["chain"] == str(head)
    truncated, virus = section.complaints
    assert truncated.endswith("truncated. release or reject it")
    assert virus.endswith("virus. reject it")
    assert name not in repr(section)
    assert section.data["parcels"]["claim"] == {"delivering": 1, "held": 2}
    figures = {(one.name, *(value for _, value in one.labels)): one.value for one in section.figures}
    assert figures["parcels", "claim", "held"] == figures["parcels_held",] == 2
    assert figures["oldest_on_its_way_timestamp_seconds",] == NOW.timestamp()
    assert figures["chain_links_total",] == 5


def test_in_japanese(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.DELIVERING, seen_at=NOW), "Begun", NOW)
        ledger.record(parcel(2, state=State.HELD, reasons=("truncated",)), "Inspected", NOW)

    section = asked(tmp_path, lang="ja")

    assert section is not None
    assert section.heading == "中継"
    assert dict(section.lines)["配送中"] == "1 件（最古 2026-11-09 12:00）"
    assert section.complaints[0].startswith("請求 ")
    assert section.complaints[0].endswith("保留中です（truncated）。再開または却下してください")


def test_a_ledger_that_is_not_there_is_a_complaint(tmp_path: Path) -> None:
    section = asked(tmp_path)

    assert section is not None
    assert "has the relay run?" in section.critical[0]
    assert section.undecided


def test_a_wrong_site_file_is_a_complaint(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: {name: [\n")

    section = asked(tmp_path, site)

    assert section is not None
    assert "site.yaml:" in section.critical[0]


@pytest.mark.parametrize("site", [CONFIGS / "after-hours.yaml", Path("/nowhere/site.yaml")])
def test_without_a_relay_there_is_no_section(tmp_path: Path, site: Path) -> None:
    assert asked(tmp_path, site) is None
