import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.enforcer.desired import Desired, OwnEnd, Runs, desire
from gateway.enforcer.proof import CONFIRM_ONLY
from gateway.enforcer.repair import Repaired, repair
from gateway.policy.places import Carrier
from gateway.programs.part import Folders
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS
from tests.firewall.kernel import run
from tests.programs.kept import Kept

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        built.apply(desire(site))
        yield built


@pytest.fixture
def desired(site: Site) -> Desired:
    return desire(site)


def repaired(twin: Twin, desired: Desired) -> Repaired:
    return twin.gateway.call(repair, desired, None, CONFIRM_ONLY)


def shell(twin: Twin, script: str) -> None:
    subprocess.run(twin.gateway.command("sh", "-ec", script), check=True, capture_output=True)


def test_where_nothing_differs_nothing_is_done(twin: Twin, desired: Desired) -> None:
    assert repaired(twin, desired) == Repaired((), (), ())


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("nft flush ruleset", "nftables: table inet claim_gateway is not in the kernel"),
        ("nft insert rule inet claim_gateway forward accept", "nftables: chain forward has"),
        ("ip rule flush; ip -6 rule flush", "guard: + ipv4 rule 10: iif lo goto 32000"),
        (
            "ip rule add pref 5 from 192.168.20.0/24 lookup main",
            "guard: - ipv4 rule 5: (and more conditions) lookup 254",
        ),
        ("ip route add 10.0.0.0/8 via 192.168.10.21", "wiring: - route to 10.0.0.0/8 via 192.168.10.21 on eth1"),
        ("ip route add default dev eth1 metric 5", "wiring: - route to 0.0.0.0/0 on eth1 metric 5"),
        ("ip -6 route add 2001:db8:99::/48 via 2001:db8:10::21", "wiring: - route to 2001:db8:99::/48"),
        ("ip addr flush dev eth1", "wiring: + address 192.168.10.1/24 on eth1"),
        ("ip link set eth2 down", "wiring: + port eth2 up"),
        ("sysctl -qw net.ipv4.conf.eth2.accept_redirects=1", "wiring: + net/ipv4/conf/eth2/accept_redirects = 0"),
        ("sysctl -qw net.ipv4.conf.eth1.forwarding=0", "wiring: + net/ipv4/conf/eth1/forwarding = 1"),
    ],
)
def test_what_others_change_is_put_back(twin: Twin, desired: Desired, script: str, told: str) -> None:
    shell(twin, script)
    done = repaired(twin, desired)
    assert any(str(one).startswith(told) for one in done.found), done
    assert done.whole
    assert repaired(twin, desired) == Repaired((), (), ())


def test_a_missing_port_keeps_nothing_else_from_being_repaired(twin: Twin, desired: Desired) -> None:
    shell(
        twin,
        "ip link set eth2 down; ip link set eth2 name late0; nft flush ruleset; sysctl -qw net.ipv4.conf.eth1.arp_ignore=0",
    )
    done = repaired(twin, desired)
    assert (done.missing, done.whole) == (("eth2",), True)
    assert {one.part for one in done.found} == {"nftables", "wiring"}


def test_a_port_that_is_pulled_out_takes_nothing_else_along(twin: Twin, desired: Desired) -> None:
    run(twin.gateway, "flush ruleset")
    shell(twin, "ip rule del pref 10; ip link del eth1")
    done = repaired(twin, desired)
    assert done.missing == ("eth1",)
    assert {one.part for one in done.found} >= {"guard", "nftables"}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Twin, Desired, Kept]]:
    """A twin whose segment is served, by units that only remember."""
    site, units = load_site(CONFIGS / "ipsec-client-claim.yaml"), Kept()
    own_end = OwnEnd(carrier=Carrier.WIRE, runs=Runs(units, Folders(tmp_path / "network", tmp_path / "services")))
    with Twin(site) as twin:
        wanted = desire(site, own_end=own_end)
        twin.apply(wanted)
        yield twin, wanted, units


def test_a_program_that_somebody_stopped_runs_again(kept: tuple[Twin, Desired, Kept]) -> None:
    twin, wanted, units = kept
    assert repaired(twin, wanted) == Repaired((), (), ())
    units.stop("claim-gateway-names@claim.service")
    done = repaired(twin, wanted)
    assert [str(one) for one in done.found] == ["programs: claim-gateway-names@claim.service does not run"]
    assert done.whole
    assert "claim-gateway-names@claim.service" in units.up


def test_a_program_that_does_not_start_shuts_nobody_off(kept: tuple[Twin, Desired, Kept]) -> None:
    twin, wanted, units = kept
    units.stop("claim-gateway-names@claim.service")
    units.fails = "claim-gateway-names@claim.service"
    done = repaired(twin, wanted)
    assert done.whole
    assert done.troubles == ("programs: systemctl restart claim-gateway-names@claim.service: no",)
