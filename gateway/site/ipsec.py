"""The tunnel of the ipsec-router layouts (C17). No secret stands in a site file, only the names of files that hold one."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from gateway.site.shapes import Model
from gateway.site.values import Address, Duration, FileName, Flag, Network
from gateway.site.words import Label, Slug

IKE_REKEY = timedelta(hours=4)
"""strongSwan's own default (swanctl.conf(5), connections.rekey_time); NIST SP 800-77r1 §7.1 allows up to 24 h."""
ESP_REKEY = timedelta(hours=1)
"""strongSwan's own default (swanctl.conf(5), children.rekey_time); NIST SP 800-77r1 §7.1 allows up to 8 h."""
DPD_SECONDS = 10
"""How long nothing may be heard before the provider is asked whether it lives (RFC 7296 §2.4, RFC 3706)."""

Proposals = Annotated[tuple[Label, ...], Field(min_length=1)]
Seconds = Annotated[int, Field(ge=5, le=3600, strict=True)]
Mtu = Annotated[int, Field(ge=1280, le=1500, strict=True)]  # 1280: RFC 8200 §5


class Ike(Model):
    """Key exchange and mutual authentication (RFC 7296; version 1: RFC 2409)."""

    version: Literal[1, 2] = 2
    """IKE version; 1 (main mode) only where the provider still asks for it."""
    auth: Literal["certificate", "psk"]
    """How the two ends know each other."""
    certificate: FileName | None = None
    """The site's certificate, PEM; with auth: certificate."""
    key_file: FileName | None = None
    """Its private key, PEM without a passphrase; with auth: certificate."""
    ca: FileName | None = None
    """The authority that signed the provider's certificate, PEM; with auth: certificate."""
    psk_file: FileName | None = None
    """The file that holds the pre-shared key; with auth: psk."""
    id: Label | None = None
    """The identity this site proves; the certificate's subject, or with a pre-shared key its address, unless written."""
    proposals: Proposals
    """Algorithms, as strongSwan writes them."""
    allow_weak: Label | None = None
    """Why an algorithm that is weak by today's standards has to be allowed; none is without a reason."""
    rekey: Duration = IKE_REKEY
    """After how long the keys of the key exchange are renewed."""
    reauthenticate: Duration | None = None
    """After how long both ends prove anew who they are; never unless written, rekeying is enough."""
    dpd_seconds: Seconds = DPD_SECONDS
    """After how many silent seconds the provider is asked whether it lives, 5 to 3600."""
    mobike: Flag = True
    """Whether the tunnel follows a changed address of the line (RFC 4555); version 2 only."""
    force_encapsulation: Flag = False
    """Whether ESP travels in UDP even where no NAT is found (RFC 3948), for lines that lose bare ESP."""
    fragmentation: Flag = True
    """Whether large IKE messages are sent in pieces (RFC 7383): carriers lose IP fragments."""


class Esp(Model):
    """Encryption of what passes (RFC 4303)."""

    proposals: Proposals
    """Algorithms, as strongSwan writes them."""
    allow_weak: Label | None = None
    """Why an algorithm that is weak by today's standards has to be allowed; none is without a reason."""
    rekey: Duration = ESP_REKEY
    """After how long the keys are renewed."""


class Provider(Model):
    """One other end of the tunnel."""

    name: Slug
    """What messages call it."""
    address: Address
    """The provider's gateway."""
    id: Label
    """The identity it proves."""
    remote_networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    """What lies behind it. Providers with the same networks stand in for each other, the first one first."""
    local_networks: tuple[Network, ...] = ()
    """What lies behind this box, as agreed with the provider; the terminals' segments, or the inner addresses, unless
    written."""
    inner_addresses: tuple[Address, ...] = ()
    """The site's own addresses inside the tunnel, as the provider gave them; translated packets leave under them."""
    virtual_address: Flag = False
    """Whether the provider hands out the site's IPv4 address inside the tunnel when it comes up (RFC 7296 §2.19)."""
    ike: Ike | None = None
    """Key exchange, where this provider's differs from the tunnel's."""
    esp: Esp | None = None
    """Encryption, where this provider's differs from the tunnel's."""


class Tunnel(Model):
    """The IPsec tunnel, and who holds it."""

    held_by: Literal["gateway", "upstream"] = "gateway"
    """This box, or the router in front of it (roles: [a])."""
    providers: tuple[Provider, ...] = ()
    """The other ends, in order of priority; when this box holds the tunnel."""
    ike: Ike | None = None
    """Key exchange; when this box holds the tunnel."""
    esp: Esp | None = None
    """Encryption; when this box holds the tunnel."""
    mtu: Mtu | None = None
    """The largest packet in the tunnel, bytes; follows from the line unless written."""

    def exchange(self, provider: Provider) -> Ike | None:
        """The key exchange that counts for one provider."""
        return provider.ike or self.ike

    def encryption(self, provider: Provider) -> Esp | None:
        """The encryption that counts for one provider."""
        return provider.esp or self.esp
