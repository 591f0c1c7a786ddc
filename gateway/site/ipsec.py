"""The tunnel of the ipsec-router layouts (C17). No secret stands in a site file, only the names of files that hold one."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.site.shapes import Model
from gateway.site.values import Address, FileName, Network
from gateway.site.words import Label


class Ike(Model):
    """Key exchange and mutual authentication (RFC 7296; version 1: RFC 2409)."""

    version: Literal[1, 2] = 2
    """IKE version."""
    auth: Literal["certificate", "psk"]
    """How the two ends know each other."""
    certificate: FileName | None = None
    """The site's certificate; with auth: certificate."""
    key_file: FileName | None = None
    """Its private key; with auth: certificate."""
    ca: FileName | None = None
    """The authority that signed the provider's certificate; with auth: certificate."""
    psk_file: FileName | None = None
    """The file that holds the pre-shared key; with auth: psk."""
    proposals: Annotated[tuple[Label, ...], Field(min_length=1)]
    """Algorithms, as strongSwan writes them."""


class Esp(Model):
    """Encryption of what passes (RFC 4303)."""

    proposals: Annotated[tuple[Label, ...], Field(min_length=1)]
    """Algorithms, as strongSwan writes them."""


class Provider(Model):
    """The other end of the tunnel."""

    address: Address
    """The provider's gateway."""
    id: Label
    """The identity it proves."""
    remote_networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    """What lies behind it."""


class Tunnel(Model):
    """The IPsec tunnel, and who holds it."""

    held_by: Literal["gateway", "upstream"] = "gateway"
    """This box, or the router in front of it (roles: [a])."""
    provider: Provider | None = None
    """The other end; when this box holds the tunnel."""
    ike: Ike | None = None
    """Key exchange; when this box holds the tunnel."""
    esp: Esp | None = None
    """Encryption; when this box holds the tunnel."""
