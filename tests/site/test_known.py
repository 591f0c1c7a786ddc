import pytest

from gateway.site.known import known_keys, nearest
from gateway.site.model import Site
from gateway.site.tree import Path


@pytest.mark.parametrize(
    ("path", "some"),
    [
        ((), {"layout", "zones"}),
        (("zones", "lan", "receipt_pcs", 3), {"name", "address", "address6"}),
        (("zones", "lan", "port"), {"port", "mac", "vlan"}),
        (("grants", "to"), {"to", "from", "services", "at_most"}),
        (("access",), {"hours", "days"}),
        (("relay", "antivirus"), {"clamd"}),
        (("management",), {"from"}),
    ],
)
def test_known_keys(path: Path, some: set[str]) -> None:
    assert some <= set(known_keys(Site, path))


@pytest.mark.parametrize("path", [("layout",), ("grants",), ("zones", "lan", "receipt_pcs"), ("nowhere", "x")])
def test_no_table_no_keys(path: Path) -> None:
    assert known_keys(Site, path) == ()


def test_nearest() -> None:
    known = ("address", "addresses", "port")

    assert nearest("adress", known) == "address"
    assert nearest("PORT", known) == "port"
    assert nearest("kitchen", known) is None
