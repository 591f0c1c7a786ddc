"""A machine under Debian's whole kernel dials by itself, and its line is the interface that comes of it.

The provider is Debian's pppoe-server in a namespace of the machine's own, at the other end of a veth; so are the segments.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.segments import namespace
from tests.until import until
from tests.vm.image import disk, image
from tests.vm.initrd import with_initrd
from tests.vm.kernel import Flavour, kernel
from tests.vm.machine import Machine, missing, switched_on
from tests.vm.provider import CREDENTIALS
from tests.vm.scene import SITE_FILE
from tests.vm.surroundings import ENFORCER, until_ready

pytestmark = [pytest.mark.root, pytest.mark.vm, pytest.mark.long, pytest.mark.timeout(1500)]

SITE = Path(__file__).with_name("dial.yaml")
UNIT = "claim-gateway-dial@wan.service"
PORT = "ppp-wan"
WITHIN_S = 150.0
ACCOUNT, PASSWORD = "clinic@isp.example", 'a"b\\c d#e'
OWN, SYSTEM, TERMINAL = "198.51.100.10", "203.0.113.1", "192.168.20.10"

AROUND = """
mkdir -p /run/provider /etc/ppp
for place in wan:provider lan:lan claim:claim; do
    ip netns add "${place#*:}"
    ip -n "${place#*:}" link set lo up
    ip link add "${place%:*}0" type veth peer name eth0 netns "${place#*:}"
    ip -n "${place#*:}" link set eth0 up
done
ip -n provider address add 203.0.113.1/32 dev lo
ip -n claim address add 192.168.20.10/24 dev eth0
ip -n claim route add default via 192.168.20.1
ip -n lan address add 192.168.10.21/24 dev eth0
ip -n lan route add default via 192.168.10.1
cat >/etc/ppp/chap-secrets <<'END'
"clinic@isp.example" * "a\\"b\\\\c d#e" *
END
printf '%s\\n' require-chap 'name provider' 'lcp-echo-interval 5' 'lcp-echo-failure 3' 'ms-dns 192.0.2.53' >/run/provider/options
cat >/run/provider/system.py <<'END'
import socket
waiting = socket.create_server(("203.0.113.1", 443))
while True:
    line, who = waiting.accept()
    line.sendall(who[0].encode())
    line.close()
END
cat >/run/provider/ask.py <<'END'
import socket
with socket.create_connection(("203.0.113.1", 443), 3) as line:
    print(line.recv(100).decode())
END
systemd-run --quiet --unit=provider-system ip netns exec provider /usr/bin/python3 /run/provider/system.py
systemd-run --quiet --unit=provider-line --property=Type=exec \\
    ip netns exec provider pppoe-server -F -I eth0 -L 198.51.100.1 -R 198.51.100.10 -N 1 -O /run/provider/options
"""


@pytest.fixture(scope="module")
def box() -> Iterator[Machine]:
    """It stands, and its line is up."""
    if reason := missing():
        pytest.skip(reason)
    booting = with_initrd(kernel(Flavour.WHOLE))
    with disk(image(booting, "ppp", "pppoe")) as kept, namespace() as around:
        kept.write(SITE_FILE, SITE.read_bytes())
        kept.write(f"{CREDENTIALS}/line", f"{PASSWORD}\n".encode(), 0o600)
        with switched_on(booting, kept, (), around) as machine:
            machine.until_booted()
            machine.run("sh", "-ec", AROUND)
            until_ready(machine)
            until(lambda: f"default dev {PORT}" in machine.says("ip", "route"), WITHIN_S, lambda: told(machine))
            yield machine


def told(machine: Machine) -> str:
    """What there is to know of a line that is not up."""
    return machine.says(
        "sh",
        "-c",
        f"journalctl -b --no-pager -o short-monotonic -u {UNIT} -u {ENFORCER} -u provider-line | tail -60; ip addr; ip route",
    )


def asks(machine: Machine, place: str) -> str:
    """What the system says to somebody there: from which address it was asked; empty if nobody answers."""
    return machine.says("ip", "netns", "exec", place, "/usr/bin/python3", "/run/provider/ask.py")


def test_the_terminal_reaches_its_system_by_the_dialled_line_alone(box: Machine) -> None:
    until(lambda: asks(box, "claim") == OWN, WITHIN_S, lambda: told(box))

    assert asks(box, "lan") == ""
    assert box.says("ip", "-4", "route", "show", "default") == f"default dev {PORT} proto static scope link"
    assert f"inet {OWN} " in box.says("ip", "address", "show", "dev", PORT)
    assert "mtu 1454" in box.says("ip", "link", "show", "dev", PORT)


def test_the_box_is_proved_with_the_line_up(box: Machine) -> None:
    done = box.run("/opt/claim-gateway/venv/bin/claim-gateway", "prove", SITE_FILE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_stands_on_the_new_interface(box: Machine) -> None:
    for setting, value in (("accept_redirects", "0"), ("arp_ignore", "1"), ("src_valid_mark", "1"), ("rp_filter", "0")):
        assert box.says("cat", f"/proc/sys/net/ipv4/conf/{PORT}/{setting}") == value


def test_the_port_beneath_has_no_address_and_what_comes_by_it_as_ip_goes_nowhere(box: Machine) -> None:
    card = box.says("cat", "/sys/class/net/wan0/address")
    box.run(
        "sh",
        "-ec",
        f"ip -n provider neigh replace 10.9.9.2 lladdr {card} dev eth0; ip -n provider address add 10.9.9.1/24 dev eth0;"
        "ip -n provider route replace 192.168.0.0/16 via 10.9.9.2 dev eth0",
    )
    counted = "ip netns exec claim cat /proc/net/snmp | awk '/^Icmp: [0-9]/ {print $2}'"
    before = box.says("sh", "-c", counted)

    box.run("ip", "netns", "exec", "provider", "ping", "-c", "3", "-i", "0.2", "-W", "1", TERMINAL, check=False)

    assert box.says("ip", "-o", "address", "show", "dev", "wan0") == ""
    assert box.says("sh", "-c", counted) == before


def test_the_password_is_nowhere_but_where_pppd_reads_it(box: Machine) -> None:
    everywhere = box.says(
        "sh", "-c", "journalctl -b --no-pager; tr '\\0' ' ' </proc/$(pidof -s pppd)/environ; ps axww -o args"
    )
    assert "pppd file" in everywhere
    assert PASSWORD not in everywhere
    assert ACCOUNT not in everywhere
    assert box.says("stat", "-c", "%a %u", "/run/claim-gateway-dial-wan/account") == "600 0"


def test_a_line_that_dies_is_told_shuts_nobody_off_and_is_dialled_again(box: Machine) -> None:
    box.run("ip", "-n", "provider", "link", "set", "eth0", "down")
    until(lambda: PORT not in box.says("ip", "-o", "link"), WITHIN_S, lambda: told(box))
    until(lambda: "PORT_MISSING" in box.says("journalctl", "-b", "-u", ENFORCER, "-o", "json"), WITHIN_S)

    applied = box.run("/opt/claim-gateway/venv/bin/claim-gateway", "apply", SITE_FILE, check=False)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert box.state(ENFORCER) == "active"

    box.run("ip", "-n", "provider", "link", "set", "eth0", "up")
    until(lambda: asks(box, "claim") == OWN, WITHIN_S, lambda: told(box))
