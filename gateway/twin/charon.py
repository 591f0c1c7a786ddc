"""strongSwan's real charon, our own child in a namespace, with its configuration and its door (vici) inside one folder.

It carries ESP itself, on a TUN device (kernel-libipsec): build machines may lack the kernel's. Never in the machine's own
namespace: it would take UDP 500 and 4500 there and put an interface beside the machine's own.
"""

import socket
from pathlib import Path

from gateway.policy.places import Carrier
from gateway.twin.server import Server, ServerError

_PROGRAM = "/usr/sbin/charon-systemd"
DOOR_TIMEOUT_S = 1.0

# What systemd/claim-gateway-charon.conf says of a box, but for the plugin that carries ESP and for how soon it gives up.
_CONFIGURATION = """\
charon-systemd {{
  load = {plugins}
  install_routes = no
  routing_table = 0
  install_virtual_ip_on = ipsec0
  make_before_break = yes
  retransmit_timeout = {retransmit_s}
  retransmit_base = 1.5
  retransmit_tries = 4
  plugins {{ vici {{ socket = unix://{door} }} }}
  filelog {{ output {{ path = {place}/log/charon
    default = {level}
    flush_line = yes }} }}
  journal {{ default = -1 }}
}}
"""
PLUGINS = (
    "random nonce x509 constraints pubkey pkcs1 pkcs8 pem openssl gmp hmac kdf aes sha1 sha2 gcm "
    "kernel-netlink socket-default vici"
)
"""What a box loads; `sha1` for the NAT detection of IKEv2 (RFC 7296 §2.23), whatever the proposals."""


class CharonError(ServerError):
    """charon did not do what it should."""


class Charon(Server):
    """A charon with nothing configured. Needs root and the packages charon-systemd and libcharon-extra-plugins.

    `retransmit_s`: the first of five tries; with it a silent peer is given up after 13 times as long.
    """

    name = "charon"
    error = CharonError

    def __init__(
        self,
        place: Path,
        *,
        namespace: str,
        carrier: Carrier = Carrier.TUN,
        retransmit_s: float = 0.3,
        log_level: int = 1,
    ) -> None:
        super().__init__(place, addresses=(), port=0, namespace=namespace)
        self._carrier = carrier
        self._retransmit_s = retransmit_s
        self._log_level = log_level

    @property
    def door(self) -> Path:
        """The socket of vici."""
        return self.place / "vici"

    @property
    def pid(self) -> int:
        """The process. Raises CharonError when it does not run."""
        if self._process is None:
            raise CharonError("charon does not run")
        return self._process.pid

    def prepare(self) -> None:
        """Write the configuration."""
        (self.place / "log").mkdir(parents=True, exist_ok=True)
        # Before kernel-netlink: the first that can carry ESP does.
        carries = "kernel-libipsec " if self._carrier is Carrier.TUN else ""
        text = _CONFIGURATION.format(
            plugins=carries + PLUGINS,
            retransmit_s=self._retransmit_s,
            door=self.door,
            place=self.place,
            level=self._log_level,
        )
        (self.place / "strongswan.conf").write_text(text)

    def command(self) -> list[str]:
        """See Server."""
        return [_PROGRAM]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "STRONGSWAN_CONF": str(self.place / "strongswan.conf"),
        }

    def ready(self) -> bool:
        """See Server: it answers at its door."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(DOOR_TIMEOUT_S)
            try:
                door.connect(str(self.door))
            except OSError:
                return False
        return True
