"""A box and a provider in namespaces, a line between them, a real charon on each: what the tunnel's tests play in."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from pyroute2 import IPRoute, netns

from gateway.policy.places import Carrier
from gateway.site.load import load_site
from gateway.site.values import IpAddress
from gateway.tunnel import link
from gateway.tunnel.compile import desired
from gateway.tunnel.decide import Pace
from gateway.tunnel.model import Child, Connection, PskFile, Tunnel
from gateway.tunnel.session import Keeper
from gateway.twin.charon import Charon
from gateway.twin.far_end import FarEnd, Trust
from gateway.twin.namespace import Namespace, twin_name

CONFIGS = Path(__file__).parents[2] / "configs"
BOX, HOP = "198.51.100.2", "198.51.100.1"
SYSTEM_V4, SYSTEM_V6 = ip_address("203.0.113.1"), ip_address("2001:db8:c::1")
TERMINALS_V6 = "2001:db8:20::1"
_SHUT_PORT = 9
"""Nobody listens there: a refusal comes back, which is all we ask."""
PACE = Pace(first_s=0.2, longest_s=0.5, return_s=0.5)
TRY_S = 4.0
LOOK_EVERY_S = 0.1
RETRANSMIT_S = 0.1


def sample() -> Tunnel:
    """configs/ipsec-router-claim.yaml by a TUN device: two providers, certificates, IKE version 2."""
    wanted = desired(load_site(CONFIGS / "ipsec-router-claim.yaml"), Carrier.TUN)
    assert wanted is not None
    return wanted


def with_psk(one: Connection) -> Connection:
    """The same by a pre-shared key."""
    return replace(one, credentials=PskFile("psk"), local_id="site.example", ike_proposals=("aes256-sha256-modp2048",))


def version_1(one: Connection) -> Connection:
    """The same by IKE version 1, main mode."""
    pairs = [
        (mine, theirs) for theirs in one.networks for mine in one.children[0].local if mine.version == theirs.version
    ]
    children = tuple(Child((mine,), (theirs,)) for mine, theirs in pairs)
    return replace(one, version=1, mobike=False, children=children, ike_proposals=("aes256-sha256-modp2048",))


def only(one: Connection) -> Tunnel:
    """A tunnel of one connection."""
    return replace(sample(), connections=(one,))


class Scene:
    """`with Scene(folder) as scene`: the line is up; charons are started by the caller or by `start`."""

    def __init__(self, folder: Path, *, behind_nat: bool = False) -> None:
        self.folder = folder
        self.trust = Trust.made()
        self._behind_nat = behind_nat
        self._stack = ExitStack()

    def __enter__(self) -> "Scene":
        with ExitStack() as undo:
            name = twin_name()
            self.box, self.provider = (self._made(undo, f"{name}-{end}") for end in ("box", "far"))
            middle = self._made(undo, f"{name}-nat") if self._behind_nat else None
            self.box.call(_box, (middle or self.provider).name)
            if middle is not None:
                middle.call(_home_gateway, self.provider.name)
            self.provider.call(_provider, behind_nat=self._behind_nat)
            self.charon = Charon(self.folder / "box", namespace=self.box.name, retransmit_s=RETRANSMIT_S)
            self.far_charon = Charon(self.folder / "far", namespace=self.provider.name, retransmit_s=RETRANSMIT_S)
            self.far_end = FarEnd(self.far_charon, self.provider, self.trust)
            undo.enter_context(self.charon)
            undo.enter_context(self.far_charon)
            self._stack = undo.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    @staticmethod
    def _made(undo: ExitStack, name: str) -> Namespace:
        made = Namespace(name)
        undo.callback(made.close)
        return made

    @contextmanager
    def kept(self, wanted: Tunnel, *, unlink: str = "") -> Iterator[Keeper]:
        """A keeper in the box's namespace, told to keep `wanted` up; without the credential `unlink`."""
        self.trust.write(wanted.connections, self.folder)
        if unlink:
            (self.folder / unlink).unlink()
        self.box.call(_make_so, wanted)
        keeper = Keeper(self.charon.door, pace=PACE, try_s=TRY_S, look_every_s=LOOK_EVERY_S)
        keeper.want(wanted, self.folder)
        # A namespace's own thread would be taken by the keeper for good.
        thread = Thread(target=_run_in, args=(self.box.name, keeper))
        thread.start()
        try:
            yield keeper
        finally:
            keeper.stop()
            thread.join()

    def reach(self, address: IpAddress = SYSTEM_V4, timeout_s: float = 1.0) -> bool:
        """Whether the box gets an answer from `address`, from the inner address or the terminals' segment."""
        source = "192.0.2.200" if address.version == 4 else TERMINALS_V6
        return self.box.call(_knock, address, source, timeout_s)


def _run_in(namespace: str, keeper: Keeper) -> None:
    netns.setns(namespace)
    keeper.run()


def _make_so(wanted: Tunnel) -> None:
    link.apply(link.steps(wanted, link.observe()))


def _knock(address: IpAddress, source: str, timeout_s: float) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(timeout_s)
        try:
            caller.bind((source, 0))
            caller.connect((str(address), _SHUT_PORT))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return True


def _box(other: str) -> None:
    with IPRoute() as ip:
        _up(ip, "lo", (TERMINALS_V6, 64))
        ip.link("add", ifname="eth0", kind="veth", peer={"ifname": "eth0", "net_ns_fd": other})
        _up(ip, "eth0", (BOX, 30))
        ip.route("add", dst="default", gateway=HOP)


def _home_gateway(provider: str) -> None:
    """What carriers put before a clinic's own router: it translates, and forwards nothing that was not asked for."""
    with IPRoute() as ip:
        _up(ip, "eth0", (HOP, 30))
        ip.link("add", ifname="eth1", kind="veth", peer={"ifname": "eth0", "net_ns_fd": provider})
        _up(ip, "eth1", ("198.18.0.2", 30))
        ip.route("add", dst="default", gateway="198.18.0.1")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    rules = "table ip nat { chain out { type nat hook postrouting priority 100; oifname eth1 masquerade; }; }"
    subprocess.run(["nft", rules], check=True, capture_output=True)


def _provider(*, behind_nat: bool) -> None:
    gateways = [(str(one.address), 32) for one in sample().connections]
    with IPRoute() as ip:
        _up(ip, "lo", *gateways, (str(SYSTEM_V4), 32), (str(SYSTEM_V6), 128))
        _up(ip, "eth0", ("198.18.0.1" if behind_nat else HOP, 30))


def _up(ip: IPRoute, name: str, *addresses: tuple[str, int]) -> None:
    (index,) = ip.link_lookup(ifname=name)
    ip.link("set", index=index, state="up")
    for address, length in addresses:
        ip.addr("add", index=index, address=address, prefixlen=length)
