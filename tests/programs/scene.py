"""A box on a line whose carrier decides, with the real programs: networkd on the box and on the terminal's PC, dnsmasq and chronyd.

Each program runs as its unit file says, without root: that command, those capabilities, those folders.
"""

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface, IPv6Network, ip_address, ip_interface
from pathlib import Path

from pyroute2 import IPRoute

from gateway.programs.model import Service
from gateway.site.values import IpInterface
from gateway.twin.namespace import Namespace, twin_name

SYSTEMD = Path(__file__).parents[2] / "systemd"
PATIENCE_S = 40.0
NETWORKD = "/lib/systemd/systemd-networkd"
CARRIER4, CARRIER6 = "198.51.100.1/24", "2001:db8:ff::1/64"
SYSTEM4, SYSTEM6 = "203.0.113.10/32", "2001:db8:c::10/128"
NAME_SERVER, NAME_SERVER6, TIME_SERVER = "198.51.100.53/32", "2001:db8:c::53/128", "192.0.2.123/32"
_FOREVER = 0xFFFFFFFF
_QUICK = ("net/ipv6/conf/default/accept_dad", "net/ipv6/conf/all/accept_dad", "net/ipv6/conf/default/accept_ra")

# What systemd gives each program: folders of its own, and /sys as it is in its namespace.
_NETWORKD = """
mount --make-rprivate /
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/network /run/systemd/netif
mount --bind "$FILES" /run/systemd/network
mount --bind "$STATE" /run/systemd/netif
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown -R systemd-network:systemd-network /run/systemd/netif
"""
_SERVICE = """
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mkdir -p /run/claim-gateway-enforcer/programs /run/claim-gateway-line "/run/claim-gateway-time-$ZONE"
mkdir -p "/var/lib/claim-gateway-leases-$ZONE"
mount --bind "$FILES" /run/claim-gateway-enforcer/programs
mount --bind "$STATE" /run/claim-gateway-line
chown nobody "/run/claim-gateway-time-$ZONE" "/var/lib/claim-gateway-leases-$ZONE"
"""


@dataclass
class Line:
    """The namespaces, and where the carrier's word stands. `home` is a directory of the test's own."""

    home: Path
    box: Namespace
    carrier: Namespace
    terminal: Namespace
    lan: Namespace
    stack: ExitStack

    def networkd(self, where: Namespace, files: dict[str, str]) -> Path:
        """Run systemd-networkd there with these files. Returns where it keeps its state."""
        folder, state = self._folder("network", where, files), self._folder("netif", where, {})
        caps = ("net_admin", "net_bind_service", "net_broadcast", "net_raw")
        self._run(where, _NETWORKD, "systemd-network", caps, [NETWORKD], FILES=str(folder), STATE=str(state))
        return state

    def service(self, service: Service, line_servers: Path) -> subprocess.Popen[bytes]:
        """Run one of the box's own services as its unit file says."""
        kind, _, zone = service.unit.removeprefix("claim-gateway-").removesuffix(".service").partition("@")
        unit = dict(
            line.split("=", 1)
            for line in (SYSTEMD / f"claim-gateway-{kind}@.service").read_text().splitlines()
            if "=" in line and not line.startswith("#")
        )
        folder = self._folder(f"programs-{kind}", self.box, {service.file.name: service.file.text})
        caps = tuple(word.removeprefix("CAP_").lower() for word in unit["AmbientCapabilities"].split())
        command = unit["ExecStart"].replace("%i", zone).split()
        return self._run(
            self.box, _SERVICE, "nobody", caps, command, FILES=str(folder), STATE=str(line_servers), ZONE=zone
        )

    def carrier_says(self, *more: str) -> subprocess.Popen[bytes]:
        """The carrier's dnsmasq: leases, and whatever `more` says of its advertisements."""
        conf = self.home / "carrier.conf"
        names = f"address=/claim.example/wpad/{SYSTEM4.partition('/')[0]}"
        lines = (
            "interface=car",
            "bind-dynamic",
            "user=root",
            "pid-file=",
            "no-resolv",
            "no-hosts",
            "log-facility=-",
            names,
        )
        leases: tuple[str, ...] = (
            "dhcp-range=198.51.100.50,198.51.100.60,255.255.255.0,2m",
            "dhcp-option=option:router,198.51.100.1",
        )
        leases += (f"dhcp-option=option:dns-server,{NAME_SERVER.partition('/')[0]}",)
        leases += (f"dhcp-leasefile={self.home / 'carrier.leases'}", "ra-param=car,4,1800", "quiet-dhcp", "quiet-ra")
        conf.write_text("\n".join((*lines, *leases, *more)) + "\n")
        command = self.carrier.command("/usr/sbin/dnsmasq", "--keep-in-foreground", f"--conf-file={conf}")
        return self._started(command)

    def delegates(self, prefix: str) -> None:
        """The carrier's prefix, from now on; the first time its server begins."""
        file = self.home / "prefix"
        begins = not file.exists()
        file.write_text(prefix)
        if begins:
            script = Path(__file__).with_name("delegating.py")
            self._started(self.carrier.command(sys.executable, str(script), "car", str(file)))

    def time_server(self) -> None:
        """The provider's time."""
        conf = self.home / "time.conf"
        conf.write_text(
            f"local stratum 3\nallow all\nbindaddress {TIME_SERVER.partition('/')[0]}\ncmdport 0\nbindcmdaddress /\npidfile {self.home}/time.pid\n"
        )
        self._started(self.carrier.command("/usr/sbin/chronyd", "-x", "-d", "-U", "-u", "root", "-f", str(conf)))

    def answers(self, port: int) -> None:
        """The claim system answers TCP sessions, in both families."""
        self.stack.callback(self.carrier.call(_listener, port).close)

    def _folder(self, kind: str, where: Namespace, files: dict[str, str]) -> Path:
        folder = self.home / f"{kind}-{where.name.rpartition('-')[2]}"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o644)
        folder.chmod(0o755)
        return folder

    def _run(
        self, where: Namespace, prepare: str, user: str, caps: tuple[str, ...], command: list[str], **names: str
    ) -> subprocess.Popen[bytes]:
        keep = ",".join(("-all", *(f"+{one}" for one in caps)))
        become = ["setpriv", f"--reuid={user}", f"--regid={'nogroup' if user == 'nobody' else user}", "--clear-groups"]
        become += [f"--inh-caps={keep}", f"--ambient-caps={keep}", f"--bounding-set={keep}", "--no-new-privs"]
        become += ["--pdeathsig", "KILL"]
        script = f'set -e\n{prepare}\nexec "$@"'
        shell = ["unshare", "--mount", "env", *(f"{key}={value}" for key, value in names.items())]
        return self._started(where.command(*shell, "sh", "-c", script, "sh", *become, *command))

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        log = self.stack.enter_context((self.home / "programs.log").open("ab"))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.stack.callback(_end, process)
        return process


