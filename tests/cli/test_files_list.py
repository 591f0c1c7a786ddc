import json
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Hold, State
from gateway.relay.places import Places
from tests.relay.test_ledger import NOW, parcel

NAME = "山田太郎様.UKE"


@pytest.fixture
def state(tmp_path: Path) -> str:
    """A delivered, a held and an erased parcel."""
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.TAKEN, reasons=()), "Taken", NOW)
        ledger.record(parcel(1, state=State.DELIVERED, reasons=()), "Published", NOW)
        ledger.record(
            parcel(2, name=NAME, state=State.HELD, target=None, reasons=(Hold.UNKNOWN_DELIVERY,)), "Inspected", NOW
        )
        ledger.record(parcel(3, state=State.RETIRED, reasons=()), "Expired", NOW)
        ledger.erase_names(parcel(3).id, NOW)
    return str(places.state)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["files", *words]) == Exit.OK
    return capsys.readouterr().out


def test_a_list_names_parcels_and_no_file(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "list", "--state-dir", state, "--lang", "en")

    assert out.splitlines()[0].split()[:3] == ["parcel", "way", "state"]
    assert "delivery-unknown" in out
    assert len(out.splitlines()) == 4
    assert NAME not in out
    assert "RECEIPTC" not in out


def test_names_are_shown_when_asked_for(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert NAME in said(capsys, "list", "--state-dir", state, "--names", "--lang", "ja")


def test_held_is_what_waits(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "list", "--held", "--state-dir", state, "--json")

    (only,) = json.loads(out)["parcels"]
    assert (only["id"], only["state"], only["reasons"]) == (parcel(2).id, "held", ["delivery-unknown"])
    assert "name" not in only
    assert NAME not in out


def test_a_limit_keeps_the_newest(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(said(capsys, "list", "--limit", "1", "--state-dir", state, "--json"))["parcels"]) == 1


@pytest.mark.parametrize("limit", ["0", "-1", "x", "１"])
def test_a_limit_that_is_none_is_refused(state: str, limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["files", "list", f"--limit={limit}", "--state-dir", state])
    assert left.value.code == Exit.INPUT


def test_nothing_is_said_to_be_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    places.prepare()
    Ledger.open(places.ledger).close()

    assert said(capsys, "list", "--state-dir", str(tmp_path), "--lang", "en") == "no parcels\n"


def test_one_parcel_is_shown_with_all_the_ledger_knows(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["files", "show", "zzzz", "--state-dir", state])
    capsys.readouterr()
    data = json.loads(said(capsys, "show", parcel(1).id, "--state-dir", state, "--json"))

    assert (data["name"], data["target"].split("/")[-1]) == ("RECEIPTC.UKE", "RECEIPTC.UKE")
    assert [step["state"] for step in data["history"]] == ["seen", "taken", "delivered"]
    assert [link["fact"] for link in data["chain"]] == ["taken", "delivered"]


def test_people_read_why_it_waits_and_what_to_do(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", parcel(2).id, "--state-dir", state, "--lang", "ja")

    assert NAME in out
    assert "すること:" in out
    assert "監査チェーン" in out


def test_an_erased_name_is_a_dash(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "show", parcel(3).id, "--state-dir", state, "--lang", "en")

    assert "RECEIPTC" not in out
    assert "erased" in out
    assert "  name    –" in out


def test_a_name_cannot_repaint_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger) as ledger:
        ledger.record(parcel(1, name="a\x1b[2J\r\nb\udce9.UKE", target=None), "x", NOW)

    assert "\x1b" not in said(capsys, "list", "--names", "--state-dir", str(tmp_path))
    assert "\x1b" not in said(capsys, "show", parcel(1).id, "--state-dir", str(tmp_path))
    json.loads(said(capsys, "show", parcel(1).id, "--state-dir", str(tmp_path), "--json"))
