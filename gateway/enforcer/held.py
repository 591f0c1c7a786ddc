"""The door to nftables that outlives this process: libnftables' socket, which holds the table, kept by systemd meanwhile."""

import os

from gateway.firewall import part as firewall
from gateway.firewall import pppoe
from gateway.firewall.hold import resume
from gateway.firewall.nft import Nft
from gateway.journal.notify import keep_descriptor, kept_descriptors

_NAME = "nftables"


class Door:
    """The door, and whether the kernel holds the table for us against every other program."""

    def __init__(self) -> None:
        self.nft = Nft()
        for name, descriptor in kept_descriptors():
            if name == _NAME:
                resume(self.nft, descriptor)
            else:
                os.close(descriptor)
        self.held = firewall.hold(self.nft)
        pppoe.hold(self.nft)
        if self.held:
            keep_descriptor(_NAME, self.nft.fileno())

    @property
    def protection(self) -> str:
        """Which protection is in force, for people."""
        if self.held:
            return "the table is held against every other program; the guard and the repair stand behind it"
        return "the guard and the repair (this kernel cannot hold a table against other programs)"
