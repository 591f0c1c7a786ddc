"""The barrier whole: routing rules for packets, and a table before the ports for a dial-up's frames, which are never routed."""

from gateway.enforcer.desired import Desired, terminal_ports
from gateway.firewall import pppoe
from gateway.firewall.nft import Nft
from gateway.wiring import barrier


def shut(desired: Desired, door: Nft | None = None) -> None:
    """Nothing that comes in by a terminal's port goes anywhere, and nothing is dialled through. Raises a PartError."""
    barrier.shut(terminal_ports(desired.site))
    if desired.dial_up is not None:
        pppoe.shut(pppoe.devices(desired.dial_up), door)


def open_again(door: Nft | None = None) -> None:
    """Take all of it away, whoever left it. Raises a PartError."""
    if barrier.is_shut():
        barrier.open_again()
    if pppoe.is_shut(door):
        pppoe.open_again(door)
