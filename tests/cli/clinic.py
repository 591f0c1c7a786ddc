"""A clinic in which everything works: the box with its enforcer, the terminal's real share, the claim system behind the line."""

import json
import select
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Any

from pyroute2 import IPRoute

from gateway.firewall.nft import Nft
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.claim_system import ClaimSystem
from gateway.twin.namespace import Namespace
from gateway.twin.samples import CONFIGS
from gateway.twin.smbd import Smbd
from gateway.wiring import part as wiring
from tests.enforcer.rig import Rig, rig

PASSWORD = "correct horse"
SYSTEM = ip_address("203.0.113.1")
SITE = CONFIGS / "ip-vpn-claim.yaml"


@dataclass
class Clinic:
    """What the tests break, and mend again."""

    rig: Rig
    smbd: Smbd
    system: ClaimSystem

    def host(self, zone: Zone) -> Namespace:
        """Where the host lives that speaks for a zone."""
        return self.rig.twin.namespace(self.rig.twin.at(zone).name)

    def diagnose(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.rig.command("diagnose", "--site", str(self.rig.site_file), *words)

    def verdict(self) -> tuple[int, str | None, dict[str, str]]:
        """The exit code, the side, and what came of each probe."""
        done = self.diagnose("--json")
        assert done.stdout, done.stderr
        data: Any = json.loads(done.stdout)
        return done.returncode, data["verdict"], {one["probe"]: one["outcome"] for one in data["tried"]}

    def work(self) -> None:
        """Somebody at the terminal opens the claim system."""
        subprocess.run(self.rig.twin.gateway.command("conntrack", "-F"), capture_output=True, check=True)
        terminal = self.host(Zone.CLAIM)
        terminal.call(_ask_name)
        terminal.call(_knock)

    @contextmanager
    def pulled(self, *, port: Zone | None = None, host: Zone | None = None) -> Iterator[None]:
        """The cable of a port of the box, or of the host that speaks for a zone, is out while the block runs."""
        twin = self.rig.twin
        ports = [*wiring.ports(twin.site)]
        # The twin plugs the box's ports first, then its hosts.
        number = ports.index(port) if port else len(ports) + [*twin.hosts].index(twin.at(host or Zone.CLAIM).name)
        wires = twin.namespace("wires")
        wires.call(_set, f"wire{number}", "down")
        try:
            yield
        finally:
            wires.call(_set, f"wire{number}", "up")

    @contextmanager
    def silent(self, *services: str) -> Iterator[None]:
        """The provider's side drops these, as `tcp dport 443`."""
        provider = self.host(Zone.WAN)
        provider.call(_drop, services)
        try:
            yield
        finally:
            provider.call(_drop, ())


@contextmanager
def clinic(home: Path) -> Iterator[Clinic]:
    with ExitStack() as stack:
        twin = stack.enter_context(Twin(load_site(SITE)))
        made = stack.enter_context(rig(twin, home, SITE))
        (home / "credentials").mkdir()
        (home / "credentials" / "terminal").write_text(PASSWORD)
        (home / "credentials" / "terminal").chmod(0o600)
        terminal = twin.at(Zone.CLAIM)
        smbd = stack.enter_context(
            Smbd(
                home / "terminal",
                user="relay",
                password=PASSWORD,
                addresses=tuple(str(address.ip) for address in terminal.addresses),
                namespace=twin.namespace(terminal.name).name,
            )
        )
        provider = twin.namespace(twin.at(Zone.WAN).name)
        system = stack.enter_context(ClaimSystem(provider, (SYSTEM,), home))
        stack.enter_context(_name_server(provider))
        made.start()
        yield Clinic(made, smbd, system)


@contextmanager
def _name_server(namespace: Namespace) -> Iterator[None]:
    """Whatever is asked, the question comes back: that is an answer to whoever counts packets."""
    over = Event()
    with namespace.call(_udp, SYSTEM, 53) as line:

        def serve() -> None:
            while not over.is_set():
                if select.select([line], [], [], 0.1)[0]:
                    line.sendto(*line.recvfrom(512))

        thread = Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _udp(address: object, port: int) -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((str(address), port))
    return line


def _ask_name() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(0.3)
        line.sendto(b"who", (str(SYSTEM), 53))
        try:
            line.recv(512)
        except OSError:
            return


def _knock() -> None:
    try:
        socket.create_connection((str(SYSTEM), 443), timeout=0.3).close()
    except OSError:
        return


def _set(card: str, state: str) -> None:
    with IPRoute() as ip:
        ip.link("set", ifname=card, state=state)


def _drop(services: tuple[str, ...]) -> None:
    with Nft() as nft:
        nft.run("add table inet silence\ndelete table inet silence\n")
        if services:
            rules = "\n".join(f"add rule inet silence input {service} drop" for service in services)
            chain = "add chain inet silence input { type filter hook input priority 0; }"
            nft.run(f"add table inet silence\n{chain}\n{rules}\n")
