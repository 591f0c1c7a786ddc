"""A box without any rule of ours: a router with strongSwan on it, as a manual would set it up.

The benchmark measures what our policy costs beside it, and the watch on the line shows by it that it would see a leak.
"""

from dataclasses import replace

from pyroute2 import IPRoute

from gateway.policy.places import Carrier
from gateway.tunnel import message
from gateway.tunnel.credentials import Certified, read
from gateway.tunnel.door import Door
from gateway.tunnel.model import Link
from gateway.wiring import part as wiring
from gateway.wiring.model import difference
from tests.twin.tunnel.calling import initiate
from tests.twin.tunnel.rig import Line


def connect(line: Line) -> None:
    """Bring the tunnel up; charon's plugin makes its device and the routes into it."""
    line.box.call(_forward, line)
    connection, link = line.connection, Link(mtu=line.tunnel.link.mtu, carrier=Carrier.TUN)
    material = read(connection, line.home)
    if not isinstance(material, Certified):
        raise TypeError("the sample's providers are known by certificates")
    name, body = message.connection(connection, material, link)
    with Door(line.ours.door) as door:
        door.ask("load-key", message.key(material))
        door.ask("load-conn", body)
    initiate(line, name)
    line.lead_back()
    line.box.call(_limit, link)


def _forward(line: Line) -> None:
    """The wiring a site declares, but for the guard: the kernel's own routing rules stay."""
    wanted = wiring.desired(line.site)
    found = wiring.observe(wanted)
    wiring.apply(difference(replace(wanted, rules=found.rules), found))


def _limit(link: Link) -> None:
    with IPRoute() as ip:
        (index,) = ip.link_lookup(ifname=link.name)
        ip.link("set", index=index, mtu=link.mtu)