@contextmanager
def line(home: Path) -> Iterator[Line]:
    """The four namespaces wired, nothing running yet."""
    with ExitStack() as stack:
        name = twin_name()
        made = {}
        for role in ("box", "carrier", "terminal", "lan"):
            made[role] = Namespace(f"{name}-{role}")
            stack.callback(made[role].close)
            made[role].call(_quickly)
        wires = (("eth0", "carrier", "car"), ("eth1", "lan", "pc"), ("eth2", "terminal", "pc"))
        for port, role, far in wires:
            made["box"].call(_plug, port, far, made[role].name)
            made[role].call(_up, far)
        made["carrier"].call(
            _address, "car", CARRIER4, CARRIER6, SYSTEM4, SYSTEM6, NAME_SERVER, NAME_SERVER6, TIME_SERVER
        )
        made["lan"].call(_address, "pc", "192.168.10.21/24", "2001:db8:10::21/64")
        yield Line(home, made["box"], made["carrier"], made["terminal"], made["lan"], stack)


def addresses(where: Namespace, port: str) -> tuple[IpInterface, ...]:
    """What a port carries, link-local ones aside; a deprecated one is not there any more."""

    def read() -> tuple[IpInterface, ...]:
        with IPRoute() as ip:
            index = ip.link_lookup(ifname=port)[0]
            told = [(one, dict(one["attrs"])) for one in ip.get_addr(index=index)]
        found = (
            ip_interface(f"{attributes.get('IFA_LOCAL') or attributes['IFA_ADDRESS']}/{one['prefixlen']}")
            for one, attributes in told
            if not one["flags"] & 0x20  # IFA_F_DEPRECATED
        )
        return tuple(one for one in found if not one.is_link_local)

    return where.call(read)


def in_network(where: Namespace, port: str, network: str) -> IPv4Interface | IPv6Interface | None:
    """The address a port has in `network`, if any."""
    whole = ip_interface(network).network
    return next((one for one in addresses(where, port) if one.version == whole.version and one.ip in whole), None)


def until(what: str, seen: Callable[[], object]) -> None:
    """Wait until `seen` gives something true."""
    deadline = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.1)


def asked(where: Namespace, server: str, port: int, question: bytes, patience_s: float = 0.5) -> bytes | None:
    """The answer to one UDP datagram; None if there is none."""

    def ask() -> bytes | None:
        family = socket.AF_INET6 if ip_address(server).version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.settimeout(patience_s)
            try:
                asking.sendto(question, (server, port))
                return asking.recv(2048)
            except OSError:
                return None

    return where.call(ask)


def advertise(prefixes: Mapping[str, int]) -> None:
    """One router advertisement (RFC 4861 §4.2) on the carrier's port, for ever: each prefix with its flags."""
    told = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    for text, flags in prefixes.items():
        prefix = IPv6Network(text)
        told += struct.pack("!BBBBIII", 3, 4, prefix.prefixlen, flags, _FOREVER, _FOREVER, 0)
        told += prefix.network_address.packed
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sending:
        sending.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sending.sendto(told, ("ff02::1", 0, 0, socket.if_nametoindex("car")))


def connects(where: Namespace, target: str, port: int, source: str = "") -> bool:
    """Whether a TCP session opens."""

    def connect() -> bool:
        try:
            with socket.create_connection((target, port), 2.0, (source, 0) if source else None):
                return True
        except OSError:
            return False

    return where.call(connect)


def _listener(port: int) -> socket.socket:
    return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=16)


def _quickly() -> None:
    for path in _QUICK:
        (Path("/proc/sys") / path).write_text("0")
    _up("lo")


def _plug(port: str, far: str, there: str) -> None:
    with IPRoute() as ip:
        ip.link("add", ifname=port, kind="veth", peer={"ifname": far, "net_ns_fd": there})


def _up(port: str) -> None:
    with IPRoute() as ip:
        ip.link("set", index=ip.link_lookup(ifname=port)[0], state="up")


def _address(port: str, *texts: str) -> None:
    with IPRoute() as ip:
        index = ip.link_lookup(ifname=port)[0]
        for one in map(ip_interface, texts):
            ip.addr("add", index=index, address=str(one.ip), prefixlen=one.network.prefixlen)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def route_back(carrier: Namespace, network: str, box: IPv6Address | str) -> None:
    """The carrier's way to a prefix it delegated."""

    def add() -> None:
        with IPRoute() as ip:
            index = ip.link_lookup(ifname="car")[0]
            ip.route("replace", family=socket.AF_INET6, dst=network, gateway=str(box), oif=index)

    carrier.call(add)
