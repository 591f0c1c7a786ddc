import signal
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.site.layout import Layout, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.namespace import NETNS_DIR, sweep
from gateway.twin.samples import CONFIGS, DEMO_SITE
from tests.policy.sites import site_of

pytestmark = pytest.mark.root

UNIVERSE = 0  # RT_SCOPE_UNIVERSE, linux/rtnetlink.h


def namespaces_of(twin_or_name: str) -> list[str]:
    return [path.name for path in NETNS_DIR.glob(f"{twin_or_name}-*")]


def test_leaving_removes_everything_also_on_failure(site: Site) -> None:
    twin = Twin(site)

    def fail() -> None:
        with twin:
            assert len(namespaces_of(twin.name)) == 2 + len(twin.hosts)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert namespaces_of(twin.name) == []


def test_a_twin_that_cannot_be_built_leaves_nothing(site: Site) -> None:
    twin = Twin(site)
    twin.hosts["pc0"] = replace(twin.hosts["pc0"], gateways=(ip_address("203.0.113.99"),))
    with pytest.raises(NetlinkError), twin:
        pass
    assert namespaces_of(twin.name) == []


def test_several_twins_live_side_by_side(site: Site) -> None:
    with Twin(site) as one, Twin(site) as other:
        assert not set(namespaces_of(one.name)) & set(namespaces_of(other.name))
        assert namespaces_of(one.name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_termination_remove_everything(number: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from gateway.twin.interrupt import ending_as_interrupt\n"
        "from gateway.site.load import load_site\n"
        "from gateway.twin.build import Twin\n"
        f"site = load_site(Path({str(DEMO_SITE)!r}))\n"
        "with ending_as_interrupt(), Twin(site) as twin:\n"
        "    print(twin.name, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        assert namespaces_of(name)
        child.send_signal(number)
        child.wait(10)
    assert namespaces_of(name) == []


def test_a_killed_makers_twin_is_swept_by_the_next(site: Site) -> None:
    code = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from gateway.site.load import load_site\n"
        "from gateway.twin.build import Twin\n"
        f"twin = Twin(load_site(Path({str(DEMO_SITE)!r}))).__enter__()\n"
        "print(twin.name, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert namespaces_of(done.stdout.strip())
    sweep()
    assert namespaces_of(done.stdout.strip()) == []


def ports_of(twin: Twin) -> dict[str, list[str]]:
    """The ports of the box with their addresses, the kernel's own left out."""

    def look() -> dict[str, list[str]]:
        with IPRoute() as ip:
            names = {link["index"]: dict(link["attrs"])["IFLA_IFNAME"] for link in ip.get_links()}
            found: dict[str, list[str]] = {name: [] for name in names.values() if name != "lo"}
            for address in ip.get_addr():
                if names[address["index"]] != "lo" and address["scope"] == UNIVERSE:
                    place = dict(address["attrs"])["IFA_ADDRESS"]
                    found[names[address["index"]]].append(f"{place}/{address['prefixlen']}")
        return found

    return twin.gateway.call(look)


def test_the_box_has_the_ports_of_its_site_and_the_tunnel_is_a_wire() -> None:
    with Twin(site_of(Layout.IPSEC_ROUTER_BOTH)) as twin:
        assert ports_of(twin) == {
            "eth0": [],
            "eth1": [],
            "eth2": [],
            "eth3": [],
            "ipsec0": ["100.64.0.1/30", "fd00:64::1/64"],
        }


def test_what_lies_behind_the_tunnel_is_reached_through_it_before_any_policy() -> None:
    with Twin(site_of(Layout.IPSEC_ROUTER_CLAIM)) as twin:
        for address in ("203.0.113.1", "2001:db8:c::1"):
            way = subprocess.run(
                twin.gateway.command("ip", "route", "get", address), stdout=subprocess.PIPE, text=True, check=True
            )
            assert " dev ipsec0 " in way.stdout


def test_a_port_on_a_trunk_has_its_vlan_in_its_name() -> None:
    with Twin(load_site(CONFIGS / "vlan-trunk.yaml")) as twin:
        assert set(ports_of(twin)) == {"eth0.10", "eth0.20", "eth0.30", "eth1"}


def test_a_box_without_a_line_has_no_port_for_it() -> None:
    with Twin(load_site(CONFIGS / "two-boxes-a.yaml")) as twin:
        assert set(ports_of(twin)) == {"eth1", "eth2"}
        assert Zone.WAN not in {host.zone for host in twin.hosts.values()}


def test_who_speaks_for_a_zone_is_asked_at_what_it_stands_for(site: Site) -> None:
    twin = Twin(site)
    assert twin.at(Zone.LAN).name == "pc0"
    assert twin.reached(Zone.WAN, 6) == ip_address("2001:db8:c::1")
    assert twin.reached(Zone.CLAIM, 4) == ip_address("192.168.20.10")


def test_the_machine_itself_gets_no_new_link(site: Site) -> None:
    before = sorted(path.name for path in Path("/sys/class/net").iterdir())
    with Twin(site):
        assert sorted(path.name for path in Path("/sys/class/net").iterdir()) == before
