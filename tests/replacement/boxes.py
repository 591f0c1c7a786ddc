"""A box as folders: a site with credentials, host keys, what the enforcer confirmed, and a relay that has carried files."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.enforcer.confirmation import Entry, Standing
from gateway.enforcer.store import Store
from gateway.relay.sftp_drop.host_keys import host_keys
from gateway.replacement.box import BoxPlaces
from gateway.twin.samples import CONFIGS
from tests.claims.synthetic import claim_file
from tests.relay.rig import PowerCut, Rig

PASSWORD = "fünf wörter sind besser als eins"
CHEAP = 4
"""scrypt's cost in tests: the real one takes half a second."""
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
CLAIM = claim_file()
ON_ITS_WAY = claim_file(payer="2")


@dataclass
class Box:
    places: BoxPlaces
    relay: Rig


def empty_box(place: Path) -> BoxPlaces:
    """What Debian and the role leave before there is a site."""
    ssh, etc = place / "ssh", place / "etc"
    for folder in (place, ssh, etc, place / "enforcer"):
        folder.mkdir(mode=0o700)
    (ssh / "ssh_host_ed25519_key").write_text(f"key of {place.name}")
    (ssh / "sshd_config").write_text("of the distribution")
    return BoxPlaces(etc / "site.yaml", ssh, place / "enforcer", place / "state")


def box(place: Path) -> Box:
    """One that works: two sites confirmed, one claim delivered, one on its way."""
    places = empty_box(place)
    sites = [(CONFIGS / name).read_bytes() for name in ("ip-vpn-claim.yaml", "after-hours.yaml")]
    places.site_file.write_bytes(sites[0])
    credentials = places.site_file.parent / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "terminal").write_text("a secret\n")
    (credentials / "terminal").chmod(0o600)
    store = Store(places.enforcer)
    digests = [store.keep(text) for text in sites]
    entries = tuple(
        Entry(number, digest, NOW, "root (claim-gateway, pid 1)", comment)
        for number, digest, comment in zip((7, 8, 9), (*digests, digests[0]), ("first", "", "back"), strict=True)
    )
    store.write(Standing(entries, next_number=10))
    rig = Rig(place)
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.carry()
    rig.drop("RECEIPTC.UKE", ON_ITS_WAY)
    with suppress(PowerCut):
        rig.carry(cut_at=7)
    host_keys(rig.places.root)
    return Box(places, rig)


def everything(place: Path) -> dict[str, bytes]:
    """Every file below, but locks, which a look leaves behind."""
    return {
        str(file.relative_to(place)): file.read_bytes()
        for file in sorted(place.rglob("*"))
        if file.is_file() and file.name != "lock"
    }
