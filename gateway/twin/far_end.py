"""The provider's end of a tunnel: a charon that answers as one connection expects, and the routes behind it."""

from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyroute2 import IPRoute

from gateway.policy.places import TUNNEL_PORT
from gateway.site.values import IpNetwork
from gateway.tunnel.door import Door
from gateway.tunnel.model import CertificateFiles, Connection, PskFile
from gateway.twin.authority import Authority, Identity, write_secret
from gateway.twin.charon import Charon
from gateway.twin.namespace import Namespace

PSK = b"correct-horse-battery-staple-of-the-twin"
POOL = ip_network("192.0.2.208/28")
"""The virtual addresses the provider hands out (RFC 5737)."""


@dataclass(frozen=True)
class Trust:
    """What both ends are given: the provider's authority, the site's certificate, the pre-shared key."""

    authority: Authority
    site: Identity
    psk: bytes = PSK

    @classmethod
    def made(cls, site_name: str = "site.example") -> "Trust":
        """A new one."""
        authority = Authority()
        return cls(authority, authority.issue(site_name))

    def write(self, connections: tuple[Connection, ...], folder: Path) -> None:
        """Put the site's files where its site file, which stands in `folder`, says."""
        for connection in connections:
            match connection.credentials:
                case CertificateFiles(certificate, key, ca):
                    self.site.write(folder / certificate, folder / key)
                    write_secret(folder / ca, self.authority.certificate)
                case PskFile(psk):
                    write_secret(folder / psk, self.psk + b"\n")


class FarEnd:
    """The provider's gateway for one connection. `charon` runs in `namespace`."""

    def __init__(self, charon: Charon, namespace: Namespace, trust: Trust) -> None:
        self._charon = charon
        self._namespace = namespace
        self._trust = trust
        self.identity: Identity | None = None
        """Set to answer with another certificate than the right one."""

    def offer(self, connection: Connection, **changed: Any) -> None:
        """Answer `connection`; `changed` replaces fields of it first, to be a provider that differs from what was agreed."""
        wanted = replace(connection, **changed)
        local: dict[str, Any] = {"id": wanted.remote_id}
        remote: dict[str, Any] = {}
        with Door(self._charon.door) as door:
            match wanted.credentials:
                case CertificateFiles():
                    mine = self.identity or self._trust.authority.issue(wanted.remote_id)
                    door.ask("load-key", {"type": "any", "data": mine.key})
                    local |= {"auth": "pubkey", "certs": [_der(mine.certificate)]}
                    remote |= {"auth": "pubkey", "cacerts": [_der(self._trust.authority.certificate)]}
                case PskFile():
                    door.ask("load-shared", {"id": wanted.name, "type": "IKE", "data": self._trust.psk, "owners": []})
                    local |= {"auth": "psk"}
                    remote |= {"auth": "psk"}
            if wanted.virtual_address:
                door.ask("load-pool", {"pool": {"addrs": str(POOL)}})
            door.ask("load-conn", {wanted.name: self._body(wanted, local, remote)})

    def _body(self, wanted: Connection, local: dict[str, Any], remote: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {
            "version": str(wanted.version),
            "local_addrs": [str(wanted.address)],
            "proposals": list(wanted.ike_proposals),
            "send_cert": "always",
            "rekey_time": "0s",  # the site does
            "dpd_delay": f"{wanted.dpd_s}s",
            "unique": "replace",
            "local-1": local,
            "remote-1": remote,
            "children": {
                f"{wanted.name}-{number}": {
                    "local_ts": [str(network) for network in child.remote],
                    "remote_ts": self._selectors(wanted, child.local),
                    "esp_proposals": list(wanted.esp_proposals),
                    "rekey_time": "0s",
                }
                for number, child in enumerate(wanted.children, 1)
            },
        }
        return said | ({"pools": ["pool"]} if wanted.virtual_address else {})

    def _selectors(self, wanted: Connection, local: tuple[IpNetwork, ...]) -> list[str]:
        dynamic = ["dynamic"] if wanted.virtual_address and not any(one.version == 4 for one in local) else []
        return dynamic + [str(network) for network in local]

    def lead_back(self, *networks: IpNetwork) -> None:
        """Routes to the site's networks into the tunnel; to be made anew when charon, and its device, are."""
        self._namespace.call(_route, networks)


def _der(certificate: bytes) -> bytes:
    return x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)


def _route(networks: tuple[IpNetwork, ...]) -> None:
    with IPRoute() as ip:
        (index,) = ip.link_lookup(ifname=TUNNEL_PORT)
        for network in networks:
            ip.route("replace", dst=str(network), oif=index)
