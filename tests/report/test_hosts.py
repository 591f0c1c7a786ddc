from pathlib import Path

from gateway.report.hosts import Entry, entries
from gateway.site.layout import Zone
from gateway.site.load import load_site

CONFIGS = Path(__file__).parents[2] / "configs"
HOSPITAL = load_site(CONFIGS / "ipsec-router-claim-and-qualification.yaml")


def test_pcs_and_terminals_with_all_their_addresses() -> None:
    assert entries(HOSPITAL, Zone.LAN, "ja")[0] == Entry("医事課", ("10.1.20.0/24", "2001:db8:10::/80"))
    assert entries(HOSPITAL, Zone.CLAIM, "ja")[0] == Entry("請求端末1", ("192.168.20.10", "2001:db8:20::10"))


def test_systems_stand_where_terminals_reach_them() -> None:
    assert [entry.name for entry in entries(HOSPITAL, Zone.TUNNEL, "en")] == [
        "claim system",
        "qualification system",
        "provider-patches",
    ]
    assert [entry.name for entry in entries(HOSPITAL, Zone.WAN, "en")] == ["tunnel's far end", "antivirus"]


def test_names_come_before_networks() -> None:
    assert entries(HOSPITAL, Zone.WAN, "ja")[1].addresses == ("definitions.example.com",)


def test_the_internet_only_where_lan_may_reach_it() -> None:
    with_internet = load_site(CONFIGS / "ipsec-client-claim.yaml")

    assert entries(with_internet, Zone.WAN, "ja")[-1] == Entry("インターネット", ())
    assert not any(entry.name == "the Internet" for entry in entries(HOSPITAL, Zone.WAN, "en"))


def test_the_box_is_nobodys_neighbour() -> None:
    assert entries(HOSPITAL, Zone.GATEWAY, "en") == ()
